// Package paging remembers where pages of features ended. It handles no
// coordinates.
package paging
