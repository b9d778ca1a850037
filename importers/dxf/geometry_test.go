package dxf_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// TestShapes demands exact geometry of small drawings. Z is there where some
// height is not 0.
func TestShapes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, blocks, entities, want string }{
		{"point", "", "0 POINT|10 1.5|20 2", "Point,[1.5,2]"},
		{"point with height", "", "0 POINT|10 1|20 2|30 3", "Point,[1,2,3]"},
		{"line", "", "0 LINE|10 0|20 0|11 1|21 1", "LineString,[[0,0],[1,1]]"},
		{"open polyline", "", "0 LWPOLYLINE|90 3|70 0|10 0|20 0|10 4|20 0|10 4|20 4", "LineString,[[0,0],[4,0],[4,4]]"},
		{"closed polyline", "", "0 LWPOLYLINE|90 3|70 1|10 0|20 0|10 4|20 0|10 4|20 4", "Polygon,[[[0,0],[4,0],[4,4],[0,0]]]"},
		{"polyline back at its start", "", "0 LWPOLYLINE|90 4|70 0|10 0|20 0|10 4|20 0|10 4|20 4|10 0|20 0", "Polygon,[[[0,0],[4,0],[4,4],[0,0]]]"},
		{"closed polyline of two vertices", "", "0 LWPOLYLINE|90 2|70 1|10 0|20 0|10 4|20 0", "LineString,[[0,0],[4,0]]"},
		{"elevation", "", "0 LWPOLYLINE|90 2|70 0|38 7|10 0|20 0|10 4|20 0", "LineString,[[0,0,7],[4,0,7]]"},
		{"polyline of R12 in 3D", "", "0 POLYLINE|66 1|70 8|0 VERTEX|10 0|20 0|30 1|70 32|0 VERTEX|10 1|20 0|30 2|70 32|0 SEQEND", "LineString,[[0,0,1],[1,0,2]]"},
		{"control frame is left out", "", "0 POLYLINE|66 1|70 4|0 VERTEX|10 9|20 9|70 16|0 VERTEX|10 0|20 0|70 8|0 VERTEX|10 1|20 0|70 8|0 SEQEND", "LineString,[[0,0],[1,0]]"},
		{"mesh", "", "0 POLYLINE|66 1|70 16|71 2|72 2|0 VERTEX|10 0|20 0|70 64|0 VERTEX|10 1|20 0|70 64|0 VERTEX|10 0|20 1|70 64|0 VERTEX|10 1|20 1|70 64|0 SEQEND",
			"Polygon,[[[0,0],[1,0],[1,1],[0,1],[0,0]]]"},
		{"polyface", "", "0 POLYLINE|66 1|70 64|0 VERTEX|10 0|20 0|70 192|0 VERTEX|10 1|20 0|70 192|0 VERTEX|10 1|20 1|70 192|0 VERTEX|70 128|71 1|72 -2|73 3|0 SEQEND",
			"Polygon,[[[0,0],[1,0],[1,1],[0,0]]]"},
		{"solid crosses over", "", "0 SOLID|10 0|20 0|11 2|21 0|12 0|22 2|13 2|23 2", "Polygon,[[[0,0],[2,0],[2,2],[0,2],[0,0]]]"},
		{"solid of three", "", "0 SOLID|10 0|20 0|11 2|21 0|12 0|22 2|13 0|23 2", "Polygon,[[[0,0],[2,0],[0,2],[0,0]]]"},
		{"face", "", "0 3DFACE|10 0|20 0|30 1|11 2|21 0|31 1|12 2|22 2|32 1|13 0|23 2|33 1", "Polygon,[[[0,0,1],[2,0,1],[2,2,1],[0,2,1],[0,0,1]]]"},
		{"mirrored by its extrusion", "", "0 LWPOLYLINE|90 2|70 0|38 5|10 1|20 2|10 3|20 4|210 0|220 0|230 -1", "LineString,[[-1,2,-5],[-3,4,-5]]"},
		{"wall in an oblique plane", "", "0 LWPOLYLINE|90 2|70 0|10 1|20 2|10 3|20 4|210 1|220 0|230 0", "LineString,[[0,1,2],[0,3,4]]"},
		{"text", "", "0 TEXT|10 1|20 2|40 3|1 abc", "Point,[1,2]"},
		{"spline of degree 1", "", "0 SPLINE|70 8|71 1|72 5|73 3|40 0|40 0|40 1|40 2|40 2|10 0|20 0|10 1|20 1|10 2|20 0", "LineString,[[0,0],[1,1],[2,0]]"},
		{"missing block", "", "0 INSERT|2 NIX|10 1|20 1", ""},
		{"block", "0 BLOCK|2 B|10 1|20 0|0 LINE|10 1|20 0|11 2|21 0|0 ENDBLK", "0 INSERT|2 b|10 10|20 20", "LineString,[[10,20],[11,20]]"},
		{"block turned, scaled, in an array", "0 BLOCK|2 B|10 0|20 0|0 LINE|10 0|20 0|11 1|21 0|0 ENDBLK",
			"0 INSERT|2 B|10 10|20 0|41 2|42 3|50 90|70 2|71 1|44 5", "LineString,[[10,0],[10,2]] LineString,[[10,5],[10,7]]"},
		{"block within a block", "0 BLOCK|2 A|10 0|20 0|0 POINT|10 1|20 0|0 ENDBLK|0 BLOCK|2 B|10 0|20 0|0 INSERT|2 A|10 1|20 0|41 2|0 LINE|10 0|20 0|11 0|21 1|0 ENDBLK",
			"0 INSERT|2 B|10 100|20 0|41 10|42 10", "GeometryCollection,[{Point,[130,0]},{LineString,[[100,0],[100,10]]}]"},
		{"block within itself", "0 BLOCK|2 A|10 0|20 0|0 POINT|10 1|20 0|0 INSERT|2 A|10 1|20 0|0 ENDBLK", "0 INSERT|2 A|10 0|20 0", "Point,[1,0]"},
		{"line without length", "", "0 LINE|10 3|20 4|11 3|21 4", "Point,[3,4]"},
		{"outline and fill of a block may overlap", "0 BLOCK|2 B|10 0|20 0|0 SOLID|10 0|20 0|11 1|21 0|12 0|22 1|0 SOLID|10 0|20 0|11 1|21 0|12 0|22 1|0 ENDBLK", "0 INSERT|2 B|10 0|20 0",
			"GeometryCollection,[{Polygon,[[[0,0],[1,0],[0,1],[0,0]]]},{Polygon,[[[0,0],[1,0],[0,1],[0,0]]]}]"},
		{"mirrored block", "0 BLOCK|2 B|10 0|20 0|0 POINT|10 1|20 1|0 ENDBLK", "0 INSERT|2 B|10 2|20 0|230 -1|210 0|220 0", "Point,[-3,1]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(shapes(t, openWhole(t, drawing(tc.blocks, tc.entities)), 6), " ")
			var want []string
			for _, w := range strings.Split(tc.want, " ") {
				if w != "" {
					want = append(want, "{"+w+"}")
				}
			}
			if diff := cmp.Diff(strings.Join(want, " "), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// square is a polyline path of a HATCH, from (x, x) with that side.
func loop(corners string) string { return "|92 3|72 0|73 1|" + corners + "|97 0" }

func TestHatch(t *testing.T) {
	t.Parallel()
	big := loop("93 4|10 0|20 0|10 10|20 0|10 10|20 10|10 0|20 10")
	hole := loop("93 4|10 2|20 2|10 8|20 2|10 8|20 8|10 2|20 8")
	inner := loop("93 4|10 4|20 4|10 6|20 4|10 6|20 6|10 4|20 6")
	apart := loop("93 3|10 20|20 0|10 30|20 0|10 30|20 10")
	const ringBig, ringHole, ringInner, ringApart = "[[0,0],[10,0],[10,10],[0,10],[0,0]]", "[[2,2],[2,8],[8,8],[8,2],[2,2]]", "[[4,4],[6,4],[6,6],[4,6],[4,4]]", "[[20,0],[30,0],[30,10],[20,0]]"
	edge := func(a, b, c, d string) string { return "|72 1|10 " + a + "|20 " + b + "|11 " + c + "|21 " + d }
	for _, tc := range []struct{ name, loops, style, want string }{
		{"one", "91 1" + big, "0", "{Polygon,[" + ringBig + "]}"},
		{"hole", "91 2" + big + hole, "0", "{Polygon,[" + ringBig + "," + ringHole + "]}"},
		{"hole first", "91 2" + hole + big, "0", "{Polygon,[" + ringBig + "," + ringHole + "]}"},
		{"two islands", "91 2" + big + apart, "0", "{MultiPolygon,[[" + ringBig + "],[" + ringApart + "]]}"},
		{"two islands and a hole", "91 3" + apart + hole + big, "0", "{MultiPolygon,[[" + ringBig + "," + ringHole + "],[" + ringApart + "]]}"},
		{"island in the hole", "91 3" + big + hole + inner, "0", "{MultiPolygon,[[" + ringBig + "," + ringHole + "],[" + ringInner + "]]}"},
		{"outermost only", "91 3" + big + hole + inner, "1", "{Polygon,[" + ringBig + "," + ringHole + "]}"},
		{"islands ignored", "91 3" + big + hole + inner, "2", "{Polygon,[" + ringBig + "]}"},
		{"the same loop twice", "91 3" + big + hole + big, "0", "{Polygon,[" + ringBig + "," + ringHole + "]}"},
		{"lying count", "91 2000000000" + big, "0", "{Polygon,[" + ringBig + "]}"},
		{"lying vertices", "91 1|92 3|72 0|73 1|93 2000000000|10 0|20 0|10 1|20 0|10 1|20 1", "0", "{Polygon,[[[0,0],[1,0],[1,1],[0,0]]]}"},
		{"edges in disorder", "91 1|92 1|93 4" + edge("0", "0", "10", "0") + edge("0", "10", "10", "10") + edge("10", "10", "10", "0") + edge("0", "0", "0", "10") + "|97 0", "0",
			"{Polygon,[[[0,0],[10,0],[10,10],[0,10],[0,0]]]}"},
		{"two rings in one loop of edges", "91 1|92 1|93 6" + edge("0", "0", "1", "0") + edge("1", "0", "1", "1") + edge("1", "1", "0", "0") +
			edge("5", "5", "6", "5") + edge("6", "5", "6", "6") + edge("6", "6", "5", "5") + "|97 2|330 A|330 B", "0",
			"{MultiPolygon,[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]}"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := shapes(t, openWhole(t, drawing("", "0 HATCH|10 0|20 0|30 0|2 SOLID|70 1|"+tc.loops+"|75 "+tc.style+"|76 1|98 0")), 6)
			if diff := cmp.Diff([]string{tc.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// positions of the only feature, as x and y.
func positions(t *testing.T, drawing []byte) (all [][2]float64, kind uint32) {
	t.Helper()
	src := openWhole(t, drawing)
	err := src.Read(t.Context(), func(r *importers.Record) error {
		var in wkb.Info
		if err := wkb.Inspect(r.Geometry, spatial.XY, &in); err != nil {
			return err
		}
		kind = in.Kind
		wkb.Runs(r.Geometry, spatial.XY, func(_ uint32, _ int, run []byte) bool {
			for ; len(run) > 0; run = run[16:] {
				x, y := wkb.Position(run)
				all = append(all, [2]float64{x, y})
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, kind
}

// TestCurvesKeepTheirDistance: every position lies on the true curve, every
// chord within 1 mm of it.
func TestCurvesKeepTheirDistance(t *testing.T) {
	t.Parallel()
	circle := func(x, y, r float64) func(p [2]float64) float64 {
		return func(p [2]float64) float64 { return math.Hypot(p[0]-x, p[1]-y) - r }
	}
	for _, tc := range []struct {
		name, entity string
		off          func([2]float64) float64
		kind         uint32
		from, to     [2]float64
		via          [2]float64 // some position lies here
	}{
		{"bulge 1 is a half circle to the right", "0 LWPOLYLINE|90 2|70 0|10 0|20 0|42 1|10 20|20 0", circle(10, 0, 10), wkb.LineString, [2]float64{0, 0}, [2]float64{20, 0}, [2]float64{10, -10}},
		{"bulge -1 is one to the left", "0 LWPOLYLINE|90 2|70 0|10 0|20 0|42 -1|10 20|20 0", circle(10, 0, 10), wkb.LineString, [2]float64{0, 0}, [2]float64{20, 0}, [2]float64{10, 10}},
		{"quarter circle", "0 LWPOLYLINE|90 2|70 0|10 100|20 0|42 0.41421356237309503|10 0|20 100", circle(0, 0, 100), wkb.LineString, [2]float64{100, 0}, [2]float64{0, 100}, [2]float64{math.Sqrt2 * 50, math.Sqrt2 * 50}},
		{"three quarters", "0 LWPOLYLINE|90 2|70 0|10 10|20 0|42 2.414213562373095|10 0|20 -10", circle(0, 0, 10), wkb.LineString, [2]float64{10, 0}, [2]float64{0, -10}, [2]float64{-math.Sqrt2 * 5, math.Sqrt2 * 5}},
		{"closed by bulges", "0 LWPOLYLINE|90 2|70 1|10 0|20 0|42 1|10 20|20 0|42 1", circle(10, 0, 10), wkb.Polygon, [2]float64{0, 0}, [2]float64{0, 0}, [2]float64{10, 10}},
		{"R12 polyline", "0 POLYLINE|66 1|70 0|0 VERTEX|10 0|20 0|42 1|0 VERTEX|10 20|20 0|0 SEQEND", circle(10, 0, 10), wkb.LineString, [2]float64{0, 0}, [2]float64{20, 0}, [2]float64{10, -10}},
		{"arc over the zero", "0 ARC|10 0|20 0|40 50|50 270|51 90", circle(0, 0, 50), wkb.LineString, [2]float64{0, -50}, [2]float64{0, 50}, [2]float64{50, 0}},
		{"mirrored arc", "0 ARC|10 0|20 0|40 50|50 270|51 90|210 0|220 0|230 -1", circle(0, 0, 50), wkb.LineString, [2]float64{0, -50}, [2]float64{0, 50}, [2]float64{-50, 0}},
		{"circle", "0 CIRCLE|10 600000|20 1220000|40 1000", circle(600000, 1220000, 1000), wkb.Polygon, [2]float64{601000, 1220000}, [2]float64{601000, 1220000}, [2]float64{600000, 1221000}},
		{"ellipse of equal axes", "0 ELLIPSE|10 0|20 0|11 0|21 30|40 1|41 0|42 1.5707963267948966", circle(0, 0, 30), wkb.LineString, [2]float64{0, 30}, [2]float64{-30, 0}, [2]float64{0, 30}},
		{"ellipse", "0 ELLIPSE|10 0|20 0|11 20|21 0|40 0.5|41 0|42 6.283185307179586", func(p [2]float64) float64 { return (math.Hypot(p[0]/20, p[1]/10) - 1) * 10 }, wkb.Polygon, [2]float64{20, 0}, [2]float64{20, 0}, [2]float64{0, 10}},
		{"rational spline", "0 SPLINE|70 4|71 2|40 0|40 0|40 0|40 1|40 1|40 1|41 1|41 0.7071067811865476|41 1|10 10|20 0|10 10|20 10|10 0|20 10", circle(0, 0, 10), wkb.LineString, [2]float64{10, 0}, [2]float64{0, 10}, [2]float64{math.Sqrt2 * 5, math.Sqrt2 * 5}},
		{"hatch of a full arc", "0 HATCH|10 0|20 0|30 0|2 SOLID|70 1|91 1|92 1|93 1|72 2|10 0|20 0|40 10|50 0|51 360|73 0|97 0|75 0", circle(0, 0, 10), wkb.Polygon, [2]float64{10, 0}, [2]float64{10, 0}, [2]float64{0, -10}},
		{"hatch of clockwise arcs", "0 HATCH|10 0|20 0|30 0|2 SOLID|70 1|91 1|92 1|93 2|72 2|10 0|20 0|40 10|50 0|51 180|73 0|72 2|10 0|20 0|40 10|50 0|51 180|73 1|97 0|75 0", circle(0, 0, 10), wkb.Polygon, [2]float64{10, 0}, [2]float64{10, 0}, [2]float64{0, 10}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, kind := positions(t, drawing("", tc.entity))
			if kind != tc.kind || len(got) < 9 {
				t.Fatalf("type %d of %d positions", kind, len(got))
			}
			near := func(a, b [2]float64, d float64) bool { return math.Hypot(a[0]-b[0], a[1]-b[1]) <= d }
			if !near(got[0], tc.from, 1e-9) || !near(got[len(got)-1], tc.to, 1e-9) {
				t.Errorf("it runs from %v to %v", got[0], got[len(got)-1])
			}
			found := false
			for i, p := range got {
				if d := math.Abs(tc.off(p)); d > 1e-8 {
					t.Fatalf("position %d, %v, is %g off", i, p, d)
				}
				found = found || near(p, tc.via, 1.5)
				if i > 0 {
					middle := [2]float64{(p[0] + got[i-1][0]) / 2, (p[1] + got[i-1][1]) / 2}
					if d := math.Abs(tc.off(middle)); d > 0.00101 {
						t.Fatalf("chord %d is %g off", i, d)
					}
				}
			}
			if !found {
				t.Errorf("it does not come by %v", tc.via)
			}
		})
	}
}

// TestSplineThroughFitPoints: without control points the curve passes every fit
// point.
func TestSplineThroughFitPoints(t *testing.T) {
	t.Parallel()
	got, kind := positions(t, drawing("", "0 SPLINE|70 8|71 3|74 4|11 0|21 0|11 10|21 5|11 20|21 0|11 30|21 5"))
	want := [][2]float64{{0, 0}, {10, 5}, {20, 0}, {30, 5}}
	next := 0
	for _, p := range got {
		if next < len(want) && p == want[next] {
			next++
		}
	}
	if kind != wkb.LineString || next != len(want) || len(got) < 12 {
		t.Errorf("type %d, %d fit points passed of %d positions", kind, next, len(got))
	}
}

// TestPlacesAreOfWholeEntities: a system is judged by where all of a line is.
func TestPlacesAreOfWholeEntities(t *testing.T) {
	t.Parallel()
	src := openWhole(t, drawing("", "0 LINE|10 50|20 50|11 100|21 100|0 POINT|10 7|20 8"))
	p, ok := src.(importers.Placed)
	if !ok {
		t.Fatal("a layer of a drawing tells no places")
	}
	x, y := p.Places()
	if diff := cmp.Diff([][]float64{{50, 100, 7}, {50, 100, 8}}, [][]float64{x, y}); diff != "" {
		t.Error(diff)
	}
}
