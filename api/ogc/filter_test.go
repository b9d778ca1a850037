package ogc_test

import (
	"encoding/json"
	"strings"
	"testing"

	"gisd/api/negotiate"
	"gisd/spatial/cql"
)

func TestFilterParameter(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, query, want string }{
		{"text", "filter=" + escape("name = 'Chợ' AND built > DATE('2026-01-05')"), "name = 'Chợ' AND built > DATE('2026-01-05')"},
		{"text by name", "filter-lang=cql2-text&filter=" + escape(`"số tầng" < 3`), `"số tầng" < 3`},
		{"JSON by itself", "filter=" + escape(`{"op":"=","args":[{"property":"name"},"Chợ"]}`), "name = 'Chợ'"},
		{"JSON by name", "filter-lang=cql2-json&filter=" + escape(` {"op":"isNull","args":[{"property":"name"}]}`), "name IS NULL"},
		{"degrees", "filter=" + escape("S_WITHIN(geometry, POINT(106.5 11))"), "S_WITHIN(geometry, POINT(106.5 11))"},
		{"CRS84 by name", "filter-crs=" + escape("http://www.opengis.net/def/crs/OGC/1.3/CRS84") + "&filter=" + escape("S_WITHIN(geometry, POINT(106.5 11))"), "S_WITHIN(geometry, POINT(106.5 11))"},
		{"lat first", "filter-crs=" + escape("http://www.opengis.net/def/crs/EPSG/0/4326") + "&filter=" + escape("S_WITHIN(geometry, POINT(11 106.5)) OR S_INTERSECTS(geometry, BBOX(10, 106, 11, 107))"),
			"S_WITHIN(geometry, POINT(106.5 11)) OR S_INTERSECTS(geometry, BBOX(106, 10, 107, 11))"},
	} {
		s := newService(t)
		want, err := cql.Parse(test.want)
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range []string{"?", "?f=html&"} {
			if rec := s.get("/ogc/collections/points/items" + target + test.query); rec.Code != 200 {
				t.Errorf("%s: %d %s", test.name, rec.Code, rec.Body)
				continue
			}
			if got := s.store.last.Load().Filter; got == nil || got.String() != want.String() {
				t.Errorf("%s: got %v, want %s", test.name, got, want)
			}
		}
	}
}

// A projected system: the literal arrives in degrees.
func TestFilterCRSProjected(t *testing.T) {
	t.Parallel()
	s := newService(t)
	rec := s.get("/ogc/collections/national/items?filter-crs=EPSG:3857&filter=" + escape("S_INTERSECTS(geometry, BBOX(11800000, 1200000, 11900000, 1300000)) AND S_WITHIN(geometry, POINT(0 0))"))
	if rec.Code != 200 {
		t.Fatal(rec.Body)
	}
	op := s.store.last.Load().Filter.(cql.Operation)
	box := op.Args[0].(cql.Operation).Args[1].(cql.BBox).Values
	if box[0] < 105.9 || box[0] > 106.1 || box[3] < 11.5 || box[3] > 11.7 {
		t.Errorf("got %v", box)
	}
	if p := op.Args[1].(cql.Operation).Args[1].(cql.Geometry).Coordinates; p[0] != 0 || p[1] > 1e-9 || p[1] < -1e-9 {
		t.Errorf("got %v", p)
	}
}

func TestFilterFaults(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for query, want := range map[string]struct{ name, reason string }{
		"filter=" + escape("name = ợ = 1"):                {"filter", "at character 10: "},
		"filter=":                                         {"filter", "at character 1: the text ends"},
		"filter=" + escape(`{"op":`):                      {"filter", "it is not JSON"},
		"filter-lang=cql2-json&filter=" + escape("a = 1"): {"filter", ""},
		"filter-lang=cql2-text&filter=" + escape("{}"):    {"filter", "at character 1: "},
		"filter-lang=cql-text&filter=" + escape("a = 1"):  {"filter-lang", "must be one of cql2-text, cql2-json"},
		"filter-crs=EPSG:1&filter=" + escape("a = 1"):     {"filter-crs", "is not one of the coordinate systems"},
		"filter=a&filter=b":                               {"filter", "must be given once"},
		"filter-crs=EPSG:9210&filter=" + escape("S_WITHIN(geometry, POINT(1e300 1e300))"): {"filter", "The position "},
	} {
		rec := s.get("/ogc/collections/points/items?" + query)
		var doc struct {
			Errors []struct{ Name, Reason string }
		}
		if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil || rec.Code != 400 || len(doc.Errors) == 0 {
			t.Errorf("%s: %d %s", query, rec.Code, rec.Body)
			continue
		}
		if got := doc.Errors[0]; got.Name != want.name || !strings.HasPrefix(got.Reason, want.reason) {
			t.Errorf("%s: got %+v, want %+v", query, got, want)
		}
	}
}

// A next link keeps the filter, and its cursor holds for that filter alone.
func TestFilterPages(t *testing.T) {
	t.Parallel()
	s := newService(t)
	first := s.items(t, "/ogc/collections/points/items?limit=5&filter="+escape("name IS NOT NULL"))
	next := find(first.Links, "next", negotiate.TypeGeoJSON)
	if rec := s.get(next); rec.Code != 200 || s.store.last.Load().Filter == nil {
		t.Errorf("%s: %d", next, rec.Code)
	}
	for _, other := range []string{escape("name IS NULL"), ""} {
		changed := strings.Replace(next, escape("name IS NOT NULL"), other, 1)
		if changed == next {
			t.Fatalf("%s has no filter", next)
		}
		if other == "" {
			changed = strings.Replace(changed, "filter=&", "", 1)
		}
		if rec := s.get(changed); rec.Code != 400 || !strings.Contains(rec.Body.String(), `"cursor"`) {
			t.Errorf("%s: %d %s", changed, rec.Code, rec.Body)
		}
	}
}
