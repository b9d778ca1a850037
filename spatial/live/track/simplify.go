package track

import (
	"gisd/spatial/live"
	"gisd/spatial/live/fence"
)

// Simplify leaves out fixes of one device, in the order of their times, so that each of
// them lies at most so many metres from where the device would be at its time if it went
// at an even speed from the fix kept before to the one kept after (top-down time ratio:
// Douglas and Peucker by synchronised distance). Stops stay where they were in time,
// which ST_Simplify does not care for. The first and the last are kept; 0 metres keep
// all. The result is in the same memory.
func Simplify(fixes []live.Position, meters float64) []live.Position {
	if meters <= 0 || len(fixes) < 3 {
		return fixes
	}
	kept := make([]bool, len(fixes))
	kept[0], kept[len(fixes)-1] = true, true
	open := [][2]int{{0, len(fixes) - 1}}
	for len(open) > 0 {
		span := open[len(open)-1]
		open = open[:len(open)-1]
		if i, away := farthest(fixes, span[0], span[1]); away > meters {
			kept[i] = true
			open = append(open, [2]int{span[0], i}, [2]int{i, span[1]})
		}
	}
	n := 0
	for i, k := range kept {
		if k {
			fixes[n] = fixes[i]
			n++
		}
	}
	return fixes[:n]
}

// farthest is the fix between two others that is farthest from the even way between
// them, metres.
func farthest(fixes []live.Position, from, to int) (index int, meters float64) {
	a, b := &fixes[from], &fixes[to]
	whole := b.Time.Sub(a.Time).Seconds()
	for i := from + 1; i < to; i++ {
		p := &fixes[i]
		part := p.Time.Sub(a.Time).Seconds() / whole // times differ: a fix has a time of its own
		away := fence.Meters(p.Lon, p.Lat, a.Lon+(b.Lon-a.Lon)*part, a.Lat+(b.Lat-a.Lat)*part)
		if away > meters {
			index, meters = i, away
		}
	}
	return index, meters
}
