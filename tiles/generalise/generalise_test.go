package generalise_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"gisd/tiles/generalise"
)

// unmatched counts the directed edges of all polygons that no other polygon
// runs along the other way, those on the border of the box left out: where
// there are none, neighbours neither gape nor overlap.
func unmatched(s *generalise.Shapes, lo, hi pt) int {
	edges := map[[2]pt]int{}
	for k := range s.Parts {
		ring := s.Ring(k)
		for i, p := range ring {
			edges[[2]pt{p, ring[(i+1)%len(ring)]}]++
		}
	}
	n := 0
	for e, count := range edges {
		a, b := e[0], e[1]
		border := a.X == b.X && (a.X == lo.X || a.X == hi.X) || a.Y == b.Y && (a.Y == lo.Y || a.Y == hi.Y)
		if !border && (count != 1 || edges[[2]pt{b, a}] != 1) {
			n++
		}
	}
	return n
}

func TestNeighboursNeitherGapeNorOverlap(t *testing.T) {
	t.Parallel()
	const side = 2048
	cell := generalise.Cell{X: side, Y: 2 * side, Side: side, Margin: 64}
	lo, hi := pt{cell.X - 64, cell.Y - 64}, pt{cell.X + side + 64, cell.Y + side + 64}
	whole := float64(hi.X-lo.X) * float64(hi.Y-lo.Y)
	for _, junctions := range []bool{false, true} {
		for _, size := range []int32{30, 80, 400, 3000} {
			t.Run(fmt.Sprintf("fields of %d, junctions %v", size, junctions), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(uint64(size), 1))
				n := int(side+2*size+200)/int(size) + 2
				src := fabric(r, pt{cell.X - 64 - size, cell.Y - 64 - size}, n, size, junctions)
				for _, tolerance := range []float64{0, 2, 8} {
					got, stats := run(t, src, generalise.Options{Cell: cell, Tolerance: tolerance})
					if n, err := faults(got); n > 0 {
						t.Errorf("tolerance %g: %d features are not valid: %v", tolerance, n, err)
					}
					// Where a field lacks the vertex that its neighbour has on a
					// line of the cell, a unit may lie between them.
					edges, area := 0, 0.0
					if junctions {
						edges, area = max(len(got.Points)/20, 40), whole/20000
					}
					if n := unmatched(got, lo, hi); n > edges {
						t.Errorf("tolerance %g: %d edges of %d points have no counterpart", tolerance, n, len(got.Points))
					}
					if got := total(got); math.Abs(got-whole) > area {
						t.Errorf("tolerance %g: area %f of %f", tolerance, got, whole)
					}
					if tolerance == 8 && size < 3000 && stats.Removed == 0 {
						t.Error("nothing was simplified")
					}
				}
			})
		}
	}
}

// edgesWithin lists the directed edges of each key that lie within the box,
// its border left out.
func edgesWithin[K comparable](s *generalise.Shapes, lo, hi pt, key func(f generalise.Feature) K) map[K][][2]pt {
	edges := map[K][][2]pt{}
	in := func(p pt) bool { return p.X >= lo.X && p.X <= hi.X && p.Y >= lo.Y && p.Y <= hi.Y }
	for i, f := range s.Features {
		from, to := s.PartRange(i)
		for k := from; k < to; k++ {
			ring := s.Ring(k)
			for j, p := range ring {
				q := ring[(j+1)%len(ring)]
				border := p.X == q.X && (p.X == lo.X || p.X == hi.X) || p.Y == q.Y && (p.Y == lo.Y || p.Y == hi.Y)
				if !border && in(p) && in(q) {
					edges[key(f)] = append(edges[key(f)], [2]pt{p, q})
				}
			}
		}
	}
	for _, list := range edges {
		slices.SortFunc(list, func(a, b [2]pt) int {
			return cmp.Or(cmp.Compare(a[0].X, b[0].X), cmp.Compare(a[0].Y, b[0].Y), cmp.Compare(a[1].X, b[1].X), cmp.Compare(a[1].Y, b[1].Y))
		})
	}
	return edges
}

func sourceKey(f generalise.Feature) int32 { return f.Source }

type groupOf struct {
	owner, value uint32
	dust         bool
}

func groupKey(f generalise.Feature) groupOf { return groupOf{f.Owner, f.Value, f.Dust} }

// TestCellsAgreeWhereTheyOverlap compares neighbours in a row and across the
// corner, over random and real fabrics, as features and dissolved.
func TestCellsAgreeWhereTheyOverlap(t *testing.T) {
	t.Parallel()
	const side, margin = 2048, 64
	r := rand.New(rand.NewPCG(5, 5))
	sources := map[string]*generalise.Shapes{
		"random":    fabric(r, pt{-1000, -1000}, 130, 50, false),
		"junctions": fabric(r, pt{-1000, -1000}, 60, 110, true),
		"parcels":   parcels(t, "chauhoa", 0.8, pt{100, 100}),
	}
	pairs := [][2]generalise.Cell{
		{{X: 0, Y: 0, Side: side, Margin: margin}, {X: side, Y: 0, Side: side, Margin: margin}},
		{{X: 0, Y: 0, Side: side, Margin: margin}, {X: 0, Y: side, Side: side, Margin: margin}},
		{{X: 0, Y: 0, Side: side, Margin: margin}, {X: side, Y: side, Side: side, Margin: margin}},
	}
	for name, src := range sources {
		for i, pair := range pairs {
			for _, o := range []generalise.Options{{Tolerance: 2}, {Tolerance: 6}, {Tolerance: 4, Dissolve: true}, {Tolerance: 4, Dissolve: true, MinArea: 300}} {
				t.Run(fmt.Sprintf("%s/%d/%g %v %g", name, i, o.Tolerance, o.Dissolve, o.MinArea), func(t *testing.T) {
					t.Parallel()
					o.Cell = pair[0]
					a, _ := run(t, near(src, pair[0]), o)
					o.Cell = pair[1]
					b, _ := run(t, near(src, pair[1]), o)
					lo := pt{pair[1].X - margin, pair[1].Y - margin}
					hi := pt{min(pair[0].X, pair[1].X) + side + margin, min(pair[0].Y, pair[1].Y) + side + margin}
					if o.MinArea > 0 {
						// Small parts at the far rim of a margin are dust to the one who holds them.
						lo.X, lo.Y, hi.X, hi.Y = lo.X+margin, lo.Y+margin, hi.X-margin, hi.Y-margin
					}
					if o.Dissolve {
						compareEdges(t, edgesWithin(a, lo, hi, groupKey), edgesWithin(b, lo, hi, groupKey))
					} else {
						compareEdges(t, edgesWithin(a, lo, hi, sourceKey), edgesWithin(b, lo, hi, sourceKey))
					}
				})
			}
		}
	}
}

func compareEdges[K comparable](t *testing.T, a, b map[K][][2]pt) {
	t.Helper()
	shown := 0
	for k := range b {
		if _, ok := a[k]; !ok {
			a[k] = nil
		}
	}
	for k := range a {
		if diff := gocmp.Diff(a[k], b[k]); diff != "" {
			if shown++; shown < 3 {
				t.Errorf("%v differs:\n%s", k, diff)
			}
		}
	}
	if shown > 0 {
		t.Errorf("%d of %d differ", shown, len(a))
	}
}

// TestCellsAgreeOnAnything: fabrics of other sizes, and ones whose vertices were
// moved apart so that fields overlap.
func TestCellsAgreeOnAnything(t *testing.T) {
	t.Parallel()
	const side, margin = 2048, 64
	cells := [2]generalise.Cell{{Side: side, Margin: margin}, {X: side, Side: side, Margin: margin}}
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 9))
			size := 60 + int32(r.IntN(120))
			src := fabric(r, pt{-1000, -1000}, int(6500/size), size, seed%2 == 0)
			if seed%4 == 1 {
				for i := range src.Points {
					if r.IntN(10) == 0 {
						src.Points[i].X += r.Int32N(9) - 4
						src.Points[i].Y += r.Int32N(9) - 4
					}
				}
			}
			for _, o := range []generalise.Options{{Tolerance: 4}, {Tolerance: 8, Dissolve: true}} {
				var edges [2]map[groupOf][][2]pt
				for i := range cells {
					o.Cell = cells[i]
					got, _ := run(t, near(src, cells[i]), o)
					edges[i] = edgesWithin(got, pt{side - margin, -margin}, pt{side + margin, side + margin}, groupKey)
					if n, err := faults(got); n > 0 {
						t.Errorf("%d features are not valid: %v", n, err)
					}
				}
				compareEdges(t, edges[0], edges[1])
			}
		})
	}
}

func TestOrderOfFeaturesDoesNotMatter(t *testing.T) {
	t.Parallel()
	cell := generalise.Cell{Side: 4096, Margin: 64}
	src := parcels(t, "hktb", 0.5, pt{100, 100})
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(src.Features))
	shuffled := &generalise.Shapes{}
	for _, i := range order {
		from, to := src.PartRange(i)
		for k := from; k < to; k++ {
			shuffled.Points = append(shuffled.Points, src.Ring(k)...)
			shuffled.EndPart(src.Parts[k].Kind)
		}
		shuffled.EndFeature(src.Features[i])
	}
	lo, hi := pt{-100, -100}, pt{5000, 5000}
	for _, o := range []generalise.Options{{Cell: cell, Tolerance: 3}, {Cell: cell, Tolerance: 3, Dissolve: true, MinArea: 64}} {
		a, _ := run(t, src, o)
		b, _ := run(t, shuffled, o)
		if o.Dissolve {
			compareEdges(t, edgesWithin(a, lo, hi, groupKey), edgesWithin(b, lo, hi, groupKey))
		} else {
			compareEdges(t, edgesWithin(a, lo, hi, sourceKey), edgesWithin(b, lo, hi, sourceKey))
		}
	}
}

// TestRealParcels looks at the parcels of a commune at the scale of z13 to z7,
// in half units of a tile. Below z11 the grid of the pass is finer than what
// comes out by shift, so that a parcel is more than a position.
func TestRealParcels(t *testing.T) {
	t.Parallel()
	exact := areas(parcels(t, "chauhoa", 16, pt{}), func(f generalise.Feature) uint32 { return f.Value })
	for _, test := range []struct {
		name     string
		perMetre float64
		o        generalise.Options
	}{
		{"z13", 0.84, generalise.Options{Tolerance: 4}},
		{"z11 dissolved", 0.42, generalise.Options{Tolerance: 4, Dissolve: true}},
		{"z11 with dust", 0.42, generalise.Options{Tolerance: 4, Dissolve: true, MinArea: 256, DustCell: 32}},
		{"z9 with dust", 0.42, generalise.Options{Shift: 2, Tolerance: 16, Dissolve: true, MinArea: 4096, DustCell: 128}},
		{"z7 with dust", 0.42, generalise.Options{Shift: 4, Tolerance: 64, Dissolve: true, MinArea: 65536, DustCell: 512}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src := parcels(t, "chauhoa", test.perMetre, pt{200, 200})
			test.o.Cell = generalise.Cell{Side: 16384, Margin: 128}
			got, stats := run(t, src, test.o)
			if n, err := faults(got); n > 0 && test.o.Shift == 0 {
				t.Errorf("%d of %d features are not valid: %v", n, len(got.Features), err)
			}
			if stats.Lost > 0 {
				t.Errorf("%d rings did not close", stats.Lost)
			}
			have := areas(got, func(f generalise.Feature) uint32 { return f.Value })
			scale := test.perMetre * test.perMetre / 256 / math.Exp2(2*float64(test.o.Shift))
			for value, area := range exact {
				if share := have[value] / (area * scale); math.Abs(share-1) > 0.01 {
					t.Errorf("value %d covers %.4f of what it did", value, share)
				}
			}
			t.Logf("%d features, %d points -> %d features, %d parts, %d points; %+v",
				len(src.Features), len(src.Points), len(got.Features), len(got.Parts), len(got.Points), stats)
		})
	}
}
