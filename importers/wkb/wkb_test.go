package wkb_test

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkt"

	"gisd/importers/wkb"
	"gisd/spatial"
)

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// iso builds ISO WKB by hand: type codes with their offsets, either order.
type iso struct {
	order byteOrder
	b     []byte
}

func (w *iso) head(code uint32) *iso {
	mark := byte(0)
	if w.order == binary.LittleEndian {
		mark = 1
	}
	w.b = append(w.b, mark)
	w.b = w.order.AppendUint32(w.b, code)
	return w
}

func (w *iso) count(n uint32) *iso { w.b = w.order.AppendUint32(w.b, n); return w }

func (w *iso) floats(v ...float64) *iso {
	for _, f := range v {
		w.b = w.order.AppendUint64(w.b, math.Float64bits(f))
	}
	return w
}

func wktOf(t *testing.T, b []byte) string {
	t.Helper()
	g, err := ewkb.Unmarshal(b)
	if err != nil {
		t.Fatal(err)
	}
	s, err := wkt.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		code func(w *iso)
		dims spatial.Dimensions
		want string
	}{
		{"point z to xy", func(w *iso) { w.head(1001).floats(1, 2, 3) }, spatial.XY, "POINT (1 2)"},
		{"point to xyz", func(w *iso) { w.head(1).floats(1, 2) }, spatial.XYZ, "POINT Z (1 2 0)"},
		{"point m to xyzm", func(w *iso) { w.head(2001).floats(1, 2, 9) }, spatial.XYZM, "POINT ZM (1 2 0 9)"},
		{"open ring is closed", func(w *iso) { w.head(3).count(1).count(3).floats(0, 0, 4, 0, 4, 4) }, spatial.XY, "POLYGON ((0 0, 4 0, 4 4, 0 0))"},
		{"thin ring is padded", func(w *iso) { w.head(3).count(1).count(2).floats(0, 0, 4, 0) }, spatial.XY, "POLYGON ((0 0, 4 0, 0 0, 0 0))"},
		{"line of one position", func(w *iso) { w.head(2).count(1).floats(1, 2) }, spatial.XY, "LINESTRING (1 2, 1 2)"},
		{"empty ring is dropped", func(w *iso) { w.head(3).count(2).count(4).floats(0, 0, 4, 0, 4, 4, 0, 0).count(0) }, spatial.XY, "POLYGON ((0 0, 4 0, 4 4, 0 0))"},
		{"multi surface of a triangle", func(w *iso) { w.head(12).count(1).head(17).count(1).count(4).floats(0, 0, 4, 0, 4, 4, 0, 0) }, spatial.XY, "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)))"},
		{"compound curve joins its parts", func(w *iso) {
			w.head(9).count(2).head(2).count(2).floats(0, 0, 1, 0).head(2).count(2).floats(1, 0, 2, 0)
		}, spatial.XY, "LINESTRING (0 0, 1 0, 2 0)"},
		{"straight arc", func(w *iso) { w.head(8).count(3).floats(0, 0, 1, 0, 2, 0) }, spatial.XY, "LINESTRING (0 0, 1 0, 2 0)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, order := range []byteOrder{binary.LittleEndian, binary.BigEndian} {
				w := &iso{order: order}
				tc.code(w)
				got, err := wkb.Normalize(nil, w.b, tc.dims)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tc.want, wktOf(t, got)); diff != "" {
					t.Errorf("%v: %s", order, diff)
				}
				var in wkb.Info
				if err := wkb.Inspect(got, tc.dims, &in); err != nil || in.Loose {
					t.Errorf("not acceptable: %v, %+v", err, in)
				}
			}
		})
	}
}

// A half circle and a full one: every position on the circle, the given ones
// among them, 32 segments a quadrant.
func TestArcs(t *testing.T) {
	t.Parallel()
	const cx, cy = 2_646_497.5, 1_139_902.25 // where coordinates are large
	for _, tc := range []struct {
		name     string
		arc      []float64
		segments int
	}{
		{"half, clockwise", []float64{cx - 10, cy, cx, cy + 10, cx + 10, cy}, 64},
		{"half, counter-clockwise", []float64{cx - 10, cy, cx, cy - 10, cx + 10, cy}, 64},
		{"full", []float64{cx - 10, cy, cx + 10, cy, cx - 10, cy}, 128},
		{"quarter", []float64{cx + 10, cy, cx + 10*math.Sqrt2/2, cy + 10*math.Sqrt2/2, cx, cy + 10}, 32},
	} {
		w := &iso{order: binary.LittleEndian}
		w.head(8).count(3).floats(tc.arc...)
		got, err := wkb.Normalize(nil, w.b, spatial.XY)
		if err != nil {
			t.Fatal(err)
		}
		g, err := ewkb.Unmarshal(got)
		if err != nil {
			t.Fatal(err)
		}
		line := g.(*geom.LineString)
		if n := line.NumCoords() - 1; n < tc.segments || n > tc.segments+2 {
			t.Errorf("%s: %d segments, want %d", tc.name, n, tc.segments)
		}
		given := map[[2]float64]bool{}
		for i := range line.NumCoords() {
			c := line.Coord(i)
			if r := math.Hypot(c[0]-cx, c[1]-cy); math.Abs(r-10) > 1e-6 {
				t.Errorf("%s: position %d lies at radius %v", tc.name, i, r)
			}
			given[[2]float64{c[0], c[1]}] = true
		}
		for i := 0; i < 6; i += 2 {
			if !given[[2]float64{tc.arc[i], tc.arc[i+1]}] {
				t.Errorf("%s: position %d of the arc is gone", tc.name, i/2)
			}
		}
	}
}

func TestInspect(t *testing.T) {
	t.Parallel()
	g, err := ewkb.Marshal(geom.NewLineStringFlat(geom.XYZ, []float64{3, 4, math.NaN(), 1, 9, 0}), binary.LittleEndian)
	if err != nil {
		t.Fatal(err)
	}
	var in wkb.Info
	if err := wkb.Inspect(g, spatial.XYZ, &in); err != nil {
		t.Fatal(err)
	}
	want := wkb.Info{Kind: wkb.LineString, Points: 2, MinX: 1, MinY: 4, MaxX: 3, MaxY: 9}
	if diff := cmp.Diff(want, in); diff != "" {
		t.Error(diff)
	}
	if err := wkb.Inspect(g, spatial.XY, &in); !errors.Is(err, wkb.ErrMalformed) {
		t.Errorf("other dimensions: %v", err)
	}
	if err := wkb.Inspect(append(g, 0), spatial.XYZ, &in); !errors.Is(err, wkb.ErrMalformed) {
		t.Errorf("bytes after the end: %v", err)
	}
	lying := append([]byte{}, g[:9]...)
	binary.LittleEndian.PutUint32(lying[5:], math.MaxUint32)
	if err := wkb.Inspect(lying, spatial.XYZ, &in); !errors.Is(err, wkb.ErrMalformed) {
		t.Errorf("a lying count: %v", err)
	}
}

// FuzzNormalize: whatever is accepted comes out in the one form, which is
// accepted again and stays the same.
func FuzzNormalize(f *testing.F) {
	w := &iso{order: binary.BigEndian}
	f.Add(w.head(1010).count(1).head(1009).count(1).head(1008).count(3).floats(0, 0, 1, 1, 1, 2, 2, 0, 3).b)
	f.Add([]byte{1, 7, 0, 0, 0, 1, 0, 0, 0, 1, 4, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, d := range []spatial.Dimensions{spatial.XY, spatial.XYZ, spatial.XYM, spatial.XYZM} {
			got, err := wkb.Normalize(nil, b, d)
			if err != nil {
				continue
			}
			var in wkb.Info
			if err := wkb.Inspect(got, d, &in); err != nil || in.Loose && in.Points > 0 {
				t.Fatalf("%x: %v, %+v", got, err, in)
			}
			twice, err := wkb.Normalize(nil, got, d)
			if err != nil || string(twice) != string(got) {
				t.Fatalf("%x became %x: %v", got, twice, err)
			}
		}
	})
}
