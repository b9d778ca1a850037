package importertest

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkt"

	"gisd/importers"
	"gisd/spatial"
)

// Export writes records with an Exporter into a file of that name in a folder of
// its own and returns its path.
func Export(t testing.TB, e importers.Exporter, name string, h *importers.Header, records []importers.Record) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := e.Create(t.Context(), f, t.TempDir(), h)
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
	return path
}

// Shape is a geometry from its text as a Record holds it; "" gives none.
func Shape(t testing.TB, text string) []byte {
	t.Helper()
	if text == "" {
		return nil
	}
	g, err := wkt.Unmarshal(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	b, err := ewkb.Marshal(g, binary.LittleEndian)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return b
}

// ShapeText is the text of a Record's geometry, "" for none.
func ShapeText(t testing.TB, g []byte) string {
	t.Helper()
	if g == nil {
		return ""
	}
	var shape geom.T
	shape, err := ewkb.Unmarshal(g)
	if err != nil {
		t.Fatalf("%x: %v", g, err)
	}
	text, err := wkt.Marshal(shape)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Fields are one of each type, with names that need care.
func Fields() []spatial.Field {
	return []spatial.Field{
		{Name: "tên đường", Column: "ten_duong", Type: spatial.FieldString, Title: spatial.Text{VI: "Tên đường", EN: "Name of the road"}},
		{Name: "số làn", Column: "so_lan", Type: spatial.FieldInteger},
		{Name: "dài", Column: "dai", Type: spatial.FieldNumber},
		{Name: "một chiều", Column: "mot_chieu", Type: spatial.FieldBoolean},
		{Name: "ngày", Column: "ngay", Type: spatial.FieldDate},
		{Name: "cập nhật", Column: "cap_nhat", Type: spatial.FieldDateTime},
		{Name: "chi tiết", Column: "chi_tiet", Type: spatial.FieldJSON},
	}
}

// Records has one record for each shape, with a value in every field of Fields;
// after them comes one of nulls alone. Ids count from 1.
func Records(t testing.TB, shapes ...string) []importers.Record {
	t.Helper()
	when := time.Date(2024, 2, 29, 23, 59, 58, 123456000, time.UTC)
	var out []importers.Record
	for i, shape := range shapes {
		valid := func(v importers.Value) importers.Value { v.Valid = true; return v }
		out = append(out, importers.Record{Number: int64(i) + 1, ID: importers.Value{Valid: true, Int: int64(i) + 1}, Geometry: Shape(t, shape),
			Values: []importers.Value{
				valid(importers.Value{Bytes: []byte("Đường <Lê Lợi> & \"ngõ\" 'số' \\ 7\nphường Thủ Dầu Một")}),
				valid(importers.Value{Int: -9007199254740993}),
				valid(importers.Value{Float: 1234.56789012345}),
				valid(importers.Value{Int: int64(i) & 1}),
				valid(importers.Value{Int: importers.DateOf(when)}),
				valid(importers.Value{Int: importers.DateTimeOf(when)}),
				valid(importers.Value{Bytes: []byte(`{"a":[1,"đ"],"b":null}`)}),
			}})
	}
	n := int64(len(shapes)) + 1
	return append(out, importers.Record{Number: n, ID: importers.Value{Valid: true, Int: n}, Values: make([]importers.Value, len(Fields()))})
}
