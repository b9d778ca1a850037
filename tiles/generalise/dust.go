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
}

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
	g.dust = append(g.dust, speck{key, x, y, area, mx * area, my * area})
}

// writeDust writes a feature of squares for each group that has dust. Squares
// of a feature do not touch, as each is a unit smaller than its dust cell.
func (g *Generaliser) writeDust() {
	slices.SortFunc(g.dust, func(a, b speck) int {
		if a.key != b.key {
			return g.list[a.key].compare(g.list[b.key])
		}
		return cmp.Or(cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x))
	})
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
		for k := from; k < i; {
			sum := g.dust[k]
			for k++; k < i && g.dust[k].x == sum.x && g.dust[k].y == sum.y; k++ {
				sum.area += g.dust[k].area
				sum.mx += g.dust[k].mx
				sum.my += g.dust[k].my
			}
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

// writeSpeck writes a rectangle of a share of the sum's area around its middle.
// carry is the area that the one before could not take, and returned is what
// this one leaves, so that areas add up.
func (g *Generaliser) writeSpeck(s speck, share, carry float64) float64 {
	unit := g.o.DustUnit << g.o.Shift
	side := g.o.DustCell / unit
	room := side - 1
	area := float64(share*float64(s.area))/2/g.square() + carry
	width, height := rectangle(area, room)
	if height == 0 {
		return area
	}
	left := min(max(int32(s.mx/s.area)/unit-width/2, 0), room-width)
	top := min(max(int32(s.my/s.area)/unit-height/2, 0), room-height)
	p := Point{(s.x+g.o.Cell.X/g.o.DustCell)*side + left, (s.y+g.o.Cell.Y/g.o.DustCell)*side + top}
	for _, q := range [4]Point{p, {p.X + width, p.Y}, {p.X + width, p.Y + height}, {p.X, p.Y + height}} {
		g.dst.Add(Point{q.X * g.o.DustUnit, q.Y * g.o.DustUnit})
	}
	g.dst.EndPart(KindExterior)
	return area - float64(width)*float64(height)
}

// rectangle has an area as near as whole sides up to room allow; the longer is
// at most about twice the shorter.
func rectangle(area float64, room int32) (width, height int32) {
	side := min(max(round(math.Sqrt(max(area, 0))), 1), room)
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
	width, height := rectangle(area, math.MaxInt32)
	p := Point{b.minX >> shift, b.minY >> shift}
	if height == 0 {
		width = 0
	}
	ring[0], ring[1] = p, Point{p.X + width, p.Y}
	ring[2], ring[3] = Point{p.X + width, p.Y + height}, Point{p.X, p.Y + height}
	return area - float64(width)*float64(height)
}
