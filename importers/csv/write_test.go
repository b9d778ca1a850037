package csv_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/csv"
	"gisd/importers/importertest"
	"gisd/spatial"
)

func TestExportAndBack(t *testing.T) {
	t.Parallel()
	h := &importers.Header{Layer: "a", Fields: importertest.Fields(), Geometry: spatial.GeometryAny, Dimensions: spatial.XY, SRID: 9210, IDKind: spatial.IDInteger, Count: -1}
	shapes := []string{"POINT (599233.123456789 1222000.1)", "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))", "MULTIPOINT (1 2, 3 4)", "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 0.1 0.2))"}
	path := importertest.Export(t, csv.Exporter{}, "a.csv", h, importertest.Records(t, shapes...))
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(raw), "\xef\xbb\xbf\"id\",\"tên đường\",") || strings.Count(string(raw), "\r\n") != len(shapes)+2 {
		t.Errorf("the file begins %.60q", raw)
	}
	row := `|Đường <Lê Lợi> & "ngõ" 'số' \ 7 phường Thủ Dầu Một|-9007199254740993|1234.56789012345|%|2024-02-29|2024-02-29T23:59:58.123456Z|{"a":[1,"đ"],"b":null}|`
	want := []string{"id integer|tên đường string|số làn integer|dài number|một chiều boolean|ngày date|cập nhật datetime|chi tiết string|Geometry"}
	for i, s := range shapes {
		want = append(want, string(rune('1'+i))+strings.Replace(row, "%", []string{"false", "true"}[i&1], 1)+s)
	}
	want = append(want, "5||||||||")
	if diff := cmp.Diff(want, table(t, openPath(t, path, importers.SourceOptions{}))); diff != "" {
		t.Error(diff)
	}
}

func TestExportWithoutGeometry(t *testing.T) {
	t.Parallel()
	h := &importers.Header{Layer: "a", Fields: []spatial.Field{{Name: "t", Type: spatial.FieldString}}, Geometry: spatial.GeometryNone, Dimensions: spatial.XY, Count: 2}
	records := []importers.Record{{Number: 1, Values: []importers.Value{{Valid: true, Bytes: []byte("=1+1")}}}, {Number: 2, Values: []importers.Value{{}}}}
	path := importertest.Export(t, csv.Exporter{}, "a.csv", h, records)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("\xef\xbb\xbf\"t\"\r\n\"=1+1\"\r\n\"\"\r\n", string(raw)); diff != "" {
		t.Error(diff)
	}
}
