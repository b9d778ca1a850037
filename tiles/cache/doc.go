// Package cache keeps encoded tiles. It knows no coordinates: a tile is found
// by the tiles.Key it was built under.
package cache
