package dxf

import (
	"math"
	"sort"
)

// spline is a B-spline, rational where it has weights.
type spline struct {
	degree  int
	knots   []float64
	control []vec
	weights []float64
	fit     []vec
	closed  bool
}

const maxDegree = 16

// appendSpline strokes the curve: by its control points, else a smooth curve
// through its fit points. What is no valid spline becomes its control polygon.
func appendSpline(dst []vec, s *spline, tolerance float64) []vec {
	n := len(s.control)
	if n == 0 {
		return appendFit(dst, s, tolerance)
	}
	if s.degree < 1 || s.degree > maxDegree || n <= s.degree {
		return append(dst, s.control...)
	}
	if len(s.knots) != n+s.degree+1 || !sort.Float64sAreSorted(s.knots) {
		s.knots = clamped(n, s.degree)
	}
	if len(s.weights) != n {
		s.weights = nil
	}
	e := evaluator{s: s, tolerance: tolerance}
	from := len(dst)
	for i := s.degree; i < n; i++ {
		a, b := s.knots[i], s.knots[i+1]
		if !(b > a) || len(dst) > maxPositions {
			continue
		}
		e.span = i
		pa, pb := e.at(a), e.at(b)
		if len(dst) == from {
			dst = append(dst, pa)
		}
		dst = e.subdivide(dst, stretch{a, b, pa, pb}, 0)
	}
	if len(dst) == from {
		return append(dst, s.control...)
	}
	return dst
}

// clamped is a uniform knot vector of a curve that begins and ends at its
// outermost control points.
func clamped(n, degree int) []float64 {
	knots := make([]float64, n+degree+1)
	for i := range knots {
		knots[i] = float64(min(max(i-degree, 0), n-degree))
	}
	return knots
}

type evaluator struct {
	s         *spline
	span      int
	tolerance float64
}

type stretch struct {
	a, b   float64
	pa, pb vec
}

// at evaluates by de Boor's algorithm within the span.
func (e *evaluator) at(t float64) vec {
	var d [maxDegree + 1]vec
	var w [maxDegree + 1]float64
	s, p, k := e.s, e.s.degree, e.span
	for j := range p + 1 {
		i := j + k - p
		w[j] = 1
		if s.weights != nil {
			w[j] = s.weights[i]
		}
		d[j] = s.control[i].times(w[j])
	}
	for r := 1; r <= p; r++ {
		for j := p; j >= r; j-- {
			i := j + k - p
			f, den := 0.0, s.knots[i+p-r+1]-s.knots[i]
			if den != 0 {
				f = (t - s.knots[i]) / den
			}
			d[j] = d[j-1].times(1 - f).plus(d[j].times(f))
			w[j] = w[j-1]*(1-f) + w[j]*f
		}
	}
	if w[p] == 0 {
		return d[p]
	}
	return d[p].times(1 / w[p])
}

// subdivide appends the curve after a: halved at least twice, and until the
// quarters lie within the tolerance of the chord.
func (e *evaluator) subdivide(dst []vec, s stretch, depth int) []vec {
	m := (s.a + s.b) / 2
	pm := e.at(m)
	if depth >= 2 {
		q1, q3 := e.at((s.a+m)/2), e.at((m+s.b)/2)
		off := max(offChord(pm, s), offChord(q1, s), offChord(q3, s))
		if off <= e.tolerance || depth >= 9 || off != off {
			return append(dst, s.pb)
		}
	}
	if e.s.degree == 1 && depth >= 0 {
		return append(dst, s.pb)
	}
	dst = e.subdivide(dst, stretch{s.a, m, s.pa, pm}, depth+1)
	return e.subdivide(dst, stretch{m, s.b, pm, s.pb}, depth+1)
}

// offChord is the distance of p from the line between the stretch's ends.
func offChord(p vec, s stretch) float64 {
	d, q := s.pb.minus(s.pa), p.minus(s.pa)
	l2 := d.x*d.x + d.y*d.y + d.z*d.z
	if l2 == 0 {
		return q.length()
	}
	f := min(max((d.x*q.x+d.y*q.y+d.z*q.z)/l2, 0), 1)
	return q.minus(d.times(f)).length()
}

// appendFit draws a centripetal Catmull-Rom curve through the fit points, which
// is near what AutoCAD draws until it has computed control points.
func appendFit(dst []vec, s *spline, tolerance float64) []vec {
	p := make([]vec, 0, len(s.fit))
	for _, v := range s.fit {
		if len(p) == 0 || p[len(p)-1] != v {
			p = append(p, v)
		}
	}
	n := len(p)
	if n < 3 {
		return append(dst, p...)
	}
	closed := s.closed
	if p[0] == p[n-1] {
		closed = true
		n--
	}
	at := func(i int) vec {
		switch {
		case closed:
			return p[((i%n)+n)%n]
		case i < 0:
			return p[0].times(2).minus(p[1])
		case i >= n:
			return p[n-1].times(2).minus(p[n-2])
		}
		return p[i]
	}
	last := n - 1
	if closed {
		last = n
	}
	dst = append(dst, p[0])
	for i := 0; i < last && len(dst) <= maxPositions; i++ {
		c := catmullRom{at(i - 1), at(i), at(i + 1), at(i + 2)}
		steps := c.steps(tolerance)
		for j := 1; j <= steps; j++ {
			dst = append(dst, c.at(float64(j)/float64(steps)))
		}
	}
	return dst
}

type catmullRom [4]vec

func (c *catmullRom) at(f float64) vec {
	if f >= 1 {
		return c[2]
	}
	var t [4]float64
	for i := 1; i < 4; i++ {
		t[i] = t[i-1] + max(math.Sqrt(c[i].minus(c[i-1]).length()), 1e-9)
	}
	u := t[1] + (t[2]-t[1])*f
	mix := func(a, b vec, ta, tb float64) vec {
		return a.times((tb - u) / (tb - ta)).plus(b.times((u - ta) / (tb - ta)))
	}
	a1, a2, a3 := mix(c[0], c[1], t[0], t[1]), mix(c[1], c[2], t[1], t[2]), mix(c[2], c[3], t[2], t[3])
	return mix(mix(a1, a2, t[0], t[2]), mix(a2, a3, t[1], t[3]), t[1], t[2])
}

func (c *catmullRom) steps(tolerance float64) int {
	bow := offChord(c.at(0.5), stretch{pa: c[1], pb: c[2]})
	if !(bow > tolerance) {
		return 4
	}
	return int(min(4+2*math.Sqrt(bow/tolerance), 128))
}
