package mvt

// turn is twice the signed area of the triangle a b c; zero when they lie on
// one line. Callers hand in clipped positions, which cannot overflow.
func turn(a, b, c Position) int64 {
	return (b.X-a.X)*(c.Y-a.Y) - (b.Y-a.Y)*(c.X-a.X)
}

// tidyRing drops repeated points, points on a straight run and spikes from an
// open ring, around its seam too. Fewer than three points are no ring; what is
// then left in dst is of no use.
func tidyRing(dst, ring []Position) []Position {
	out := dst[:0]
	for _, p := range ring {
		out = pushRing(out, p)
	}
	first := 0
	for len(out)-first >= 3 {
		n := len(out)
		switch {
		case out[n-1] == out[first], turn(out[n-2], out[n-1], out[first]) == 0:
			out = out[:n-1]
		case turn(out[n-1], out[first], out[first+1]) == 0:
			first++
		default:
			return out[first:]
		}
	}
	return out[:0]
}

func pushRing(out []Position, p Position) []Position {
	for {
		n := len(out)
		if n > 0 && out[n-1] == p {
			return out
		}
		if n < 2 || turn(out[n-2], out[n-1], p) != 0 {
			return append(out, p)
		}
		out = out[:n-1]
	}
}

// tidyLine drops repeated points and points on a straight run that goes on in
// the same direction; a line that turns back keeps its turning point.
func tidyLine(dst, line []Position) []Position {
	out := dst[:0]
	for _, p := range line {
		n := len(out)
		if n > 0 && out[n-1] == p {
			continue
		}
		if n >= 2 && turn(out[n-2], out[n-1], p) == 0 && ahead(out[n-2], out[n-1], p) {
			out[n-1] = p
			continue
		}
		out = append(out, p)
	}
	return out
}

func ahead(a, b, c Position) bool {
	return (b.X-a.X)*(c.X-b.X)+(b.Y-a.Y)*(c.Y-b.Y) > 0
}

// area2 is twice the area by the surveyor's formula, positive for a ring that
// runs clockwise on screen (MVT 2.1 §4.3.4.4: an exterior ring).
func area2(ring []Position) int64 {
	if len(ring) < 3 {
		return 0
	}
	var sum int64
	for i := 1; i+1 < len(ring); i++ {
		sum += turn(ring[0], ring[i], ring[i+1])
	}
	return sum
}
