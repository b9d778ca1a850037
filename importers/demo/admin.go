package demo

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// formerCommune is a commune as it was until 30 June 2025.
type formerCommune struct {
	name  string
	shape orb.MultiPolygon
}

const provinceHalf = 60_000.0 // metres; half the side of a square around the province

// layOutWards cuts the outline into the 36 wards and each ward into the
// communes that it was made of.
func (w *world) layOutWards() error {
	list := communes()
	sites := make([]site, len(list))
	for i, c := range list {
		at, err := w.point(c.site)
		if err != nil {
			return err
		}
		sites[i] = site{at, c.weight * 1e6}
	}
	centre, _ := planar.CentroidArea(w.outline)
	for i, c := range list {
		shape, err := intersect(orb.MultiPolygon{w.outline}, powerCell(sites, i, centre, provinceHalf))
		if err != nil {
			return err
		}
		if len(shape) == 0 {
			return fmt.Errorf("demo: commune %s has no area", c.code)
		}
		for _, polygon := range shape {
			for k := range polygon {
				polygon[k] = w.roughen(polygon[k])
			}
		}
		parts, err := formerCommunes(c, shape)
		if err != nil {
			return err
		}
		w.wards = append(w.wards, ward{c, shape, parts})
	}
	return nil
}

// formerCommunes divides a ward among the communes that it was made of.
func formerCommunes(c commune, shape orb.MultiPolygon) ([]formerCommune, error) {
	if len(c.former) == 1 {
		return []formerCommune{{c.former[0], shape}}, nil
	}
	centre, area := planar.CentroidArea(shape)
	radius := math.Sqrt(area/math.Pi) * 0.55
	r := dice("former", c.code)
	start := between(r, 0, 2*math.Pi)
	sites := make([]site, len(c.former))
	for i := range sites {
		sin, cos := math.Sincos(start + 2*math.Pi*float64(i)/float64(len(sites)) + between(r, -0.3, 0.3))
		sites[i].at = orb.Point{centre[0] + radius*cos, centre[1] + radius*sin}
	}
	var out []formerCommune
	for i, name := range c.former {
		part, err := intersect(shape, powerCell(sites, i, centre, provinceHalf))
		if err != nil {
			return nil, err
		}
		if len(part) > 0 {
			out = append(out, formerCommune{name, part})
		}
	}
	return out, nil
}

// roughen bends the straight inner borders of a ring by midpoint displacement.
// The bend depends on the two end points alone, so that both neighbours bend
// alike; edges of the province's outline stay as drawn.
func (w *world) roughen(ring orb.Ring) orb.Ring {
	out := orb.Ring{ring[0]}
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if w.onOutline(mix(a, b, 0.5)) {
			out = append(out, b)
			continue
		}
		if a[0] < b[0] || a[0] == b[0] && a[1] < b[1] {
			out = append(out, bend(a, b)...)
		} else {
			back := bend(b, a)
			for k := len(back) - 2; k >= 0; k-- {
				out = append(out, back[k])
			}
			out = append(out, b)
		}
	}
	return out
}

// bend returns the points after a up to and with b.
func bend(a, b orb.Point) orb.LineString {
	if distance(a, b) < 500 {
		return orb.LineString{b}
	}
	r := dice("bend", a, b)
	d := distance(a, b) * between(r, -0.07, 0.07)
	nx, ny := normal(a, b)
	m := mix(a, b, between(r, 0.4, 0.6))
	m = round(orb.Point{m[0] + nx*d, m[1] + ny*d})
	return append(bend(a, m), bend(m, b)...)
}

// onOutline reports whether p lies within 5 mm of the drawn outline.
func (w *world) onOutline(p orb.Point) bool {
	return planar.DistanceFrom(orb.LineString(w.outline[0]), p) < 0.005
}

// wardAt returns the ward that holds p.
func (w *world) wardAt(p orb.Point) (*ward, bool) {
	for i := range w.wards {
		if planar.MultiPolygonContains(w.wards[i].shape, p) {
			return &w.wards[i], true
		}
	}
	return nil, false
}
