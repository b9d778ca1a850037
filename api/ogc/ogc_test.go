package ogc_test

import (
	"encoding/json"
	"html"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"gisd/api/negotiate"
	"gisd/spatial"
)

func TestLandingPage(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, target := range []string{"/ogc", "/ogc/"} {
		var doc struct{ Links []link }
		if err := json.Unmarshal(s.get(target).Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		// OGC 17-069r4 /req/core/root-success, /req/oas30/oas-definition-2.
		for _, want := range []struct{ rel, mediaType string }{
			{"self", negotiate.TypeJSON}, {"alternate", negotiate.TypeHTML},
			{"service-desc", "application/vnd.oai.openapi+json;version=3.0"}, {"service-doc", negotiate.TypeHTML},
			{"conformance", negotiate.TypeJSON}, {"data", negotiate.TypeJSON},
		} {
			href := find(doc.Links, want.rel, want.mediaType)
			if href == "" {
				t.Errorf("%s has no link %s of type %s", target, want.rel, want.mediaType)
				continue
			}
			if rec := s.get(href); rec.Code != 200 || !strings.HasPrefix(rec.Header().Get("Content-Type"), want.mediaType) {
				t.Errorf("%s leads to %d %s", href, rec.Code, rec.Header().Get("Content-Type"))
			}
		}
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	var doc struct{ ConformsTo []string }
	if err := json.Unmarshal(newService(t).get("/ogc/conformance").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"features-1/1.0/conf/core", "features-1/1.0/conf/oas30", "features-1/1.0/conf/geojson", "features-1/1.0/conf/html", "features-2/1.0/conf/crs"} {
		if !strings.Contains(strings.Join(doc.ConformsTo, " "), part) {
			t.Errorf("%s is not declared", part)
		}
	}
}

func TestCollections(t *testing.T) {
	t.Parallel()
	s := newService(t)
	var doc struct {
		CRS         []string
		Collections []struct {
			ID, ItemType, StorageCRS string
			CRS                      []string
			Links                    []link
			Extent                   *struct {
				Spatial struct {
					BBox [][4]float64
					CRS  string
				}
			}
		}
	}
	if err := json.Unmarshal(s.get("/ogc/collections").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range doc.Collections {
		ids = append(ids, c.ID)
		if c.ItemType != "feature" || find(c.Links, "items", negotiate.TypeGeoJSON) == "" || c.CRS[0] != "#/crs" {
			t.Errorf("%+v", c)
		}
	}
	if diff := cmp.Diff([]string{"points", "national", "empty"}, ids); diff != "" {
		t.Error(diff)
	}
	if doc.CRS[0] != "http://www.opengis.net/def/crs/OGC/1.3/CRS84" {
		t.Errorf("CRS84 does not come first: %v", doc.CRS)
	}
	if got := doc.Collections[1].StorageCRS; got != "http://www.opengis.net/def/crs/EPSG/0/9210" {
		t.Errorf("storage CRS %s", got)
	}
	if got := doc.Collections[0].StorageCRS; got != doc.CRS[0] {
		t.Errorf("storage CRS %s", got)
	}
	box := doc.Collections[0].Extent.Spatial.BBox[0]
	if box[0] > 106.10000000049 || box[2] < 106.3400000004 || box[2]-106.3400000004 > 2e-9 {
		t.Errorf("the extent is not rounded outwards: %v", box)
	}
	if doc.Collections[2].Extent != nil {
		t.Error("an empty collection has an extent")
	}
	var one struct{ CRS []string }
	if err := json.Unmarshal(s.get("/ogc/collections/national").Body.Bytes(), &one); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(doc.CRS, one.CRS); diff != "" {
		t.Errorf("a collection by itself does not name the systems: %s", diff)
	}
	for id, want := range map[string]int{"points": 200, "unborn": 404, "internal": 404, "nothing": 404} {
		if rec := s.get("/ogc/collections/" + id); rec.Code != want {
			t.Errorf("%s: %d", id, rec.Code)
		}
	}
}

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

func TestFeature(t *testing.T) {
	t.Parallel()
	s := newService(t)
	rec := s.get("/ogc/collections/points/items/3")
	var f struct {
		Type  string
		ID    string
		Links []link
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	if f.Type != "Feature" || f.ID != "3" || find(f.Links, "self", negotiate.TypeGeoJSON) == "" || find(f.Links, "collection", negotiate.TypeJSON) == "" {
		t.Errorf("%s", rec.Body)
	}
	for _, target := range []string{"/ogc/collections/points/items/nothing", "/ogc/collections/internal/items/1", "/ogc/collections/internal/items"} {
		if rec := s.get(target); rec.Code != 404 {
			t.Errorf("%s: %d", target, rec.Code)
		}
	}
}

// An id may hold whatever the source had.
func TestFeatureIDsAreEscaped(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, id := range []string{"A/B", "50%", "a b", "Đường số 1", "%2F", "x?y#z", "a+b", `"<>`} {
		s.store.features["points"] = []spatial.Feature{{ID: id, Geometry: point(t, 4326, 106, 11), Properties: []any{nil, nil, nil}}}
		page := s.get("/ogc/collections/points/items?f=html").Body.String()
		_, rest, _ := strings.Cut(page, `<td><a href="`)
		href, _, _ := strings.Cut(rest, `"`)
		rec := s.get(strings.ReplaceAll(html.UnescapeString(href), "f=html", "f=json"))
		var f struct {
			ID    string
			Links []link
		}
		if err := json.Unmarshal(rec.Body.Bytes(), &f); err != nil || f.ID != id {
			t.Errorf("%q: %s leads to %d %s", id, href, rec.Code, rec.Body)
			continue
		}
		if again := s.get(find(f.Links, "self", negotiate.TypeGeoJSON)); again.Code != 200 {
			t.Errorf("%q: self leads to %d", id, again.Code)
		}
	}
}

func TestEntityTags(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, target := range []string{"/ogc", "/ogc/collections", "/ogc/api", "/ogc/collections/points", "/ogc/collections/points/items", "/ogc/collections/points/items/1"} {
		rec := s.get(target)
		tag := rec.Header().Get("ETag")
		if again := s.get(target, "If-None-Match", tag); tag == "" || again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s: %q, then %d", target, tag, again.Code)
		}
		if vi := s.get(target, "If-None-Match", tag, "Accept-Language", "vi"); vi.Code != 200 {
			t.Errorf("%s: another language got %d", target, vi.Code)
		}
		if rec.Header().Get("Cache-Control") != "public, no-cache" {
			t.Errorf("%s: %s", target, rec.Header().Get("Cache-Control"))
		}
	}
}

func TestPagesForPeople(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for target, want := range map[string]string{
		"/ogc":                              "Lớp dữ liệu",
		"/ogc/conformance":                  "conf/core",
		"/ogc/api":                          "/collections/points/items",
		"/ogc/collections":                  "Lớp points",
		"/ogc/collections/points":           "Tên",
		"/ogc/collections/points/items":     "Trang sau",
		"/ogc/collections/points/items/2":   "02/01/2026",
		"/ogc/collections/empty/items":      "Không có đối tượng nào phù hợp",
		"/ogc/collections/national/items/7": "–",
	} {
		rec := s.get(target, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language", "vi")
		body := rec.Body.String()
		if rec.Code != 200 || !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") || !strings.Contains(body, want) {
			t.Errorf("%s: %d, no %q: %s", target, rec.Code, want, body)
		}
		if hasScript(body) || strings.Contains(body, "style=\"") {
			t.Errorf("%s is not safe: %s", target, body)
		}
	}
	// A link on a page leads to the next page of it.
	body := s.get("/ogc/collections/points/items?f=html").Body.String()
	_, rest, _ := strings.Cut(body, `rel="next" href="`)
	href, _, _ := strings.Cut(rest, `"`)
	if rec := s.get(strings.ReplaceAll(href, "&amp;", "&")); rec.Code != 200 || !strings.Contains(rec.Body.String(), ">11<") {
		t.Errorf("%s: %d", href, rec.Code)
	}
}

// The document is OpenAPI 3.0 to the letter, and only of what may be read.
func TestDefinition(t *testing.T) {
	t.Parallel()
	s := newService(t)
	rec := s.get("/ogc/api?key=k")
	if !strings.Contains(rec.Body.String(), `"servers":[{"url":"http://example.com/ogc"}]`) {
		t.Error("the server's address is no base for paths")
	}
	if got := rec.Header().Get("Content-Type"); got != "application/vnd.oai.openapi+json;version=3.0" {
		t.Errorf("content type %s", got)
	}
	doc, err := openapi3.NewLoader().LoadFromData(rec.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if doc.Paths.Find("/collections/internal/items") != nil || doc.Paths.Find("/collections/unborn") != nil {
		t.Error("the document names what the caller may not read")
	}
	items := doc.Paths.Find("/collections/points/items").Get
	if p := items.Parameters.GetByInAndName("query", "limit"); p == nil || *p.Schema.Value.Max != 10000 {
		t.Errorf("limit: %+v", p)
	}
	if p := items.Parameters.GetByInAndName("query", "số tầng"); p == nil || !p.Schema.Value.Type.Is("integer") {
		t.Errorf("property: %+v", p)
	}
	// What is answered is what the document says.
	for path, target := range map[string]string{
		"/": "/ogc", "/conformance": "/ogc/conformance", "/collections": "/ogc/collections", "/collections/points": "/ogc/collections/points",
		"/collections/points/items": "/ogc/collections/points/items", "/collections/points/items/{featureId}": "/ogc/collections/points/items/1",
	} {
		answer := doc.Paths.Find(path).Get.Responses.Status(200).Value
		var body any
		rec := s.get(target)
		if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		if err := answer.Content.Get(rec.Header().Get("Content-Type")).Schema.Value.VisitJSON(body); err != nil {
			t.Errorf("%s: %v", target, err)
		}
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	s := newService(t)
	want := `{"hits":[{"collection":"points","id":"1","name":"Chợ Lái Thiêu","lon":106.5,"lat":11,"bbox":[106.5,11,106.5,11],"href":"http://example.com/ogc/collections/points/items/1"}]}`
	if got := strings.TrimSpace(s.get("/search?q=" + escape("Lái Thiêu")).Body.String()); got != want {
		t.Errorf("got %s", got)
	}
	for _, bad := range []string{"/search", "/search?q=", "/search?q=a&limit=x", "/search?q=a&f=html"} {
		if rec := s.get(bad); rec.Code != 400 {
			t.Errorf("%s: %d", bad, rec.Code)
		}
	}
}

// A key in the address goes along with every link.
func TestKeyIsRepeated(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, target := range []string{"/ogc?key=k", "/ogc/collections?key=k", "/ogc/collections/points/items?limit=3&key=k", "/ogc/collections/points/items/1?key=k"} {
		var doc struct {
			Links       []link
			Collections []struct{ Links []link }
		}
		if err := json.Unmarshal(s.get(target).Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		links := doc.Links
		for _, c := range doc.Collections {
			links = append(links, c.Links...)
		}
		for _, l := range links {
			if strings.Count(l.Href, "key=k") != 1 {
				t.Errorf("%s: %s loses the key", target, l.Href)
			}
		}
	}
}
