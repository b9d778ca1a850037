package mvt

// Position is a position on an integer grid, x to the right, y down: tile units
// in tiles, positions of a Lattice elsewhere.
type Position struct{ X, Y int64 }

// Kind says what a Part is.
type Kind uint8

// The parts that a geometry is made of. Holes follow their exterior.
const (
	PointPart Kind = iota
	LinePart
	ExteriorPart
	HolePart
)

// Part is one point, line or ring: Positions[Start:End] of a Shape. Rings may
// be open or closed, and wound either way.
type Part struct {
	Kind       Kind
	Start, End int
}

// Shape is a geometry laid flat. Its slices are used again by Lattice.Read.
type Shape struct {
	Positions []Position
	Parts     []Part

	xy []float64 // x, y pairs in the storage CRS; Parts index pairs alike
}

// Reset empties the shape and keeps its memory.
func (s *Shape) Reset() { s.Positions, s.Parts, s.xy = s.Positions[:0], s.Parts[:0], s.xy[:0] }

// Bounds is the box of all positions, edges inside; false for an empty shape.
func (s *Shape) Bounds() (lo, hi Position, ok bool) {
	if len(s.Positions) == 0 {
		return lo, hi, false
	}
	b := boundsOf(s.Positions)
	return Position{b.minX, b.minY}, Position{b.maxX, b.maxY}, true
}

// Lattice turns coordinates into positions shared by many tiles:
//
//	x = floor((x - MinX) * Scale)    y = floor((MaxY - y) * Scale)
//
// Its step is to be half a unit of the finest tile that is made of it: then
// Grid.Shift rounds to the nearest unit of every coarser one as if the
// coordinate itself had been rounded.
type Lattice struct {
	// Project is as in Grid.
	Project    func(xy []float64) error
	MinX, MaxY float64 // where position 0, 0 begins
	Scale      float64 // positions per CRS unit
}

// Read replaces s by the geometry in b, EWKB or ISO WKB. The error wraps
// ErrEWKB, or is the projection's. b is not kept.
func (l Lattice) Read(s *Shape, b []byte) error {
	if err := s.read(b); err != nil {
		return err
	}
	return s.project(l)
}

// Coordinates replaces s by the geometry in b, EWKB or ISO WKB, and returns its
// x, y pairs as they are stored; Parts count pairs, Positions are none. They
// belong to s until it is read again. The error wraps ErrEWKB.
func (s *Shape) Coordinates(b []byte) ([]float64, error) {
	if err := s.read(b); err != nil {
		return nil, err
	}
	return s.xy, nil
}
