package ogc_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

func TestViews(t *testing.T) {
	t.Parallel()
	s := newService(t)
	one := func(query string) (f struct {
		Geometry   *struct{ Coordinates [2]json.Number }
		Properties map[string]any
	}) {
		t.Helper()
		rec := s.get("/ogc/collections/points/items/3?" + query)
		if err := json.Unmarshal(rec.Body.Bytes(), &f); err != nil || rec.Code != 200 {
			t.Fatalf("%s: %d %s", query, rec.Code, rec.Body)
		}
		return f
	}
	if f := one("properties=built,name"); len(f.Properties) != 2 || f.Properties["built"] != "2026-01-03" {
		t.Errorf("%+v", f)
	}
	if f := one("properties="); len(f.Properties) != 0 || f.Geometry == nil {
		t.Errorf("%+v", f)
	}
	if f := one("skipGeometry=true"); f.Geometry != nil || len(f.Properties) != 3 {
		t.Errorf("%+v", f)
	}
	if f := one("precision=1"); f.Geometry.Coordinates != [2]json.Number{"106.1", "11"} {
		t.Errorf("%+v", f.Geometry)
	}
	if f := one("precision=15&crs=EPSG:3857"); len(f.Geometry.Coordinates[0]) > len("11811554.1234") {
		t.Errorf("more digits than there are: %+v", f.Geometry)
	}
	s.get("/ogc/collections/points/items?zoom-level=12&properties=name&skipGeometry=true&sortby=-built,name&limit=3")
	q := s.store.last.Load()
	if q.ToleranceMeters < 19 || q.ToleranceMeters > 20 || !q.WithoutGeometry || strings.Join(q.Fields, " ") != "name" {
		t.Errorf("%+v", q)
	}
	if len(q.Sort) != 2 || q.Sort[0].Field.Name != "built" || !q.Sort[0].Descending || q.Sort[1].Descending {
		t.Errorf("%+v", q.Sort)
	}
	s.get("/ogc/collections/points/items?sortby=%2Bname&limit=3")
	if q := s.store.last.Load(); len(q.Sort) != 1 || q.Sort[0].Field.Name != "name" || strconv.FormatBool(q.Sort[0].Descending) != "false" {
		t.Errorf("%+v", q.Sort)
	}
}
