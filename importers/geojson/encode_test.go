package geojson_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/importers/geojson"
	"gisd/spatial"
)

func encoded(t *testing.T, g geom.T, order binary.ByteOrder) []byte {
	t.Helper()
	b, err := ewkb.Marshal(g, order)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAppendGeometry(t *testing.T) {
	t.Parallel()
	square := []float64{0, 0, 0, 10, 10, 10, 10, 0, 0, 0} // clockwise
	hole := []float64{2, 2, 4, 2, 4, 4, 2, 4, 2, 2}       // counter-clockwise
	for _, tc := range []struct {
		name     string
		give     geom.T
		decimals int
		want     string
	}{
		{"point in degrees", geom.NewPointFlat(geom.XY, []float64{106.66699066512, 11.05}).SetSRID(4326), 9, `{"type":"Point","coordinates":[106.666990665,11.05]}`},
		{"metres", geom.NewPointFlat(geom.XY, []float64{600000.00004, 1220900.123456}), 4, `{"type":"Point","coordinates":[600000,1220900.1235]}`},
		{"negative and tiny", geom.NewPointFlat(geom.XY, []float64{-0.00000000001, -1.5}), 9, `{"type":"Point","coordinates":[0,-1.5]}`},
		{"huge", geom.NewPointFlat(geom.XY, []float64{1e20, 1}), 9, `{"type":"Point","coordinates":[100000000000000000000,1]}`},
		{"z and m", geom.NewPointFlat(geom.XYZM, []float64{1, 2, 3.123456, 9}), 9, `{"type":"Point","coordinates":[1,2,3.1235]}`},
		{"m alone", geom.NewPointFlat(geom.XYM, []float64{1, 2, 9}), 9, `{"type":"Point","coordinates":[1,2]}`},
		{"empty", geom.NewPointEmpty(geom.XY), 9, `null`},
		{"line", geom.NewLineStringFlat(geom.XY, []float64{1, 2, 3, 4}), 9, `{"type":"LineString","coordinates":[[1,2],[3,4]]}`},
		{"rings are turned", geom.NewPolygonFlat(geom.XY, append(append([]float64{}, square...), hole...), []int{10, 20}), 9,
			`{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,10],[0,0]],[[2,2],[2,4],[4,4],[4,2],[2,2]]]}`},
		{"multi polygon", geom.NewMultiPolygonFlat(geom.XY, square, [][]int{{10}}), 9,
			`{"type":"MultiPolygon","coordinates":[[[[0,0],[10,0],[10,10],[0,10],[0,0]]]]}`},
		{"multi point", geom.NewMultiPointFlat(geom.XY, []float64{1, 2, 3, 4}), 9, `{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}`},
		{"collection", geom.NewGeometryCollection().MustPush(geom.NewPointFlat(geom.XY, []float64{1, 2})), 9,
			`{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
				got, err := geojson.AppendGeometry(nil, encoded(t, tc.give, order), tc.decimals)
				if err != nil {
					t.Fatal(err)
				}
				if string(got) != tc.want {
					t.Errorf("%v: got %s, want %s", order, got, tc.want)
				}
			}
		})
	}
}

func TestAppendFeature(t *testing.T) {
	t.Parallel()
	fields := []spatial.Field{
		{Name: "tên", Type: spatial.FieldString}, {Name: "n", Type: spatial.FieldInteger}, {Name: "x", Type: spatial.FieldNumber},
		{Name: "ok", Type: spatial.FieldBoolean}, {Name: "day", Type: spatial.FieldDate}, {Name: "at", Type: spatial.FieldDateTime},
		{Name: "more", Type: spatial.FieldJSON}, {Name: "none", Type: spatial.FieldString}, {Name: "nan", Type: spatial.FieldNumber},
	}
	at := time.Date(2026, 11, 22, 7, 30, 0, 500_000_000, time.UTC)
	f := spatial.Feature{ID: "a\"1", Properties: []any{"Đất\n\u2028\xff", int64(-7), 0.1, true, at, at, json.RawMessage(`{"a":[1]}`), nil, math.NaN()}}
	got, err := geojson.Encoder{}.AppendFeature([]byte("x"), &spatial.Collection{Fields: fields}, &f, 9)
	if err != nil {
		t.Fatal(err)
	}
	want := `x{"type":"Feature","id":"a\"1","geometry":null,"properties":{"tên":"Đất\n\u2028\ufffd","n":-7,"x":0.1,"ok":true,` +
		`"day":"2026-11-22","at":"2026-11-22T07:30:00.5Z","more":{"a":[1]},"none":null,"nan":null}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if !json.Valid(got[1:]) {
		t.Error("not JSON")
	}
}

func TestAppendGeometryRefusesGarbage(t *testing.T) {
	t.Parallel()
	for _, b := range [][]byte{{1}, {2, 1, 0, 0, 0}, {1, 3, 0, 0, 0, 255, 255, 255, 255}, {1, 99, 0, 0, 0}} {
		if got, err := geojson.AppendGeometry(nil, b, 9); err == nil {
			t.Errorf("%x: got %s", b, got)
		}
	}
}

// Coordinates are rounded half away from zero and have no zeros at the end.
func TestCoordinatesAreRounded(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	values := []float64{0, math.Copysign(0, -1), 0.5, -0.5, 0.0000000005, -0.0000000004, 1e-12, 106.6, -106.65, 99.9999999996, 179.99999999951, 1e6, 9007198, 123456.00005}
	for range 5000 {
		values = append(values, (rng.Float64()-0.5)*360, (rng.Float64()-0.5)*math.Pow(10, float64(rng.IntN(9))))
	}
	for i, v := range values {
		decimals := []int{9, 4, 0, 1, 7, 8}[i%6]
		b, err := geojson.AppendGeometry(nil, encoded(t, geom.NewPointFlat(geom.XY, []float64{v, v}), binary.LittleEndian), decimals)
		if err != nil {
			t.Fatal(err)
		}
		text, _, _ := strings.Cut(strings.TrimPrefix(string(b), `{"type":"Point","coordinates":[`), ",")
		power := math.Pow(10, float64(decimals))
		want := strconv.FormatFloat(math.Round(v*power)/power+0, 'f', -1, 64)
		if math.Abs(v*power) >= 1<<53 {
			want = strconv.FormatFloat(v, 'f', -1, 64)
		}
		if strings.TrimPrefix(want, "-") == "0" {
			want = "0"
		}
		if text != want {
			t.Errorf("%v with %d decimals: %s, want %s", v, decimals, text, want)
		}
	}
}
