package tiles

import (
	"context"

	"gisd/spatial"
)

// Extent is the number of grid units along a tile's side, TileBuffer how many
// more are drawn on each side.
const (
	Extent     = 4096
	TileBuffer = 64
)

// LayerRequest asks for one collection on one tile of WebMercatorQuad.
type LayerRequest struct {
	Collection *spatial.Collection
	Coord      Coord
	Access     spatial.Access // rows that this caller may not read stay out
}

// Source draws collections. Layer returns an encoded tile of a single layer
// named like the collection, empty when nothing of it lies on the tile; tiles
// concatenate. It stops when ctx does. It is safe for goroutines.
type Source interface {
	Layer(ctx context.Context, r LayerRequest) ([]byte, error)
}

// Catalogue knows the collections. Collection is of code not_found for what is
// absent or hidden from the caller; it is called for every tile and reads
// memory only.
type Catalogue interface {
	Collection(id string, a spatial.Access) (*spatial.Collection, error)
}

// Cache keeps tiles; it may forget any of them at any time. It is safe for
// goroutines.
type Cache interface {
	Get(ctx context.Context, k Key) (*Tile, bool)
	Set(ctx context.Context, k Key, t *Tile)
}
