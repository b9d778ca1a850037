package generalise

// Point is a position in units of the band's grid, x to the right, y down.
type Point struct{ X, Y int32 }

// Kind says what a part is.
type Kind uint8

// The kinds of parts. Holes follow their exterior.
const (
	KindPoint Kind = iota
	KindLine
	KindExterior
	KindHole
)

// Part is one point, line or ring: the points from the End of the part before
// up to End.
type Part struct {
	Kind Kind
	End  int32
}

// Feature is the parts from the End of the feature before up to End, with what
// generalisation needs to know of it.
type Feature struct {
	End    int32
	Source int32  // the caller's number of the source feature; -1: made from several
	Owner  uint32 // the commune; nothing merges across it
	Value  uint32 // the caller's number of the style value
	Rank   Rank
	Count  int32 // source features it stands for; 0 counts as 1
	// Alone, with Dissolve, keeps the feature from merging with any but those of
	// the same Source; what of it is too small to draw goes to the dust of its owner
	// and value.
	Alone bool
	// Dust marks squares that stand for parts too small to draw, of equal area
	// for each owner, value and dust cell.
	Dust bool
}

// Shapes is many features laid flat. Rings are open; on input a closing point
// and either winding are taken too, on output exteriors have a positive area by
// the surveyor's formula in these axes and holes a negative one (MVT 2.1
// §4.3.4.4). The zero value is empty.
type Shapes struct {
	Points   []Point
	Parts    []Part
	Features []Feature
}

// Reset forgets the features and keeps the memory.
func (s *Shapes) Reset() {
	s.Points, s.Parts, s.Features = s.Points[:0], s.Parts[:0], s.Features[:0]
}

// Add puts a position behind those of the part at hand.
func (s *Shapes) Add(p Point) { s.Points = append(s.Points, p) }

// EndPart ends the part at hand.
func (s *Shapes) EndPart(k Kind) {
	s.Parts = append(s.Parts, Part{k, int32(len(s.Points))})
}

// EndFeature ends the feature at hand; it sets f.End.
func (s *Shapes) EndFeature(f Feature) {
	f.End = int32(len(s.Parts))
	s.Features = append(s.Features, f)
}

// PartRange returns the parts [from, to) of feature i.
func (s *Shapes) PartRange(i int) (from, to int) {
	if i > 0 {
		from = int(s.Features[i-1].End)
	}
	return from, int(s.Features[i].End)
}

// Ring returns the positions of a part; they belong to s.
func (s *Shapes) Ring(part int) []Point {
	from := int32(0)
	if part > 0 {
		from = s.Parts[part-1].End
	}
	return s.Points[from:s.Parts[part].End]
}

// Coarsen halves the grid shift times. It rounds down, so that positions of a
// finer band's grid become those of a coarser one exactly, and what lies between
// two lines of the coarser grid stays there. Dust keeps its area instead, to the
// unit for each feature.
func (s *Shapes) Coarsen(shift uint) {
	for i, f := range s.Features {
		from, to := s.PartRange(i)
		carry := 0.0
		for k := from; k < to; k++ {
			ring := s.Ring(k)
			if f.Dust && len(ring) == 4 {
				carry = coarsenDust(ring, shift, carry)
				continue
			}
			for j, p := range ring {
				ring[j] = Point{p.X >> shift, p.Y >> shift}
			}
		}
	}
}

// box is a closed rectangle.
type box struct{ minX, minY, maxX, maxY int32 }

func boundsOf(ps []Point) box {
	b := box{ps[0].X, ps[0].Y, ps[0].X, ps[0].Y}
	for _, p := range ps[1:] {
		b.minX, b.maxX = min(b.minX, p.X), max(b.maxX, p.X)
		b.minY, b.maxY = min(b.minY, p.Y), max(b.maxY, p.Y)
	}
	return b
}

func (b box) has(p Point) bool {
	return p.X >= b.minX && p.X <= b.maxX && p.Y >= b.minY && p.Y <= b.maxY
}

func (b box) holds(o box) bool {
	return o.minX >= b.minX && o.maxX <= b.maxX && o.minY >= b.minY && o.maxY <= b.maxY
}

func (b box) misses(o box) bool {
	return o.minX > b.maxX || o.maxX < b.minX || o.minY > b.maxY || o.maxY < b.minY
}

// area2 is twice the area by the surveyor's formula. Its sign is right for any
// ring, its value exact while the ring is less than 2^26 units across.
func area2(ring []Point) float64 {
	var sum float64
	for i := 1; i+1 < len(ring); i++ {
		a, b, c := ring[0], ring[i], ring[i+1]
		sum += float64(cross(a, b, c))
	}
	return sum
}

// cross is twice the signed area of the triangle a b c.
func cross(a, b, c Point) int64 {
	return int64(b.X-a.X)*int64(c.Y-a.Y) - int64(b.Y-a.Y)*int64(c.X-a.X)
}

// openRing leaves out the closing point.
func openRing(ring []Point) []Point {
	for len(ring) > 1 && ring[0] == ring[len(ring)-1] {
		ring = ring[:len(ring)-1]
	}
	return ring
}
