package mvt_test

import (
	"fmt"
	"testing"

	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/tiles/mvt"
)

// BenchmarkFeature is one parcel with four properties; it must not allocate.
func BenchmarkFeature(b *testing.B) {
	inside := ewkbOf(b, "POLYGON((100 100, 140 110, 150 160, 148 190, 120 200, 90 195, 70 150, 80 120, 100 100))", ewkb.NDR)
	crossing := ewkbOf(b, "POLYGON((4100 100, 4140 110, 4190 160, 4188 190, 4120 200, 4090 195, 4070 150, 4080 120, 4100 100))", ewkb.NDR)
	for name, g := range map[string][]byte{"inside": inside, "crossing": crossing} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			e := mvt.NewEncoder()
			keys := []string{"id", "use", "area", "sheet"}
			use := make([][]byte, 10)
			for i := range use {
				use[i] = fmt.Appendf(nil, "use%d", i)
			}
			n := 1000
			for b.Loop() {
				if n++; n > 1000 {
					n = 0
					e.EndLayer()
					e.Reset()
					if err := e.BeginLayer("parcels", units, keys); err != nil {
						b.Fatal(err)
					}
				}
				if ok, err := e.Geometry(g); !ok || err != nil {
					b.Fatal(ok, err)
				}
				e.Integer(0, int64(n))
				if err := e.String(1, use[n%10]); err != nil {
					b.Fatal(err)
				}
				e.Double(2, float64(n)/3)
				e.Integer(3, int64(n/100))
				e.EndFeature(uint64(n))
			}
		})
	}
}

// TestFeatureDoesNotAllocate holds the promise of the package comment.
func TestFeatureDoesNotAllocate(t *testing.T) {
	g := ewkbOf(t, "POLYGON((4100 100, 4140 110, 4190 160, 4188 190, 4120 200, 4090 195, 4070 150, 4080 120, 4100 100))", ewkb.NDR)
	e := mvt.NewEncoder()
	keys := []string{"id"}
	got := testing.AllocsPerRun(20, func() {
		e.Reset()
		if err := e.BeginLayer("parcels", units, keys); err != nil {
			t.Fatal(err)
		}
		for i := range 500 {
			if ok, err := e.Geometry(g); !ok || err != nil {
				t.Fatal(ok, err)
			}
			e.Integer(0, int64(i))
			e.EndFeature(uint64(i))
		}
		e.EndLayer()
	})
	if got > 0 {
		t.Errorf("%v allocations for 500 features, want none", got)
	}
}
