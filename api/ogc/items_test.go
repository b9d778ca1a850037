package ogc_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/api/negotiate"
	"gisd/spatial"
)

func TestItemsPages(t *testing.T) {
	t.Parallel()
	s := newService(t)
	first := s.items(t, "/ogc/collections/points/items")
	if first.NumberReturned != 10 || len(first.Features) != 10 || first.TimeStamp == "" || first.NumberMatched != nil {
		t.Errorf("%+v", first)
	}
	seen := map[string]bool{}
	next, pages := "/ogc/collections/points/items?limit=7&f=json", 0
	for next != "" {
		page := s.items(t, next)
		if page.NumberReturned != len(page.Features) {
			t.Errorf("numberReturned %d of %d", page.NumberReturned, len(page.Features))
		}
		for _, f := range page.Features {
			if seen[f.ID] {
				t.Errorf("feature %s comes twice", f.ID)
			}
			seen[f.ID] = true
		}
		next = find(page.Links, "next", negotiate.TypeGeoJSON)
		if pages++; pages > 10 {
			t.Fatal("the pages do not end")
		}
	}
	if len(seen) != 25 || pages != 4 {
		t.Errorf("%d features on %d pages", len(seen), pages)
	}
	if whole := s.items(t, "/ogc/collections/points/items?limit=10000"); whole.NumberMatched == nil || *whole.NumberMatched != 25 {
		t.Errorf("a page with everything does not say how much that is: %v", whole.NumberMatched)
	}
}

func TestItemsEmpty(t *testing.T) {
	t.Parallel()
	rec := newService(t).get("/ogc/collections/empty/items")
	if body := rec.Body.String(); rec.Code != 200 || !strings.Contains(body, `"features":[]`) || !strings.Contains(body, `"numberReturned":0`) || !strings.Contains(body, `"numberMatched":0`) {
		t.Errorf("%d %s", rec.Code, body)
	}
}

func TestItemsCursor(t *testing.T) {
	t.Parallel()
	s := newService(t)
	next := find(s.items(t, "/ogc/collections/points/items?limit=5&name=Chợ").Links, "next", negotiate.TypeGeoJSON)
	if !strings.Contains(next, "name=") || !strings.Contains(next, "limit=5") {
		t.Errorf("the next link loses parameters: %s", next)
	}
	for name, target := range map[string]string{
		"other filters":    strings.Replace(next, "name=", "built=2026-01-01&name=", 1),
		"another key":      strings.Replace(next, "cursor=", "cursor=A", 1),
		"no token":         "/ogc/collections/points/items?cursor=",
		"invented":         "/ogc/collections/points/items?cursor=MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw",
		"other collection": strings.Replace(next, "points", "national", 1),
	} {
		if rec := s.get(target); rec.Code != 400 || !strings.Contains(rec.Body.String(), `"name":"cursor"`) {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
	}
	if rec := s.get(strings.Replace(next, "limit=5", "limit=9", 1)); rec.Code != 200 {
		t.Errorf("another page size: %d %s", rec.Code, rec.Body)
	}
	again := *s.store.collections[0]
	again.Version++
	s.store.collections[0] = &again
	again.IDEpoch = 2
	restart := escape("http://example.com/ogc/collections/points/items?f=json&limit=5&name=")
	if rec := s.get(next); rec.Code != 410 || !strings.Contains(escape(strings.ReplaceAll(rec.Body.String(), `\u0026`, "&")), restart) {
		t.Errorf("running numbers after another import: %d %s", rec.Code, rec.Body)
	}
	s.store.collections[0].Version++
	next = find(s.items(t, "/ogc/collections/points/items?limit=5").Links, "next", negotiate.TypeGeoJSON)
	later := again
	later.Version++
	s.store.collections[0] = &later
	if rec := s.get(next); rec.Code != 200 {
		t.Errorf("ids that stay, after another import: %d %s", rec.Code, rec.Body)
	}
}

func TestItemsFilters(t *testing.T) {
	t.Parallel()
	s := newService(t)
	count := func(query string) int {
		return s.items(t, "/ogc/collections/points/items?limit=100&"+query).NumberReturned
	}
	for _, test := range []struct {
		query string
		want  int
	}{
		{"bbox=106.105,10,106.125,12", 2},
		{"bbox=106.105,10,0,106.125,12,100", 2},
		{"bbox=177,65,-177,70", 0},
		{"bbox-crs=" + escape("http://www.opengis.net/def/crs/EPSG/0/4326") + "&bbox=10,106.105,12,106.125", 2},
		{"bbox-crs=" + escape("http://www.opengis.net/def/crs/OGC/1.3/CRS84") + "&bbox=106.105,10,106.125,12", 2},
		{"bbox-crs=" + escape("[EPSG:3857]") + "&bbox=11811554,1100000,11813781,1300000", 2},
		{"name=" + escape("Chợ"), 13},
		{escape("số tầng") + "=3", 1},
		{"built=2026-01-02", 1},
		{"built=2030-01-02", 0},
	} {
		if got := count(test.query); got != test.want {
			t.Errorf("%s: %d features, want %d", test.query, got, test.want)
		}
	}
	count("datetime=2026-01-01/..")
	if got := s.store.last.Load().Time; got == nil || !got.Start.Equal(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) || !got.End.IsZero() {
		t.Errorf("datetime became %v", got)
	}
	count("datetime=../..")
	if s.store.last.Load().Time != nil {
		t.Errorf("an open interval filters by %v", s.store.last.Load().Time)
	}
}

func TestItemsFaults(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for query, names := range map[string][]string{
		"limit=unlimited":                          {"limit"},
		"limit=0":                                  {"limit"},
		"bbox=1,2,3":                               {"bbox"},
		"bbox=10,106,12,107":                       {"bbox"},
		"datetime=yesterday":                       {"datetime"},
		"crs=EPSG:32601":                           {"crs"},
		"crs=nonsense":                             {"crs"},
		"bbox-crs=nonsense&bbox=1,2,3,4":           {"bbox-crs"},
		"bbox-crs=EPSG:9210&bbox=2,2,1,1":          {"bbox"},
		"bbox-crs=EPSG:4326&bbox=106,10,107,12":    {"bbox"},
		"unknown=1":                                {"unknown"},
		escape("số tầng") + "=many":                {"số tầng"},
		"built=today":                              {"built"},
		"limit=x&bbox=x&datetime=x&crs=x&zz=1&q=1": {"limit", "bbox", "datetime", "q", "crs", "zz"},
		"sortby=nothing,-name":                     {"sortby"},
		"offset=-1":                                {"offset"},
		"offset=1&cursor=x":                        {"offset"},
		"properties=name,nothing":                  {"properties"},
		"zoom-level=25&precision=x&profile=y&skipGeometry=1": {"precision", "skipGeometry", "zoom-level", "profile"},
		"f=xml": {"f"},
	} {
		rec := s.get("/ogc/collections/points/items?" + query)
		var doc struct{ Errors []spatial.FieldError }
		if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range doc.Errors {
			got = append(got, e.Name)
		}
		if diff := cmp.Diff(names, got); rec.Code != 400 || diff != "" {
			t.Errorf("%s: %d %s", query, rec.Code, diff)
		}
	}
	for _, target := range []string{"/ogc?x=1", "/ogc/conformance?x=1", "/ogc/api?x=1", "/ogc/collections?x=1", "/ogc/collections/points?x=1", "/ogc/collections/points/items/1?x=1", "/search?q=a&x=1"} {
		if rec := s.get(target); rec.Code != 400 {
			t.Errorf("%s: %d", target, rec.Code)
		}
	}
}

func TestItemsInOtherSystems(t *testing.T) {
	t.Parallel()
	s := newService(t)
	at := func(target string) ([2]float64, string) {
		rec := s.get(target)
		var fc featureCollection
		if err := json.Unmarshal(rec.Body.Bytes(), &fc); err != nil || len(fc.Features) == 0 {
			t.Fatalf("%s: %d %s", target, rec.Code, rec.Body)
		}
		return fc.Features[0].Geometry.Coordinates, rec.Header().Get("Content-Crs")
	}
	near := func(got, want [2]float64, tolerance float64) bool {
		return math.Abs(got[0]-want[0]) <= tolerance && math.Abs(got[1]-want[1]) <= tolerance
	}
	lonLat, uri := at("/ogc/collections/national/items")
	if !near(lonLat, [2]float64{106.66, 11.03}, 0.05) || uri != "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>" {
		t.Errorf("%v %s", lonLat, uri)
	}
	latLon, uri := at("/ogc/collections/national/items?crs=" + escape("http://www.opengis.net/def/crs/EPSG/0/4326"))
	if latLon != [2]float64{lonLat[1], lonLat[0]} || uri != "<http://www.opengis.net/def/crs/EPSG/0/4326>" {
		t.Errorf("EPSG:4326 is lat first on the wire: %v %s", latLon, uri)
	}
	own, uri := at("/ogc/collections/national/items?crs=" + escape("http://www.opengis.net/def/crs/EPSG/0/9210"))
	if own != [2]float64{600000, 1220000} || uri != "<http://www.opengis.net/def/crs/EPSG/0/9210>" {
		t.Errorf("%v %s", own, uri)
	}
	mercator, _ := at("/ogc/collections/points/items?crs=EPSG:3857")
	if !near(mercator, [2]float64{106.1 * 20037508.342789244 / 180, 1233053.9}, 5000) {
		t.Errorf("%v", mercator)
	}
	rec := s.get("/ogc/collections/national/items/7?crs=EPSG:9210")
	if rec.Header().Get("Content-Crs") != "<http://www.opengis.net/def/crs/EPSG/0/9210>" || !strings.Contains(rec.Body.String(), "[600000,1220000]") {
		t.Errorf("%v %s", rec.Header(), rec.Body)
	}
}
