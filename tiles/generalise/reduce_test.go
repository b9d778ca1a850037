package generalise_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/tiles/generalise"
)

func TestDissolve(t *testing.T) {
	t.Parallel()
	cell := generalise.Cell{Side: 2048, Margin: 64}
	src := fabric(rand.New(rand.NewPCG(3, 3)), pt{-200, -200}, 50, 50, false)
	want := areas(func() *generalise.Shapes { s, _ := run(t, src, generalise.Options{Cell: cell}); return s }(), groupKey)
	got, _ := run(t, src, generalise.Options{Cell: cell, Dissolve: true})
	if diff := cmp.Diff(want, areas(got, groupKey)); diff != "" {
		t.Errorf("areas of owners and values:\n%s", diff)
	}
	if len(got.Features) != len(want) {
		t.Errorf("%d features, want one for each of %d", len(got.Features), len(want))
	}
	if n, err := faults(got); n > 0 {
		t.Errorf("%d features are not valid: %v", n, err)
	}
	for _, f := range got.Features {
		if f.Source != -1 || f.Count == 0 {
			t.Errorf("%+v", f)
		}
	}
	for i := range src.Features {
		src.Features[i].Owner, src.Features[i].Value = 7, 7
	}
	got, _ = run(t, src, generalise.Options{Cell: cell, Dissolve: true, Tolerance: 2})
	const side = 2048 + 2*64
	if len(got.Parts) != 1 || total(got) != side*side || got.Features[0].Count != 50*50 {
		t.Errorf("all of one: %d parts, area %g, %+v", len(got.Parts), total(got), got.Features)
	}
}

// TestDissolveOverlaps: what lies twice counts once, in whatever order and
// winding it comes.
func TestDissolveOverlaps(t *testing.T) {
	t.Parallel()
	square := func(x, y, side int32) []pt {
		return []pt{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}}
	}
	cell := generalise.Cell{Side: 1024, Margin: 32}
	for _, test := range []struct {
		name  string
		rings [][]pt
		area  float64
		parts int
	}{
		{"crossing", [][]pt{square(100, 100, 100), square(150, 150, 100)}, 17500, 1},
		{"the same twice", [][]pt{square(100, 100, 100), square(100, 100, 100)}, 10000, 1},
		{"one within the other", [][]pt{square(100, 100, 100), square(120, 120, 10)}, 10000, 1},
		{"side by side", [][]pt{square(100, 100, 100), square(200, 120, 50)}, 12500, 1},
		{"a corner in common", [][]pt{square(100, 100, 100), square(200, 200, 50)}, 12500, 2},
		{"sharing a side and overlapping", [][]pt{square(100, 100, 100), square(100, 100, 50)}, 10000, 1},
		{"across the margin", [][]pt{square(1000, 100, 100), square(1040, 120, 200)}, 7520, 1},
	} {
		src := &generalise.Shapes{}
		for i, ring := range test.rings {
			if i == 1 {
				ring = []pt{ring[3], ring[2], ring[1], ring[0], ring[3]}
			}
			src.Points = append(src.Points, ring...)
			src.EndPart(generalise.KindExterior)
			src.EndFeature(generalise.Feature{Source: int32(i)})
		}
		got, _ := run(t, src, generalise.Options{Cell: cell, Dissolve: true})
		if total(got) != test.area || len(got.Parts) != test.parts {
			t.Errorf("%s: area %g in %d parts, want %g in %d", test.name, total(got), len(got.Parts), test.area, test.parts)
		}
		if n, err := faults(got); n > 0 {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestHoles(t *testing.T) {
	t.Parallel()
	src := &generalise.Shapes{}
	ring := func(k generalise.Kind, x, y, w, h int32) {
		src.Points = append(src.Points, pt{x, y}, pt{x, y + h}, pt{x + w, y + h}, pt{x + w, y})
		src.EndPart(k)
	}
	ring(generalise.KindExterior, 100, 100, 400, 400)
	ring(generalise.KindHole, 150, 150, 300, 300)
	ring(generalise.KindExterior, 200, 200, 100, 100)
	ring(generalise.KindHole, 220, 220, 20, 20)
	ring(generalise.KindHole, 240, 240, 20, 20) // touches the other at a corner
	src.EndFeature(generalise.Feature{})
	got, _ := run(t, src, generalise.Options{Cell: generalise.Cell{Side: 1024, Margin: 32}})
	if want := 160000.0 - 90000 + 10000 - 400 - 400; total(got) != want {
		t.Errorf("area %g, want %g", total(got), want)
	}
	if n, err := faults(got); n > 0 {
		t.Error(err)
	}
	var kinds []generalise.Kind
	for _, p := range got.Parts {
		kinds = append(kinds, p.Kind)
	}
	e, h := generalise.KindExterior, generalise.KindHole
	if diff := cmp.Diff([]generalise.Kind{e, h, e, h, h}, kinds); diff != "" {
		t.Error(diff)
	}
}

func TestTooSmallForTheGrid(t *testing.T) {
	t.Parallel()
	src := &generalise.Shapes{Points: []pt{{5, 5}, {5, 5}, {5, 5}, {40, 7}, {90, 7}, {60, 7}, {3, 3}, {3, 3}}}
	src.Parts = []generalise.Part{{Kind: generalise.KindExterior, End: 3}, {Kind: generalise.KindExterior, End: 6}, {Kind: generalise.KindLine, End: 8}}
	src.Features = []generalise.Feature{{End: 1}, {End: 2, Source: 1}, {End: 3, Source: 2}}
	got, stats := run(t, src, generalise.Options{Cell: generalise.Cell{Side: 64, Margin: 4}})
	want := [][]pt{{{5, 5}, {6, 5}, {6, 6}, {5, 6}}, {{40, 7}, {41, 7}, {41, 8}, {40, 8}}, {{3, 3}, {4, 3}}}
	for i, ring := range want {
		if diff := cmp.Diff(ring, got.Ring(i)); diff != "" {
			t.Errorf("part %d: %s", i, diff)
		}
	}
	if stats.Collapsed != 2 || len(got.Features) != 3 {
		t.Errorf("%+v, %d features", stats, len(got.Features))
	}
}

// TestDustKeepsAreas over scattered squares of all sizes, and when summed again
// for a coarser band.
func TestDustKeepsAreas(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	src := &generalise.Shapes{}
	for y := int32(0); y < 4096; y += 16 {
		for x := int32(0); x < 4096; x += 16 {
			w, h := 1+r.Int32N(12), 1+r.Int32N(12)
			src.Points = append(src.Points, pt{x, y}, pt{x + w, y}, pt{x + w, y + h}, pt{x, y + h})
			src.EndPart(generalise.KindExterior)
			src.EndFeature(generalise.Feature{Value: r.Uint32N(5), Owner: uint32(x / 2048)})
		}
	}
	key := func(f generalise.Feature) groupOf { return groupOf{f.Owner, f.Value, false} }
	want := areas(src, key)
	fine, stats := run(t, src, generalise.Options{Cell: generalise.Cell{Side: 4096, Margin: 64}, Dissolve: true, MinArea: 1000})
	coarse := &generalise.Shapes{}
	generalise.Clip(coarse, fine, generalise.Cell{Side: 4096, Margin: 64})
	coarse.Coarsen(2)
	again, more := run(t, coarse, generalise.Options{Cell: generalise.Cell{Side: 1024, Margin: 64}, Dissolve: true, MinArea: 1000})
	if math.Abs(stats.LostArea)+math.Abs(more.LostArea) > 50 {
		t.Errorf("lost %g and %g", stats.LostArea, more.LostArea)
	}
	for k, area := range areas(fine, key) {
		if share := area / want[k]; math.Abs(share-1) > 0.005 {
			t.Errorf("%v: %.4f of the area", k, share)
		}
	}
	for k, area := range areas(again, key) {
		if share := 16 * area / want[k]; math.Abs(share-1) > 0.01 {
			t.Errorf("%v: %.4f of the area in the coarser band", k, share)
		}
	}
	for _, f := range again.Features {
		if !f.Dust {
			t.Errorf("%+v is not dust", f)
		}
	}
	if n, err := faults(again); n > 0 {
		t.Error(err)
	}
	if len(again.Parts) > 5*64*64 {
		t.Errorf("%d squares of %d", len(again.Parts), len(src.Parts))
	}
}

// TestClipFits: the cores of four cells, put together and dissolved by the cell
// above them, are what they were cut from.
func TestClipFits(t *testing.T) {
	t.Parallel()
	src := parcels(t, "hktb", 0.6, pt{40, 40})
	for i := range src.Features {
		src.Features[i].Value = 1
	}
	one, _ := run(t, src, generalise.Options{Cell: generalise.Cell{Side: 8192, Margin: 64}, Dissolve: true})
	var joined, part, core generalise.Shapes
	for y := int32(0); y < 8192; y += 1024 {
		for x := int32(0); x < 8192; x += 1024 {
			cell := generalise.Cell{X: x, Y: y, Side: 1024, Margin: 64}
			if _, err := generalise.New().Run(&part, near(src, cell), generalise.Options{Cell: cell, Dissolve: true}); err != nil {
				t.Fatal(err)
			}
			generalise.Clip(&core, &part, cell)
			for i, f := range core.Features {
				from, to := core.PartRange(i)
				for k := from; k < to; k++ {
					joined.Points = append(joined.Points, core.Ring(k)...)
					joined.EndPart(core.Parts[k].Kind)
				}
				joined.EndFeature(f)
			}
		}
	}
	whole, stats := run(t, &joined, generalise.Options{Cell: generalise.Cell{Side: 8192, Margin: 64}, Dissolve: true, Tolerance: 1})
	if share := total(whole) / total(one); math.Abs(share-1) > 0.0005 {
		t.Errorf("%.5f of the area", share)
	}
	if len(whole.Parts) > len(one.Parts)+len(one.Parts)/100 {
		t.Errorf("%d parts, %d in one go: %+v", len(whole.Parts), len(one.Parts), stats)
	}
	if n, err := faults(whole); n > 0 {
		t.Error(err)
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	// Two routes share a street; a third ends at a bend of it.
	street := []pt{{100, 100}, {200, 101}, {300, 100}, {400, 101}, {500, 100}}
	src := &generalise.Shapes{}
	add := func(value uint32, line ...pt) {
		src.Points = append(src.Points, line...)
		src.EndPart(generalise.KindLine)
		src.EndFeature(generalise.Feature{Source: int32(len(src.Features)), Value: value})
	}
	add(1, append([]pt{{50, 500}}, street...)...)
	add(2, pt{500, 100}, pt{400, 101}, pt{300, 100}, pt{200, 101}, pt{100, 100}, pt{100, 900})
	add(1, pt{300, 100}, pt{300, 300})
	add(3, pt{900, 500}, pt{1200, 500}, pt{900, 510})
	cell := generalise.Cell{Side: 1024, Margin: 32}
	got, _ := run(t, src, generalise.Options{Cell: cell, Tolerance: 2})
	want := [][]pt{
		{{50, 500}, {100, 100}, {300, 100}, {500, 100}},
		{{500, 100}, {300, 100}, {100, 100}, {100, 900}},
		{{300, 100}, {300, 300}},
		{{900, 500}, {992, 500}, {1024, 500}, {1056, 500}},
		{{1056, 505}, {1024, 506}, {992, 507}, {900, 510}},
	}
	for i, line := range want {
		if i < len(got.Parts) {
			if diff := cmp.Diff(line, got.Ring(i)); diff != "" {
				t.Errorf("line %d: %s", i, diff)
			}
		}
	}
	if len(got.Parts) != len(want) || len(got.Features) != 4 {
		t.Errorf("%d parts of %d features", len(got.Parts), len(got.Features))
	}
	merged, _ := run(t, src, generalise.Options{Cell: cell, Tolerance: 2, Dissolve: true})
	if len(merged.Features) != 3 || merged.Features[0].Count != 2 {
		t.Errorf("dissolved: %+v", merged.Features)
	}
}

func TestCluster(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	src := &generalise.Shapes{}
	want := map[uint32]int32{}
	const n = 5000
	for i := range int32(n) {
		src.Add(pt{r.Int32N(2048), r.Int32N(1024)})
		src.EndPart(generalise.KindPoint)
		f := generalise.Feature{Source: i, Owner: r.Uint32N(3), Rank: generalise.RankOf(0, uint64(i))}
		want[f.Owner]++
		src.EndFeature(f)
	}
	got, seen := map[uint32]int32{}, map[pt]bool{}
	features := 0
	for _, x := range []int32{0, 1024} {
		cell := generalise.Cell{X: x, Side: 1024, Margin: 64}
		out, _ := run(t, near(src, cell), generalise.Options{Cell: cell, Cluster: 128, MinRank: 500})
		for i, f := range out.Features {
			got[f.Owner] += f.Count
			if p := out.Ring(i)[0]; p.X < x || p.X >= x+1024 {
				t.Errorf("cell %d holds %v", x, p)
			} else {
				seen[pt{p.X / 128, p.Y / 128}] = true
			}
			if (f.Source == -1) != (f.Count > 1) {
				t.Errorf("%+v", f)
			}
			features++
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counts by owner: %s", diff)
	}
	if features > 3*16*8 || len(seen) != 16*8 {
		t.Errorf("%d clusters in %d squares", features, len(seen))
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []generalise.Options{
		{},
		{Cell: generalise.Cell{Side: 64, Margin: 32}},
		{Cell: generalise.Cell{X: 3, Side: 64}},
		{Cell: generalise.Cell{Side: 64}, DustCell: 24},
		{Cell: generalise.Cell{Side: 64}, Cluster: 24},
	} {
		if _, err := generalise.New().Run(&generalise.Shapes{}, &generalise.Shapes{}, o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}
