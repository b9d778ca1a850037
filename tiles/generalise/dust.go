package generalise

import (
	"cmp"
	"math"
	"slices"
)

// speck is a polygon too small to draw, or the sum of those of one key in one
// dust cell. x and y are the dust cell; mx and my its middle, relative to the
// dust cell and weighted by the area.
type speck struct {
	key, x, y    int32
	area, mx, my int64 // area is twice the area
	at           seat
}

// seat is where in its dust cell a speck is drawn: around the middle of a
// rectangle, and about as wide for its height.
type seat struct{ x, y, width, height int64 }

// isDust reports whether a shell is too small to draw and as small in every
// cell that sees it: one as wide as the margin may be cut elsewhere.
func (g *Generaliser) isDust(r *ring) bool {
	reach := g.o.Cell.Margin
	if reach == 0 {
		reach = g.o.Cell.Side
	}
	b := r.bounds
	return r.area-r.holes < 2*g.o.MinArea && b.maxX-b.minX < reach && b.maxY-b.minY < reach
}

func (g *Generaliser) addDust(key int32, ring []Point) {
	g.addSpeck(key, boundsOf(ring), int64(math.Abs(area2(ring))))
}

// addSpeck sums what the core of this cell holds by the middle of its box.
func (g *Generaliser) addSpeck(key int32, b box, area int64) {
	at := Point{b.minX + (b.maxX-b.minX)/2, b.minY + (b.maxY-b.minY)/2}
	if area <= 0 || !g.o.Cell.core(at) {
		return
	}
	// Cells stand at multiples of their side, so that rounding down is by the cell.
	x, y := (at.X-g.o.Cell.X)/g.o.DustCell, (at.Y-g.o.Cell.Y)/g.o.DustCell
	mx := int64(at.X - g.o.Cell.X - x*g.o.DustCell)
	my := int64(at.Y - g.o.Cell.Y - y*g.o.DustCell)
	g.dust = append(g.dust, speck{key: key, x: x, y: y, area: area, mx: mx * area, my: my * area})
}

// writeDust writes a feature of squares for each group that has dust. Squares
// of a feature do not touch, as each is a unit smaller than its dust cell.
func (g *Generaliser) writeDust() {
	g.sumDust()
	g.seatDust()
	for k, at := range g.list {
		if at.alone > 0 {
			g.border.lost[g.dustOf(int32(k))] += g.border.lost[k]
		}
	}
	for i := 0; i < len(g.dust); {
		key, parts, from := g.dust[i].key, len(g.dst.Parts), i
		whole := int64(0)
		for ; i < len(g.dust) && g.dust[i].key == key; i++ {
			whole += g.dust[i].area
		}
		share, carry := g.balance(key, whole), dither(g.o.Cell.X, g.o.Cell.Y, g.list[key])-0.5
		for _, sum := range g.dust[from:i] {
			carry = g.writeSpeck(sum, share, carry)
		}
		g.stats.LostArea += float64(int32(carry)) * g.square()
		if len(g.dst.Parts) > parts {
			f := g.merged(key)
			f.Dust = true
			g.dst.EndFeature(f)
		}
	}
}

// sumDust sorts the specks by group and makes those of one dust cell one.
func (g *Generaliser) sumDust() {
	slices.SortFunc(g.dust, func(a, b speck) int {
		if a.key != b.key {
			return g.list[a.key].compare(g.list[b.key])
		}
		return cmp.Or(cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x))
	})
	n := 0
	for _, s := range g.dust {
		if n > 0 && g.dust[n-1].key == s.key && g.dust[n-1].x == s.x && g.dust[n-1].y == s.y {
			last := &g.dust[n-1]
			last.area, last.mx, last.my = last.area+s.area, last.mx+s.mx, last.my+s.my
			continue
		}
		g.dust[n] = s
		n++
	}
	g.dust = g.dust[:n]
}

// seatDust says where each group's share of a dust cell is drawn: around its middle,
// or, where dust is most of the cell, side by side in a square around the common
// middle. Drawn over each other there, they would leave a gap beside.
func (g *Generaliser) seatDust() {
	g.seats = sized(g.seats, len(g.dust))
	order := g.seats
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int {
		a, b := g.dust[i], g.dust[j]
		return cmp.Or(cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x), cmp.Compare(b.area, a.area), cmp.Compare(i, j))
	})
	for len(order) > 0 {
		n, sum := 0, speck{}
		for first := g.dust[order[0]]; n < len(order); n++ {
			s := &g.dust[order[n]]
			if s.x != first.x || s.y != first.y {
				break
			}
			s.at = seat{x: s.mx / s.area, y: s.my / s.area}
			sum.area, sum.mx, sum.my = sum.area+s.area, sum.mx+s.mx, sum.my+s.my
		}
		if room := int64(g.o.DustCell); 2*sum.area >= 3*room*room { // twice the area: three quarters of the cell
			side := min(int64(math.Sqrt(float64(sum.area)/2)), room)
			left := min(max(sum.mx/sum.area-side/2, 0), room-side)
			top := min(max(sum.my/sum.area-side/2, 0), room-side)
			g.seat(order[:n], sum.area, seat{left, top, side, side})
		}
		order = order[n:]
	}
}

// seat cuts a rectangle across its longer side, the larger groups from the smaller,
// into two about equal halves, and those likewise.
func (g *Generaliser) seat(order []int32, area int64, at seat) {
	if len(order) == 1 {
		g.dust[order[0]].at = at
		return
	}
	n, half := 1, g.dust[order[0]].area
	for ; n < len(order)-1 && 2*half < area; n++ {
		half += g.dust[order[n]].area
	}
	first, second := at, at
	if at.width >= at.height {
		first.width = at.width * half / area
		second.x, second.width = at.x+first.width, at.width-first.width
	} else {
		first.height = at.height * half / area
		second.y, second.height = at.y+first.height, at.height-first.height
	}
	g.seat(order[:n], half, first)
	g.seat(order[n:], area-half, second)
}

// balance is by how much a key's dust, twice whole, has to grow or shrink to
// make up for what its polygons lost or gained in this core.
func (g *Generaliser) balance(key int32, whole int64) float64 {
	lost := g.border.lost[key]
	share := float64(whole+lost) / float64(whole)
	kept := min(max(share, 0), 2)
	g.stats.LostArea += (share - kept) * float64(whole) / 2
	return kept
}

// square is a square of one DustUnit in square units of the input.
func (g *Generaliser) square() float64 {
	unit := int64(g.o.DustUnit) << g.o.Shift
	return float64(unit * unit)
}

// writeSpeck writes a rectangle of a share of the sum's area at its seat.
// carry is the area that the one before could not take, and returned is what
// this one leaves, so that areas add up.
func (g *Generaliser) writeSpeck(s speck, share, carry float64) float64 {
	unit := g.o.DustUnit << g.o.Shift
	side := g.o.DustCell / unit
	room := side - 1
	area := float64(share*float64(s.area))/2/g.square() + carry
	width, height := rectangle(area, room, s.at.ratio())
	if height == 0 {
		return area
	}
	left := min(max((int32(2*s.at.x+s.at.width)/unit-width)/2, 0), room-width)
	top := min(max((int32(2*s.at.y+s.at.height)/unit-height)/2, 0), room-height)
	p := Point{(s.x+g.o.Cell.X/g.o.DustCell)*side + left, (s.y+g.o.Cell.Y/g.o.DustCell)*side + top}
	for _, q := range [4]Point{p, {p.X + width, p.Y}, {p.X + width, p.Y + height}, {p.X, p.Y + height}} {
		g.dst.Add(Point{q.X * g.o.DustUnit, q.Y * g.o.DustUnit})
	}
	g.dst.EndPart(KindExterior)
	return area - float64(width)*float64(height)
}

// ratio is of the width to the height.
func (s seat) ratio() float64 {
	const most = 4
	if s.width == 0 || s.height == 0 {
		return 1
	}
	return min(max(float64(s.width)/float64(s.height), 1./most), most)
}

// rectangle has an area as near as whole sides up to room allow, and about the
// ratio of its width to its height.
func rectangle(area float64, room int32, ratio float64) (width, height int32) {
	area = max(area, 0)
	side := min(max(round(math.Sqrt(area*ratio)), 1), room)
	if float64(room)*float64(side) < area { // as wide as it takes
		side = min(int32(math.Ceil(area/float64(room))), room)
	}
	least := math.Inf(1)
	for w := side; w > 0 && 4*w >= 3*side; w-- {
		h := min(max(round(area/float64(w)), 0), room)
		if e := math.Abs(float64(float64(w)*float64(h)) - area); e < least {
			width, height, least = w, h, e
		}
	}
	return width, height
}

// dither is from 0 up to 1: the additive recurrence with the plastic number in
// two dimensions (Roberts 2018), shifted by the group. Over any region it is
// evenly spread.
func dither(x, y int32, at group) float64 {
	n := uint32(x)*3242174889 + uint32(y)*2447445414 + at.value*2654435769 + at.owner*2246822519
	return float64(n) / (1 << 32)
}

// coarsenDust makes a rectangle what it is on a grid 1<<shift times coarser,
// where it may come to nothing; carry as in writeSpeck.
func coarsenDust(ring []Point, shift uint, carry float64) float64 {
	b := boundsOf(ring)
	area := float64(b.maxX-b.minX)*float64(b.maxY-b.minY)/float64(int64(1)<<(2*shift)) + carry
	width, height := rectangle(area, math.MaxInt32, 1)
	p := Point{b.minX >> shift, b.minY >> shift}
	if height == 0 {
		width = 0
	}
	ring[0], ring[1] = p, Point{p.X + width, p.Y}
	ring[2], ring[3] = Point{p.X + width, p.Y + height}, Point{p.X, p.Y + height}
	return area - float64(width)*float64(height)
}
