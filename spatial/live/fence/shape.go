package fence

import (
	"math"

	"github.com/paulmach/orb"
)

// Shape is an area or a line made ready for many questions. It is immutable.
type Shape struct {
	box   box
	area  bool
	edges []edge
	// Edges by slabs of equal height: of slab i they are refs[starts[i]:starts[i+1]].
	slabs  int
	perY   float64 // slabs for each degree
	starts []int32
	refs   []int32
}

type edge struct{ x1, y1, x2, y2 float64 }

// box has its edges inside.
type box struct{ minX, minY, maxX, maxY float64 }

func (b box) meets(o box) bool {
	return b.minX <= o.maxX && o.minX <= b.maxX && b.minY <= o.maxY && o.minY <= b.maxY
}

func (b box) holds(x, y float64) bool {
	return x >= b.minX && x <= b.maxX && y >= b.minY && y <= b.maxY
}

func (b box) with(o box) box {
	return box{min(b.minX, o.minX), min(b.minY, o.minY), max(b.maxX, o.maxX), max(b.maxY, o.maxY)}
}

func emptyBox() box { return box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)} }

// NewShape takes a valid Polygon, MultiPolygon, LineString or MultiLineString in
// SRID 4326, lon lat degrees; nil for anything else, and for what has no edge.
func NewShape(g orb.Geometry) *Shape {
	s := &Shape{box: emptyBox()}
	switch g := g.(type) {
	case orb.Polygon:
		s.addPolygon(g)
	case orb.MultiPolygon:
		for _, p := range g {
			s.addPolygon(p)
		}
	case orb.LineString:
		s.add(g)
	case orb.MultiLineString:
		for _, line := range g {
			s.add(line)
		}
	}
	if len(s.edges) == 0 {
		return nil
	}
	s.cut()
	return s
}

func (s *Shape) addPolygon(p orb.Polygon) {
	s.area = true
	for _, ring := range p {
		s.add(orb.LineString(ring))
	}
}

func (s *Shape) add(line orb.LineString) {
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		if a == b {
			continue
		}
		s.edges = append(s.edges, edge{a[0], a[1], b[0], b[1]})
		s.box = s.box.with(box{min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])})
	}
}

const (
	maxSlabs     = 4096
	refsPerEdge  = 8 // on average, at most
	edgesPerSlab = 2
)

// cut sorts the edges into slabs: as many as there are edges for, fewer where
// long edges would stand in very many.
func (s *Shape) cut() {
	for n := min(maxSlabs, len(s.edges)/edgesPerSlab+1); ; n /= 2 {
		s.slabs, s.perY = n, 0
		if height := s.box.maxY - s.box.minY; height > 0 {
			s.perY = float64(n) / height
		}
		s.starts = make([]int32, n+2)
		total := 0
		for _, e := range s.edges {
			first, last := s.slabsOf(min(e.y1, e.y2), max(e.y1, e.y2))
			total += last - first + 1
			for i := first; i <= last; i++ {
				s.starts[i+2]++
			}
		}
		if total > refsPerEdge*len(s.edges) && n > 1 {
			continue
		}
		for i := 2; i < len(s.starts); i++ {
			s.starts[i] += s.starts[i-1]
		}
		s.refs = make([]int32, total)
		for i, e := range s.edges {
			first, last := s.slabsOf(min(e.y1, e.y2), max(e.y1, e.y2))
			for j := first; j <= last; j++ {
				s.refs[s.starts[j+1]] = int32(i)
				s.starts[j+1]++
			}
		}
		s.starts = s.starts[:n+1]
		return
	}
}

// slabsOf are the first and the last slab that the range of latitudes touches.
func (s *Shape) slabsOf(low, high float64) (first, last int) {
	index := func(y float64) int { return min(max(int((y-s.box.minY)*s.perY), 0), s.slabs-1) }
	return index(low), index(high)
}

// Covers says whether the point lies inside or on the edge, as ST_Covers. A line
// covers nothing.
func (s *Shape) Covers(x, y float64) bool {
	if !s.area || !s.box.holds(x, y) {
		return false
	}
	slab, _ := s.slabsOf(y, y)
	inside := false
	for _, ref := range s.refs[s.starts[slab]:s.starts[slab+1]] {
		e := &s.edges[ref]
		if (y < e.y1) == (y < e.y2) && y != e.y1 && y != e.y2 {
			continue
		}
		side := e.side(x, y)
		if side == 0 && e.box().holds(x, y) {
			return true
		}
		if (e.y1 > y) != (e.y2 > y) && (side > 0) == (e.y2 > e.y1) {
			inside = !inside
		}
	}
	return inside
}

// side is positive left of the edge, negative right of it, 0 on its line.
func (e *edge) side(x, y float64) float64 {
	return (e.x2-e.x1)*(y-e.y1) - (x-e.x1)*(e.y2-e.y1)
}

func (e *edge) box() box {
	return box{min(e.x1, e.x2), min(e.y1, e.y2), max(e.x1, e.x2), max(e.y1, e.y2)}
}

// meets says whether two edges have a point in common.
func (e *edge) meets(o *edge) bool {
	if !e.box().meets(o.box()) {
		return false
	}
	a, b := e.side(o.x1, o.y1), e.side(o.x2, o.y2)
	if a > 0 && b > 0 || a < 0 && b < 0 {
		return false
	}
	c, d := o.side(e.x1, e.y1), o.side(e.x2, e.y2)
	return !(c > 0 && d > 0 || c < 0 && d < 0)
}

// Touches says whether the way from one point to the other meets the shape's line
// or edge. Two points of which the area covers none have a way that meets the area
// just then.
func (s *Shape) Touches(x1, y1, x2, y2 float64) bool {
	way := edge{x1, y1, x2, y2}
	if !s.box.meets(way.box()) {
		return false
	}
	first, last := s.slabsOf(min(y1, y2), max(y1, y2))
	for _, ref := range s.refs[s.starts[first]:s.starts[last+1]] {
		if way.meets(&s.edges[ref]) {
			return true
		}
	}
	return false
}

// DistanceMeters is how far the point is from the shape, 0 inside, on the plane
// that touches WGS 84 there; ok is false beyond the limit.
func (s *Shape) DistanceMeters(x, y, limit float64) (distance float64, ok bool) {
	if s.Covers(x, y) {
		return 0, true
	}
	perX, perY := metersPerDegree(y)
	if !s.box.meets(around(x, y, limit)) {
		return 0, false
	}
	first, last := s.slabsOf(y-limit/perY, y+limit/perY)
	nearest := math.Inf(1)
	for _, ref := range s.refs[s.starts[first]:s.starts[last+1]] {
		e := &s.edges[ref]
		nearest = min(nearest, squaredToOrigin((e.x1-x)*perX, (e.y1-y)*perY, (e.x2-x)*perX, (e.y2-y)*perY))
	}
	distance = math.Sqrt(nearest)
	return distance, distance <= limit
}

// squaredToOrigin is the square of the distance of a segment from 0, 0.
func squaredToOrigin(ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	length := dx*dx + dy*dy
	t := 0.0
	if length > 0 {
		t = min(1, max(0, -(ax*dx+ay*dy)/length))
	}
	px, py := ax+t*dx, ay+t*dy
	return px*px + py*py
}

// around is a box of degrees that holds all within so many metres.
func around(x, y, meters float64) box {
	perX, perY := metersPerDegree(y)
	dx, dy := meters/perX, meters/perY
	return box{x - dx, y - dy, x + dx, y + dy}
}

// WGS 84.
const (
	semiMajor     = 6378137.0
	eccentricity2 = 0.00669437999014132
)

// metersPerDegree are the lengths of a degree of longitude and of latitude.
func metersPerDegree(lat float64) (lon, north float64) {
	sin, cos := math.Sincos(lat * math.Pi / 180)
	w := 1 - eccentricity2*sin*sin
	root := math.Sqrt(w)
	lon = semiMajor / root * math.Max(cos, 1e-9) * math.Pi / 180
	return lon, semiMajor * (1 - eccentricity2) / (w * root) * math.Pi / 180
}
