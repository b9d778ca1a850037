package ogc_test

import (
	"encoding/json"
	"html"
	"net/http"
	"strings"
	"testing"

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
