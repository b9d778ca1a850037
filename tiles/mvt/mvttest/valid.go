package mvttest

import "fmt"

// Valid returns the first reason why a polygon feature is no valid multipolygon
// (OGC 06-103r4 §6.1.11.1, §6.1.14): rings are simple, holes lie in their
// exterior, rings meet in single points at most, interiors are connected and
// polygons do not overlap. Other features are valid. It compares all edges with
// all, in exact arithmetic.
func Valid(f Feature) error {
	if f.Type != Polygon {
		return nil
	}
	for i, ring := range f.Parts {
		if err := simpleRing(ring); err != nil {
			return fmt.Errorf("ring %d: %w", i, err)
		}
		for j := range i {
			if err := apart(f.Parts[j], ring); err != nil {
				return fmt.Errorf("rings %d and %d: %w", j, i, err)
			}
		}
	}
	if err := nested(f.Parts); err != nil {
		return err
	}
	return connected(f.Parts)
}

func turn(a, b, c Position) int64 { return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0]) }

func sign(v int64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// on reports whether p lies on the segment a-b.
func on(a, b, p Position) bool {
	return turn(a, b, p) == 0 && min(a[0], b[0]) <= p[0] && p[0] <= max(a[0], b[0]) && min(a[1], b[1]) <= p[1] && p[1] <= max(a[1], b[1])
}

func meet(a, b, c, d Position) bool {
	return on(a, b, c) || on(a, b, d) || on(c, d, a) || on(c, d, b) || cross(a, b, c, d)
}

// cross reports whether the segments cross between their ends.
func cross(a, b, c, d Position) bool {
	return sign(turn(a, b, c))*sign(turn(a, b, d)) < 0 && sign(turn(c, d, a))*sign(turn(c, d, b)) < 0
}

func simpleRing(ring []Position) error {
	n := len(ring)
	for i := range ring {
		a, b := ring[i], ring[(i+1)%n]
		for j := range i {
			c, d := ring[j], ring[(j+1)%n]
			switch {
			case (i+1)%n == j: // b is c
				if on(a, b, d) || on(c, d, a) {
					return fmt.Errorf("spike at %v", b)
				}
			case (j+1)%n == i: // d is a
				if on(a, b, c) || on(c, d, b) {
					return fmt.Errorf("spike at %v", a)
				}
			case meet(a, b, c, d):
				return fmt.Errorf("%v-%v meets %v-%v", a, b, c, d)
			}
		}
	}
	return nil
}

// apart fails where two rings have more than single points in common, or pass
// through each other. A vertex on the other ring must not lead from one side of
// it to the other, which nested finds by the ends of the edges.
func apart(p, q []Position) error {
	for i := range p {
		a, b := p[i], p[(i+1)%len(p)]
		for j := range q {
			c, d := q[j], q[(j+1)%len(q)]
			if cross(a, b, c, d) {
				return fmt.Errorf("%v-%v crosses %v-%v", a, b, c, d)
			}
			if turn(a, b, c) == 0 && turn(a, b, d) == 0 {
				axis := 0
				if a[0] == b[0] {
					axis = 1
				}
				if max(min(a[axis], b[axis]), min(c[axis], d[axis])) < min(max(a[axis], b[axis]), max(c[axis], d[axis])) {
					return fmt.Errorf("%v-%v runs along %v-%v", a, b, c, d)
				}
			}
		}
	}
	return nil
}

// side is where the ring q lies of the ring p: 1 inside, -1 outside; 0 if it
// passes from one to the other. Vertices on p say nothing, so that the middle of
// each edge is asked too, in doubled positions.
func side(p, q []Position) int {
	doubled := make([]Position, len(p))
	for i, v := range p {
		doubled[i] = Position{2 * v[0], 2 * v[1]}
	}
	found := 0
	for i, a := range q {
		b := q[(i+1)%len(q)]
		for _, v := range []Position{{2 * a[0], 2 * a[1]}, {a[0] + b[0], a[1] + b[1]}} {
			s := where(doubled, v)
			if s != 0 && found == -s {
				return 0
			}
			if s != 0 {
				found = s
			}
		}
	}
	return found
}

// where is 1 for a point inside the ring, -1 outside, 0 on it.
func where(ring []Position, p Position) int {
	in := -1
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if on(a, b, p) {
			return 0
		}
		if (a[1] > p[1]) != (b[1] > p[1]) && (turn(a, b, p) > 0) == (b[1] > a[1]) {
			in = -in
		}
	}
	return in
}

func nested(parts [][]Position) error {
	exterior := -1
	var owner []int
	for i, ring := range parts {
		if Area2(ring) > 0 {
			exterior = i
		} else if exterior < 0 || side(parts[exterior], ring) != 1 {
			return fmt.Errorf("hole %d is not in exterior %d", i, exterior)
		}
		owner = append(owner, exterior)
	}
	for i, ring := range parts {
		for j, other := range parts {
			switch {
			case i == j, owner[i] == owner[j] && (owner[i] == i || owner[j] == j), owner[i] != owner[j] && (owner[i] != i || owner[j] != j):
			case owner[i] == owner[j]:
				if side(other, ring) != -1 {
					return fmt.Errorf("hole %d is not outside hole %d", i, j)
				}
			default:
				if s := side(other, ring); s != -1 && (s != 1 || !inHole(parts, owner, j, ring)) {
					return fmt.Errorf("exterior %d is not outside exterior %d", i, j)
				}
			}
		}
	}
	return nil
}

// inHole reports whether the ring lies in a hole of the exterior.
func inHole(parts [][]Position, owner []int, exterior int, ring []Position) bool {
	for i := range parts {
		if i != exterior && owner[i] == exterior && side(parts[i], ring) == 1 {
			return true
		}
	}
	return false
}

// connected fails where the rings of one polygon touch around in a circle, which
// cuts its interior in two.
func connected(parts [][]Position) error {
	for i := 0; i < len(parts); {
		end := i + 1
		for end < len(parts) && Area2(parts[end]) < 0 {
			end++
		}
		group := map[any]any{}
		var root func(any) any
		root = func(k any) any {
			if up, ok := group[k]; ok {
				return root(up)
			}
			return k
		}
		for j := i; j < end; j++ {
			touched := map[Position]bool{}
			for k := i; k < end; k++ {
				if k == j {
					continue
				}
				for _, p := range touches(parts[j], parts[k]) {
					touched[p] = true
				}
			}
			for p := range touched {
				a, b := root(j), root(p)
				if a == b {
					return fmt.Errorf("ring %d closes a circle of touching rings at %v", j, p)
				}
				group[a] = b
			}
		}
		i = end
	}
	return nil
}

// touches lists the vertices of either ring that lie on the other.
func touches(p, q []Position) (out []Position) {
	for range 2 {
		for _, v := range p {
			for i, a := range q {
				if on(a, q[(i+1)%len(q)], v) {
					out = append(out, v)
					break
				}
			}
		}
		p, q = q, p
	}
	return out
}
