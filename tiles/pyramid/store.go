package pyramid

import (
	"context"
	"errors"
	"math"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/cell"
)

// Format is the form of the records that this program writes and reads, with the
// rules by which features come into them. Cells of another format are not used.
const Format = 4

// Key names a cell of one build.
type Key struct {
	Pyramid int64
	Coord   tiles.Coord // Z is the first zoom of the band
	Made    int64       // of the band
}

// Store reads cells. It is safe for goroutines.
type Store interface {
	// Record returns the record of a cell, nil where nothing is in it. Errors:
	// ErrFromRows, and those of the database.
	Record(ctx context.Context, k Key) ([]byte, error)
	// Owners are what the owners of features in records stand for, by their numbers:
	// the sets of areas, as in spatial.Pyramid.Areas, that features are in. What was
	// there once stays. All owners of a record are among those that are read after it.
	Owners(ctx context.Context) (map[uint32][]int, error)
}

// ErrFromRows says that a cell cannot answer and rows can: it was too large to
// be packed, or its build is gone.
var ErrFromRows = errors.New("pyramid: the tile comes from rows")

// Packed reports whether the zoom of a collection has cells that this program
// reads and that its caller may see, and of which band. Label points have none.
func Packed(c *spatial.Collection, z uint32) (cell.Band, bool) {
	if c.Pyramid.Format != Format || c.LabelsOf != "" {
		return cell.Band{}, false
	}
	b, ok := c.Pyramid.Band(int(z))
	if c.Pyramid.Plain && b.First < tiles.PlainZoom {
		return cell.Band{}, false
	}
	return cell.Band{First: uint32(b.First), Last: uint32(b.Last)}, ok
}

// Touched is the range of cells, tiles of zoom z, that hold what lies in the
// box; ok is false where none does.
func Touched(box spatial.Envelope, z uint32) (from, to tiles.Coord, ok bool) {
	if box.Empty() {
		return from, to, false
	}
	set := tiles.WebMercatorQuad()
	width := set.TileWidth(z)
	// A unit more than the buffer, for what rounding moves onto its edge.
	grow := width * (tiles.TileBuffer + 1) / tiles.Extent
	last := float64(uint64(1)<<z - 1)
	index := func(v float64) float64 { return math.Floor(v / width) }
	x0, x1 := index(box.MinX-grow-set.MinX), index(box.MaxX+grow-set.MinX)
	y0, y1 := index(set.MaxY-box.MaxY-grow), index(set.MaxY-box.MinY+grow)
	if x1 < 0 || y1 < 0 || x0 > last || y0 > last || x0 != x0 || y0 != y0 {
		return from, to, false
	}
	from = tiles.Coord{Z: z, X: uint32(max(x0, 0)), Y: uint32(max(y0, 0))}
	to = tiles.Coord{Z: z, X: uint32(min(x1, last)), Y: uint32(min(y1, last))}
	return from, to, true
}
