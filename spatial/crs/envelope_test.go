package crs_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gisd/spatial"
)

func contains(e spatial.Envelope, x, y float64) bool {
	return x >= e.MinX && x <= e.MaxX && y >= e.MinY && y <= e.MaxY
}

// TestEnvelopeHoldsItsPositions: no position of the box may fall out of the
// converted box, for boxes of all sizes, and the converted box is not loose.
func TestEnvelopeHoldsItsPositions(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	pairs := [][2]spatial.SRID{{9210, 4326}, {4326, 9210}, {3857, 9210}, {9210, 3857}, {4326, 3857}, {3857, 4326}, {9210, 5899}, {32648, 4756}}
	for _, pair := range pairs {
		tr := mustTransform(t, pair[0], pair[1])
		to := mustTransform(t, 4326, pair[0])
		for _, size := range []float64{1e-5, 0.001, 0.1, 1, 8} {
			for range 20 {
				lon, lat := 103+r.Float64()*6, 8+r.Float64()*14
				x0, y0, err0 := to.Point(lon-size/2, lat-size/2)
				x1, y1, err1 := to.Point(lon+size/2, lat+size/2)
				if err0 != nil || err1 != nil {
					t.Fatal(err0, err1)
				}
				box := spatial.Envelope{SRID: pair[0], MinX: min(x0, x1), MaxX: max(x0, x1), MinY: min(y0, y1), MaxY: max(y0, y1)}
				got, err := tr.Envelope(box)
				if err != nil || got.SRID != pair[1] {
					t.Fatalf("%v: %+v, %v", pair, got, err)
				}
				tight := spatial.EmptyEnvelope(pair[1])
				for range 300 {
					u, v := r.Float64(), r.Float64()
					if r.IntN(2) == 0 {
						u = math.Round(u)
					} else {
						v = math.Round(v)
					}
					x, y, err := tr.Point(box.MinX+u*(box.MaxX-box.MinX), box.MinY+v*(box.MaxY-box.MinY))
					if err != nil {
						t.Fatal(err)
					}
					tight = tight.Extend(x, y)
					if !contains(got, x, y) {
						t.Fatalf("%v, size %v: %v %v falls out of %+v", pair, size, x, y, got)
					}
				}
				if size >= 0.001 && (got.MaxX-got.MinX) > 1.1*(tight.MaxX-tight.MinX) {
					t.Errorf("%v, size %v: %v wide, the positions %v", pair, size, got.MaxX-got.MinX, tight.MaxX-tight.MinX)
				}
			}
		}
	}
}

func TestEnvelopeOfTheWorld(t *testing.T) {
	t.Parallel()
	for _, from := range []spatial.SRID{4326, 3857} {
		box := spatial.Envelope{SRID: from, MinX: -180, MinY: -90, MaxX: 180, MaxY: 90}
		if from == 3857 {
			box = spatial.Envelope{SRID: from, MinX: -3e7, MinY: -3e7, MaxX: 3e7, MaxY: 3e7}
		}
		got, err := mustTransform(t, from, 9210).Envelope(box)
		if err != nil || !contains(got, 100000, 900000) || !contains(got, 900000, 2600000) {
			t.Errorf("%v: Vietnam is not in %+v, %v", from, got, err)
		}
	}
	got, err := mustTransform(t, 4326, 3857).Envelope(spatial.Envelope{SRID: 4326, MinX: -180, MinY: -90, MaxX: 180, MaxY: 90})
	if err != nil || math.Abs(got.MaxY-20037508.34) > 100000 || math.IsInf(got.MaxY, 0) {
		t.Errorf("web Mercator world: %+v, %v", got, err)
	}
}

func TestEnvelopeAcrossTheAntimeridian(t *testing.T) {
	t.Parallel()
	box := spatial.Envelope{SRID: 4326, MinX: 170, MinY: -10, MaxX: -170, MaxY: 10}
	got, err := mustTransform(t, 4326, 4258).Envelope(box)
	if err != nil || got.MinX != 170 || got.MaxX != -170 || got.SRID != 4258 {
		t.Errorf("same datum: %+v, %v", got, err)
	}
	got, err = mustTransform(t, 4326, 4756).Envelope(box)
	if err != nil || got.MinX < 169.9 || got.MaxX > -169.9 || got.MinX < got.MaxX {
		t.Errorf("other datum: %+v, %v", got, err)
	}
	got, err = mustTransform(t, 4326, 3857).Envelope(box)
	if err != nil || got.MinX > -20037508 || got.MaxX < 20037508 {
		t.Errorf("web Mercator: %+v, %v", got, err)
	}
	got, err = mustTransform(t, 4326, 9210).Envelope(spatial.Envelope{SRID: 4326, MinX: 100, MinY: 5, MaxX: -170, MaxY: 20})
	if err != nil || !contains(got, 600000, 1220900) {
		t.Errorf("VN-2000: %+v, %v", got, err)
	}
}

func TestEnvelopeRefuses(t *testing.T) {
	t.Parallel()
	tr := mustTransform(t, 4326, 9210)
	for _, e := range []spatial.Envelope{
		{SRID: 3857, MaxX: 1, MaxY: 1},
		{SRID: 4326, MinX: 100, MaxX: math.Inf(1), MinY: 1, MaxY: 2},
		{SRID: 4326, MinX: 100, MaxX: 101, MinY: 1, MaxY: math.NaN()},
	} {
		if got, err := tr.Envelope(e); spatial.CodeOf(err) != spatial.CodeInvalid {
			t.Errorf("%+v gives %+v, %v", e, got, err)
		}
	}
	for _, e := range []spatial.Envelope{
		spatial.EmptyEnvelope(4326),
		{SRID: 4326, MinX: -80, MinY: 1, MaxX: -70, MaxY: 2},
	} {
		if got, err := tr.Envelope(e); err != nil || !got.Empty() || got.SRID != 9210 {
			t.Errorf("%+v gives %+v, %v", e, got, err)
		}
	}
}
