package tiles

import (
	"context"
	"errors"

	"gisd/spatial"
)

// Extent is the number of grid units along a tile's side, TileBuffer how many
// more are drawn on each side.
const (
	Extent     = 4096
	TileBuffer = 64
)

// PlainZoom is the first zoom at which features are drawn as they are; below it,
// at small scales, they may be merged and coarser.
const PlainZoom = 13

// LayerRequest asks for one collection on one tile.
type LayerRequest struct {
	Collection *spatial.Collection
	Coord      Coord
	Access     spatial.Access // rows that this caller may not read stay out
	Query      *Query         // what is drawn of the rest; nil is all
	Matrix     string         // the tile matrix set, see MatrixSet; "" is WebMercatorQuad
}

// ErrReplaced is wrapped by the error of a Source that was asked for a version that is
// gone: the catalogue knows of another by now.
var ErrReplaced = errors.New("tiles: the version is gone")

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

// Cache keeps tiles in memory; it may forget any of them at any time. It is
// safe for goroutines.
type Cache interface {
	Get(ctx context.Context, k Key) (*Tile, bool)
	Set(ctx context.Context, k Key, t *Tile)
	// Reweigh notes that a tile has grown; one that is no longer kept stays so.
	Reweigh(k Key, t *Tile)
	// Forget drops what has a layer of the collection and of which drops is true.
	Forget(ctx context.Context, collection string, drops func(Key) bool)
}

// Shared keeps tiles for several nodes. Get answers soon or not at all, Set does
// not wait. A tile comes back with the Since it was kept with. It is safe for
// goroutines.
type Shared interface {
	Get(ctx context.Context, k Key) (*Tile, bool)
	Set(ctx context.Context, k Key, t *Tile)
}
