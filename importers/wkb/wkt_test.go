package wkb_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"gisd/importers/wkb"
	"gisd/spatial"
)

// written reads text and writes it again.
func written(t *testing.T, text string, d spatial.Dimensions) string {
	t.Helper()
	var r wkb.TextReader
	g, err := r.Append(nil, []byte(text), d)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var in wkb.Info
	if err := wkb.Inspect(g, d, &in); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	out, err := wkb.AppendText(nil, g, d)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text string
		d    spatial.Dimensions
		want string
	}{
		{"POINT(1 2)", spatial.XY, "POINT (1 2)"},
		{" point ( -1.5e2\t+.25 ) ", spatial.XY, "POINT (-150 0.25)"},
		{"POINT EMPTY", spatial.XY, "POINT EMPTY"},
		{"SRID=4326;POINT(106.66698339112345 11.054321)", spatial.XY, "POINT (106.66698339112345 11.054321)"},
		{"POINT Z (1 2 3)", spatial.XYZ, "POINT Z (1 2 3)"},
		{"POINTZ(1 2 3)", spatial.XYZ, "POINT Z (1 2 3)"},
		{"POINT(1 2 3)", spatial.XYZ, "POINT Z (1 2 3)"},
		{"POINT M (1 2 3)", spatial.XYM, "POINT M (1 2 3)"},
		{"POINTM(1 2 3)", spatial.XYZM, "POINT ZM (1 2 0 3)"},
		{"POINT ZM (1 2 3 4)", spatial.XYZM, "POINT ZM (1 2 3 4)"},
		{"POINT Z (1 2 3)", spatial.XY, "POINT (1 2)"},
		{"LINESTRING(0 0,1 1,\n2 0)", spatial.XY, "LINESTRING (0 0,1 1,2 0)"},
		{"LINESTRING EMPTY", spatial.XY, "LINESTRING EMPTY"},
		{"POLYGON((0 0,9 0,9 9,0 0),(1 1,2 1,2 2,1 1))", spatial.XY, "POLYGON ((0 0,9 0,9 9,0 0),(1 1,2 1,2 2,1 1))"},
		{"MULTIPOINT((1 2),(3 4))", spatial.XY, "MULTIPOINT ((1 2),(3 4))"},
		{"MULTIPOINT(1 2,3 4,EMPTY)", spatial.XY, "MULTIPOINT ((1 2),(3 4),EMPTY)"},
		{"MULTILINESTRING((0 0,1 1),EMPTY)", spatial.XY, "MULTILINESTRING ((0 0,1 1),EMPTY)"},
		{"MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))", spatial.XY, "MULTIPOLYGON (((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))"},
		{"GEOMETRYCOLLECTION Z (POINT Z (1 2 3),GEOMETRYCOLLECTION(LINESTRING(0 0 1,1 1 1)))", spatial.XYZ, "GEOMETRYCOLLECTION Z (POINT Z (1 2 3),GEOMETRYCOLLECTION Z (LINESTRING Z (0 0 1,1 1 1)))"},
		{"TRIANGLE((0 0,1 0,1 1,0 0))", spatial.XY, "POLYGON ((0 0,1 0,1 1,0 0))"},
		{"TIN Z (((0 0 1,1 0 1,1 1 1,0 0 1)))", spatial.XYZ, "MULTIPOLYGON Z (((0 0 1,1 0 1,1 1 1,0 0 1)))"},
		{"POLYHEDRALSURFACE Z (((0 0 1,1 0 1,1 1 1,0 0 1)))", spatial.XYZ, "MULTIPOLYGON Z (((0 0 1,1 0 1,1 1 1,0 0 1)))"},
		{"COMPOUNDCURVE((0 0,1 0),CIRCULARSTRING EMPTY,(1 0,2 0))", spatial.XY, "LINESTRING (0 0,1 0,2 0)"},
		{"MULTICURVE((0 0,1 0),COMPOUNDCURVE((5 5,6 5)))", spatial.XY, "MULTILINESTRING ((0 0,1 0),(5 5,6 5))"},
		{"MULTISURFACE(((0 0,1 0,1 1,0 0)),CURVEPOLYGON((0 0,1 0,1 1,0 0)))", spatial.XY, "MULTIPOLYGON (((0 0,1 0,1 1,0 0)),((0 0,1 0,1 1,0 0)))"},
	} {
		if got := written(t, tc.text, tc.d); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.text, got, tc.want)
		}
	}
	// A half circle of radius 1: all positions lie on it.
	arc := written(t, "CIRCULARSTRING(1 0,0 1,-1 0)", spatial.XY)
	if n := strings.Count(arc, ",") + 1; n != 65 {
		t.Errorf("an arc of %d positions", n)
	}
}

func TestTextRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "POINT", "POINT(1)", "POINT(1 2", "POINT(1 2))", "POINT(1 2) x", "POINT(1,2)", "PUNKT(1 2)", "POLYGON(0 0,1 1)", "LINESTRING((0 0))",
		"MULTIPOINT(LINESTRING(0 0,1 1))", "MULTIPOLYGON(((0 0,1 0,1 1,0 0))", "SRID=;POINT(1 2)", "SRID=x POINT(1 2)", "POINT(1 2 3 4 5)", "COMPOUNDCURVE(POINT(1 2))",
		strings.Repeat("GEOMETRYCOLLECTION(", 100_000), "TIN(CURVEPOLYGON((0 0,1 0,1 1,0 0)))",
	} {
		var r wkb.TextReader
		if g, err := r.Append(nil, []byte(text), spatial.XY); !errors.Is(err, wkb.ErrMalformed) || len(g) > 0 {
			t.Errorf("%.40q: %x, error %v", text, g, err)
		}
	}
}

func TestInspectText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text string
		want wkb.TextInfo
	}{
		{"POINT (1 2)", wkb.TextInfo{Kind: wkb.Point, Dimensions: spatial.XY}},
		{"srid=9210;multipolygon(((1 2 3,", wkb.TextInfo{Kind: wkb.MultiPolygon, Dimensions: spatial.XYZ, SRID: 9210}},
		{"GEOMETRYCOLLECTION(POINT M (1 2 3))", wkb.TextInfo{Kind: wkb.GeometryCollection, Dimensions: spatial.XYM}},
		{"LINESTRING ZM EMPTY", wkb.TextInfo{Kind: wkb.LineString, Dimensions: spatial.XYZM}},
	} {
		if got, err := wkb.InspectText([]byte(tc.text)); err != nil || got != tc.want {
			t.Errorf("%s: %+v, error %v", tc.text, got, err)
		}
	}
	for _, text := range []string{"", "Point of interest", "POINT", "POINTED (", "12"} {
		if got, err := wkb.InspectText([]byte(text)); err == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
	hex := "0101000020E6100000000000000000F03F0000000000000040"
	if got, err := wkb.InspectHex([]byte(hex)); err != nil || got != (wkb.TextInfo{Kind: wkb.Point, Dimensions: spatial.XY, SRID: 4326}) {
		t.Errorf("%+v, error %v", got, err)
	}
	var r wkb.TextReader
	g, err := r.AppendHex(nil, []byte(hex), spatial.XYZ)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := wkb.AppendText(nil, g, spatial.XYZ); err != nil || string(text) != "POINT Z (1 2 0)" {
		t.Errorf("%s, error %v", text, err)
	}
}

func TestParseFloat(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	check := func(text string) {
		want, err := strconv.ParseFloat(text, 64)
		got, n := wkb.ParseFloat([]byte(text + ","))
		if err != nil && !math.IsInf(want, 0) || n != len(text) || math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%s: %v (%d bytes), want %v", text, got, n, want)
		}
	}
	for range 50_000 {
		check(strconv.FormatFloat(r.NormFloat64()*math.Pow10(r.IntN(20)-8), 'f', r.IntN(18), 64))
		check(strconv.FormatFloat(math.Float64frombits(r.Uint64()&^(0x7ff<<52)|uint64(r.IntN(2046))<<52), 'g', -1, 64))
	}
	for _, text := range []string{"0", "-0", "1.", ".5", "9007199254740993", "1e400", "18446744073709551616", "0.000000000000000000000001", "99999999999999999999", "Inf", "-inf"} {
		check(text)
	}
	for _, text := range []string{"", "-", ".", "e5", "x1", "--1"} {
		if v, n := wkb.ParseFloat([]byte(text)); n != 0 {
			t.Errorf("%q is %v", text, v)
		}
	}
}

func TestTextDoesNotAllocate(t *testing.T) {
	text := []byte("SRID=9210;MULTIPOLYGON(((599233.123 1222000.5,599243.123 1222000.5,599243.123 1222010.5,599233.123 1222000.5)))")
	var r wkb.TextReader
	var g []byte
	var err error
	if n := testing.AllocsPerRun(100, func() { g, err = r.Append(g[:0], text, spatial.XY) }); n > 0 || err != nil {
		t.Errorf("%v allocations, error %v", n, err)
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"POINT(1 2)", "MULTIPOINT(1 2,EMPTY)", "CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))", "SRID=1;TIN Z (((0 0 1,1 0 1,1 1 1,0 0 1)))", "0101000000000000000000F03F0000000000000040"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = wkb.InspectText([]byte(text))
		_, _ = wkb.InspectHex([]byte(text))
		var r wkb.TextReader
		_, _ = r.AppendHex(nil, []byte(text), spatial.XYZM)
		g, err := r.Append(nil, []byte(text), spatial.XYZ)
		if err != nil {
			return
		}
		var in wkb.Info
		if err := wkb.Inspect(g, spatial.XYZ, &in); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		out, err := wkb.AppendText(nil, g, spatial.XYZ)
		if err != nil {
			t.Fatal(err)
		}
		again, err := r.Append(nil, out, spatial.XYZ)
		if err != nil || !in.NonFinite && string(again) != string(g) {
			t.Fatalf("%q became %q: %v", text, out, err)
		}
	})
}
