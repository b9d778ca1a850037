package demo_test

import (
	"hash/fnv"
	"math"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/peterstace/simplefeatures/geom"

	"gisd/importers"
	"gisd/importers/demo"
)

// read collects a layer's records as orb geometries.
func read(t *testing.T, layer demo.Layer, each func(orb.Geometry, *importers.Record)) {
	t.Helper()
	err := layer.Source.Read(t.Context(), func(r *importers.Record) error {
		g, err := wkb.Unmarshal(r.Geometry)
		if err != nil {
			return err
		}
		each(g, r)
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", layer.Collection.ID, err)
	}
}

func layersOf(t *testing.T) []demo.Layer {
	t.Helper()
	all, err := demo.Layers(demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func find(t *testing.T, id string) demo.Layer {
	t.Helper()
	for _, l := range layersOf(t) {
		if l.Collection.ID == id {
			return l
		}
	}
	t.Fatalf("no layer %s", id)
	return demo.Layer{}
}

func TestLayersAreValidAndDeterministic(t *testing.T) {
	t.Parallel()
	if len(layersOf(t)) < 20 {
		t.Errorf("%d layers only", len(layersOf(t)))
	}
	for _, layer := range layersOf(t) {
		t.Run(layer.Collection.ID, func(t *testing.T) {
			t.Parallel()
			key := -1
			for i, f := range layer.Source.Schema().Fields {
				if f.Name == layer.Key {
					key = i
				}
			}
			if layer.Key != "" && key < 0 {
				t.Fatalf("key %q is no field", layer.Key)
			}
			sum := func(check func(*importers.Record)) (n int, hash uint64) {
				h := fnv.New64a()
				err := layer.Source.Read(t.Context(), func(r *importers.Record) error {
					n++
					h.Write(r.Geometry)
					for _, v := range r.Values {
						h.Write(v.Bytes)
					}
					check(r)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				return n, h.Sum64()
			}
			bad, ids := 0, map[string]bool{}
			n, first := sum(func(r *importers.Record) {
				if _, err := geom.UnmarshalWKB(r.Geometry); err != nil {
					if bad++; bad < 4 {
						t.Errorf("record %d: %v", r.Number, err)
					}
				}
				if key >= 0 {
					v := r.Values[key]
					ids[string(v.Bytes)+"/"+strconv.FormatInt(v.Int, 10)] = true
				}
			})
			if n == 0 {
				t.Error("no features")
			}
			if key >= 0 && len(ids) != n {
				t.Errorf("%d ids for %d features", len(ids), n)
			}
			if _, second := sum(func(*importers.Record) {}); first != second {
				t.Error("two reads differ")
			}
		})
	}
}

func TestParcels(t *testing.T) {
	t.Parallel()
	count, holes, slivers, most, least := 0, 0, 0, 0, math.MaxInt
	ids := map[string]bool{}
	edges := map[[2]orb.Point]int{}
	read(t, find(t, "demo_parcels"), func(g orb.Geometry, r *importers.Record) {
		polygon := g.(orb.Polygon)
		count++
		ids[string(r.Values[0].Bytes)] = true
		if len(polygon) > 1 {
			holes++
		}
		vertices := len(polygon[0]) - 1
		most, least = max(most, vertices), min(least, vertices)
		bound := polygon.Bound()
		if area := r.Values[4].Float; area < 30 && bound.Max[1]-bound.Min[1] > 8 {
			slivers++
		}
		for i := 1; i < len(polygon[0]); i++ {
			a, b := polygon[0][i-1], polygon[0][i]
			if b[0] < a[0] || b[0] == a[0] && b[1] < a[1] {
				a, b = b, a
			}
			edges[[2]orb.Point{a, b}]++
		}
	})
	if count != 20_000 || len(ids) != count {
		t.Errorf("%d parcels with %d ids, want 20000", count, len(ids))
	}
	if holes == 0 || slivers == 0 {
		t.Errorf("%d holes, %d slivers: want some of each", holes, slivers)
	}
	if least != 4 || most < 12 || most > 40 {
		t.Errorf("4 to 40 vertices wanted, got %d to %d", least, most)
	}
	shared := 0
	for _, n := range edges {
		if n > 2 {
			t.Fatal("an edge with more than two parcels")
		}
		if n == 2 {
			shared++
		}
	}
	if share := float64(shared) / float64(len(edges)); share < 0.4 {
		t.Errorf("%.0f %% of the edges are shared exactly, want 40 %%", 100*share)
	}
}
