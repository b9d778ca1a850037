package importers_test

import (
	"context"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// home is the area that an office in Bình Dương sets.
func home() spatial.Envelope {
	return spatial.Envelope{SRID: 4326, MinX: 106.33, MinY: 10.86, MaxX: 106.97, MaxY: 11.50}
}

func nameless(points ...[2]float64) *given {
	src := keyed()
	src.schema.CRS = importers.CRS{}
	for i, p := range points {
		src.records = append(src.records, importers.Record{Values: []importers.Value{{Valid: true, Int: int64(i)}}, Geometry: point(p[0], p[1])})
	}
	return src
}

func firstPoint(t *testing.T, src importers.Source) (x, y float64) {
	t.Helper()
	found := false
	err := src.Read(t.Context(), func(r *importers.Record) error {
		if !found {
			x = math.Float64frombits(binary.LittleEndian.Uint64(r.Geometry[5:]))
			y = math.Float64frombits(binary.LittleEndian.Uint64(r.Geometry[13:]))
			found = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return x, y
}

func TestSettleCRS(t *testing.T) {
	t.Parallel()
	named := func(srid spatial.SRID, points ...[2]float64) *given {
		src := nameless(points...)
		src.schema.CRS = importers.CRS{SRID: srid, Reason: "the file says so"}
		return src
	}
	local := nameless([2]float64{599233, 1222000})
	local.schema.CRS = importers.CRS{WKT: `LOCAL_CS["Nonearth",UNIT["Meter",1]]`}
	for _, tc := range []struct {
		name    string
		src     *given
		request importers.CRSRequest
		want    spatial.SRID
		x, y    float64
		reason  string
	}{
		{"guessed", nameless([2]float64{599233, 1222000}), importers.CRSRequest{Home: home()}, 9210, 599233, 1222000, "home area"},
		{"guessed where the file's own system is a local one", local, importers.CRSRequest{Home: home()}, 9210, 599233, 1222000, "of no place on Earth"},
		{"guessed and swapped", nameless([2]float64{1222000, 599233}, [2]float64{0, 0}), importers.CRSRequest{Home: home()}, 9210, 599233, 1222000, "X and Y are swapped"},
		{"swapped as asked for, then guessed", nameless([2]float64{1222000, 599233}), importers.CRSRequest{Home: home(), SwapXY: true}, 9210, 599233, 1222000, "swapped as asked for"},
		{"asked for, the wrong way round", nameless([2]float64{1222000, 599233}), importers.CRSRequest{SRID: 9210}, 9210, 599233, 1222000, "as asked for; X and Y are swapped"},
		{"asked for with the zone number in front", nameless([2]float64{48681142, 1222123}), importers.CRSRequest{SRID: 3405}, 3405, 681142, 1222123, "zone number 48"},
		{"named, the wrong way round", named(4326, [2]float64{11.05, 106.66}), importers.CRSRequest{}, 4326, 106.66, 11.05, "the file says so; X and Y are swapped"},
		{"named and as it should be", named(9210, [2]float64{599233, 1222000}), importers.CRSRequest{}, 9210, 599233, 1222000, "the file says so"},
		{"forced against all sense", named(2056, [2]float64{1, 2}), importers.CRSRequest{SwapXY: true}, 2056, 2, 1, "swapped as asked for"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src, c, err := importers.SettleCRS(t.Context(), tc.src, tc.request)
			if err != nil {
				t.Fatal(err)
			}
			if x, y := firstPoint(t, src); x != tc.x || y != tc.y {
				t.Errorf("the first point is %v %v", x, y)
			}
			if c.SRID != tc.want || !strings.Contains(c.Reason, tc.reason) {
				t.Errorf("%+v", c)
			}
			again, same, err := importers.SettleCRS(t.Context(), src, tc.request)
			if _, done := src.(importers.Settled); err != nil || done && (again != src || same != c) {
				t.Errorf("settled twice: %+v, %v", same, err)
			}
		})
	}
}

// Twins are told apart by what is at hand only; else the choices are listed.
func TestSettleCRSAsks(t *testing.T) {
	t.Parallel()
	src := nameless([2]float64{681196, 1222490}, [2]float64{682196, 1223490})
	_, _, err := importers.SettleCRS(t.Context(), src, importers.CRSRequest{Home: home()})
	if err == nil {
		t.Fatal("taken without asking")
	}
	for _, want := range []string{"--crs EPSG:5897", "--crs EPSG:3405", "--crs EPSG:32648", "lon 106.6"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	q := importers.CRSRequest{Home: home(), Known: func(context.Context) ([]spatial.Envelope, error) {
		return []spatial.Envelope{{SRID: 4326, MinX: 106.6572, MinY: 11.0502, MaxX: 106.6665, MaxY: 11.0593}}, nil
	}}
	if _, c, err := importers.SettleCRS(t.Context(), src, q); err == nil {
		t.Logf("with data at hand: %+v", c)
	}
}

// A line is where all of it is: one that begins in the range of degrees and ends
// outside of it is not in degrees.
func TestSettleCRSLooksAtWholeGeometries(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		line []float64
		want spatial.SRID // 0 asks
	}{
		{"in degrees", []float64{50, 50, 100, 60}, 4326},
		{"begins in degrees", []float64{50, 50, 100, 100}, 0},
		{"begins at the origin", []float64{0, 0, 12000, 5000}, 0},
	} {
		g := wkb.AppendCount(wkb.AppendHeader(nil, wkb.LineString, spatial.XY), len(tc.line)/2)
		for _, v := range tc.line {
			g = wkb.AppendFloat(g, v)
		}
		src := nameless()
		src.schema.GeometryType = spatial.GeometryLineString
		src.records = []importers.Record{{Values: []importers.Value{{Valid: true, Int: 1}}, Geometry: g}}
		_, c, err := importers.SettleCRS(t.Context(), src, importers.CRSRequest{Home: home()})
		if c.SRID != tc.want || (err != nil) != (tc.want == 0) {
			t.Errorf("%s: %s, %v", tc.name, c.SRID, err)
		}
	}
}

// What is around the positions stays: heights, measures, rings.
func TestSwapKeepsHeights(t *testing.T) {
	t.Parallel()
	g := wkb.AppendCount(wkb.AppendHeader(nil, wkb.LineString, spatial.XYZ), 2)
	for _, v := range []float64{11.05, 106.66, 7, 11.06, 106.67, 8} {
		g = wkb.AppendFloat(g, v)
	}
	src := nameless()
	src.schema.Dimensions = spatial.XYZ
	src.records = []importers.Record{{Values: []importers.Value{{}}, Geometry: g}, {Values: []importers.Value{{}}}}
	out, c, err := importers.SettleCRS(t.Context(), src, importers.CRSRequest{Home: home()})
	if err != nil || c.SRID != 4326 {
		t.Fatal(c, err)
	}
	before := string(g)
	n := 0
	err = out.Read(t.Context(), func(r *importers.Record) error {
		if n++; n == 2 {
			if r.Geometry != nil {
				t.Error("a geometry out of nothing")
			}
			return nil
		}
		want := wkb.AppendCount(wkb.AppendHeader(nil, wkb.LineString, spatial.XYZ), 2)
		for _, v := range []float64{106.66, 11.05, 7, 106.67, 11.06, 8} {
			want = wkb.AppendFloat(want, v)
		}
		if string(r.Geometry) != string(want) {
			t.Errorf("%x", r.Geometry)
		}
		return nil
	})
	if err != nil || string(g) != before {
		t.Errorf("%v; the source's own bytes changed: %v", err, string(g) != before)
	}
}
