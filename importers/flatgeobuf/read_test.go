package flatgeobuf_test

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	flatbuffers "github.com/google/flatbuffers/go"
	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/flatgeobuf"
	"gisd/importers/importertest"
	"gisd/importers/wkb"
	"gisd/internal/testdata"
	"gisd/spatial"
)

func openFile(t testing.TB, path string) (importers.Source, error) {
	t.Helper()
	return importertest.Open(t, flatgeobuf.Format{}, path)
}

func openBytes(t testing.TB, b []byte) (importers.Source, error) {
	t.Helper()
	return openFile(t, importertest.File(t, "a.fgb", b))
}

func TestReadsEveryColumnType(t *testing.T) {
	t.Parallel()
	src, err := openFile(t, testdata.Shared(t, "corpus/import/flatgeobuf/test/data/alldatatypes.fgb"))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var types []string
	for _, f := range src.Schema().Fields {
		types = append(types, f.Name+" "+string(f.Type))
	}
	want := "byte integer, ubyte integer, bool boolean, short integer, ushort integer, int integer, uint integer, long integer, " +
		"ulong integer, float number, double number, string string, json json, datetime datetime, binary string"
	if diff := cmp.Diff(want, strings.Join(types, ", ")); diff != "" {
		t.Error(diff)
	}
	got, err := importertest.Lines(t, src)
	if err != nil {
		t.Fatal(err)
	}
	// The unsigned number is beyond 64 bits with a sign, and X is no JSON.
	record := "POINT (0 0)|-1|255|true|-1|65535|-1|4294967295|-1|-|0|0|X|-|2020-02-29T12:34:56Z|WA== lost ulong 18446744073709551615 lost json X"
	if diff := cmp.Diff([]string{record}, got); diff != "" {
		t.Error(diff)
	}
}

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

func TestSuite(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"flatgeobuf/test/data/countries.fgb", "flatgeobuf/test/data/heterogeneous.fgb",
		"flatgeobuf/test/data/unknown_feature_count.fgb", "../../data/vietnam/admin_2025/wards_hcmc.fgb", "../../data/vietnam/admin_2025/provinces.fgb",
		"flatgeobuf/test/data/surface/triangle.fgb", "gdal_autotest_ogr/autotest/ogr/data/testfgb/poly.fgb"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			path := testdata.Shared(t, "corpus/import/"+name)
			importertest.Source(t, func(t *testing.T) importers.Source {
				src, err := openFile(t, path)
				if err != nil {
					t.Fatal(err)
				}
				return src
			})
		})
	}
}

// TestOwnColumns: the header has none, each feature brings its own, and they do
// not agree about one.
func TestOwnColumns(t *testing.T) {
	t.Parallel()
	src, err := openBytes(t, ownColumns())
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	got, err := importertest.Lines(t, src)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"none|7|x|-", "none|0.5|12|true"}, got); diff != "" {
		t.Error(diff)
	}
	s := src.Schema()
	if s.GeometryType != spatial.GeometryNone || s.Count != -1 || s.Fields[0].Type != spatial.FieldNumber || s.Fields[1].Type != spatial.FieldString {
		t.Errorf("schema %+v", s)
	}
}

// ownColumns is a file of two features without a geometry.
func ownColumns() []byte {
	b := flatbuffers.NewBuilder(64)
	out := []byte("fgb\x03fgb\x01")
	b.StartObject(14)
	b.FinishSizePrefixed(b.EndObject())
	out = append(out, b.FinishedBytes()...)
	feature := func(props string, names []string, kinds []byte) {
		b.Reset()
		at := make([]flatbuffers.UOffsetT, len(names))
		for i, n := range names {
			name := b.CreateString(n)
			b.StartObject(11)
			b.PrependUOffsetTSlot(0, name, 0)
			b.PrependByteSlot(1, kinds[i], 0)
			at[i] = b.EndObject()
		}
		columns := b.CreateVectorOfTables(at)
		data := b.CreateByteString([]byte(props))
		b.StartObject(3)
		b.PrependUOffsetTSlot(1, data, 0)
		b.PrependUOffsetTSlot(2, columns, 0)
		b.FinishSizePrefixed(b.EndObject())
		out = append(out, b.FinishedBytes()...)
	}
	feature("\x00\x00\x07\x01\x00\x01\x00\x00\x00x", []string{"n", "code"}, []byte{0, 11})
	feature("\x01\x00\x00\x00\x00\x00\x00\x00\xe0\x3f\x00\x00\x0c\x02\x00\x01", []string{"code", "n", "ok"}, []byte{1, 10, 2})
	return out
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

// TestFoundByOthers: a file that a fuzzer made, whose header is all there is.
func TestFoundByOthers(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(testdata.Shared(t, "corpus/import/flatgeobuf/test/data/clusterfuzz-testcase-minimized-fgb_fuzzer-4642513358553088"))
	if err != nil {
		t.Fatal(err)
	}
	src, err := openBytes(t, b)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	got, err := importertest.Lines(t, src)
	if err != nil || len(got) != 0 {
		t.Errorf("%q, error %v", got, err)
	}
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile(testdata.Shared(t, "corpus/import/gdal_autotest_ogr/autotest/ogr/data/testfgb/poly_no_index.fgb"))
	if err != nil {
		t.Fatal(err)
	}
	indexed, err := os.ReadFile(testdata.Shared(t, "corpus/import/gdal_autotest_ogr/autotest/ogr/data/testfgb/poly.fgb"))
	if err != nil {
		t.Fatal(err)
	}
	second := 12 + int(binary.LittleEndian.Uint32(indexed[8:])) + (10+1)*40
	second += 4 + int(binary.LittleEndian.Uint32(indexed[second:]))
	first := 12 + int(binary.LittleEndian.Uint32(good[8:]))
	edit := func(change func(b []byte) []byte) []byte { return change(append([]byte(nil), good...)) }
	for _, tc := range []struct {
		name string
		file []byte
		want string
	}{
		{"cut in the header", good[:100], "cut short"},
		{"cut in a feature", good[:first+100], "cut short"},
		{"cut between features", indexed[:second], "10 features and 1 are there"},
		{"the header's length lies", edit(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[8:], 1<<31); return b }), "a header of 2147483648 bytes"},
		{"a feature's length lies", edit(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[first:], 1<<30); return b }), "a feature of 1073741824 bytes"},
		{"another version", edit(func(b []byte) []byte { b[3] = 2; return b }), "version 2"},
		{"garbage header", edit(func(b []byte) []byte { copy(b[12:], strings.Repeat("\xff", 60)); return b }), "header is damaged"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src, err := openBytes(t, tc.file)
			if err == nil {
				defer src.Close()
				_, err = importertest.Lines(t, src)
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) || spatial.CodeOf(err) != spatial.CodeInvalid {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

// TestOneDamagedFeature: the others are read.
func TestOneDamagedFeature(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(testdata.Shared(t, "corpus/import/gdal_autotest_ogr/autotest/ogr/data/testfgb/poly.fgb"))
	if err != nil {
		t.Fatal(err)
	}
	first := 12 + int(binary.LittleEndian.Uint32(b[8:])) + (10+1)*40
	copy(b[first+4:], "\xff\xff\xff\xff")
	b = append(b, "rubbish behind the end"...)
	src, err := openBytes(t, b)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	got, err := importertest.Lines(t, src)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 10 || !strings.HasPrefix(got[0], "rejected") || !strings.HasPrefix(got[1], "POLYGON") {
		t.Errorf("%q", got)
	}
}

// FuzzRead: any file ends in records that hold to the contract or in an error.
func FuzzRead(f *testing.F) {
	for _, seed := range append(seeds(f), ownColumns()[8:]) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		src, err := openBytes(t, append([]byte("fgb\x03fgb\x01"), b...))
		if err != nil {
			return
		}
		defer src.Close()
		s := src.Schema()
		_ = src.Read(t.Context(), func(r *importers.Record) error {
			var in wkb.Info
			if r.Err != nil {
				return nil
			}
			if len(r.Values) != len(s.Fields) {
				t.Fatalf("%d values for %d fields", len(r.Values), len(s.Fields))
			}
			if r.Geometry != nil {
				if len(r.Geometry) > 64*(len(b)+1024) {
					t.Fatalf("%d bytes of geometry from %d", len(r.Geometry), len(b))
				}
				if wkb.Inspect(r.Geometry, s.Dimensions, &in) != nil {
					_, _ = wkb.Normalize(nil, r.Geometry, s.Dimensions)
				}
			}
			return nil
		})
	})
}
