package importers_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/spatial"
)

// texts is a source without geometry, its columns text.
type texts struct {
	schema importers.Schema
	rows   [][]string
	reads  int
}

func newTexts(fields []string, rows ...[]string) *texts {
	s := importers.Schema{Layer: "a", Format: "test", GeometryType: spatial.GeometryNone, Dimensions: spatial.XY, Encoding: "utf-8", Count: int64(len(rows))}
	for _, f := range fields {
		s.Fields = append(s.Fields, importers.FieldInfo{Name: f, Type: spatial.FieldString})
	}
	return &texts{schema: s, rows: rows}
}

func (s *texts) Schema() importers.Schema { return s.schema }
func (s *texts) Close() error             { return nil }

func (s *texts) Read(_ context.Context, emit func(*importers.Record) error) error {
	s.reads++
	var rec importers.Record
	values := make([]importers.Value, len(s.schema.Fields))
	for _, row := range s.rows {
		rec.Number++
		for i, text := range row {
			values[i] = importers.Value{Valid: text != "", Bytes: []byte(text)}
		}
		rec.Values = values
		if err := emit(&rec); err != nil {
			return err
		}
	}
	return nil
}

func layerOf(s importers.Source) importers.Layer {
	return importers.Layer{Name: "a", Format: "test", Open: func(context.Context, importers.SourceOptions) (importers.Source, error) { return s, nil }}
}

func readTexts(t *testing.T, src importers.Source) (rows [][]string) {
	t.Helper()
	err := src.Read(t.Context(), func(r *importers.Record) error {
		var row []string
		for _, v := range r.Values {
			row = append(row, string(v.Bytes))
		}
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestOpenLayerRestoresText(t *testing.T) {
	t.Parallel()
	fields := []string{"lo¹i ®Êt", "vni", "ten", "fr"}
	rows := [][]string{
		{"®Êt ë ®« thÞ", "ñaát ôû", "Hà Nội", "Société"},
		{"ph\u00adêng phó mü", "phöôøng phuù myõ", "Sài Gòn", "Hôtel de ville"},
		{"®\u00adêng sè 5", "ñöôøng soá 5", "Hòa Hà", ""},
		{"Đất Phú Mỹ", "LUC", "Tân Hà", "Café"},
	}
	asIs := func() [][]string {
		var out [][]string
		for _, r := range rows {
			out = append(out, append([]string(nil), r...))
		}
		return out
	}
	restored := asIs()
	for i, r := range [][]string{{"đất ở đô thị", "đất ở"}, {"phường phú mỹ", "phường phú mỹ"}, {"đường số 5", "đường số 5"}, {"Đất Phú Mỹ", "LUC"}} {
		copy(restored[i], r)
	}
	forced := asIs()
	vni, _ := encodings.Lookup("vni")
	for _, row := range forced {
		for i, text := range row {
			if raw, ok := encodings.AppendWindows1252(nil, []byte(text)); ok {
				row[i] = string(vni.Append(nil, raw))
			}
		}
	}
	for _, tc := range []struct {
		name, encoding, summary string
		want                    [][]string
	}{
		{"auto", "", "mixed columns: tcvn3, vni", restored},
		{"forced", "vni", "mixed columns: utf-8, vni", forced},
		{"left alone when asked to", "utf-8", "utf-8", asIs()},
		{"left alone as Latin-1", "latin1", "utf-8", asIs()},
	} {
		src, err := importers.OpenLayer(t.Context(), layerOf(newTexts(fields, rows...)), importers.SourceOptions{Encoding: tc.encoding})
		if err != nil {
			t.Fatal(err)
		}
		s := src.Schema()
		if s.Encoding != tc.summary {
			t.Errorf("%s: encoding %q, want %q", tc.name, s.Encoding, tc.summary)
		}
		for range 2 {
			if diff := cmp.Diff(tc.want, readTexts(t, src)); diff != "" {
				t.Errorf("%s: %s", tc.name, diff)
			}
		}
		if tc.encoding == "" {
			if s.Fields[0].Text == nil || s.Fields[0].Text.Encoding != "tcvn3" || s.Fields[2].Text != nil || s.Fields[3].Text != nil {
				t.Errorf("%s: fields %+v", tc.name, s.Fields)
			}
		}
	}
}

// A layer in plain Unicode is handed on as it is, read but once for a look.
func TestOpenLayerLeavesUnicode(t *testing.T) {
	t.Parallel()
	plain := newTexts([]string{"ten"}, []string{"Hà Nội"}, []string{"Sài Gòn"}, []string{"Tân Hà"}, []string{"Hòa Bình"})
	src, err := importers.OpenLayer(t.Context(), layerOf(plain), importers.SourceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if src != importers.Source(plain) || plain.reads != 1 {
		t.Errorf("%T was wrapped or read %d times", src, plain.reads)
	}
}

func TestCheckText(t *testing.T) {
	t.Parallel()
	s := importers.Schema{Fields: []importers.FieldInfo{{Name: "a"}, {Name: "loai", Text: &encodings.Choice{Encoding: "vni", Unsure: true,
		Samples: []encodings.Sample{{After: "thị"}, {After: "xã"}, {After: "số"}},
		Others:  []encodings.Reading{{Encoding: "viscii", Samples: []string{"thò", "xã"}}}}}}}
	err := importers.CheckText(s)
	if err == nil || spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"field loai", `"thị", "xã" in vni`, `"thò", "xã" in viscii`, "--encoding"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	s.Fields[1].Text.Unsure = false
	if err := importers.CheckText(s); err != nil {
		t.Error(err)
	}
}
