package mvt

import (
	"cmp"
	"slices"
)

// faces turns noded segments, an even number at each vertex, into the rings of
// the filled faces between them.
//
// Each segment is two half edges, one a direction; a walk keeps its face on the
// left (in units with y up; on screen, y being down, on the right):
//
//	next(h) is the half edge that leaves h's end clockwise next to h's twin
//
// so that the walk around a face has a positive area outside and a negative one
// around an island of it.
type faces struct {
	nodes []node
	half  []halfEdge
	order []int32 // half edges by node, counterclockwise
	place []int32 // where a half edge stands in order
	first []int32 // where a node's half edges begin in order
	walks []walk
	stack []int32

	component []int32 // of a node
	grouped   []int32 // segments by component
	starts    []int32 // where a component's segments begin in grouped
	nesting   nesting
	onPath    []int32 // where a node stands on the path, -1 if it does not
	path      []int32
}

// halfEdge runs from one node to another; its twin's number differs in bit 0.
type halfEdge struct{ from, to, walk int32 }

type walk struct {
	start  int32 // a half edge of it
	area   int64 // twice
	filled bool
	seen   bool
}

// build finds nodes and walks and which walks run around filled faces.
func (f *faces) build(pieces []segment) {
	f.connect(pieces)
	f.walk()
	f.fill(pieces)
}

func (f *faces) connect(pieces []segment) {
	f.nodes, f.half, f.order = f.nodes[:0], f.half[:0], f.order[:0]
	for _, s := range pieces {
		f.nodes = append(f.nodes, s.a, s.b)
	}
	slices.Sort(f.nodes)
	f.nodes = slices.Compact(f.nodes)
	for _, s := range pieces {
		a, _ := slices.BinarySearch(f.nodes, s.a)
		b, _ := slices.BinarySearch(f.nodes, s.b)
		f.half = append(f.half, halfEdge{int32(a), int32(b), -1}, halfEdge{int32(b), int32(a), -1})
		f.order = append(f.order, int32(len(f.half)-2), int32(len(f.half)-1))
	}
	slices.SortFunc(f.order, f.around)
	f.place, f.first = resized(f.place, len(f.half)), resized(f.first, len(f.nodes)+1)
	node := int32(-1)
	for i, h := range f.order {
		f.place[h] = int32(i)
		for ; node < f.half[h].from; node++ {
			f.first[node+1] = int32(i)
		}
	}
	f.first[len(f.nodes)] = int32(len(f.order))
}

// around orders half edges by their node and then counterclockwise.
func (f *faces) around(g, h int32) int {
	a, b := f.half[g], f.half[h]
	if a.from != b.from {
		return cmp.Compare(a.from, b.from)
	}
	o, p, q := f.at(a.from), f.at(a.to), f.at(b.to)
	if lower(o, p) != lower(o, q) {
		if lower(o, p) {
			return 1
		}
		return -1
	}
	return cmp.Compare(0, turn(o, p, q))
}

// lower reports whether the direction from o to p is in the second half of the
// circle.
func lower(o, p Position) bool { return p.Y < o.Y || p.Y == o.Y && p.X < o.X }

func (f *faces) at(node int32) Position { return f.nodes[node].position() }

func (f *faces) next(h int32) int32 {
	node := f.half[h].to
	i := f.place[h^1] - 1
	if i < f.first[node] {
		i = f.first[node+1] - 1
	}
	return f.order[i]
}

func (f *faces) walk() {
	f.walks = f.walks[:0]
	for h := range f.half {
		if f.half[h].walk >= 0 {
			continue
		}
		w := walk{start: int32(h)}
		origin := f.at(f.half[h].from)
		for g := int32(h); f.half[g].walk < 0; g = f.next(g) {
			f.half[g].walk = int32(len(f.walks))
			w.area += turn(origin, f.at(f.half[g].from), f.at(f.half[g].to))
		}
		f.walks = append(f.walks, w)
	}
}

// fill colours the walks: across a segment lies the other colour. Around a
// connected piece of the drawing is what the pieces around it leave there.
func (f *faces) fill(segments []segment) {
	outer := f.pieces()
	f.group(len(outer), segments)
	f.nesting.each(func(i int32, around []int32) {
		filled := false
		p := f.at(f.half[f.walks[outer[i]].start].from)
		for _, o := range around {
			for _, k := range f.grouped[f.starts[o]:f.starts[o+1]] {
				if crosses(segments[k].a.position(), segments[k].b.position(), p) {
					filled = !filled
				}
			}
		}
		f.colour(outer[i], filled)
	})
}

// group sorts the segments by their connected piece.
func (f *faces) group(n int, segments []segment) {
	f.starts, f.grouped = resized(f.starts, n+2), resized(f.grouped, len(segments))
	clear(f.starts)
	piece := func(k int) int32 { return f.component[f.half[2*k].from] }
	for k := range segments {
		f.starts[piece(k)+2]++
	}
	for i := 2; i < len(f.starts); i++ {
		f.starts[i] += f.starts[i-1]
	}
	for k := range segments {
		at := &f.starts[piece(k)+1]
		f.grouped[*at] = int32(k)
		*at++
	}
}

// pieces numbers the connected pieces, leaves their boxes in nesting and
// returns the walk around each.
func (f *faces) pieces() (outer []int32) {
	f.component = resized(f.component, len(f.nodes))
	for i := range f.component {
		f.component[i] = -1
	}
	f.nesting.boxes = f.nesting.boxes[:0]
	for i := range f.nodes {
		if f.component[i] >= 0 {
			continue
		}
		c := int32(len(outer))
		p := f.at(int32(i))
		around, b := int32(-1), box{p.X, p.Y, p.X, p.Y}
		f.stack = append(f.stack[:0], int32(i))
		f.component[i] = c
		for len(f.stack) > 0 {
			node := f.stack[len(f.stack)-1]
			f.stack = f.stack[:len(f.stack)-1]
			p := f.at(node)
			b = box{min(b.minX, p.X), min(b.minY, p.Y), max(b.maxX, p.X), max(b.maxY, p.Y)}
			for _, h := range f.order[f.first[node]:f.first[node+1]] {
				if f.walks[f.half[h].walk].area < 0 {
					around = f.half[h].walk
				}
				if to := f.half[h].to; f.component[to] < 0 {
					f.component[to] = c
					f.stack = append(f.stack, to)
				}
			}
		}
		outer, f.nesting.boxes = append(outer, around), append(f.nesting.boxes, b)
	}
	return outer
}

// colour spreads from one walk over its connected piece.
func (f *faces) colour(start int32, filled bool) {
	f.walks[start].seen, f.walks[start].filled = true, filled
	f.stack = append(f.stack[:0], start)
	for len(f.stack) > 0 {
		w := f.stack[len(f.stack)-1]
		f.stack = f.stack[:len(f.stack)-1]
		first := f.walks[w].start
		for h := first; ; {
			o := f.half[h^1].walk
			if !f.walks[o].seen {
				f.walks[o].seen, f.walks[o].filled = true, !f.walks[w].filled
				f.stack = append(f.stack, o)
			}
			if h = f.next(h); h == first {
				break
			}
		}
	}
}

func resized(s []int32, n int) []int32 {
	return slices.Grow(s[:0], n)[:n]
}
