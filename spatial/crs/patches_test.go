package crs_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// TestPatches compares with the exact transform over the province, on both sides of
// 11.04° N, over the country, along the edges of patches and far from where they lie.
func TestPatches(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name                     string
		from, to                 spatial.SRID
		west, south, east, north float64 // where positions are, lon, lat degrees
		allowed                  float64 // in units of the target
	}{
		{"the province", 9210, 4326, 106.3, 10.85, 107.0, 11.6, crs.PatchErrorDegrees},
		{"south of 11.04", 9210, 4326, 106.5, 11.03, 106.8, 11.04, crs.PatchErrorDegrees},
		{"north of 11.04", 9210, 4326, 106.5, 11.04, 106.8, 11.05, crs.PatchErrorDegrees},
		{"the country", 3405, 4326, 102, 8, 110, 23.5, crs.PatchErrorDegrees},
		{"far from the meridian", 9210, 4326, 90, -60, 120, 60, crs.PatchErrorDegrees},
		{"to web Mercator", 9210, 3857, 106.3, 10.85, 107.0, 11.6, crs.PatchErrorMetres},
		{"to another zone", 9210, 9217, 106.3, 10.85, 107.0, 11.6, crs.PatchErrorMetres},
		{"from degrees", 4326, 9210, 106.3, 10.85, 107.0, 11.6, crs.PatchErrorMetres},
		{"VN-2000 degrees", 4756, 4326, 102, 8, 110, 23.5, crs.PatchErrorDegrees},
		{"across the antimeridian", 32660, 4326, 179, -40, 181, 40, crs.PatchErrorDegrees},
		{"the far north", 32648, 4326, 104, 69, 106, 84, crs.PatchErrorDegrees},
		{"web Mercator", 3857, 4326, -180, -80, 180, 80, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			patches, err := crs.NewPatches(tc.from, tc.to)
			if err != nil {
				t.Fatal(err)
			}
			exact, there := mustTransform(t, tc.from, tc.to), mustTransform(t, 4326, tc.from)
			given := positions(t, there, tc.west, tc.south, tc.east, tc.north)
			got, want := slices.Clone(given), slices.Clone(given)
			if err := patches.Flat(got, 3); err != nil {
				t.Fatal(err)
			}
			if err := exact.Flat(want, 3); err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for i := range got {
				worst = max(worst, math.Abs(got[i]-want[i]))
			}
			if worst > tc.allowed || math.IsNaN(worst) {
				t.Errorf("off by %g, allowed are %g", worst, tc.allowed)
			}
			// Each alone and in another order: the same to the last bit.
			again, err := crs.NewPatches(tc.from, tc.to)
			if err != nil {
				t.Fatal(err)
			}
			for i := len(given) - 3; i >= 0; i -= 3 {
				one := slices.Clone(given[i : i+3])
				if err := again.Flat(one, 3); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(one, got[i:i+3]) {
					t.Fatalf("%v: %v alone, %v among others", given[i:i+3], one, got[i:i+3])
				}
			}
		})
	}
}

// positions are random ones with a height each, some on the edges of patches.
func positions(t *testing.T, there *crs.Transform, west, south, east, north float64) []float64 {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	size := 8192.
	if there.To().Geographic {
		size = 1. / 16
	}
	var flat []float64
	for i := range 4000 {
		lon := math.Mod(west+r.Float64()*(east-west)+180, 360) - 180
		x, y, err := there.Point(lon, south+r.Float64()*(north-south))
		if err != nil {
			t.Fatal(err)
		}
		switch i % 8 {
		case 0:
			x = math.Round(x/size) * size
		case 1:
			y = math.Round(y/size) * size
		case 2:
			x = math.Nextafter(math.Round(x/size)*size, math.Inf(-1))
		}
		flat = append(flat, x, y, float64(i))
	}
	return flat
}

func TestPatchesRefuse(t *testing.T) {
	t.Parallel()
	patches, err := crs.NewPatches(9210, 4326)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), 1e9, -1e300} {
		flat := []float64{600000, 1220000, bad, 1220000}
		err := patches.Flat(flat, 2)
		want := mustTransform(t, 9210, 4326).Flat([]float64{600000, 1220000, bad, 1220000}, 2)
		if err == nil || spatial.CodeOf(err) != spatial.CodeInvalid || err.Error() != want.Error() {
			t.Errorf("%v: %v, want %v", bad, err, want)
		}
	}
	if _, err := crs.NewPatches(9210, 1); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("an unknown system: %v", err)
	}
}

// TestPatchSet: a pair has its patches once, whoever asks.
func TestPatchSet(t *testing.T) {
	t.Parallel()
	var set crs.PatchSet
	made := make(chan *crs.Patches)
	for range 4 {
		go func() {
			p, err := set.Between(9210, 4326)
			if err != nil || p.Flat([]float64{600000, 1220000}, 2) != nil {
				p = nil
			}
			made <- p
		}()
	}
	first := <-made
	for range 3 {
		if p := <-made; p == nil || p != first {
			t.Error("two sets of patches for one pair")
		}
	}
	if other, err := set.Between(4326, 9210); err != nil || other == first || other.Identity() {
		t.Error(err)
	}
	if _, err := set.Between(9210, 1); err == nil {
		t.Error("an unknown system is known")
	}
}

func BenchmarkPatches(b *testing.B) {
	patches, err := crs.NewPatches(9210, 4326)
	if err != nil {
		b.Fatal(err)
	}
	const n = 1000
	xy := make([]float64, 2*n)
	b.ReportAllocs()
	for b.Loop() {
		for i := 0; i < len(xy); i += 2 {
			xy[i], xy[i+1] = 600000+float64(i), 1220000
		}
		if err := patches.Flat(xy, 2); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/position")
}
