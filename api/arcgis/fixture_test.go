package arcgis_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/arcgis"
	"gisd/api/problem"
	"gisd/importers/geojson"
	"gisd/internal/fixture"
	"gisd/spatial"
	"gisd/spatial/postgis/collections"
	"gisd/spatial/postgis/features"
)

type site struct {
	*echo.Echo
	t testing.TB
}

// newSite holds 25 shops with texts for ids, three parcels of VN-2000 with numbers,
// a table, a collection of several kinds of geometry, and one that is hidden.
func newSite(t testing.TB) *site {
	t.Helper()
	s := fixture.Open(t)
	shops := fixture.Spec{ID: "shops", Geometry: spatial.GeometryPoint, IDKind: spatial.IDText, Style: `{"color":"#112233","label":"name"}`}
	for i := range 25 {
		shops.Features = append(shops.Features, fixture.Feature{
			ID: fmt.Sprintf("shop-%02d", i), WKT: fmt.Sprintf("POINT(%.2f 11)", 106.1+float64(i)/100),
			Properties: []any{[]string{"Chợ", "Cầu 50%"}[i%2], int64(i), 0.5, i%5 == 0, time.Date(2026, 1, i+1, 0, 0, 0, 0, time.UTC), nil, json.RawMessage(`{"a":1}`)},
		})
	}
	shops.Features = append(shops.Features, fixture.Feature{ID: "nowhere", Properties: []any{"Không đâu"}})
	fixture.Collection(t, s.Pool, shops)
	fixture.Collection(t, s.Pool, fixture.Spec{
		ID: "parcels", Geometry: spatial.GeometryMultiPolygon, SRID: 9210, Title: spatial.Text{VI: "Thửa đất", EN: "Parcels"},
		Style: `{"by":"name","categories":[{"value":"ODT","color":"#ffa0ff","label":{"vi":"Ở","en":"Housing"}}]}`,
		Features: []fixture.Feature{
			{ID: "1", WKT: "MULTIPOLYGON(((106 11,106.1 11,106.1 11.1,106 11.1,106 11),(106.02 11.02,106.02 11.04,106.04 11.04,106.04 11.02,106.02 11.02)))", Properties: []any{"ODT"}},
			{ID: "2", WKT: "MULTIPOLYGON(((106.2 11,106.3 11,106.3 11.1,106.2 11.1,106.2 11)))", Properties: []any{"CLN"}},
			{ID: "30", WKT: "MULTIPOLYGON(((107 11,107.1 11,107.1 11.1,107 11.1,107 11)))", Properties: []any{"it's"}},
		},
	})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "tables", Geometry: spatial.GeometryNone, Features: []fixture.Feature{{ID: "1", Properties: []any{"a"}}}})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "mixed", Features: []fixture.Feature{{ID: "1", WKT: "POINT(106 11)"}}})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "hidden", Visibility: spatial.VisibilityInternal, Geometry: spatial.GeometryPoint})
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	h, err := arcgis.New(arcgis.Config{
		Catalogue: s.Catalogue, Features: features.NewStore(s.DB, s.Catalogue), CodeLists: collections.NewCodeLists(s.DB), GeoJSON: geojson.Encoder{},
	})
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		t.Logf("%s: %v", c.Request().URL, err)
		_ = problem.New(err, "en", "r").Write(c, "en")
	}
	h.Register(e)
	return &site{e, t}
}

func (s *site) get(path string, query url.Values) *httptest.ResponseRecorder {
	s.t.Helper()
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, httptest.NewRequest("GET", "/arcgis/rest/services"+path+"?"+query.Encode(), nil))
	return rec
}

// ask returns the answer to a query of a layer, which must be one.
func (s *site) ask(collection string, pairs ...string) answer {
	s.t.Helper()
	query := url.Values{"f": {"json"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	rec := s.get("/"+collection+"/FeatureServer/0/query", query)
	var a answer
	if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil || rec.Code != 200 {
		s.t.Fatalf("%v: %d, %v: %s", pairs, rec.Code, err, rec.Body)
	}
	return a
}

type answer struct {
	Features []struct {
		Attributes map[string]any
		Geometry   map[string]any
	}
	Fields    []struct{ Name, Type string }
	ObjectIDs []int64 `json:"objectIds"`
	Count     int
	Extent    struct{ XMin, YMin, XMax, YMax float64 }
	More      bool                           `json:"exceededTransferLimit"`
	Reference struct{ WKID, LatestWKID int } `json:"spatialReference"`
}

// list are the values of a field, in the order of the features.
func (a answer) list(field string) string {
	var values []string
	for _, f := range a.Features {
		values = append(values, fmt.Sprint(f.Attributes[field]))
	}
	return strings.Join(values, " ")
}
