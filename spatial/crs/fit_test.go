package crs_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gisd/internal/testdata"
	"gisd/spatial"
	"gisd/spatial/crs"
)

const mercatorSize = 2 * math.Pi * 6378137

// tileBox is the box in web Mercator of the tile at that place with a buffer
// of 64/4096, and 1/16 tile unit in metres.
func tileBox(t testing.TB, z int, lon, lat float64) (spatial.Envelope, float64) {
	t.Helper()
	x, y, err := mustTransform(t, 4326, 3857).Point(lon, lat)
	if err != nil {
		t.Fatal(err)
	}
	size := mercatorSize / float64(int(1)<<z)
	col, row := math.Floor((x+mercatorSize/2)/size), math.Floor((mercatorSize/2-y)/size)
	buffer := size / 64
	return spatial.Envelope{
		SRID: 3857,
		MinX: col*size - mercatorSize/2 - buffer, MaxX: (col+1)*size - mercatorSize/2 + buffer,
		MinY: mercatorSize/2 - (row+1)*size - buffer, MaxY: mercatorSize/2 - row*size + buffer,
	}, size / 4096 / 16
}

// TestFitStaysWithinItsBound compares each fit with the exact transform at
// random places of its domain and along the edge, over all zooms.
func TestFitStaysWithinItsBound(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	r := rand.New(rand.NewPCG(7, 7))
	tightest := math.Inf(1)
	for _, srid := range []spatial.SRID{9210, 9218, 5896, 3406, 4756, 4326, 32648, 25832} {
		s := system(t, srid)
		exact := mustTransform(t, srid, 3857)
		for z := 0; z <= 22; z++ {
			for _, p := range sample(s, 6) {
				if math.Abs(p[1]) > 70 {
					continue
				}
				box, maxErr := tileBox(t, z, p[0], p[1])
				a, ok := crs.Fit(srid, 3857, box, maxErr)
				if !ok {
					if z >= 8 {
						t.Errorf("%v: no fit at zoom %d, %v", srid, z, p)
					}
					continue
				}
				if a.MaxError > maxErr || a.Degree < 1 || a.Degree > 3 {
					t.Fatalf("%v, zoom %d: degree %d, bound %v, wanted %v", srid, z, a.Degree, a.MaxError, maxErr)
				}
				worst := 0.0
				for range 300 {
					u, v := r.Float64(), r.Float64()
					switch r.IntN(4) {
					case 0:
						u = math.Round(u)
					case 1:
						v = math.Round(v)
					}
					d := a.Domain
					x, y := d.MinX+u*(d.MaxX-d.MinX), d.MinY+v*(d.MaxY-d.MinY)
					gotX, gotY, ok := a.Point(x, y)
					wantX, wantY, err := exact.Point(x, y)
					if !ok || err != nil {
						t.Fatalf("%v, zoom %d: %v %v: %v", srid, z, x, y, err)
					}
					worst = max(worst, math.Abs(gotX-wantX), math.Abs(gotY-wantY))
				}
				if worst > a.MaxError {
					t.Errorf("%v, zoom %d, %v: off by %v m, bound %v m", srid, z, p, worst, a.MaxError)
				}
				if worst > 1e-5 {
					tightest = min(tightest, a.MaxError/worst)
				}
			}
		}
	}
	if tightest > 5 {
		t.Errorf("the bound is never nearer than %.1f times the error: it is too careful", tightest)
	}
}

// TestFitCoversTheTile: every place of the box has its source inside Domain.
func TestFitCoversTheTile(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	r := rand.New(rand.NewPCG(3, 4))
	for z := 7; z <= 22; z++ {
		for _, srid := range []spatial.SRID{9210, 3406, 4326} {
			back := mustTransform(t, 3857, srid)
			box, maxErr := tileBox(t, z, 108.9, 12.3)
			a, ok := crs.Fit(srid, 3857, box, maxErr)
			if !ok {
				continue
			}
			for range 500 {
				x, y, err := back.Point(box.MinX+r.Float64()*(box.MaxX-box.MinX), box.MinY+r.Float64()*(box.MaxY-box.MinY))
				if err != nil {
					t.Fatal(err)
				}
				if d := a.Domain; x < d.MinX || x > d.MaxX || y < d.MinY || y > d.MaxY {
					t.Fatalf("%v, zoom %d: %v %v lies outside %+v", srid, z, x, y, d)
				}
			}
		}
	}
}

func TestFitOutsideItsDomainIsExact(t *testing.T) {
	t.Parallel()
	box, maxErr := tileBox(t, 14, 106.65, 11.05)
	a, ok := crs.Fit(9210, 3857, box, maxErr)
	if !ok {
		t.Fatal("no fit")
	}
	exact := mustTransform(t, 9210, 3857)
	for _, p := range [][2]float64{{a.Domain.MinX - 1, a.Domain.MinY}, {a.Domain.MaxX, a.Domain.MaxY + 50000}, {100000, 900000}} {
		x, y, ok := a.Point(p[0], p[1])
		wantX, wantY, err := exact.Point(p[0], p[1])
		if !ok || err != nil || x != wantX || y != wantY {
			t.Errorf("%v: got %v %v, want %v %v", p, x, y, wantX, wantY)
		}
	}
	if _, _, ok := a.Point(math.NaN(), 0); ok {
		t.Error("a position that is no number is converted")
	}
	if i := a.Flat([]float64{a.Domain.MinX, a.Domain.MinY, math.NaN(), 0}, 2); i != 1 {
		t.Errorf("the bad position is %d, want 1", i)
	}
}

func TestFitScaled(t *testing.T) {
	t.Parallel()
	box, maxErr := tileBox(t, 12, 106.65, 11.05)
	a, ok := crs.Fit(9210, 3857, box, maxErr)
	if !ok {
		t.Fatal("no fit")
	}
	scale := 4096 / (box.MaxX - box.MinX)
	b := a.Scaled(box.MinX, box.MaxY, scale, -scale).Scaled(10, 20, 2, 3)
	for _, p := range [][2]float64{{a.Domain.MinX, a.Domain.MinY}, {a.Domain.MaxX, a.Domain.MaxY}, {a.Domain.MinX - 5000, a.Domain.MaxY}} {
		x, y, _ := a.Point(p[0], p[1])
		wantX, wantY := ((x-box.MinX)*scale-10)*2, ((y-box.MaxY)*-scale-20)*3
		gotX, gotY, ok := b.Point(p[0], p[1])
		if !ok || math.Abs(gotX-wantX) > 1e-6 || math.Abs(gotY-wantY) > 1e-6 {
			t.Errorf("%v: got %v %v, want %v %v", p, gotX, gotY, wantX, wantY)
		}
	}
}

func TestFitRefuses(t *testing.T) {
	t.Parallel()
	good, maxErr := tileBox(t, 14, 106.65, 11.05)
	north, northErr := tileBox(t, 10, 15, 72)
	world, worldErr := tileBox(t, 0, 106.65, 11.05)
	cases := []struct {
		name   string
		from   spatial.SRID
		box    spatial.Envelope
		maxErr float64
	}{
		{"the whole world", 9210, world, worldErr},
		{"the far north", 32633, north, northErr},
		{"an unknown system", 27700, good, maxErr},
		{"an empty box", 9210, spatial.EmptyEnvelope(3857), maxErr},
		{"a box without area", 9210, spatial.Envelope{SRID: 3857, MinX: 1e7, MaxX: 1e7, MinY: 1e6, MaxY: 2e6}, maxErr},
		{"a box in another system", 9210, spatial.Envelope{SRID: 4326, MinX: 106, MaxX: 106.1, MinY: 11, MaxY: 11.1}, maxErr},
		{"no error allowed", 9210, good, 0},
		{"not a number", 9210, spatial.Envelope{SRID: 3857, MinX: 1e7, MaxX: math.NaN(), MinY: 1e6, MaxY: 2e6}, maxErr},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if a, ok := crs.Fit(c.from, 3857, c.box, c.maxErr); ok {
				t.Errorf("got a fit of degree %d, bound %v", a.Degree, a.MaxError)
			}
		})
	}
}
