package label

import "math"

// Line returns the position halfway along a line and the direction of the edge
// there, in radians from the x axis towards the y axis, between -π/2 and π/2 so
// that text is never upside down where y points up. ok is false for a line
// without length or with a coordinate that is not a number.
func Line(xy []float64) (x, y, angle float64, ok bool) {
	total := 0.0
	for i := 2; i+1 < len(xy); i += 2 {
		total += math.Hypot(xy[i]-xy[i-2], xy[i+1]-xy[i-1])
	}
	if !(total > 0) || math.IsInf(total, 0) {
		return 0, 0, 0, false
	}
	rest := total / 2
	for i := 2; i+1 < len(xy); i += 2 {
		dx, dy := xy[i]-xy[i-2], xy[i+1]-xy[i-1]
		length := math.Hypot(dx, dy)
		if rest > length || length == 0 {
			rest -= length
			continue
		}
		angle = math.Atan2(dy, dx)
		if angle > math.Pi/2 {
			angle -= math.Pi
		} else if angle <= -math.Pi/2 {
			angle += math.Pi
		}
		return xy[i-2] + dx*rest/length, xy[i-1] + dy*rest/length, angle, true
	}
	n := len(xy)
	return xy[n-2], xy[n-1], 0, true
}
