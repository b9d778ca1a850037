package demo

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// urbanReach says how far pipes and lamps follow a main road: within this many
// radii of a growth centre.
const urbanReach = 1.6

// urban reports whether p is served by town networks.
func (w *world) urban(p orb.Point) bool {
	for _, c := range growthCentres() {
		if at, err := w.point(c.at); err == nil && distance(at, p) < urbanReach*c.radius {
			return true
		}
	}
	return false
}

// pipes follow the town parts of the main roads at a distance from their axis,
// in pieces.
func (w *world) pipes(aside, piece float64, emit func(road planeWay, number int, line orb.LineString) error) error {
	for _, road := range w.roads {
		if road.status != inUse {
			continue
		}
		for i, line := range cut(road.line, piece) {
			if !w.urban(line[0]) || !w.urban(line[len(line)-1]) {
				continue
			}
			if err := emit(road, i, offset(line, aside)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) waterMains(emit emitFunc) error {
	return w.pipes(7, 400, func(road planeWay, i int, line orb.LineString) error {
		r := dice("water", road.ref, i)
		return emit(line, fmt.Sprintf("CN-%s-%03d", road.ref, i), pick(r, 150, 200, 300, 400, 600), pick(r, "HDPE", "DI", "uPVC"),
			1998+r.IntN(27), math.Round(length(line)*10)/10, math.Round(between(r, 1.5, 4.5)*10)/10)
	})
}

func (w *world) valves(emit emitFunc) error {
	return w.pipes(7, 400, func(road planeWay, i int, line orb.LineString) error {
		r := dice("valve", road.ref, i)
		return emit(line[0], fmt.Sprintf("VAN-%s-%03d", road.ref, i), pick(r, "gate", "gate", "butterfly", "air", "washout"),
			r.Float64() < 0.94, date(2023, 1, 1).AddDate(0, 0, r.IntN(1000)))
	})
}

// drains run to the lower end: towards the nearest river.
func (w *world) drains(emit emitFunc) error {
	return w.pipes(-9, 300, func(road planeWay, i int, line orb.LineString) error {
		if w.toRiver(line[0]) < w.toRiver(line[len(line)-1]) {
			line = slices.Clone(line)
			slices.Reverse(line)
		}
		r := dice("drain", road.ref, i)
		_, course := along(line, length(line)/2)
		return emit(line, fmt.Sprintf("TM-%s-%03d", road.ref, i), pick(r, "pipe", "pipe", "box", "open"), pick(r, 600, 800, 1000, 1200, 1500),
			math.Round(course), math.Round(between(r, 0.1, 0.6)*100)/100)
	})
}

func (w *world) sewers(emit emitFunc) error {
	return w.pipes(-5, 250, func(road planeWay, i int, line orb.LineString) error {
		if w.toRiver(line[0]) < w.toRiver(line[len(line)-1]) {
			line = slices.Clone(line)
			slices.Reverse(line)
		}
		r := dice("sewer", road.ref, i)
		_, course := along(line, length(line)/2)
		return emit(line, fmt.Sprintf("NT-%s-%03d", road.ref, i), pick(r, 300, 400, 500, 600), pick(r, "HDPE", "concrete"),
			math.Round(course), math.Round(between(r, 0.2, 0.8)*100)/100)
	})
}

func (w *world) telecomDucts(emit emitFunc) error {
	return w.pipes(11, 500, func(road planeWay, i int, line orb.LineString) error {
		r := dice("telecom", road.ref, i)
		return emit(line, fmt.Sprintf("VT-%s-%03d", road.ref, i), pick(r, 2, 4, 6, 9), r.IntN(5))
	})
}

// streetLights stand every 40 m on alternating sides.
func (w *world) streetLights(emit emitFunc) error {
	return w.pipes(0, 40, func(road planeWay, i int, line orb.LineString) error {
		side := 13.0
		if i%2 == 1 {
			side = -13
		}
		r := dice("light", road.ref, i)
		return emit(offset(line, side)[0], fmt.Sprintf("DEN-%s-%04d", road.ref, i), pick(r, "LED", "LED", "LED", "sodium"),
			pick(r, 90, 120, 150, 250), r.Float64() < 0.97)
	})
}

func (w *world) toRiver(p orb.Point) float64 {
	best := math.Inf(1)
	for _, river := range w.rivers {
		for _, q := range river.line {
			best = math.Min(best, distance(p, q))
		}
	}
	return best
}

// powerLine is a transmission line as drawn; points are lon lat.
type powerLine struct {
	name    string
	voltage int // kilovolts
	points  orb.LineString
}

func powerLines() []powerLine {
	return []powerLine{
		{"500 kV Tân Định - Phú Lâm", 500, track(106.640, 11.060, 106.610, 11.025, 106.590, 10.985, 106.575, 10.940, 106.560, 10.905)},
		{"500 kV Tân Định - Sông Mây", 500, track(106.640, 11.060, 106.690, 11.085, 106.745, 11.090, 106.815, 11.075, 106.880, 11.050, 106.925, 11.030)},
		{"220 kV Bình Hòa - Tân Định", 220, track(106.728, 10.905, 106.735, 10.950, 106.722, 11.000, 106.690, 11.035, 106.640, 11.060)},
		{"220 kV Mỹ Phước - Bàu Bàng", 220, track(106.628, 11.118, 106.648, 11.165, 106.655, 11.215, 106.650, 11.262, 106.640, 11.310)},
		{"110 kV Thuận An - Sóng Thần", 110, track(106.706, 10.940, 106.728, 10.925, 106.750, 10.905, 106.770, 10.890)},
		{"110 kV Tân Uyên - Đất Cuốc", 110, track(106.770, 11.078, 106.800, 11.095, 106.836, 11.110, 106.868, 11.120)},
		{"110 kV Bến Cát - Dầu Tiếng", 110, track(106.605, 11.135, 106.560, 11.165, 106.510, 11.195, 106.450, 11.235, 106.385, 11.275)},
		{"110 kV Phú Giáo - Tân Uyên", 110, track(106.798, 11.290, 106.790, 11.230, 106.785, 11.165, 106.775, 11.085)},
	}
}

// corridorHalfWidth is the safety corridor to each side of the outer wire, in
// metres, by voltage.
func corridorHalfWidth(kilovolts int) float64 {
	switch {
	case kilovolts >= 500:
		return 7 + 10
	case kilovolts >= 220:
		return 6 + 7
	}
	return 4 + 4
}

func (w *world) powerLines(emit emitFunc) error {
	for i, p := range powerLines() {
		line, err := w.project(p.points)
		if err != nil {
			return err
		}
		if err := emit(line, fmt.Sprintf("DZ-%02d", i+1), p.name, p.voltage, math.Round(length(line))); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) powerCorridors(emit emitFunc) error {
	for i, p := range powerLines() {
		line, err := w.project(p.points)
		if err != nil {
			return err
		}
		half := corridorHalfWidth(p.voltage)
		if err := emit(ribbon(line, half), fmt.Sprintf("HL-%02d", i+1), p.name, p.voltage, 2*half); err != nil {
			return err
		}
	}
	return nil
}
