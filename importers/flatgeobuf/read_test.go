package flatgeobuf_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	flatbuffers "github.com/google/flatbuffers/go"
	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/flatgeobuf"
	"gisd/importers/importertest"
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
