package generalise

import (
	"cmp"
	"slices"
)

// dot is a point to be clustered, or the sum of those of one owner and value in
// one square; mx and my are sums relative to the square.
type dot struct {
	owner, value uint32
	x, y         int32 // the square
	count        int64
	mx, my       int64
	source       int32
	rank         Rank
}

// addDot takes a point that the core holds. Points below MinRank count too: a
// cluster leaves nobody out.
func (g *Generaliser) addDot(f Feature, p Point) {
	if !g.o.Cell.core(p) {
		return
	}
	x, y := (p.X-g.o.Cell.X)/g.o.Cluster, (p.Y-g.o.Cell.Y)/g.o.Cluster
	n := int64(max(f.Count, 1))
	g.dots = append(g.dots, dot{
		owner: f.Owner, value: f.Value, x: x, y: y, count: n, source: f.Source, rank: f.Rank,
		mx: n * int64(p.X-g.o.Cell.X-x*g.o.Cluster), my: n * int64(p.Y-g.o.Cell.Y-y*g.o.Cluster),
	})
}

// writeDots writes a feature for each square with points, at their middle.
func (g *Generaliser) writeDots() {
	slices.SortFunc(g.dots, func(a, b dot) int {
		return cmp.Or(cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x), cmp.Compare(a.owner, b.owner),
			cmp.Compare(a.value, b.value), cmp.Compare(a.source, b.source))
	})
	for i := 0; i < len(g.dots); {
		sum := g.dots[i]
		n := 1
		for i++; i < len(g.dots); i++ {
			d := g.dots[i]
			if d.x != sum.x || d.y != sum.y || d.owner != sum.owner || d.value != sum.value {
				break
			}
			sum.count, sum.mx, sum.my = sum.count+d.count, sum.mx+d.mx, sum.my+d.my
			sum.rank = max(sum.rank, d.rank)
			n++
		}
		if n > 1 {
			sum.source = -1
		}
		g.write(Point{
			g.o.Cell.X + sum.x*g.o.Cluster + int32((sum.mx+sum.count/2)/sum.count),
			g.o.Cell.Y + sum.y*g.o.Cluster + int32((sum.my+sum.count/2)/sum.count),
		})
		g.dst.EndPart(KindPoint)
		g.dst.EndFeature(Feature{Source: sum.source, Owner: sum.owner, Value: sum.value, Rank: sum.rank, Count: int32(sum.count)})
	}
}
