package wkb

import "math"

// arcStep is the angle of one segment: 32 to the quadrant.
const arcStep = math.Pi / 64

// linearize appends a circular string (an odd number of positions: start, a
// point on the arc, end, a point on the arc, end …) as straight segments. Every
// given position stays; Z and M run linearly between them.
//
//	     b
//	  .-'''-.        the circle through a, b, c; a == c is a full
//	a         c      circle whose centre is half way between a and b
func linearize(dst, arc []float64, stride int) []float64 {
	if len(arc) < 3*stride {
		return append(dst, arc...)
	}
	dst = append(dst, arc[:stride]...)
	i := 0
	for ; i+2*stride < len(arc); i += 2 * stride {
		a, b, c := arc[i:i+stride], arc[i+stride:i+2*stride], arc[i+2*stride:i+3*stride]
		dst = appendArc(dst, a, b, c)
	}
	return append(dst, arc[i+stride:]...)
}

// appendArc appends everything of the arc after a.
func appendArc(dst, a, b, c []float64) []float64 {
	cx, cy, ok := centre(a, b, c)
	if !ok {
		dst = append(dst, b...)
		return append(dst, c...)
	}
	ta := math.Atan2(a[1]-cy, a[0]-cx)
	tb := math.Atan2(b[1]-cy, b[0]-cx)
	tc := math.Atan2(c[1]-cy, c[0]-cx)
	full := a[0] == c[0] && a[1] == c[1]
	// Sweep counter-clockwise where b then lies between a and c.
	ab, ac := turn(tb-ta), turn(tc-ta)
	if full {
		ab, ac = math.Pi, 2*math.Pi
	}
	if ab > ac {
		ab, ac = ab-2*math.Pi, ac-2*math.Pi
	}
	r := math.Hypot(a[0]-cx, a[1]-cy)
	dst = appendSweep(dst, a, b, sweep{cx, cy, r, ta, ab})
	return appendSweep(dst, b, c, sweep{cx, cy, r, ta + ab, ac - ab})
}

type sweep struct{ x, y, r, from, angle float64 }

func appendSweep(dst, a, b []float64, s sweep) []float64 {
	steps := int(math.Ceil(math.Abs(s.angle) / arcStep))
	for i := 1; i < steps; i++ {
		f := float64(i) / float64(steps)
		sin, cos := math.Sincos(s.from + s.angle*f)
		dst = append(dst, s.x+s.r*cos, s.y+s.r*sin)
		for o := 2; o < len(a); o++ {
			dst = append(dst, a[o]+(b[o]-a[o])*f)
		}
	}
	return append(dst, b...)
}

// turn brings an angle into [0, 2π).
func turn(t float64) float64 {
	t = math.Mod(t, 2*math.Pi)
	if t < 0 {
		t += 2 * math.Pi
	}
	return t
}

// centre of the circle through three positions; ok is false where they lie on
// a line. Coordinates are taken relative to a, which keeps large eastings exact.
func centre(a, b, c []float64) (x, y float64, ok bool) {
	if a[0] == c[0] && a[1] == c[1] {
		return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, a[0] != b[0] || a[1] != b[1]
	}
	bx, by := b[0]-a[0], b[1]-a[1]
	qx, qy := c[0]-a[0], c[1]-a[1]
	d := 2 * (bx*qy - by*qx)
	if math.Abs(d) <= 1e-12*(math.Hypot(bx, by)*math.Hypot(qx, qy)) {
		return 0, 0, false
	}
	b2, q2 := bx*bx+by*by, qx*qx+qy*qy
	ux, uy := (qy*b2-by*q2)/d, (bx*q2-qx*b2)/d
	if math.IsNaN(ux) || math.IsInf(ux, 0) || math.IsNaN(uy) || math.IsInf(uy, 0) {
		return 0, 0, false
	}
	return a[0] + ux, a[1] + uy, true
}
