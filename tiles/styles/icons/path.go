package icons

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/image/vector"
)

// Icons are drawn on a grid of 24 units, y down, whatever their size.
const iconGrid = 24

// tracePath draws a path of absolute commands, each a letter and its numbers
// apart by spaces: M x y, L x y, Q cx cy x y, C ax ay bx by x y, Z, and two of
// our own: O cx cy r (a disc) and R x y w h r (a rectangle with round corners).
// Filling is by nonzero winding: what runs the other way round is a hole.
func tracePath(r *vector.Rasterizer, path string, scale float32) error {
	words := strings.Fields(path)
	next := func(n int) ([]float32, error) {
		if len(words) < n {
			return nil, fmt.Errorf("path ends early")
		}
		out := make([]float32, n)
		for i := range out {
			v, err := strconv.ParseFloat(words[i], 32)
			if err != nil {
				return nil, fmt.Errorf("path: %w", err)
			}
			out[i] = float32(v) * scale
		}
		words = words[n:]
		return out, nil
	}
	count := map[string]int{"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0, "O": 3, "R": 5}
	for len(words) > 0 {
		command := words[0]
		n, ok := count[command]
		if !ok {
			return fmt.Errorf("path: unknown command %q", command)
		}
		words = words[1:]
		a, err := next(n)
		if err != nil {
			return err
		}
		switch command {
		case "M":
			r.MoveTo(a[0], a[1])
		case "L":
			r.LineTo(a[0], a[1])
		case "Q":
			r.QuadTo(a[0], a[1], a[2], a[3])
		case "C":
			r.CubeTo(a[0], a[1], a[2], a[3], a[4], a[5])
		case "Z":
			r.ClosePath()
		case "O":
			roundRect(r, a[0]-a[2], a[1]-a[2], 2*a[2], 2*a[2], a[2])
		case "R":
			roundRect(r, a[0], a[1], a[2], a[3], a[4])
		}
	}
	return nil
}

// roundRect is clockwise as seen on the screen.
func roundRect(r *vector.Rasterizer, x, y, w, h, radius float32) {
	const k = 0.5522847498 // control points of a quarter circle
	c := radius * (1 - k)
	r.MoveTo(x+radius, y)
	r.LineTo(x+w-radius, y)
	r.CubeTo(x+w-c, y, x+w, y+c, x+w, y+radius)
	r.LineTo(x+w, y+h-radius)
	r.CubeTo(x+w, y+h-c, x+w-c, y+h, x+w-radius, y+h)
	r.LineTo(x+radius, y+h)
	r.CubeTo(x+c, y+h, x, y+h-c, x, y+h-radius)
	r.LineTo(x, y+radius)
	r.CubeTo(x, y+c, x+c, y, x+radius, y)
	r.ClosePath()
}
