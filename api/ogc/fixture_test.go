package ogc_test

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/api/ogc"
	"gisd/api/problem"
	"gisd/importers/geojson"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// memory is a catalogue with its features; a query sees only box, equality,
// cursor and limit, which is what handlers hand on.
type memory struct {
	collections []*spatial.Collection
	features    map[string][]spatial.Feature
	last        atomic.Pointer[spatial.Query]
}

func (m *memory) Collections(a spatial.Access) []*spatial.Collection {
	var out []*spatial.Collection
	for _, c := range m.collections {
		if a.CanRead(c) {
			out = append(out, c)
		}
	}
	return out
}

func (m *memory) Collection(id string, a spatial.Access) (*spatial.Collection, error) {
	for _, c := range m.Collections(a) {
		if c.ID == id {
			return c, nil
		}
	}
	return nil, spatial.NotFound("memory", "There is no such collection.")
}

func (m *memory) Versions(_ context.Context, _ spatial.Access, id string) ([]spatial.CollectionVersion, error) {
	return []spatial.CollectionVersion{{Version: 2, Current: true, SourceName: id + ".gpkg", SourceSHA256: "00ff", Mode: "upsert", Counts: spatial.VersionCounts{Updated: 3}}}, nil
}

func (m *memory) Each(_ context.Context, c *spatial.Collection, q spatial.Query, emit func(*spatial.Feature) error) (*spatial.FeaturePage, error) {
	m.last.Store(&q)
	page := &spatial.FeaturePage{Matched: -1}
	features := slices.Clone(m.features[c.ID])
	features = slices.DeleteFunc(features, func(f spatial.Feature) bool {
		return q.After != nil && number(f.ID) <= number(q.After.ID) || q.Before != nil && number(f.ID) >= number(q.Before.ID) || !matches(f, c, q)
	})
	features = features[min(int(q.Offset), len(features)):]
	from, until := 0, min(q.Limit, len(features))
	if q.Before != nil {
		from, until = max(len(features)-q.Limit, 0), len(features)
	}
	if len(features) == 0 {
		page.Matched = 0
		return page, nil
	}
	if until < len(features) || q.Before != nil {
		page.Next = place(features[until-1])
	}
	if from > 0 || q.After != nil || q.Offset > 0 {
		page.Prev = place(features[from])
	}
	if q.After == nil && q.Before == nil && page.Next == nil && q.Offset == 0 {
		page.Matched = int64(len(features))
	}
	for _, f := range features[from:until] {
		f.Geometry.EWKB = slices.Clone(f.Geometry.EWKB)
		if err := emit(&f); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// place has a value as if the features were sorted by their id, so that tokens
// hold one.
func place(f spatial.Feature) *spatial.Position {
	secret := "secret " + f.ID
	return &spatial.Position{ID: f.ID, Values: []*string{&secret, nil}}
}

func matches(f spatial.Feature, c *spatial.Collection, q spatial.Query) bool {
	for _, e := range q.Equals {
		i := slices.IndexFunc(c.Fields, func(f spatial.Field) bool { return f.Name == e.Field.Name })
		if f.Properties[i] != e.Value {
			return false
		}
	}
	if q.BBox == nil {
		return true
	}
	g, err := ewkb.Unmarshal(f.Geometry.EWKB)
	if err != nil {
		return false
	}
	t, err := crs.NewTransform(f.Geometry.SRID, q.BBox.SRID)
	if err != nil {
		return false
	}
	x, y, err := t.Point(g.FlatCoords()[0], g.FlatCoords()[1])
	inX := x >= q.BBox.MinX && x <= q.BBox.MaxX
	if q.BBox.MinX > q.BBox.MaxX {
		inX = x >= q.BBox.MinX || x <= q.BBox.MaxX
	}
	return err == nil && inX && y >= q.BBox.MinY && y <= q.BBox.MaxY
}

func number(id string) int {
	n, _ := strconv.Atoi(id)
	return n
}

func (m *memory) Feature(_ context.Context, c *spatial.Collection, id string, _ spatial.Access) (*spatial.Feature, error) {
	for _, f := range m.features[c.ID] {
		if f.ID == id {
			f.Geometry.EWKB = slices.Clone(f.Geometry.EWKB)
			return &f, nil
		}
	}
	return nil, spatial.NotFound("memory", "There is no such feature.")
}

func (m *memory) Search(_ context.Context, q string, _ spatial.Access, limit int) ([]spatial.SearchHit, error) {
	hits := []spatial.SearchHit{{Collection: "points", ID: "1", Name: "Chợ " + q, Lon: 106.5, Lat: 11, Envelope: spatial.Envelope{SRID: 4326, MinX: 106.5, MinY: 11, MaxX: 106.5, MaxY: 11}}}
	return hits[:min(limit, len(hits))], nil
}

func (m *memory) CodeList(_ context.Context, id string) (*spatial.CodeList, error) {
	if id != "land_use" {
		return nil, spatial.NotFound("memory", "There is no such code list.")
	}
	return &spatial.CodeList{ID: id, Values: []spatial.CodeValue{
		{Code: "ODT", Label: spatial.Text{VI: "Đất ở đô thị", EN: "Urban housing"}}, {Code: "DGT", Label: spatial.Text{VI: "Đất giao thông"}},
	}}, nil
}

func point(t testing.TB, srid spatial.SRID, x, y float64) spatial.Geometry {
	t.Helper()
	b, err := ewkb.Marshal(geom.NewPointFlat(geom.XY, []float64{x, y}).SetSRID(int(srid)), binary.LittleEndian)
	if err != nil {
		t.Fatal(err)
	}
	return spatial.Geometry{SRID: srid, EWKB: b}
}

type service struct {
	*echo.Echo
	store *memory
}

var fields = []spatial.Field{
	{Name: "name", Type: spatial.FieldString, Title: spatial.Text{VI: "Tên", EN: "Name"}},
	{Name: "số tầng", Type: spatial.FieldInteger},
	{Name: "built", Type: spatial.FieldDate},
}

// newService holds 25 points of degrees, one point of EPSG:9210, a collection
// without features, one that nobody imported, and one that is internal.
func newService(t testing.TB) *service {
	t.Helper()
	base := spatial.Collection{Visibility: spatial.VisibilityPublic, Published: true, Version: 1, GeometryType: spatial.GeometryPoint,
		SRID: 4326, IDKind: spatial.IDInteger, Fields: fields, Extent: spatial.EmptyEnvelope(4326)}
	store := &memory{features: map[string][]spatial.Feature{}}
	add := func(id string, change func(*spatial.Collection)) {
		c := base
		c.ID, c.Title = id, spatial.Text{VI: "Lớp " + id, EN: "Layer " + id}
		change(&c)
		store.collections = append(store.collections, &c)
	}
	add("points", func(c *spatial.Collection) {
		c.FeatureCount = 25
		c.Extent = spatial.Envelope{SRID: 4326, MinX: 106.10000000049, MinY: 10.9, MaxX: 106.3400000004, MaxY: 11}
	})
	add("national", func(c *spatial.Collection) { c.SRID, c.FeatureCount = 9210, 1 })
	add("empty", func(*spatial.Collection) {})
	add("unborn", func(c *spatial.Collection) { c.Version = 0 })
	add("internal", func(c *spatial.Collection) { c.Visibility = spatial.VisibilityInternal })
	for i := range 25 {
		store.features["points"] = append(store.features["points"], spatial.Feature{
			ID: strconv.Itoa(i + 1), Geometry: point(t, 4326, 106.1+float64(i)/100, 11),
			Properties: []any{[]string{"Chợ", "Cầu <script>alert(1)</script>"}[i%2], int64(i), time.Date(2026, 1, i+1, 0, 0, 0, 0, time.UTC)},
		})
	}
	store.features["national"] = []spatial.Feature{{ID: "7", Geometry: point(t, 9210, 600000, 1220000), Properties: []any{nil, nil, nil}}}
	slices.SortFunc(store.features["points"], func(a, b spatial.Feature) int { return cmp.Compare(number(a.ID), number(b.ID)) })
	h, err := ogc.New(ogc.Config{
		Catalogue: store, Features: store, Search: store, History: store, CodeLists: store, Encoder: geojson.Encoder{}, CursorKey: []byte("k"),
		Now: func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		_ = problem.New(err, "en", "r").Write(c, "en")
	}
	h.Register(e)
	return &service{Echo: e, store: store}
}

// get asks for the address; the base of every link is http://example.com.
func (s *service) get(target string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest("GET", strings.ReplaceAll(target, " ", "%20"), nil)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, req)
	return rec
}

type link struct{ Href, Rel, Type string }

type featureCollection struct {
	Type           string
	TimeStamp      string
	NumberMatched  *int
	NumberReturned int
	Links          []link
	Features       []struct {
		Type       string
		ID         string
		Geometry   *struct{ Coordinates [2]float64 }
		Properties map[string]any
	}
}

func (s *service) items(t testing.TB, target string) featureCollection {
	t.Helper()
	rec := s.get(target)
	if rec.Code != 200 {
		t.Fatalf("%s: %d %s", target, rec.Code, rec.Body)
	}
	var fc featureCollection
	if err := json.Unmarshal(rec.Body.Bytes(), &fc); err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	return fc
}

func find(links []link, rel, mediaType string) string {
	for _, l := range links {
		if l.Rel == rel && l.Type == mediaType {
			return l.Href
		}
	}
	return ""
}

func escape(s string) string { return url.QueryEscape(s) }
