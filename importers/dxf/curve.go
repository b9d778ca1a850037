package dxf

import "math"

const (
	// chordError is the largest distance of a stroked curve from the true one,
	// in metres.
	chordError = 0.001
	// A full turn has at least minTurn segments (an error of 0.12 % of the
	// radius) and at most maxTurn: 1 mm holds up to a radius of 3.4 km.
	minTurn = 64
	maxTurn = 4096
)

// segments is into how many chords an arc of a radius and angle is divided.
func segments(radius, angle, tolerance float64) int {
	angle = math.Abs(angle)
	n := float64(minTurn)
	if r := math.Abs(radius); r > tolerance {
		n = math.Pi / math.Acos(1-tolerance/r)
	}
	n = min(max(n, minTurn), maxTurn) * angle / (2 * math.Pi)
	if n != n || n > 4*maxTurn {
		return 1
	}
	return max(int(math.Ceil(n-1e-9)), 1)
}

// conic is an arc of an ellipse: c + a cos t + b sin t.
type conic struct {
	c, a, b  vec
	from, to float64
}

// appendConic strokes it from one end to the other, both included.
func appendConic(dst []vec, e conic, tolerance float64) []vec {
	if len(dst) > maxPositions {
		return dst
	}
	n := segments(max(e.a.length(), e.b.length()), e.to-e.from, tolerance)
	for i := range n + 1 {
		sin, cos := math.Sincos(e.from + (e.to-e.from)*float64(i)/float64(n))
		dst = append(dst, e.c.plus(e.a.times(cos)).plus(e.b.times(sin)))
	}
	return dst
}

func circle(c vec, r, from, to float64) conic {
	return conic{c: c, a: vec{x: r}, b: vec{y: r}, from: from, to: to}
}

// turnFrom brings an end angle above the start, by at most one turn.
func turnFrom(from, to float64) float64 {
	d := math.Mod(to-from, 2*math.Pi)
	if d <= 1e-12 {
		d += 2 * math.Pi
	}
	return from + d
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

// appendBulge strokes the arc from a to b and leaves out b itself. The bulge is
// the tangent of a quarter of the included angle, positive to the left:
//
//	   b
//	 /  |  sagitta = bulge * |ab| / 2, right of the chord where
//	a   |  the arc runs counter-clockwise
//	 '._/
func appendBulge(dst []vec, a, b vec, bulge, tolerance float64) []vec {
	dst = append(dst, a)
	chord := a.distance(b)
	if bulge == 0 || chord == 0 || len(dst) > maxPositions || math.Abs(bulge) < 1e-12 || bulge-bulge != 0 {
		return dst
	}
	angle := 4 * math.Atan(bulge)
	r := chord / 2 / math.Sin(angle/2) // signed
	// The centre lies left of the chord for a bulge in (0, 1).
	h := r * math.Cos(angle/2)
	nx, ny := -(b.y-a.y)/chord, (b.x-a.x)/chord
	cx, cy := (a.x+b.x)/2+nx*h, (a.y+b.y)/2+ny*h
	from := math.Atan2(a.y-cy, a.x-cx)
	n := segments(r, angle, tolerance)
	for i := 1; i < n; i++ {
		f := float64(i) / float64(n)
		sin, cos := math.Sincos(from + angle*f)
		radius := math.Abs(r)
		dst = append(dst, vec{cx + radius*cos, cy + radius*sin, a.z + (b.z-a.z)*f})
	}
	return dst
}
