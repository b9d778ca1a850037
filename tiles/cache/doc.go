// Package cache keeps encoded tiles: in the memory of a node, and in Redis for
// several. It knows no coordinates: a tile is found by the tiles.Key it was built
// under.
package cache
