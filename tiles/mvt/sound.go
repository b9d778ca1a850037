package mvt

// Prover finds out ahead of time whether shapes need repair when they are drawn
// whole. Not safe for goroutines; its memory is used again.
type Prover struct {
	placed []Position
	rings  ringSet
	sweep  sweep
}

// Sound reports whether the polygons of a shape on a lattice, at 2^shift
// positions a unit, are valid as they stand once snapped and tidied, whatever
// tile they lie on. A shape without polygons is sound.
func (p *Prover) Sound(s *Shape, shift uint) bool {
	g := Grid{Shift: shift}
	p.placed = g.place(p.placed, s.Positions)
	p.rings.reset()
	keep := false
	for _, part := range s.Parts {
		if part.Kind < ExteriorPart {
			continue
		}
		ring := openRing(p.placed[part.Start:part.End])
		if part.Kind == ExteriorPart {
			keep = p.rings.add(ring, ExteriorPart)
		} else if keep {
			p.rings.add(ring, HolePart)
		}
	}
	return len(p.rings.ends) == 0 || p.rings.simple(&p.sweep, false, box{}, box{})
}
