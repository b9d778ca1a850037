package crs_test

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"gisd/spatial"
	"gisd/spatial/crs"
)

func mustTransform(t testing.TB, from, to spatial.SRID) *crs.Transform {
	t.Helper()
	tr, err := crs.NewTransform(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestNoStepAt11_04 walks north over the parallel where stock PROJ changes
// operation: the difference to WGS 84 must not jump.
func TestNoStepAt11_04(t *testing.T) {
	t.Parallel()
	tr := mustTransform(t, 4756, 4326)
	const step = 1e-6
	var lastX, lastY float64
	for i := range 2001 {
		lat := 11.04 + float64(i-1000)*step
		x, y, err := tr.Point(106.65, lat)
		if err != nil {
			t.Fatal(err)
		}
		dx, dy := x-106.65, y-lat
		if i > 0 && (math.Abs(dx-lastX) > 1e-9 || math.Abs(dy-lastY) > 1e-9) {
			t.Fatalf("at %v°: the shift jumps by %v, %v", lat, dx-lastX, dy-lastY)
		}
		lastX, lastY = dx, dy
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, s := range crs.All() {
		to, back := mustTransform(t, 4326, s.SRID), mustTransform(t, s.SRID, 4326)
		limit := 1e-8 // metres
		if s.Datum == crs.DatumVN2000 {
			limit = 2e-3 // heights are dropped on the way, as in PROJ
		}
		for _, p := range sample(s, 50) {
			x, y, err := to.Point(p[0], p[1])
			if err != nil {
				t.Fatalf("%v: %v: %v", s.SRID, p, err)
			}
			lon, lat, err := back.Point(x, y)
			if err != nil {
				t.Fatalf("%v: back from %v %v: %v", s.SRID, x, y, err)
			}
			if d := metres(4326, p[0], p[1], lon, lat); !(d <= limit) {
				t.Errorf("%v: %v comes back as %v %v, %v m away", s.SRID, p, lon, lat, d)
			}
		}
	}
}

// TestRoundTripInBinhDuong bounds the drift where the parcels are.
func TestRoundTripInBinhDuong(t *testing.T) {
	t.Parallel()
	to, back := mustTransform(t, 9210, 4326), mustTransform(t, 4326, 9210)
	for e := 563000.0; e <= 634000; e += 5000 {
		for n := 1201000.0; n <= 1273000; n += 5000 {
			lon, lat, err := to.Point(e, n)
			if err != nil {
				t.Fatal(err)
			}
			x, y, err := back.Point(lon, lat)
			if d := math.Hypot(x-e, y-n); err != nil || d > 2.5e-4 {
				t.Errorf("E %v N %v comes back %v m away, %v", e, n, d, err)
			}
		}
	}
}

// TestPivotFree: two systems on the VN-2000 datum convert into each other
// without a datum step, to the nanometre.
func TestPivotFree(t *testing.T) {
	t.Parallel()
	a, b := mustTransform(t, 9210, 5897), mustTransform(t, 5897, 9210)
	x, y, err := a.Point(599233, 1222000)
	if err != nil {
		t.Fatal(err)
	}
	x, y, err = b.Point(x, y)
	if err != nil || math.Hypot(x-599233, y-1222000) > 1e-7 {
		t.Errorf("came back as %.9f %.9f, %v", x, y, err)
	}
}

func TestPointRefuses(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	cases := []struct {
		name     string
		from, to spatial.SRID
		x, y     float64
	}{
		{"not a number", 4326, 9210, nan, 11},
		{"infinite", 4326, 9210, 106, inf},
		{"identity, not a number", 9210, 9210, nan, 1},
		{"identity, infinite", 9210, 9210, 1, -inf},
		{"identity, latitude 95", 4326, 4326, 106, 95},
		{"latitude 95", 4326, 9210, 106, 95},
		{"longitude 400", 4326, 9210, 400, 11},
		{"the other side of the globe", 4326, 9210, -74, 11},
		{"easting far away", 9210, 4326, 6e6, 1.2e6},
		{"northing past the pole", 9210, 4326, 500000, 1.1e7},
		{"northing not a number", 9210, 4326, 500000, nan},
		{"pole in web Mercator", 4326, 3857, 0, 90},
		{"pole in web Mercator through a step", 4756, 3857, 0, 90},
		{"web Mercator infinite", 3857, 4326, inf, 0},
		{"web Mercator too far", 3857, 9210, 1e9, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x, y, err := mustTransform(t, c.from, c.to).Point(c.x, c.y)
			if spatial.CodeOf(err) != spatial.CodeInvalid {
				t.Errorf("got %v %v %v, want an error of code invalid", x, y, err)
			}
		})
	}
	if _, err := crs.NewTransform(4326, 27700); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("unsupported system: %v", err)
	}
	if _, err := crs.NewTransform(0, 4326); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("unknown system: %v", err)
	}
}

func TestEdgesOfTheWorld(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name       string
		from, to   spatial.SRID
		x, y, u, v float64
	}{
		{"antimeridian east", 4326, 3857, 180, 0, 20037508.342789244, 0},
		{"antimeridian west", 4326, 3857, -180, 0, -20037508.342789244, 0},
		{"longitude beyond 180 wraps", 4326, 3857, 190, 0, -170 * 20037508.342789244 / 180, 0},
		{"web Mercator corner", 3857, 4326, 20037508.342789244, 20037508.342789244, 180, 85.0511287798066},
		{"north pole in UTM", 4326, 32648, 105, 90, 500000, 9997964.943021},
		{"UTM 60 over the antimeridian", 4326, 32660, -179, 10, 938719.288, 1108075.0014},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			u, v, err := mustTransform(t, c.from, c.to).Point(c.x, c.y)
			if err != nil || math.Abs(u-c.u) > 0.001 || math.Abs(v-c.v) > 0.001 {
				t.Errorf("got %.6f %.6f %v, want %.6f %.6f", u, v, err, c.u, c.v)
			}
		})
	}
}

func TestFlat(t *testing.T) {
	t.Parallel()
	tr := mustTransform(t, 9210, 4326)
	xyz := []float64{600000, 1220900, 7, 600100, 1220900, 8, 600200, 1220900, 9}
	want := make([]float64, len(xyz))
	copy(want, xyz)
	for i := 0; i < len(want); i += 3 {
		want[i], want[i+1], _ = tr.Point(want[i], want[i+1])
	}
	if err := tr.Flat(xyz, 3); err != nil {
		t.Fatal(err)
	}
	for i := range xyz {
		if xyz[i] != want[i] {
			t.Errorf("value %d: got %v, want %v", i, xyz[i], want[i])
		}
	}
	if err := tr.Flat([]float64{600000, 1220900, math.NaN(), 0}, 2); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("got %v, want an error of code invalid", err)
	}
	if err := tr.Flat(xyz, 1); err == nil {
		t.Error("a stride of 1 is taken")
	}
	if err := tr.Flat(nil, 2); err != nil {
		t.Errorf("nothing to do: %v", err)
	}
}

func TestTransformIsShared(t *testing.T) {
	t.Parallel()
	tr := mustTransform(t, 9210, 3857)
	wantX, wantY, _ := tr.Point(600000, 1220900)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				if x, y, err := tr.Point(600000, 1220900); err != nil || x != wantX || y != wantY {
					t.Errorf("got %v %v %v", x, y, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestTransformAllocatesNothing(t *testing.T) {
	tr := mustTransform(t, 9210, 3857)
	xy := make([]float64, 200)
	if n := testing.AllocsPerRun(100, func() {
		for i := 0; i < len(xy); i += 2 {
			xy[i], xy[i+1] = 600000, 1220900
		}
		if err := tr.Flat(xy, 2); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for 100 positions", n)
	}
}

func TestInverse(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, pair := range [][2]spatial.SRID{{9210, 3857}, {9210, 4326}, {4326, 3857}, {3857, 4326}, {4756, 3405}} {
		tr := mustTransform(t, pair[0], pair[1])
		a, b := tr.Inverse(), mustTransform(t, pair[1], pair[0])
		to := mustTransform(t, 4326, pair[1])
		for range 20 {
			x, y, err := to.Point(105+r.Float64()*2, 10+r.Float64()*10)
			if err != nil {
				t.Fatal(err)
			}
			x1, y1, err1 := a.Point(x, y)
			x2, y2, err2 := b.Point(x, y)
			if x1 != x2 || y1 != y2 || err1 != nil || err2 != nil {
				t.Errorf("%v: the inverse gives %v %v %v, want %v %v %v", pair, x1, y1, err1, x2, y2, err2)
			}
		}
	}
}
