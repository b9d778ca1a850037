package flatgeobuf_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers/importertest"
)

// TestAgreesWithGDAL compares every file of the corpus with what GDAL counts.
func TestAgreesWithGDAL(t *testing.T) {
	t.Parallel()
	// GDAL repeats the count of the header, which these files do not hold, and
	// takes an unknown one for none.
	const uncounted = "test_ogr_flatgeobuf_singlepart_mls_new.fgb"
	lying := map[string]bool{"invalid_multisurface_of_polyhedralsurface.fgb": true, "invalid_polyhedralsurface_of_curvepolygon.fgb": true}
	compared := 0
	for _, e := range importertest.Corpus(t) {
		if e.Driver != "FlatGeobuf" {
			continue
		}
		compared++
		t.Run(e.Base(), func(t *testing.T) {
			src, err := openFile(t, e.File)
			if lying[e.Base()] {
				if err == nil {
					t.Error("a file without its features was opened")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			got, err := importertest.Lines(t, src)
			if err != nil {
				t.Fatal(err)
			}
			s := src.Schema()
			if e.Layer == "unknown" { // the header has no name
				e.Layer = strings.TrimSuffix(e.Base(), ".fgb")
			}
			if e.Base() == uncounted {
				e.Count = "1"
			}
			if s.Layer != e.Layer || strconv.Itoa(len(got)) != e.Count {
				t.Errorf("layer %s of %d, GDAL has %s of %s", s.Layer, len(got), e.Layer, e.Count)
			}
			if strings.HasPrefix(e.SRS, "EPSG:") && s.CRS.SRID.String() != e.SRS {
				t.Errorf("reference system %v, GDAL has %s", s.CRS, e.SRS)
			}
		})
	}
	if compared < 20 {
		t.Errorf("%d files compared", compared)
	}
}

func requireGDAL(t testing.TB, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
}

// TestGeometriesAgreeWithGDAL writes each type with GDAL and compares what is
// read; curves become lines, so that only their ends are compared.
func TestGeometriesAgreeWithGDAL(t *testing.T) {
	t.Parallel()
	requireGDAL(t, "ogr2ogr")
	for _, tc := range []struct{ in, want string }{
		{"POINT (1 2)", "POINT (1 2)"},
		{"POINT Z (1 2 3)", "POINT Z (1 2 3)"},
		{"POINT ZM (1 2 3 4)", "POINT ZM (1 2 3 4)"},
		{"POINT M (1 2 4)", "POINT M (1 2 4)"},
		{"LINESTRING Z (1 2 3,4 5 6)", "LINESTRING Z (1 2 3, 4 5 6)"},
		{"POLYGON ((0 0,9 0,9 9,0 0),(1 1,2 1,2 2,1 1))", "POLYGON ((0 0, 9 0, 9 9, 0 0), (1 1, 2 1, 2 2, 1 1))"},
		{"MULTIPOINT (1 2,3 4)", "MULTIPOINT (1 2, 3 4)"},
		{"MULTILINESTRING ((1 2,3 4),(5 6,7 8))", "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))"},
		{"MULTILINESTRING ((1 2,3 4))", "MULTILINESTRING ((1 2, 3 4))"},
		{"MULTIPOLYGON Z (((0 0 1,9 0 1,9 9 1,0 0 1)),((10 0 1,19 0 1,19 9 1,10 0 1)))", "MULTIPOLYGON Z (((0 0 1, 9 0 1, 9 9 1, 0 0 1)), ((10 0 1, 19 0 1, 19 9 1, 10 0 1)))"},
		{"GEOMETRYCOLLECTION (POINT (1 2),LINESTRING (1 2,3 4))", "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (1 2, 3 4))"},
		{"COMPOUNDCURVE ((0 0,1 0),(1 0,2 0))", "LINESTRING (0 0, 1 0, 2 0)"},
		{"CURVEPOLYGON ((0 0,9 0,9 9,0 0))", "POLYGON ((0 0, 9 0, 9 9, 0 0))"},
		{"MULTICURVE ((0 0,1 0),COMPOUNDCURVE ((0 0,1 0),(1 0,2 0)))", "MULTILINESTRING ((0 0, 1 0), (0 0, 1 0, 2 0))"},
		{"MULTISURFACE (CURVEPOLYGON ((0 0,9 0,9 9,0 0)),((0 0,9 0,9 9,0 0)))", "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)), ((0 0, 9 0, 9 9, 0 0)))"},
		{"CIRCULARSTRING (0 0,1 0,2 0)", "LINESTRING (0 0, 1 0, 2 0)"},
		{"POLYHEDRALSURFACE Z (((0 0 0,0 1 0,1 1 0,0 0 0)),((0 0 0,0 1 0,0 1 1,0 0 0)))", "MULTIPOLYGON Z (((0 0 0, 0 1 0, 1 1 0, 0 0 0)), ((0 0 0, 0 1 0, 0 1 1, 0 0 0)))"},
		{"TIN Z (((0 0 0,0 1 0,1 1 0,0 0 0)),((0 0 0,0 1 0,0 1 1,0 0 0)))", "MULTIPOLYGON Z (((0 0 0, 0 1 0, 1 1 0, 0 0 0)), ((0 0 0, 0 1 0, 0 1 1, 0 0 0)))"},
		{"TRIANGLE ((0 0,9 0,9 9,0 0))", "POLYGON ((0 0, 9 0, 9 9, 0 0))"},
	} {
		t.Run(tc.in, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			csv, path := filepath.Join(dir, "a.csv"), filepath.Join(dir, "a.fgb")
			if err := os.WriteFile(csv, []byte("WKT,name\n\""+tc.in+"\",x\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			dims := "XY"
			for _, d := range []string{"Z", "M", "ZM"} {
				if strings.Contains(tc.in, " "+d+" ") {
					dims = "XY" + d
				}
			}
			if out, err := exec.CommandContext(t.Context(), "ogr2ogr", "-dim", dims, "-f", "FlatGeobuf", "-a_srs", "EPSG:9210", path, csv, "-select", "name").CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			src, err := openFile(t, path)
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			got, err := importertest.Lines(t, src)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tc.want + "|x"}, got); diff != "" {
				t.Error(diff)
			}
			if src.Schema().CRS.SRID != 9210 {
				t.Errorf("reference system %+v", src.Schema().CRS)
			}
		})
	}
}
