package mvt

import (
	"fmt"
	"math"
)

// DefaultExtent and DefaultBuffer are what gisd's tiles use: 4096 units a side
// and 64 units of TileBuffer around it.
const (
	DefaultExtent = 4096
	DefaultBuffer = 64
)

// Grid maps coordinates onto one tile.
//
//	column = (x - MinX) * Scale    row = (MaxY - y) * Scale
//
// both rounded to the nearest integer, halves up. Vertices snap before they are
// clipped, so that neighbouring tiles bend a shared edge alike.
type Grid struct {
	// Project changes x, y pairs from the storage CRS to the CRS of MinX and
	// MaxY, in place. Nil means that they are in it already.
	Project    func(xy []float64) error
	MinX, MaxY float64 // the tile's top left corner, without its buffer; with Shift the lattice's
	Scale      float64 // units per CRS unit; with Shift positions of the lattice
	// Shift above 0 takes positions from a Lattice of 2^Shift positions a unit,
	// on which the tile's top left corner is at Column, Row. All tiles of the
	// lattice then see a vertex in the very same place.
	Shift       uint
	Column, Row int64
	Extent      int // units a side; 0 is DefaultExtent
	Buffer      int // units kept on every side; edges belong to the kept area
	// Cell is the side in units of the squares that stand for polygons and
	// lines too small to tell apart, see Encoder.Geometry; 0 is 1. It divides
	// Extent and Buffer, so that the squares of neighbouring tiles are the same.
	Cell int
}

// limit keeps positions far outside the tile within what clipping computes
// exactly; a world of zoom 24 is 2^36 units wide.
const limit = 1 << 40

func floor(v float64) int64 {
	if v > limit {
		return limit
	}
	if v < -limit {
		return -limit
	}
	return int64(math.Floor(v))
}

func snap(v float64) int64 { return floor(v + 0.5) }

// project fills the positions of the lattice from the coordinates read.
func (s *Shape) project(l Lattice) error {
	if l.Project != nil {
		if err := l.Project(s.xy); err != nil {
			return fmt.Errorf("mvt: project: %w", err)
		}
	}
	ps := s.Positions[:0]
	for i := 0; i+1 < len(s.xy); i += 2 {
		x, y := (s.xy[i]-l.MinX)*l.Scale, (l.MaxY-s.xy[i+1])*l.Scale
		if x != x || y != y {
			s.Positions = ps
			return fmt.Errorf("%w: a coordinate is not a number", ErrEWKB)
		}
		ps = append(ps, Position{floor(x), floor(y)})
	}
	s.Positions = ps
	return nil
}

// place fills dst with the units of the tile that the lattice's positions are
// nearest to, halves up. dst and ps may be the same.
func (g *Grid) place(dst, ps []Position) []Position {
	half := int64(1) << g.Shift >> 1
	x, y := half-g.Column, half-g.Row
	dst = dst[:0]
	for _, p := range ps {
		dst = append(dst, Position{(p.X + x) >> g.Shift, (p.Y + y) >> g.Shift})
	}
	return dst
}

// box is a closed rectangle of grid positions.
type box struct{ minX, minY, maxX, maxY int64 }

func boundsOf(ps []Position) box {
	b := box{ps[0].X, ps[0].Y, ps[0].X, ps[0].Y}
	for _, p := range ps[1:] {
		b.minX, b.maxX = min(b.minX, p.X), max(b.maxX, p.X)
		b.minY, b.maxY = min(b.minY, p.Y), max(b.maxY, p.Y)
	}
	return b
}

// within reports whether the box is less than cell units wide and high.
func (b box) within(cell int64) bool {
	return b.maxX-b.minX < cell && b.maxY-b.minY < cell
}

func (b box) has(p Position) bool {
	return p.X >= b.minX && p.X <= b.maxX && p.Y >= b.minY && p.Y <= b.maxY
}

func (b box) holds(o box) bool {
	return o.minX >= b.minX && o.maxX <= b.maxX && o.minY >= b.minY && o.maxY <= b.maxY
}

func (b box) misses(o box) bool {
	return o.minX > b.maxX || o.maxX < b.minX || o.minY > b.maxY || o.maxY < b.minY
}
