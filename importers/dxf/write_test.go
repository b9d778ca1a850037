package dxf_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/dxf"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// geometry of EWKB in XYZ, by hand: kind, and for polygons rings of positions.
func line3(kind uint32, rings ...[]float64) []byte {
	b := wkb.AppendHeader(nil, kind, spatial.XYZ)
	if kind == wkb.Polygon {
		b = wkb.AppendCount(b, len(rings))
	}
	for _, r := range rings {
		if kind != wkb.Point {
			b = wkb.AppendCount(b, len(r)/3)
		}
		for _, v := range r {
			b = wkb.AppendFloat(b, v)
		}
	}
	return b
}

func multi3(kind uint32, parts ...[]byte) []byte {
	b := wkb.AppendCount(wkb.AppendHeader(nil, kind, spatial.XYZ), len(parts))
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func written() (*importers.Header, []importers.Record) {
	h := &importers.Header{Layer: "Quy hoạch: đất/ở", Geometry: spatial.GeometryAny, Dimensions: spatial.XYZ, SRID: 9210,
		Fields: []spatial.Field{{Name: "layer", Type: spatial.FieldString}, {Name: "Tên", Type: spatial.FieldString},
			{Name: "tầng", Type: spatial.FieldInteger}, {Name: "cao", Type: spatial.FieldNumber}, {Name: "thật", Type: spatial.FieldBoolean},
			{Name: "ngày", Type: spatial.FieldDate}, {Name: "lúc", Type: spatial.FieldDateTime}, {Name: "thêm", Type: spatial.FieldJSON}}}
	text := func(s string) importers.Value { return importers.Value{Valid: true, Bytes: []byte(s)} }
	long := strings.Repeat("đường số 1 ^J %%c \\U+1EA1 ", 40) + "\n\tcuối"
	full := []importers.Value{text("CGDD"), text(long), {Valid: true, Int: -7}, {Valid: true, Float: 0.1}, {Valid: true, Int: 1},
		{Valid: true, Int: 9000}, {Valid: true, Int: 1_234_567_890_123}, text(`{"a": [1, "đ"]}`)}
	none := make([]importers.Value, 8)
	square := []float64{600000.125, 1220000.5, 0, 600010, 1220000, 0, 600010, 1220010, 0, 600000, 1220010, 0, 600000.125, 1220000.5, 0}
	hole := []float64{600002, 1220002, 0, 600004, 1220002, 0, 600004, 1220004, 0, 600002, 1220002, 0}
	apart := []float64{600020, 1220000, 0, 600030, 1220000, 0, 600030, 1220010, 0, 600020, 1220000, 0}
	tilted := []float64{600000, 1220000, 1, 600010, 1220000, 2, 600010, 1220010, 3, 600000, 1220000, 1}
	return h, []importers.Record{
		{Geometry: line3(wkb.Point, []float64{600001, 1220001, 5.5}), Values: full},
		{Geometry: line3(wkb.LineString, []float64{0.1, 0.2, 3, 600001.25, 1220001, 3}), Values: none},
		{Geometry: line3(wkb.LineString, []float64{0, 0, 1, 5, 0, 2, 5, 5, 1}), Values: none},
		{Geometry: line3(wkb.LineString, square), Values: none},
		{Geometry: line3(wkb.Polygon, square), Values: none},
		{Geometry: line3(wkb.Polygon, tilted), Values: none},
		{Geometry: line3(wkb.Polygon, square, hole), Values: full},
		{Geometry: multi3(wkb.MultiPolygon, line3(wkb.Polygon, square, hole), line3(wkb.Polygon, apart)), Values: none},
		{Geometry: nil, Values: none},
	}
}

func export(t *testing.T, h *importers.Header, records []importers.Record) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := dxf.Exporter{}.Create(t.Context(), &out, t.TempDir(), h)
	if err != nil {
		t.Fatal(err)
	}
	for i := range records {
		if err := w.Write(&records[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestRoundTrip demands of every feature that it comes back as it was: its
// geometry to the last bit, its properties with their types.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	h, records := written()
	src := openWhole(t, export(t, h, records))
	s := src.Schema()
	if s.Dimensions != spatial.XYZ || s.Encoding != "utf-8" {
		t.Fatalf("schema %+v", s)
	}
	place := map[string]int{}
	for i, f := range s.Fields {
		place[f.Name] = i
	}
	for _, f := range h.Fields {
		if i, ok := place[f.Name]; !ok || s.Fields[i].Type != f.Type {
			t.Errorf("field %s is lost or of another type", f.Name)
		}
	}
	n := 0
	err := src.Read(t.Context(), func(r *importers.Record) error {
		want := records[n]
		n++
		if !bytes.Equal(r.Geometry, want.Geometry) {
			t.Errorf("geometry %d\n got %x\nwant %x", n, r.Geometry, want.Geometry)
		}
		for i, f := range h.Fields {
			got, want := r.Values[place[f.Name]], want.Values[i]
			if f.Name == "layer" && !want.Valid {
				want = importers.Value{Valid: true, Bytes: []byte("Quy hoạch_ đất_ở")}
			}
			if diff := cmp.Diff(fmt.Sprintf("%v %d %g %s", want.Valid, want.Int, want.Float, want.Bytes),
				fmt.Sprintf("%v %d %g %s", got.Valid, got.Int, got.Float, got.Bytes)); diff != "" {
				t.Errorf("record %d, %s: %s", n, f.Name, diff)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n != len(records)-1 {
		t.Errorf("%d records came back", n)
	}
}

// TestGDALReadsWhatIsWritten compares the drawing with what ogrinfo sees in it.
// GDAL 3.6 must be told that text is UTF-8, keeps closed polylines lines, and
// takes the second island of a HATCH for a hole of the first.
func TestGDALReadsWhatIsWritten(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	h, records := written()
	path := filepath.Join(t.TempDir(), "a.dxf")
	if err := os.WriteFile(path, export(t, h, records), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "ogrinfo", "-ro", "-al", "--config", "DXF_ENCODING", "UTF-8", path).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("ERROR")) || bytes.Contains(out, []byte("Warning")) {
		t.Fatalf("%v\n%s", err, out)
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^  ((?:MULTI)?[A-Z]+)(?: Z)? \(|^Feature Count: (\d+)`).FindAllStringSubmatch(string(out), -1) {
		got = append(got, m[1]+m[2])
	}
	want := []string{"8", "POINT", "LINESTRING", "LINESTRING", "LINESTRING", "LINESTRING", "LINESTRING", "POLYGON", "POLYGON"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%s", diff, out)
	}
	if !bytes.Contains(out, []byte("Layer (String) = Quy hoạch_ đất_ở")) {
		t.Error("the layer's name is not read")
	}
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	_, err := dxf.Exporter{}.Create(t.Context(), &bytes.Buffer{}, t.TempDir(), &importers.Header{Layer: "bảng", Geometry: spatial.GeometryNone})
	if err == nil || !strings.Contains(err.Error(), "no geometry") {
		t.Errorf("a table: %v", err)
	}
	h, records := written()
	for _, tc := range []struct {
		name  string
		spoil func(*importers.Record)
	}{
		{"cut geometry", func(r *importers.Record) { r.Geometry = r.Geometry[:10] }},
		{"not finite", func(r *importers.Record) { copy(r.Geometry[5:], "\xff\xff\xff\xff\xff\xff\xff\x7f") }},
		{"values missing", func(r *importers.Record) { r.Values = nil }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w, err := dxf.Exporter{}.Create(context.Background(), &bytes.Buffer{}, t.TempDir(), h)
			if err != nil {
				t.Fatal(err)
			}
			r := records[0]
			r.Geometry = bytes.Clone(r.Geometry)
			tc.spoil(&r)
			if w.Write(&r) == nil {
				t.Error("no error")
			}
			if w.Close() == nil {
				t.Error("a file in spite of the error")
			}
		})
	}
}

// TestLongValuesAreCounted: XDATA ends at 16 KiB.
func TestLongValuesAreCounted(t *testing.T) {
	t.Parallel()
	h, records := written()
	records = records[:1]
	records[0].Values[1].Bytes = bytes.Repeat([]byte("đ"), 9000)
	if out := export(t, h, records); !bytes.Contains(out, []byte("\n1 values are left out")) || !bytes.Contains(out, []byte("tầng")) {
		t.Error("the value is neither written nor counted")
	}
}
