package records_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/api/problem"
	"gisd/api/records"
	"gisd/spatial"
)

type catalogue []*spatial.Collection

func (l catalogue) Collections(a spatial.Access) []*spatial.Collection {
	var out []*spatial.Collection
	for _, c := range l {
		if a.CanRead(c) {
			out = append(out, c)
		}
	}
	return out
}

func (l catalogue) Collection(id string, a spatial.Access) (*spatial.Collection, error) {
	for _, c := range l.Collections(a) {
		if c.ID == id {
			return c, nil
		}
	}
	return nil, spatial.NotFound("test", "There is no such collection.")
}

func (l catalogue) Versions(_ context.Context, _ spatial.Access, id string) ([]spatial.CollectionVersion, error) {
	return []spatial.CollectionVersion{{
		Version: 3, Current: true, CreatedAt: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), SourceName: id + ".gpkg", SourceSHA256: "00ff", CRS: "EPSG:9210",
		Mode: "replace", Counts: spatial.VersionCounts{Read: 12, Rejected: 1, Repaired: 2},
	}}, nil
}

// newSite holds parcels at 106° E, roads at 108° E, a table, one that is internal and
// one that nobody imported.
func newSite(t *testing.T) *echo.Echo {
	t.Helper()
	collection := func(id, title string, west float64) *spatial.Collection {
		return &spatial.Collection{
			ID: id, Title: spatial.Text{VI: title, EN: id}, Version: 3, Published: true, Visibility: spatial.VisibilityPublic, FeatureCount: 11,
			GeometryType: spatial.GeometryPolygon, SRID: 9210, Extent: spatial.Envelope{SRID: 4326, MinX: west, MinY: 10, MaxX: west + 1, MaxY: 11},
			Fields: []spatial.Field{{Name: "area", Type: spatial.FieldNumber, Unit: "m2", Title: spatial.Text{EN: "Area"}}},
		}
	}
	parcels := collection("parcels", "Thửa đất </script><script>alert(1)</script>", 106)
	parcels.Keywords, parcels.Licence, parcels.Department, parcels.Attribution, parcels.Group = []string{"Địa chính"}, "CC-BY-4.0", "Sở Xây dựng", "© Sở", "planning"
	parcels.CreatedAt, parcels.VersionAt = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	table := collection("table", "Bảng", 0)
	table.GeometryType, table.Extent, table.Licence = spatial.GeometryNone, spatial.EmptyEnvelope(4326), "Chỉ dùng nội bộ"
	hidden := collection("hidden", "Ẩn", 106)
	hidden.Visibility = spatial.VisibilityInternal
	unborn := collection("unborn", "Chưa có", 106)
	unborn.Version = 0
	all := catalogue{parcels, collection("roads", "Đường sá", 108), table, hidden, unborn}
	h, err := records.New(records.Config{Catalogue: all, Versions: all, Formats: []negotiate.Format{{Name: "gpkg", Type: "application/geopackage+sqlite3"}}})
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) { _ = problem.New(err, "en", "r").Write(c, "en") }
	h.Register(e)
	return e
}

func get(e *echo.Echo, target string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, httptest.NewRequest("GET", strings.ReplaceAll(target, " ", "%20"), nil))
	return rec
}

func read(t *testing.T, rec *httptest.ResponseRecorder, into any) {
	t.Helper()
	if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil || rec.Code != 200 {
		t.Fatalf("%d, %v: %.300s", rec.Code, err, rec.Body)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	e := newSite(t)
	for query, want := range map[string]string{
		"": "parcels roads table", "q=thua dat": "parcels", "q=dia  chinh,đường": "parcels roads", "q=chinh dia": "", "q=": "parcels roads table",
		"type=dataset": "parcels roads table", "type=service,dataset": "parcels roads table", "type=service": "",
		"bbox=105,9,106.5,12": "parcels table", "bbox=-180,-90,180,90": "parcels roads table", "bbox=170,0,107,12": "parcels table",
		"datetime=2020-01-01": "parcels roads table", "ids=table,hidden,roads": "roads table", "externalIds=x": "", "limit=1&offset=1": "roads", "offset=9": "",
	} {
		var page struct {
			Features       []struct{ ID string }
			NumberReturned int
			Links          []negotiate.Link
		}
		read(t, get(e, "/records/collections/catalogue/items?"+query), &page)
		var ids []string
		for _, f := range page.Features {
			ids = append(ids, f.ID)
		}
		if got := strings.Join(ids, " "); got != want || page.NumberReturned != len(ids) {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	for _, query := range []string{"q=a,,b", "limit=0", "bbox=1", "datetime=x", "unknown=1", "ids=,"} {
		if rec := get(e, "/records/collections/catalogue/items?"+query); rec.Code != 400 {
			t.Errorf("%s: %d", query, rec.Code)
		}
	}
}

// Every page leads to the next, until all records were seen.
func TestPages(t *testing.T) {
	t.Parallel()
	e := newSite(t)
	seen := ""
	for next := "/records/collections/catalogue/items?limit=1&type=dataset"; next != ""; {
		var page struct {
			Features      []struct{ ID string }
			NumberMatched int
			Links         []negotiate.Link
		}
		read(t, get(e, next), &page)
		seen, next = seen+page.Features[0].ID+" ", ""
		for _, l := range page.Links {
			if l.Rel == "next" {
				next = strings.TrimPrefix(l.Href, "http://example.com")
			}
		}
		if page.NumberMatched != 3 {
			t.Errorf("%d records match", page.NumberMatched)
		}
	}
	if seen != "parcels roads table " {
		t.Error(seen)
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	e := newSite(t)
	var record struct {
		Type, ID   string
		Time       *string
		ConformsTo []string
		Geometry   struct{ Coordinates [][][2]float64 }
		Properties struct {
			Title, Type, License, Created, Updated, Rights string
			Contacts                                       []struct{ Organization string }
			Language                                       struct{ Code string }
			Formats                                        []struct{ Name string }
			Lineage                                        []struct{ Source, SHA256, CRS string }
			Quality                                        map[string]int
		}
		Links []negotiate.Link
	}
	read(t, get(e, "/records/collections/catalogue/items/parcels"), &record)
	p := record.Properties
	if record.Type != "Feature" || p.Type != "dataset" || p.License != "CC-BY-4.0" || p.Created != "2026-01-01T00:00:00Z" || p.Updated != "2026-05-01T00:00:00Z" ||
		p.Contacts[0].Organization != "Sở Xây dựng" || p.Language.Code != "en" || len(p.Formats) != 2 || record.Geometry.Coordinates[0][2] != [2]float64{107, 11} {
		t.Errorf("%+v", record)
	}
	if p.Lineage[0].Source != "parcels.gpkg" || p.Lineage[0].SHA256 != "00ff" || p.Quality["rejected"] != 1 || p.Quality["repaired"] != 2 || p.Quality["features"] != 11 {
		t.Errorf("%+v", p)
	}
	rels := map[string]bool{}
	for _, l := range record.Links {
		rels[l.Rel] = true
	}
	for _, rel := range []string{"self", "alternate", "collection", "items", "enclosure", "license", "stylesheet", "version-history", "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"} {
		if !rels[rel] {
			t.Errorf("no link %s", rel)
		}
	}
	read(t, get(e, "/records/collections/catalogue/items/table"), &record)
	if record.Properties.License != "other" || record.Properties.Rights != "Chỉ dùng nội bộ" {
		t.Errorf("%+v", record.Properties)
	}
	for _, id := range []string{"hidden", "unborn", "nothing"} {
		if rec := get(e, "/records/collections/catalogue/items/"+id); rec.Code != 404 {
			t.Errorf("%s: %d", id, rec.Code)
		}
	}
}

func TestDCAT(t *testing.T) {
	t.Parallel()
	rec := get(newSite(t), "/records/dcat")
	var doc struct {
		Type     string `json:"@type"`
		Datasets []struct {
			ID            string           `json:"dct:identifier"`
			Titles        []map[string]any `json:"dct:title"`
			Rights        map[string]any   `json:"dct:accessRights"`
			Spatial       map[string]any   `json:"dct:spatial"`
			Distributions []map[string]any `json:"dcat:distribution"`
		} `json:"dcat:dataset"`
	}
	read(t, rec, &doc)
	if rec.Header().Get("Content-Type") != "application/ld+json" || doc.Type != "dcat:Catalog" || len(doc.Datasets) != 3 || strings.Contains(rec.Body.String(), "hidden") {
		t.Errorf("%s", rec.Body)
	}
	d := doc.Datasets[0]
	if d.ID != "parcels" || len(d.Titles) != 2 || !strings.HasSuffix(d.Rights["@id"].(string), "/PUBLIC") || len(d.Distributions) != 2 ||
		!strings.Contains(rec.Body.String(), "POLYGON((106 10,107 10,107 11,106 11,106 10))") {
		t.Errorf("%+v", d)
	}
}

// Pages hold what catalogues say of the data, and no script of anybody else.
func TestPagesForPeople(t *testing.T) {
	t.Parallel()
	e := newSite(t)
	for target, want := range map[string]string{
		"/records?f=html": "Catalogue", "/records/conformance?f=html": "records-1/1.0/conf/record-core", "/records/collections?f=html": "Catalogue", "/records/collections/catalogue?f=html": "Records",
		"/records/collections/catalogue/items?f=html&q=&limit=2":         `rel="next"`,
		"/records/collections/catalogue/items?f=html&q=<script>alert(1)": `value="&lt;script&gt;alert(1)"`,
		"/records/collections/catalogue/items/parcels?f=html":            `"@type":"Dataset"`,
	} {
		rec := get(e, target)
		body := rec.Body.String()
		if rec.Code != 200 || !strings.Contains(body, want) || strings.Contains(body, "<script>alert") || strings.Count(body, "</script>") != strings.Count(body, "<script") {
			t.Errorf("%s: %d: %s", target, rec.Code, body)
		}
	}
	var landing struct{ Links []negotiate.Link }
	read(t, get(e, "/records"), &landing)
	for _, l := range landing.Links[2:] {
		if strings.Contains(l.Href, "/records/") {
			if rec := get(e, strings.TrimPrefix(l.Href, "http://example.com")); rec.Code != 200 {
				t.Errorf("%s: %d", l.Href, rec.Code)
			}
		}
	}
}
