package demo

import (
	"math"

	"github.com/paulmach/orb"
)

// smooth rounds the corners of a drawn line: one pass of Chaikin's corner
// cutting (1974), ends kept. The result stays within a quarter of the longest
// segment of the drawing.
func smooth(line orb.LineString) orb.LineString {
	if len(line) < 3 {
		return line
	}
	out := orb.LineString{line[0]}
	for i := 1; i+1 < len(line); i++ {
		a, b, c := line[i-1], line[i], line[i+1]
		out = append(out, mix(b, a, 0.25), mix(b, c, 0.25))
	}
	return append(out, line[len(line)-1])
}

// mix is the point at share t of the way from a to b.
func mix(a, b orb.Point, t float64) orb.Point {
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
}

// snapped is the line on the millimetre grid.
func snapped(line orb.LineString) orb.LineString {
	out := make(orb.LineString, len(line))
	for i, p := range line {
		out[i] = round(p)
	}
	return out
}

func distance(a, b orb.Point) float64 { return math.Hypot(b[0]-a[0], b[1]-a[1]) }

func length(line orb.LineString) float64 {
	sum := 0.0
	for i := 1; i < len(line); i++ {
		sum += distance(line[i-1], line[i])
	}
	return sum
}

// along returns the point at the given distance from the start, with the
// bearing there in degrees clockwise from grid north.
func along(line orb.LineString, meters float64) (orb.Point, float64) {
	for i := 1; i < len(line); i++ {
		d := distance(line[i-1], line[i])
		if meters <= d || i == len(line)-1 {
			t := 1.0
			if d > 0 {
				t = math.Min(1, meters/d)
			}
			return mix(line[i-1], line[i], t), bearing(line[i-1], line[i])
		}
		meters -= d
	}
	return line[0], 0
}

func bearing(a, b orb.Point) float64 {
	return math.Mod(math.Atan2(b[0]-a[0], b[1]-a[1])*180/math.Pi+360, 360)
}

// offset moves a line to its right by meters (left when negative), vertex by
// vertex along the mean normal; a miter is at most twice the offset.
func offset(line orb.LineString, meters float64) orb.LineString {
	out := make(orb.LineString, len(line))
	for i, p := range line {
		var nx, ny float64
		if i > 0 {
			x, y := normal(line[i-1], p)
			nx, ny = nx+x, ny+y
		}
		if i+1 < len(line) {
			x, y := normal(p, line[i+1])
			nx, ny = nx+x, ny+y
		}
		n := math.Hypot(nx, ny)
		if n == 0 {
			out[i] = p
			continue
		}
		scale := meters / n
		if i > 0 && i+1 < len(line) {
			scale = meters * math.Min(2/n, 2) / n
		}
		out[i] = round(orb.Point{p[0] + nx*scale, p[1] + ny*scale})
	}
	return out
}

// normal is the unit vector to the right of a->b.
func normal(a, b orb.Point) (float64, float64) {
	d := distance(a, b)
	if d == 0 {
		return 0, 0
	}
	return (b[1] - a[1]) / d, -(b[0] - a[0]) / d
}

// cut splits a line into pieces of about the given length, sharing end points.
func cut(line orb.LineString, meters float64) []orb.LineString {
	var out []orb.LineString
	piece := orb.LineString{line[0]}
	room := meters
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		for d := distance(a, b); d > room; d = distance(a, b) {
			p := round(mix(a, b, room/d))
			out = append(out, append(piece, p))
			piece, a, room = orb.LineString{p}, p, meters
		}
		room -= distance(a, b)
		if piece[len(piece)-1] != b {
			piece = append(piece, b)
		}
	}
	if len(piece) > 1 {
		out = append(out, piece)
	}
	return out
}

// ribbon is the polygon within meters to both sides of a line.
func ribbon(line orb.LineString, meters float64) orb.Polygon {
	left, right := offset(line, -meters), offset(line, meters)
	ring := append(orb.Ring{}, right...)
	for i := len(left) - 1; i >= 0; i-- {
		ring = append(ring, left[i])
	}
	ring = append(ring, ring[0])
	ring.Reverse()
	return orb.Polygon{ring}
}

// box is a rectangle around c turned clockwise by degrees.
func box(c orb.Point, width, height, degrees float64) orb.Polygon {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	corner := func(x, y float64) orb.Point {
		return round(orb.Point{c[0] + x*cos + y*sin, c[1] - x*sin + y*cos})
	}
	w, h := width/2, height/2
	a := corner(-w, -h)
	return orb.Polygon{{a, corner(w, -h), corner(w, h), corner(-w, h), a}}
}
