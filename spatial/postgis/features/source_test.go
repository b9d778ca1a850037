package features_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twpayne/go-geom/encoding/ewkb"
	"github.com/twpayne/go-geom/encoding/wkt"

	"gisd/importers"
	"gisd/importers/importertest"
	"gisd/internal/fixture"
	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/postgis/features"
)

func exportFixture(t *testing.T) (store, *spatial.Collection) {
	t.Helper()
	s := newStore(t)
	return s, fixture.Collection(t, s.Pool, fixture.Spec{ID: "places", SRID: 9210, Features: []fixture.Feature{
		{ID: "1", WKT: "POINT(106.65 11.05)", Properties: []any{"Đường", 5, 1.5, true, "2024-01-01", "2024-01-01T08:00:00Z", `{"a": 1}`}},
		{ID: "2", WKT: "POINT(106.75 11.15)", Properties: []any{"", -7, 0.0, false, "1999-12-31", "1999-12-31T23:59:59.5Z", `[]`}},
		{ID: "3"},
	}})
}

func readAll(t *testing.T, src importers.Source) []string {
	t.Helper()
	var lines []string
	schema := src.Schema()
	err := src.Read(t.Context(), func(r *importers.Record) error {
		line := fmt.Sprintf("%d", r.ID.Int)
		for i := range r.Values {
			text := "-"
			if r.Values[i].Valid {
				text = importers.ValueText(schema.Fields[i].Type, &r.Values[i])
			}
			line += "|" + text
		}
		if r.Geometry != nil {
			g, err := ewkb.Unmarshal(r.Geometry)
			if err != nil {
				return err
			}
			text, err := wkt.Marshal(g, wkt.EncodeOptionWithMaxDecimalDigits(3))
			if err != nil {
				return err
			}
			line += "|" + text
		}
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestExport(t *testing.T) {
	t.Parallel()
	s, c := exportFixture(t)
	system := spatial.SystemAccess("test")
	dong5, err := cql.Parse("count=5")
	if err != nil {
		t.Fatal(err)
	}
	box := spatial.Envelope{SRID: 4326, MinX: 106.7, MinY: 11, MaxX: 107, MaxY: 12}
	one := "1|Đường|5|1.5|true|2024-01-01|2024-01-01T08:00:00Z|{\"a\": 1}|POINT (598140.407 1222134.624)"
	two := "2||-7|0|false|1999-12-31|1999-12-31T23:59:59.5Z|[]|POINT (609030.436 1233231.353)"
	three := "3|-|-|-|-|-|-|-"
	for _, test := range []struct {
		name string
		o    features.ExportOptions
		want []string
	}{
		{"everything", features.ExportOptions{}, []string{one, two, three}},
		{"a filter", features.ExportOptions{Query: spatial.Query{Filter: dong5}}, []string{one}},
		{"a box", features.ExportOptions{Query: spatial.Query{BBox: &box}}, []string{two, three}},
		{"a limit", features.ExportOptions{Query: spatial.Query{Limit: 1}}, []string{one}},
		{"another system", features.ExportOptions{SRID: 4326, Query: spatial.Query{Filter: dong5}},
			[]string{strings.Replace(one, "POINT (598140.407 1222134.624)", "POINT (106.65 11.05)", 1)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.o.Query.Access = system
			src, h, err := s.features.Export(t.Context(), c, test.o)
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			if diff := cmp.Diff(test.want, readAll(t, src)); diff != "" {
				t.Error(diff)
			}
			if srid := max(test.o.SRID, 4326); test.o.SRID != 0 && h.SRID != srid || h.WKT == "" {
				t.Errorf("header %+v", h)
			}
		})
	}
	if _, _, err := s.features.Export(t.Context(), c, features.ExportOptions{SRID: 123, Query: spatial.Query{Access: system}}); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("an unknown system: %v", err)
	}
	hidden := fixture.Collection(t, s.Pool, fixture.Spec{ID: "hidden", Visibility: spatial.VisibilityInternal})
	if _, _, err := s.features.Export(t.Context(), hidden, features.ExportOptions{}); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("anonymous export of an internal collection: %v", err)
	}
}

func TestExportIsASource(t *testing.T) {
	t.Parallel()
	s, c := exportFixture(t)
	importertest.Source(t, func(t *testing.T) importers.Source {
		src, _, err := s.features.Export(t.Context(), c, features.ExportOptions{Query: spatial.Query{Access: spatial.SystemAccess("test")}})
		if err != nil {
			t.Fatal(err)
		}
		return src
	})
}
