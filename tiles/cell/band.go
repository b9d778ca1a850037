package cell

import (
	"gisd/tiles"
	"gisd/tiles/mvt"
)

// Band is a run of zooms that are cut from the same cells: the tiles of zoom
// First.
type Band struct{ First, Last uint32 }

// MaxZoom is the last zoom that is cut from cells.
const MaxZoom = 18

// Bands returns all bands, from the smallest scale up. Below zoom 14 each zoom has
// its own, so that what is left out to keep within a byte budget is chosen by
// zoom.
func Bands() []Band {
	return []Band{
		{0, 0}, {1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}, {6, 6}, {7, 7}, {8, 8}, {9, 9}, {10, 10}, {11, 11},
		{12, 12}, {13, 13}, {14, MaxZoom},
	}
}

// BandOf returns the band of a zoom; false above MaxZoom, where tiles come from
// rows.
func BandOf(z uint32) (Band, bool) {
	for _, b := range Bands() {
		if z <= b.Last {
			return b, true
		}
	}
	return Band{}, false
}

// single reports whether a cell is a tile, the only one cut from it.
func (b Band) single() bool { return b.First == b.Last }

// unitBits are those of tiles.Extent.
const unitBits = 12

// Cell is the cell that a tile of the band is cut from.
func (b Band) Cell(t tiles.Coord) tiles.Coord {
	d := t.Z - b.First
	return tiles.Coord{Z: b.First, X: t.X >> d, Y: t.Y >> d}
}

// Bits says how fine the lattice is: 2^Bits positions along the side of the
// square.
func (b Band) Bits() uint { return uint(b.Last) + unitBits + 1 }

// cellBits is Bits for the side of a cell.
func (b Band) cellBits() uint { return b.Bits() - uint(b.First) }

// shift is from lattice positions to units of the zoom, in bits.
func (b Band) shift(z uint32) uint { return uint(b.Last-z) + 1 }

// buffer is the TileBuffer of the cell's own tile in lattice positions.
func (b Band) buffer() int64 { return tiles.TileBuffer << b.shift(b.First) }

// origin is the lattice position of a tile's top left corner.
func (b Band) origin(t tiles.Coord) mvt.Position {
	s := b.Bits() - uint(t.Z)
	return mvt.Position{X: int64(t.X) << s, Y: int64(t.Y) << s}
}

// Lattice is the band's lattice over the square of a tile matrix set, without a
// projection.
func (b Band) Lattice(s tiles.TileMatrixSet) mvt.Lattice {
	return mvt.Lattice{MinX: s.MinX, MaxY: s.MaxY, Scale: float64(uint64(1)<<b.Bits()) / s.Width}
}

// Grid is the grid for encoding a tile from rows with the same bytes as from
// its cell, with the TileBuffer of gisd's tiles and without a projection.
func (b Band) Grid(s tiles.TileMatrixSet, t tiles.Coord) mvt.Grid {
	l, o := b.Lattice(s), b.origin(t)
	return mvt.Grid{MinX: l.MinX, MaxY: l.MaxY, Scale: l.Scale, Shift: b.shift(t.Z), Column: o.X, Row: o.Y,
		Extent: tiles.Extent, Buffer: tiles.TileBuffer}
}

// Covering is the range of cells, edges inside, whose box with its buffer meets
// the box from lo to hi. It is empty (from.X > to.X) for a box beyond the
// square.
func (b Band) Covering(lo, hi mvt.Position) (from, to tiles.Coord) {
	// Half a unit more than the buffer still rounds onto its edge.
	grow := b.buffer() + int64(1)<<b.shift(b.First)
	last := int64(1)<<b.First - 1
	x0, y0 := (lo.X-grow)>>b.cellBits(), (lo.Y-grow)>>b.cellBits()
	x1, y1 := (hi.X+grow)>>b.cellBits(), (hi.Y+grow)>>b.cellBits()
	if x1 < 0 || y1 < 0 || x0 > last || y0 > last {
		return tiles.Coord{Z: b.First, X: 1, Y: 1}, tiles.Coord{Z: b.First}
	}
	return tiles.Coord{Z: b.First, X: uint32(max(x0, 0)), Y: uint32(max(y0, 0))},
		tiles.Coord{Z: b.First, X: uint32(min(x1, last)), Y: uint32(min(y1, last))}
}
