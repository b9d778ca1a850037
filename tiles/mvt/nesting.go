package mvt

import (
	"cmp"
	"slices"
)

// nesting finds which boxes hold which.
type nesting struct {
	boxes  []box
	order  []int32 // boxes by their left edge, of equal ones the wider first
	active []int32 // those that reach the one at hand
	around []int32
	depth  []int32
}

// each calls fn with the number of every box and of those that hold it.
func (n *nesting) each(fn func(i int32, around []int32)) {
	n.order, n.active = n.order[:0], n.active[:0]
	for i := range n.boxes {
		n.order = append(n.order, int32(i))
	}
	slices.SortFunc(n.order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(n.boxes[a].minX, n.boxes[b].minX), cmp.Compare(n.boxes[b].maxX, n.boxes[a].maxX), cmp.Compare(a, b))
	})
	for _, i := range n.order {
		k := 0
		n.around = n.around[:0]
		for _, o := range n.active {
			if n.boxes[o].maxX < n.boxes[i].minX {
				continue
			}
			n.active[k] = o
			k++
			if n.boxes[o].holds(n.boxes[i]) {
				n.around = append(n.around, o)
			}
		}
		fn(i, n.around)
		n.active = append(n.active[:k], i)
	}
}

// valid reports whether each hole lies in its exterior and no deeper, and each
// exterior in nothing or in a hole of another polygon. The rings do not touch.
func (n *nesting) valid(r *ringSet) bool {
	n.boxes, n.depth = n.boxes[:0], n.depth[:0]
	for i := range r.ends {
		n.boxes, n.depth = append(n.boxes, boundsOf(r.ring(i))), append(n.depth, 0)
	}
	ok := true
	n.each(func(i int32, around []int32) {
		own := r.kinds[i] == ExteriorPart
		for _, o := range around {
			if encloses(r.ring(int(o)), r.ring(int(i))[0]) {
				n.depth[i]++
				own = own || o == r.exterior(i)
			}
		}
		ok = ok && own
	})
	outer := int32(0)
	for i, k := range r.kinds {
		if k == ExteriorPart {
			outer = n.depth[i]
			ok = ok && outer%2 == 0
		} else {
			ok = ok && n.depth[i] == outer+1
		}
	}
	return ok
}

// exterior is the exterior that ring i belongs to.
func (r *ringSet) exterior(i int32) int32 {
	for r.kinds[i] != ExteriorPart {
		i--
	}
	return i
}

// encloses reports whether p lies in the ring, by the crossings of a ray to the
// right; on the ring itself the answer is either.
func encloses(ring []Position, p Position) bool {
	in := false
	a := ring[len(ring)-1]
	for _, b := range ring {
		if crosses(a, b, p) {
			in = !in
		}
		a = b
	}
	return in
}

// crosses reports whether the ray from p to the right crosses a-b.
func crosses(a, b, p Position) bool {
	return (a.Y > p.Y) != (b.Y > p.Y) && (turn(a, b, p) > 0) == (b.Y > a.Y)
}
