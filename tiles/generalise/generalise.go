package generalise

import (
	"cmp"
	"errors"
	"math"
)

// Options says what one pass does; positions and lengths are grid units.
type Options struct {
	Cell Cell
	// Tolerance is how far a border may move; 0 leaves vertices where they are.
	Tolerance float64
	// Dissolve makes the polygons of one Owner and Value one feature, and their
	// lines another.
	Dissolve bool
	// MinArea, with Dissolve, is the area below which a polygon becomes dust; 0
	// keeps all.
	MinArea float64
	// DustCell is the side of the squares over which dust is summed. It divides
	// Cell.Side; 0 is 16 << Shift. What larger polygons lose or gain within the
	// cell, its dust makes up for.
	DustCell int32
	// DustUnit is what sides and corners of dust are multiples of, on the grid that
	// is written, so that a smaller zoom of the band need not round them; it divides
	// DustCell >> Shift. 0 is 1.
	DustUnit int32
	// Shift writes positions on a grid 1<<Shift times coarser, rounded down. A
	// pass over parcels that are smaller than a unit of the band needs it: on too
	// coarse a grid they have no area to sum.
	Shift uint
	// MinRank leaves out the features below it.
	MinRank Rank
	// Cluster is the side of the squares in which the points of one Owner and
	// Value become one, with a count. It divides Cell.Side; 0 is off.
	Cluster int32
}

// Stats says what a pass did.
type Stats struct {
	Vertices  int     // of borders and lines, after noding
	Removed   int     // of them
	Collapsed int     // polygons that the grid cannot show, kept as one unit
	Lost      int     // rings that did not close
	LostArea  float64 // square units of dust that had no room in its square
}

// Generaliser makes passes over cells; it keeps its memory between them and is
// not safe for goroutines.
type Generaliser struct {
	o      Options
	src    *Shapes
	dst    *Shapes
	stats  Stats
	known  box
	border graph // of polygons
	ways   graph // of lines
	arcs   arcs
	trace  tracer

	groups   map[group]int32
	list     []group
	order    []int32
	keys     []int32 // by feature; -1: left out
	dust     []speck
	seats    []int32 // of dust
	dots     []dot
	a, b, c  []Point
	members  []int32 // features by group
	offsets  []int32
	sequence []int32 // vertices of the lines, one line behind the other
	pieces   []piece
}

// group is what may become one feature; alone is above 0 for a feature that does
// not merge.
type group struct {
	owner, value uint32
	alone        int32
}

func (a group) compare(b group) int {
	return cmp.Or(cmp.Compare(a.owner, b.owner), cmp.Compare(a.value, b.value), cmp.Compare(a.alone, b.alone))
}

// New returns a generaliser.
func New() *Generaliser {
	return &Generaliser{groups: map[group]int32{}, border: graph{snap: true}}
}

var errDivide = errors.New("generalise: DustCell and Cluster must divide Cell.Side, and 1<<Shift and DustUnit DustCell")

// Run replaces dst by the generalised features of a cell. src holds, whole,
// every feature whose box comes within Cell.Margin+1 units of the cell; it is
// not changed. Polygons may overlap; they share borders where their vertices are
// equal or within one unit of the other's edge.
//
// What comes out lies within the cell and its margin, and where Shift is 0 its
// polygons are valid by OGC 06-103r4 §6.1.11. A polygon or line that the grid cannot show
// becomes one unit square or long, unless Dissolve takes it up. Without Dissolve
// features keep their order, with it they come by owner and value. Dust and
// clusters are only in the cell whose core holds them.
func (g *Generaliser) Run(dst, src *Shapes, o Options) (Stats, error) {
	if err := o.Cell.check(); err != nil {
		return Stats{}, err
	}
	if o.DustCell == 0 {
		o.DustCell = 16 << o.Shift
	}
	o.DustUnit = max(o.DustUnit, 1)
	if o.DustCell>>o.Shift < 2*o.DustUnit || (o.DustCell>>o.Shift)%o.DustUnit != 0 || o.DustCell%(1<<o.Shift) != 0 || o.Cell.Side%o.DustCell != 0 || o.Cluster < 0 || o.Cluster > 0 && o.Cell.Side%o.Cluster != 0 {
		return Stats{}, errDivide
	}
	g.o, g.src, g.dst, g.stats, g.known = o, src, dst, Stats{}, o.Cell.known()
	dst.Reset()
	g.dust, g.dots = g.dust[:0], g.dots[:0]
	n := g.assignKeys()
	g.load(n)
	g.solve(n)
	if o.Dissolve {
		g.writeGroups()
	} else {
		g.writeFeatures()
	}
	g.writeDots()
	return g.stats, nil
}

// assignKeys gives each feature its key and returns how many keys there are.
func (g *Generaliser) assignKeys() int {
	n := len(g.src.Features)
	g.keys = sized(g.keys, n)
	clear(g.groups)
	g.list = g.list[:0]
	for i, f := range g.src.Features {
		switch {
		case f.Rank < g.o.MinRank:
			g.keys[i] = -1
		case !g.o.Dissolve:
			g.keys[i] = int32(i)
		default:
			k := g.key(group{owner: f.Owner, value: f.Value})
			if f.Alone && !f.Dust && f.Source >= 0 {
				k = g.key(group{f.Owner, f.Value, f.Source + 1})
			}
			g.keys[i] = k
		}
	}
	if g.o.Dissolve {
		n = len(g.list)
	}
	return n
}

// key numbers a group.
func (g *Generaliser) key(at group) int32 {
	k, ok := g.groups[at]
	if !ok {
		k = int32(len(g.list))
		g.groups[at] = k
		g.list = append(g.list, at)
	}
	return k
}

// dustOf is the group whose dust takes what of group k is too small to draw.
func (g *Generaliser) dustOf(k int32) int32 {
	at := g.list[k]
	if at.alone == 0 {
		return k
	}
	at.alone = 0
	return g.groups[at]
}

// load puts borders and lines into their graphs and points aside.
func (g *Generaliser) load(n int) {
	g.border.reset(g.o.Cell)
	g.ways.reset(g.o.Cell)
	g.sequence, g.pieces = g.sequence[:0], g.pieces[:0]
	g.border.area, g.border.lost, g.border.limit = g.border.area[:0], g.border.lost[:0], g.o.Dissolve
	if g.o.Dissolve {
		g.border.lost = zeroed(g.border.lost, n)
	} else {
		g.border.area = zeroed(g.border.area, n)
	}
	for i, f := range g.src.Features {
		from, to := g.src.PartRange(i)
		for k := from; k < to; k++ {
			part := g.src.Ring(k)
			if len(part) == 0 {
				continue
			}
			kind := g.src.Parts[k].Kind
			switch {
			case kind == KindPoint && g.o.Cluster > 0:
				g.addDot(f, part[0])
			case g.keys[i] < 0 || kind == KindPoint:
			case kind == KindLine:
				g.addLine(int32(i), part)
			case f.Dust && g.o.Dissolve:
				g.addDust(g.keys[i], part)
			case !f.Dust:
				g.addRing(g.keys[i], part, kind)
			}
		}
	}
}

// addRing cuts a ring at the lines, clips it to what is known, and notes its
// edges as a border of key, the inside to the left (y up).
func (g *Generaliser) addRing(key int32, ring []Point, kind Kind) {
	ring = openRing(ring)
	if len(ring) < 3 {
		return
	}
	area := area2(ring)
	if len(g.border.area) > 0 {
		if kind == KindExterior {
			g.border.area[key] += math.Abs(area)
		} else {
			g.border.area[key] -= math.Abs(area)
		}
	}
	net := int32(1)
	if (area < 0) == (kind == KindExterior) {
		net = -1
	}
	h := &g.border
	if ring = g.within(&h.cutter, ring); len(ring) < 3 {
		return
	}
	last := h.vertex(ring[len(ring)-1])
	for _, p := range ring {
		v := h.vertex(p)
		h.use(last, v, key, net)
		last = v
	}
}

// within is what is known of a ring, cut at the lines.
func (g *Generaliser) within(c *cutter, ring []Point) []Point {
	bounds := boundsOf(ring)
	if g.known.misses(bounds) {
		return nil
	}
	if c.crosses(bounds) {
		g.c = c.ring(g.c[:0], ring)
		ring = g.c
	}
	if g.known.holds(bounds) {
		return ring
	}
	if ring, g.a, g.b = clipRing(ring, g.known, g.a, g.b); len(ring) < 3 {
		return nil
	}
	// The edges that clipping made, along the rim.
	g.c = c.ring(g.c[:0], ring)
	return g.c
}

// solve nodes and simplifies, and lists the arcs of each key.
func (g *Generaliser) solve(n int) {
	for _, h := range [2]*graph{&g.border, &g.ways} {
		h.node()
		h.connect()
		if h == &g.ways {
			g.fixEnds()
		}
		g.stats.Vertices += len(h.points)
		g.stats.Removed += h.simplify(g.o.Tolerance)
	}
	g.arcs.cut(&g.border)
	g.trace.assign(&g.border, &g.arcs, n)
}
