package generalise

// graph is the borders of one cell as edges between numbered vertices. An edge
// knows its uses: which key (a feature, or a dissolved group) has it on its
// border, and on which side. Where two rings of one key run along an edge in
// opposite directions their uses cancel; that is what dissolving is.
type graph struct {
	cutter cutter
	snap   bool // node the edges, see noding.go
	limit  bool // see simplify

	points []Point
	index  []int32 // open-addressed: vertex + 1

	edges     []edge
	edgeIndex []int32 // open-addressed: edge + 1
	more      []use

	buckets buckets
	fresh   []int32 // edges to look at in the next round of noding
	born    []int32 // vertices that this round made
	splits  []split
	cells   []int32

	// the neighbours of each vertex, once all edges are known
	offset  []int32
	slots   []slot
	flags   []uint8
	area    []float64 // of each key, where removals must respect it; else empty
	lost    []int64   // by key: twice what it lost to removals in the core; may be empty
	cell    Cell
	heap    heap
	version []int32
}

// edge runs from vertex u to vertex v, u < v. Its first two uses lie within.
type edge struct {
	u, v   int32
	k0, k1 int32 // keys; -1 is free
	n0, n1 int32 // rings along u-v less rings along v-u
	more   int32 // further uses, chained; -1 is the end
	probed bool
}

type use struct{ key, net, next int32 }

// slot is one neighbour of a vertex. edge is the first edge on the way there,
// as it was before anything was removed; err is how far, in units, what was
// removed on the way may lie from the straight connection.
type slot struct {
	to, edge int32
	err      float64
}

const (
	flagFixed   uint8 = 1 << iota // never removed
	flagRemoved                   // by simplification
	flagLive                      // has an edge in use
)

func (g *graph) reset(c Cell) {
	g.cell = c
	g.cutter.x, g.cutter.y = linesOf(c.X, c.Side, c.Margin), linesOf(c.Y, c.Side, c.Margin)
	g.points, g.edges, g.more = g.points[:0], g.edges[:0], g.more[:0]
	clear(g.index)
	clear(g.edgeIndex)
	g.fresh, g.born, g.splits = g.fresh[:0], g.born[:0], g.splits[:0]
	if g.index == nil {
		g.index, g.edgeIndex = make([]int32, 1<<10), make([]int32, 1<<10)
	}
}

func hash(a, b int32) uint64 {
	h := (uint64(uint32(a))<<32 | uint64(uint32(b))) * 0x9e3779b97f4a7c15
	h ^= h >> 29
	return h * 0xbf58476d1ce4e5b9 >> 20
}

// vertex returns the number of the vertex at p, found or made.
func (g *graph) vertex(p Point) int32 {
	mask := uint64(len(g.index) - 1)
	i := hash(p.X, p.Y) & mask
	for ; g.index[i] != 0; i = (i + 1) & mask {
		if v := g.index[i] - 1; g.points[v] == p {
			return v
		}
	}
	g.points = append(g.points, p)
	v := int32(len(g.points))
	g.index[i] = v
	if len(g.points)*2 > len(g.index) {
		g.index = make([]int32, 4*len(g.index))
		mask = uint64(len(g.index) - 1)
		for n, p := range g.points {
			i := hash(p.X, p.Y) & mask
			for g.index[i] != 0 {
				i = (i + 1) & mask
			}
			g.index[i] = int32(n + 1)
		}
	}
	return v - 1
}

// edge returns the number of the edge between u < v, found or made.
func (g *graph) edge(u, v int32) int32 {
	mask := uint64(len(g.edgeIndex) - 1)
	i := hash(u, v) & mask
	for ; g.edgeIndex[i] != 0; i = (i + 1) & mask {
		if e := g.edgeIndex[i] - 1; g.edges[e].u == u && g.edges[e].v == v {
			return e
		}
	}
	g.edges = append(g.edges, edge{u: u, v: v, k0: -1, k1: -1, more: -1})
	e := int32(len(g.edges))
	g.edgeIndex[i] = e
	if len(g.edges)*2 > len(g.edgeIndex) {
		g.edgeIndex = make([]int32, 4*len(g.edgeIndex))
		mask = uint64(len(g.edgeIndex) - 1)
		for n := range g.edges {
			i := hash(g.edges[n].u, g.edges[n].v) & mask
			for g.edgeIndex[i] != 0 {
				i = (i + 1) & mask
			}
			g.edgeIndex[i] = int32(n + 1)
		}
	}
	return e - 1
}

// use notes net rings of key along a-b and returns the edge; -1 where a is b.
func (g *graph) use(a, b, key, net int32) int32 {
	if a == b {
		return -1
	}
	if a > b {
		a, b, net = b, a, -net
	}
	number := g.edge(a, b)
	e := &g.edges[number]
	switch {
	case e.k0 == key:
		e.n0 += net
		return number
	case e.k1 == key:
		e.n1 += net
		return number
	case e.k0 < 0:
		e.k0, e.n0 = key, net
		return number
	case e.k1 < 0:
		e.k1, e.n1 = key, net
		return number
	}
	for i := e.more; i >= 0; i = g.more[i].next {
		if g.more[i].key == key {
			g.more[i].net += net
			return number
		}
	}
	g.more = append(g.more, use{key, net, e.more})
	e.more = int32(len(g.more) - 1)
	return number
}

// active reports whether the edge is on anybody's border.
func (g *graph) active(number int32) bool {
	e := &g.edges[number]
	if e.n0 != 0 || e.n1 != 0 {
		return true
	}
	for i := e.more; i >= 0; i = g.more[i].next {
		if g.more[i].net != 0 {
			return true
		}
	}
	return false
}

// uses calls f for each key that has the edge on its border.
func (g *graph) uses(number int32, f func(key, net int32)) {
	e := &g.edges[number]
	if e.n0 != 0 {
		f(e.k0, e.n0)
	}
	if e.n1 != 0 {
		f(e.k1, e.n1)
	}
	for i := e.more; i >= 0; i = g.more[i].next {
		if g.more[i].net != 0 {
			f(g.more[i].key, g.more[i].net)
		}
	}
}

// connect lists each vertex's neighbours along active edges, and fixes the
// vertices that may not go: nodes, ends, and those on lines.
func (g *graph) connect() {
	n := len(g.points)
	g.offset = zeroed(g.offset, n+1)
	g.flags = zeroed(g.flags, n)
	total := 0
	for i := range g.edges {
		if g.active(int32(i)) {
			g.offset[g.edges[i].u+1]++
			g.offset[g.edges[i].v+1]++
			total += 2
		}
	}
	for v := range n {
		switch degree := g.offset[v+1]; {
		case degree == 0:
		case degree != 2 || g.cutter.on(g.points[v]):
			g.flags[v] = flagLive | flagFixed
		default:
			g.flags[v] = flagLive
		}
		g.offset[v+1] += g.offset[v]
	}
	g.slots = sized(g.slots, total)
	g.version = zeroed(g.version, n) // counts the slots filled so far, below
	for i := range g.edges {
		if !g.active(int32(i)) {
			continue
		}
		e := &g.edges[i]
		g.slots[g.offset[e.u]+g.version[e.u]] = slot{to: e.v, edge: int32(i)}
		g.slots[g.offset[e.v]+g.version[e.v]] = slot{to: e.u, edge: int32(i)}
		g.version[e.u]++
		g.version[e.v]++
	}
	clear(g.version)
}

func (g *graph) neighbours(v int32) []slot { return g.slots[g.offset[v]:g.offset[v+1]] }

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}

func zeroed[T any](s []T, n int) []T {
	s = sized(s, n)
	clear(s)
	return s
}
