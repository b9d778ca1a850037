// Package redisbus carries the messages of live.Bus between nodes over Redis.
// It never looks into a message: no coordinates are handled here.
package redisbus
