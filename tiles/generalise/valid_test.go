package generalise_test

import (
	"fmt"
	"slices"

	"gisd/tiles/generalise"
)

type segment struct {
	a, b pt
	ring int
}

// fault is the first thing that OGC 06-103r4 §6.1.11 forbids in a feature's
// polygons, looked at edge by edge: rings that pass a vertex twice, edges that
// cross or run along each other, windings, holes that no exterior precedes.
func fault(s *generalise.Shapes, feature int) error {
	from, to := s.PartRange(feature)
	var edges []segment
	exterior := false
	for k := from; k < to; k++ {
		ring, kind := s.Ring(k), s.Parts[k].Kind
		if kind != generalise.KindExterior && kind != generalise.KindHole {
			continue
		}
		if len(ring) < 3 {
			return fmt.Errorf("a ring of %d", len(ring))
		}
		if (signed(ring) > 0) != (kind == generalise.KindExterior) {
			return fmt.Errorf("kind %d has area %g", kind, signed(ring))
		}
		exterior = exterior || kind == generalise.KindExterior
		if !exterior {
			return fmt.Errorf("a hole comes first")
		}
		seen := map[pt]bool{}
		for i, p := range ring {
			if seen[p] {
				return fmt.Errorf("ring passes %v twice", p)
			}
			seen[p] = true
			edges = append(edges, segment{p, ring[(i+1)%len(ring)], k})
		}
	}
	return crossing(edges)
}

// crossing is about edges that meet elsewhere than in vertices.
func crossing(edges []segment) error {
	for i, e := range edges {
		if e.a.X > e.b.X {
			edges[i].a, edges[i].b = e.b, e.a
		}
	}
	slices.SortFunc(edges, func(x, y segment) int { return int(x.a.X - y.a.X) })
	for i, e := range edges {
		for _, f := range edges[i+1:] {
			if f.a.X > e.b.X {
				break
			}
			if max(e.a.Y, e.b.Y) < min(f.a.Y, f.b.Y) || max(f.a.Y, f.b.Y) < min(e.a.Y, e.b.Y) {
				continue
			}
			if meet(e, f) {
				return fmt.Errorf("edges %v and %v meet", e, f)
			}
		}
	}
	return nil
}

func turn(a, b, c pt) int {
	t := (int64(b.X)-int64(a.X))*(int64(c.Y)-int64(a.Y)) - (int64(b.Y)-int64(a.Y))*(int64(c.X)-int64(a.X))
	switch {
	case t > 0:
		return 1
	case t < 0:
		return -1
	}
	return 0
}

func onSegment(e segment, p pt) bool {
	return turn(e.a, e.b, p) == 0 && p != e.a && p != e.b &&
		p.X >= min(e.a.X, e.b.X) && p.X <= max(e.a.X, e.b.X) && p.Y >= min(e.a.Y, e.b.Y) && p.Y <= max(e.a.Y, e.b.Y)
}

// meet reports whether two edges share more than ends of both.
func meet(e, f segment) bool {
	if e.a == f.a && e.b == f.b || e.a == f.b && e.b == f.a {
		return true
	}
	if onSegment(e, f.a) || onSegment(e, f.b) || onSegment(f, e.a) || onSegment(f, e.b) {
		return true
	}
	return turn(e.a, e.b, f.a)*turn(e.a, e.b, f.b) < 0 && turn(f.a, f.b, e.a)*turn(f.a, f.b, e.b) < 0
}

// faults counts the features that are not valid and returns the first fault.
func faults(s *generalise.Shapes) (n int, first error) {
	for i := range s.Features {
		if err := fault(s, i); err != nil {
			if n == 0 {
				first = fmt.Errorf("feature %d: %w", i, err)
			}
			n++
		}
	}
	return n, first
}
