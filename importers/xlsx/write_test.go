package xlsx_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/importers/xlsx"
	"gisd/spatial"
)

// openSheet opens the only sheet of a file, or the named one.
func openSheet(t testing.TB, path, name string) importers.Source {
	t.Helper()
	for _, l := range layersOf(t, path) {
		if name == "" || l.Name == name {
			src, err := l.Open(t.Context(), importers.SourceOptions{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = src.Close() })
			return src
		}
	}
	t.Fatalf("%s has no sheet %q", path, name)
	return nil
}

// table reads a source into text: a line of names with types, then a line for
// each record, its geometry last.
func table(t testing.TB, src importers.Source) []string {
	t.Helper()
	s := src.Schema()
	var head []string
	for _, f := range s.Fields {
		head = append(head, f.Name+" "+string(f.Type))
	}
	lines := []string{strings.Join(append(head, string(s.GeometryType)), "|")}
	err := src.Read(t.Context(), func(r *importers.Record) error {
		var cells []string
		for i := range r.Values {
			if cells = append(cells, ""); r.Values[i].Valid {
				cells[i] = importers.ValueText(s.Fields[i].Type, &r.Values[i])
			}
		}
		if r.Err != nil {
			lines = append(lines, "! "+r.Err.Reason.EN)
			return nil
		}
		line := strings.Join(append(cells, importertest.ShapeText(t, r.Geometry)), "|")
		for _, e := range r.Lost {
			line += " lost " + e.Field + "=" + e.Raw
		}
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func header(g spatial.GeometryType) *importers.Header {
	return &importers.Header{Layer: "đường [2024]", Fields: importertest.Fields(), Geometry: g, Dimensions: spatial.XY, SRID: 9210, IDKind: spatial.IDInteger, Count: -1}
}

func TestExportAndBack(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		header *importers.Header
		shapes []string
		want   []string
	}{
		{"points", header(spatial.GeometryPoint), []string{"POINT (599233.5 1222000.125)"}, []string{
			"id integer|tên đường string|số làn string|dài number|một chiều boolean|ngày date|cập nhật datetime|chi tiết string|x number|y number|Point",
			`1|Đường <Lê Lợi> & "ngõ" 'số' \ 7 phường Thủ Dầu Một|-9007199254740993|1234.56789012345|false|2024-02-29|2024-02-29T23:59:58.123Z|{"a":[1,"đ"],"b":null}|599233.5|1222000.125|POINT (599233.5 1222000.125)`,
			"2||||||||||",
		}},
		{"polygons", header(spatial.GeometryPolygon), []string{"POLYGON ((0 0, 1 0, 1 1, 0 0))"}, []string{
			"id integer|tên đường string|số làn string|dài number|một chiều boolean|ngày date|cập nhật datetime|chi tiết string|note string|Polygon",
			`1|Đường <Lê Lợi> & "ngõ" 'số' \ 7 phường Thủ Dầu Một|-9007199254740993|1234.56789012345|false|2024-02-29|2024-02-29T23:59:58.123Z|{"a":[1,"đ"],"b":null}||POLYGON ((0 0, 1 0, 1 1, 0 0))`,
			"2|||||||||",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := importertest.Export(t, xlsx.Exporter{}, "a.xlsx", tc.header, importertest.Records(t, tc.shapes...))
			src := openSheet(t, path, "")
			if got := src.Schema().Layer; got != "đường _2024_" {
				t.Errorf("sheet %q", got)
			}
			if diff := cmp.Diff(tc.want, table(t, src)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExportLimits(t *testing.T) {
	t.Parallel()
	long := "LINESTRING (" + strings.Repeat("599233.123 1222000.456, ", 2000) + "0 0)"
	path := importertest.Export(t, xlsx.Exporter{}, "a.xlsx", header(spatial.GeometryLineString), importertest.Records(t, long, "LINESTRING (0 0, 1 1)"))
	got := table(t, openSheet(t, path, ""))
	if !strings.HasSuffix(got[1], "geometry too long for a cell|") {
		t.Errorf("a long geometry: %s", got[1])
	}
	if !strings.HasSuffix(got[2], "LINESTRING (0 0, 1 1)") {
		t.Errorf("a short one: %s", got[2])
	}
	many := header(spatial.GeometryNone)
	many.Count = 1 << 20
	if _, err := (xlsx.Exporter{}).Create(t.Context(), nil, t.TempDir(), many); spatial.CodeOf(err) != spatial.CodeUnsupported {
		t.Errorf("too many rows: %v", err)
	}
}

// A text that no cell can hold is cut to what one can, and the row says so.
func TestExportLongTexts(t *testing.T) {
	t.Parallel()
	fits, long, wide := strings.Repeat("đ", 32_767), strings.Repeat("đ", 32_768), strings.Repeat("𠀀", 20_000)
	for _, tc := range []struct {
		geometry spatial.GeometryType
		shape    string
		note     string
	}{
		{spatial.GeometryPoint, "POINT (1 2)", ""},
		{spatial.GeometryPoint, "", ""},
		{spatial.GeometryNone, "", ""},
		{spatial.GeometryLineString, "LINESTRING (0 0, 1 1)", "note"},
		{spatial.GeometryLineString, "", "note"},
		{spatial.GeometryLineString, "LINESTRING (" + strings.Repeat("599233.123 1222000.456, ", 2000) + "0 0)", "note"},
	} {
		h := &importers.Header{Layer: "a", Fields: []spatial.Field{{Name: "t", Type: spatial.FieldString}, {Name: "u", Type: spatial.FieldString}}, Geometry: tc.geometry, Dimensions: spatial.XY, SRID: 9210, Count: -1}
		record := importers.Record{Number: 1, Values: []importers.Value{{Valid: true, Bytes: []byte(long)}, {Valid: true, Bytes: []byte(wide)}}}
		whole := importers.Record{Number: 2, Values: []importers.Value{{Valid: true, Bytes: []byte(fits)}, {Valid: true, Bytes: []byte("short")}}}
		if tc.shape != "" {
			shape := importertest.Records(t, tc.shape)[0].Geometry
			record.Geometry, whole.Geometry = shape, shape
		}
		path := importertest.Export(t, xlsx.Exporter{}, "a.xlsx", h, []importers.Record{record, whole})
		f, err := excelize.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.GetRows("a")
		if err != nil || len(rows) != 3 {
			t.Fatal(len(rows), err)
		}
		heading, cut, kept := rows[0], rows[1], rows[2]
		if cut[0] != fits || cut[1] != strings.Repeat("𠀀", 16_383) || kept[0] != fits || kept[1] != "short" {
			t.Errorf("%s: %d and %d bytes, then %d and %s", tc.geometry, len(cut[0]), len(cut[1]), len(kept[0]), kept[1])
		}
		at := len(heading)
		if tc.note != "" {
			at--
		}
		if len(cut) != at+1 || tc.note != "" && heading[at] != tc.note {
			t.Fatalf("%s: the note is not in column %d of %q", tc.geometry, at, heading)
		}
		for _, part := range []string{"text cut to 32767 characters: t; ", "text cut to 32767 characters: u"} {
			if !strings.Contains(cut[at], part) {
				t.Errorf("%s: %q lacks %q", tc.geometry, cut[at], part)
			}
		}
		if tooLong := len(tc.shape) > 32_767; strings.Contains(cut[at], "geometry too long") != tooLong || len(kept) > at != tooLong {
			t.Errorf("%s: note %q, then %q", tc.geometry, cut[at], kept[min(at, len(kept)):])
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
