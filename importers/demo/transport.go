package demo

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// roadLayer emits the main roads and, around the growth centres, the streets
// between the blocks of parcels.
func (w *world) roadLayer(emit emitFunc) error {
	for _, road := range w.roads {
		err := emit(road.line, road.ref, road.name, road.nameEN, road.class, road.lanes, string(road.status), math.Round(length(road.line)))
		if err != nil {
			return err
		}
	}
	const reach = 1.0
	for _, c := range growthCentres() {
		origin, err := w.point(c.at)
		if err != nil {
			return err
		}
		cols := int(reach * c.radius / (blockWidth + streetWidth))
		rows := int(reach * c.radius / (blockDepth + streetWidth))
		number := 0
		street := func(b block, x, y float64, to orb.Point) error {
			a := b.place(x, y)
			if distance(origin, a) > c.radius || w.occupied(mix(a, to, 0.5)) || w.nearerCentre(b) {
				return nil
			}
			if _, ok := w.wardAt(a); !ok {
				return nil
			}
			number++
			line := orb.LineString{a, to}
			name := fmt.Sprintf("Đường số %d (%s)", number, c.name)
			return emit(line, fmt.Sprintf("%s-%d", c.name, number), name, fmt.Sprintf("Street %d (%s)", number, c.name), "street", 2, string(inUse), math.Round(length(line)))
		}
		for col := -cols; col <= cols; col++ {
			for row := -rows; row <= rows; row++ {
				b := block{centre: c, origin: origin, col: col, row: row}
				gap := streetWidth / 2
				if err := street(b, -gap, -gap, b.place(blockWidth+gap, -gap)); err != nil {
					return err
				}
				if err := street(b, -gap, -gap, b.place(-gap, blockDepth+gap)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (w *world) railLayer(emit emitFunc) error {
	for _, rail := range railways() {
		line, err := w.project(rail.points)
		if err != nil {
			return err
		}
		line = snapped(smooth(line))
		if err := emit(line, rail.ref, rail.name, rail.nameEN, rail.class, string(rail.status), math.Round(length(line))); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) waterwayLayer(emit emitFunc) error {
	for _, river := range w.rivers {
		if err := emit(river.line, river.name, river.nameEN, river.widthMeters, river.navigable, math.Round(length(river.line))); err != nil {
			return err
		}
	}
	return nil
}

// placeLayer emits places with a number of synthetic companions.
func (w *world) placeLayer(list []place, emit emitFunc) error {
	for i, p := range list {
		at, err := w.point(p.at)
		if err != nil {
			return err
		}
		code := "?"
		if ward, ok := w.wardAt(at); ok {
			code = ward.code
		}
		if err := emit(at, i+1, p.name+" (mẫu)", p.nameEN+" (sample)", p.kind, code); err != nil {
			return err
		}
	}
	return nil
}
