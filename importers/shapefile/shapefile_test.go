package shapefile_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"golang.org/x/text/unicode/norm"

	"gisd/importers"
	"gisd/importers/shapefile"
)

func TestRings(t *testing.T) {
	t.Parallel()
	const outer, inner, far = "(0 0, 0 10, 10 10, 10 0, 0 0)", "(2 2, 8 2, 8 8, 2 8, 2 2)", "(20 0, 20 5, 25 5, 25 0, 20 0)"
	for _, tc := range []struct {
		name  string
		parts [][]float64
		want  string
	}{
		{"one", [][]float64{square(0, 0, 10, true)}, "POLYGON (" + outer + ")"},
		{"a hole", [][]float64{square(0, 0, 10, true), square(2, 2, 6, false)}, "POLYGON (" + outer + ", " + inner + ")"},
		{"the hole comes first", [][]float64{square(2, 2, 6, false), square(0, 0, 10, true)}, "POLYGON (" + outer + ", " + inner + ")"},
		{"a hole wound like its shell", [][]float64{square(0, 0, 10, true), square(2, 2, 6, true)},
			"POLYGON (" + outer + ", (2 2, 2 8, 8 8, 8 2, 2 2))"},
		{"all wound like holes", [][]float64{square(0, 0, 10, false), square(20, 0, 5, false)},
			"MULTIPOLYGON (((0 0, 10 0, 10 10, 0 10, 0 0)), ((20 0, 25 0, 25 5, 20 5, 20 0)))"},
		{"two shells, one with a hole", [][]float64{square(0, 0, 10, true), square(20, 0, 5, true), square(2, 2, 6, false)},
			"MULTIPOLYGON ((" + outer + ", " + inner + "), (" + far + "))"},
		{"an island in a hole", [][]float64{square(0, 0, 10, true), square(2, 2, 6, false), square(4, 4, 2, true)},
			"MULTIPOLYGON ((" + outer + ", " + inner + "), ((4 4, 4 6, 6 6, 6 4, 4 4)))"},
		{"a hole that touches its shell", [][]float64{square(0, 0, 10, true), square(0, 0, 6, false)},
			"POLYGON (" + outer + ", (0 0, 6 0, 6 6, 0 6, 0 0))"},
		{"neighbours that share an edge", [][]float64{square(0, 0, 10, true), square(10, 2, 4, true)},
			"MULTIPOLYGON ((" + outer + "), ((10 2, 10 6, 14 6, 14 2, 10 2)))"},
		{"no rings", nil, "none"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src, err := open(t, map[string][]byte{"a.shp": shpFile(5, rings(5, tc.parts...))})
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			if diff := cmp.Diff([]string{tc.want}, geometries(t, src)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	point := func(kind int32, v ...float64) []byte {
		var b bytes.Buffer
		le(&b, kind, v)
		return b.Bytes()
	}
	lineZ := func(ms ...float64) []byte {
		var b bytes.Buffer
		b.Write(rings(13, []float64{0, 0, 1, 1}))
		le(&b, 5.0, 6.0, 5.0, 6.0)
		if ms != nil {
			le(&b, ms[0], ms[1], ms)
		}
		return b.Bytes()
	}
	for _, tc := range []struct {
		name    string
		kind    int32
		content []byte
		want    string
	}{
		{"null", 1, []byte{0, 0, 0, 0}, "none"},
		{"point", 1, point(1, 3, 4), "POINT (3 4)"},
		{"point m", 21, point(21, 3, 4, 5), "POINT M (3 4 5)"},
		{"point z without m", 11, point(11, 3, 4, 5), "POINT Z (3 4 5)"},
		{"point z with no-data m", 11, point(11, 3, 4, 5, -1e39), "POINT Z (3 4 5)"},
		{"point z with m", 11, point(11, 3, 4, 5, 6), "POINT ZM (3 4 5 6)"},
		{"line", 3, rings(3, []float64{0, 0, 1, 1}), "LINESTRING (0 0, 1 1)"},
		{"two lines", 3, rings(3, []float64{0, 0, 1, 1}, []float64{2, 2, 3, 3}), "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))"},
		{"line z", 13, lineZ(), "LINESTRING Z (0 0 5, 1 1 6)"},
		{"line zm", 13, lineZ(7, 8), "LINESTRING ZM (0 0 5 7, 1 1 6 8)"},
		{"lying number of points", 3, append(rings(3, []float64{0, 0})[:44], 0, 0, 0, 0), "error: the geometry is damaged: the shape's counts do not fit its record"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			src, err := open(t, map[string][]byte{"a.SHP": shpFile(tc.kind, tc.content)})
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			if diff := cmp.Diff([]string{tc.want}, geometries(t, src)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	fields := []string{"C16", "N8.0", "N8.2", "D8.0", "L1.0", "N20.0", "N19.0"}
	table := dbfFile(3, fields,
		"Đường số\xe1\xbb", "42", "1.5", "20240229", "T", "12345678901234567890", "-7",
		" đầu", "********", "", "00000000", "?", "1", "9",
		"", "x", "2,5", "20230231", "n", "", "")
	src, err := open(t, map[string][]byte{"a.dbf": table, "a.shp": shpFile(1, []byte{0, 0, 0, 0}, []byte{0, 0, 0, 0}, []byte{0, 0, 0, 0})})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s := src.Schema()
	var got []string
	err = src.Read(t.Context(), func(r *importers.Record) error {
		line := ""
		for i, v := range r.Values {
			text := "-"
			if v.Valid {
				text = importers.ValueText(s.Fields[i].Type, &v)
			}
			line += text + "|"
		}
		for _, l := range r.Lost {
			line += " lost " + l.Field
		}
		got = append(got, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Đường số|42|1.5|2024-02-29|true|12345678901234567890|-7|",
		"đầu|-|-|-|-|1|9|",
		"-|-|2.5|-|false|-|-| lost F2 lost F4",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if s.Fields[5].Type != "string" || s.Fields[6].Type != "integer" {
		t.Errorf("wide fields are %s and %s", s.Fields[5].Type, s.Fields[6].Type)
	}
}

// Each text column has an encoding of its own; the language id of the header is
// only a hint.
func TestEncodings(t *testing.T) {
	t.Parallel()
	table := dbfFile(4, []string{"C24", "C24", "C24", "C24", "C12"},
		"\xae\xcat \xeb \xae\xab th\xde", "\xf1a\xe1t \xf4\xfb \xf1o\xe2 th\xf2", "đất ở đô thị", "LUC", "S\xe3o Paulo",
		"ph\xad\xeang ph\xf3 m\xfc", "ph\xf6\xf4\xf8ng phu\xf9 my\xf5", "phường phú mỹ", "ODT", "Doña Ana"[:2]+"\xf1a",
		"x\xb7 t\xa9n b\xd7nh", "xa\xf5 ta\xe2n b\xecnh", "xã tân bình", "CLN", "Orl\xe9ans",
		"\xae\xad\xeang s\xe8 5", "\xf1\xf6\xf4\xf8ng so\xe1 5", "đường số 5", "", "M\xe9xico")
	table[29] = 0x57 // Windows-1252
	src, err := open(t, map[string][]byte{"a.dbf": table})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s := src.Schema()
	var got []string
	for _, f := range s.Fields {
		if f.Text == nil || f.Text.Unsure {
			t.Errorf("%s: %+v", f.Name, f.Text)
			continue
		}
		got = append(got, f.Text.Encoding)
	}
	if diff := cmp.Diff([]string{"tcvn3", "vni", "utf-8", "windows-1252", "windows-1252"}, got); diff != "" {
		t.Error(diff)
	}
	if want := "mixed columns: tcvn3, utf-8, vni, windows-1252"; s.Encoding != want {
		t.Errorf("the table is in %q, want %q", s.Encoding, want)
	}
	err = src.Read(t.Context(), func(r *importers.Record) error {
		a, b, c := string(r.Values[0].Bytes), string(r.Values[1].Bytes), string(r.Values[2].Bytes)
		if a != c || b != c {
			t.Errorf("record %d: %q, %q, %q", r.Number, a, b, c)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A name in another form of Unicode is the same name.
func TestPartsByName(t *testing.T) {
	t.Parallel()
	const wkt = `PROJCS["x"]`
	src, err := open(t, map[string][]byte{norm.NFD.String("Thửa") + ".dbf": dbfFile(1, []string{"C5"}, "x"),
		norm.NFD.String("Thửa") + ".SHP": shpFile(1), norm.NFC.String("thửa") + ".prj": []byte(wkt)})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if s := src.Schema(); s.CRS.WKT != wkt || len(s.Fields) != 1 {
		t.Errorf("%+v", s)
	}
}

// A memo whose text is not there or is none is said.
func TestMemoMissing(t *testing.T) {
	t.Parallel()
	src, err := open(t, map[string][]byte{"a.dbf": dbfFile(1, []string{"C5", "M10", "B8", "B10"}, "x", "         7", "        ", "         1")})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	notes := src.Schema().Notes
	if len(notes) != 2 || !strings.Contains(notes[0].EN, "F2 is a memo") || !strings.Contains(notes[1].VI, "F4 là memo") {
		t.Errorf("%v", notes)
	}
}

func fuzzSource(t *testing.T, files map[string][]byte) {
	t.Helper()
	src, err := open(t, files)
	if err != nil {
		return
	}
	defer src.Close()
	_, _ = importers.Inspect(t.Context(), src, 0) // no panic, no hang
}

func FuzzShp(f *testing.F) {
	f.Add(shpFile(5, rings(5, square(0, 0, 10, true), square(2, 2, 6, false))))
	f.Add(shpFile(1, []byte{0, 0, 0, 0}))
	f.Add(shpFile(31, rings(31, []float64{0, 0, 1, 1, 2, 2})))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzSource(t, map[string][]byte{"a.shp": b}) })
}

func FuzzDbf(f *testing.F) {
	f.Add(dbfFile(1, []string{"C12", "N8.0", "D8.0", "L1.0"}, "a", "1", "20240101", "T"))
	f.Fuzz(func(t *testing.T, b []byte) {
		fuzzSource(t, map[string][]byte{"a.shp": shpFile(1, []byte{0, 0, 0, 0}), "a.dbf": b})
	})
}

func BenchmarkRead(b *testing.B) {
	const n = 20_000
	contents := make([][]byte, n)
	values := make([]string, 0, 2*n)
	for i := range contents {
		ring := make([]float64, 0, 24)
		for k := range 12 {
			s, c := math.Sincos(2 * math.Pi * float64(k%11) / 11)
			ring = append(ring, 600000+30*c, 1220000-30*s)
		}
		contents[i] = rings(5, ring)
		values = append(values, fmt.Sprint("Thửa ", i), fmt.Sprint(i))
	}
	dir := b.TempDir()
	for name, content := range map[string][]byte{"a.shp": shpFile(5, contents...), "a.dbf": dbfFile(n, []string{"C16", "N8.0"}, values...)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	in, err := importers.OpenInput(b.Context(), dir, nil, importers.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	layers, err := importers.Layers(b.Context(), in, []importers.Format{shapefile.Format{}})
	if err != nil {
		b.Fatal(err)
	}
	src, err := layers[0].Open(b.Context(), importers.SourceOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	b.ReportAllocs()
	for b.Loop() {
		if err := src.Read(b.Context(), func(*importers.Record) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "records/s")
}
