package mvt

import "math"

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
	MinX, MaxY float64 // the tile's top left corner, without its buffer
	Scale      float64 // units per CRS unit
	Extent     int     // units a side; 0 is DefaultExtent
	Buffer     int     // units kept on every side; edges belong to the kept area
	// Cell is the side in units of the squares that stand for polygons and
	// lines too small to tell apart, see Encoder.Geometry; 0 is 1. It divides
	// Extent and Buffer, so that the squares of neighbouring tiles are the same.
	Cell int
}

// gridPoint is a position in tile units.
type gridPoint struct{ x, y int64 }

// limit keeps positions far outside the tile within what clipping computes
// exactly; a world of zoom 24 is 2^36 units wide.
const limit = 1 << 40

func snap(v float64) int64 {
	if v > limit {
		return limit
	}
	if v < -limit {
		return -limit
	}
	return int64(math.Floor(v + 0.5))
}

// quantize fills dst with the grid positions of xy. ok is false where a
// coordinate is not a number.
func (g *Grid) quantize(dst []gridPoint, xy []float64) (points []gridPoint, ok bool) {
	dst = dst[:0]
	ok = true
	for i := 0; i+1 < len(xy); i += 2 {
		x, y := (xy[i]-g.MinX)*g.Scale, (g.MaxY-xy[i+1])*g.Scale
		if x != x || y != y {
			ok = false
			continue
		}
		dst = append(dst, gridPoint{snap(x), snap(y)})
	}
	return dst, ok
}

// box is a closed rectangle of grid positions.
type box struct{ minX, minY, maxX, maxY int64 }

func boundsOf(ps []gridPoint) box {
	b := box{ps[0].x, ps[0].y, ps[0].x, ps[0].y}
	for _, p := range ps[1:] {
		b.minX, b.maxX = min(b.minX, p.x), max(b.maxX, p.x)
		b.minY, b.maxY = min(b.minY, p.y), max(b.maxY, p.y)
	}
	return b
}

// within reports whether the box is less than cell units wide and high.
func (b box) within(cell int64) bool {
	return b.maxX-b.minX < cell && b.maxY-b.minY < cell
}

func (b box) has(p gridPoint) bool {
	return p.x >= b.minX && p.x <= b.maxX && p.y >= b.minY && p.y <= b.maxY
}

func (b box) holds(o box) bool {
	return o.minX >= b.minX && o.maxX <= b.maxX && o.minY >= b.minY && o.maxY <= b.maxY
}

func (b box) misses(o box) bool {
	return o.minX > b.maxX || o.maxX < b.minX || o.minY > b.maxY || o.maxY < b.minY
}
