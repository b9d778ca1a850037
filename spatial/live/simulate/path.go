package simulate

import (
	"math"
	"sort"

	"github.com/paulmach/orb"
)

const earthRadiusMeters = 6_371_008.8

// path is a line with the spherical distance of each vertex from its start.
type path struct {
	points    orb.LineString
	distances []float64 // metres
}

// newPath returns nil for a line without length.
func newPath(line orb.LineString) *path {
	p := &path{}
	total := 0.0
	for _, point := range line {
		if n := len(p.points); n > 0 {
			step := meters(p.points[n-1], point)
			if step == 0 {
				continue
			}
			total += step
		}
		p.points = append(p.points, point)
		p.distances = append(p.distances, total)
	}
	if len(p.points) < 2 {
		return nil
	}
	return p
}

func (p *path) length() float64 { return p.distances[len(p.distances)-1] }

// at returns the place that many metres along, held within the ends.
func (p *path) at(distance float64) orb.Point {
	i := sort.SearchFloat64s(p.distances, distance)
	switch {
	case i == 0:
		return p.points[0]
	case i == len(p.points):
		return p.points[i-1]
	}
	a, b := p.points[i-1], p.points[i]
	f := (distance - p.distances[i-1]) / (p.distances[i] - p.distances[i-1])
	return orb.Point{a[0] + f*(b[0]-a[0]), a[1] + f*(b[1]-a[1])}
}

// meters is the distance of two near points, on the plane that touches between
// them.
func meters(a, b orb.Point) float64 {
	x, y := east(a, b), north(a, b)
	return math.Hypot(x, y)
}

func east(a, b orb.Point) float64 {
	middle := (a[1] + b[1]) / 2 * math.Pi / 180
	return (b[0] - a[0]) * math.Pi / 180 * math.Cos(middle) * earthRadiusMeters
}

func north(a, b orb.Point) float64 { return (b[1] - a[1]) * math.Pi / 180 * earthRadiusMeters }

// bearing is the direction from a to b in degrees clockwise from north, in
// [0, 360).
func bearing(a, b orb.Point) float64 {
	degrees := math.Atan2(east(a, b), north(a, b)) * 180 / math.Pi
	if degrees < 0 {
		degrees += 360
	}
	if degrees >= 360 { // -1e-17 + 360 rounds up
		return 0
	}
	return degrees
}
