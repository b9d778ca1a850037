package wfs_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/problem"
	"gisd/api/wfs"
	"gisd/internal/fixture"
	"gisd/internal/testdata"
	"gisd/spatial"
	"gisd/spatial/postgis/features"
)

// newSite holds 25 shops of degrees with texts for ids, a parcel of VN-2000 with a
// hole, a road, a table and a collection that is hidden.
func newSite(t *testing.T) *echo.Echo {
	t.Helper()
	s := fixture.Open(t)
	shops := fixture.Spec{ID: "shops", Geometry: spatial.GeometryPoint, IDKind: spatial.IDText, Title: spatial.Text{VI: "Cửa hàng", EN: "Shops & <more>"}}
	for i := range 25 {
		shops.Features = append(shops.Features, fixture.Feature{
			ID: fmt.Sprintf("chợ_%02d", i), WKT: fmt.Sprintf("POINT(%.2f 11)", 106.1+float64(i)/100),
			Properties: []any{"Chợ <" + string(rune('a'+i)) + "> & \x01", int64(i), 0.5, true, time.Date(2026, 1, i+1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC), json.RawMessage(`{"a":1}`)},
		})
	}
	fixture.Collection(t, s.Pool, shops)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "parcels", Geometry: spatial.GeometryMultiPolygon, SRID: 9210, Features: []fixture.Feature{
		{ID: "7", WKT: "MULTIPOLYGON(((106 11,106.1 11,106.1 11.1,106 11.1,106 11),(106.02 11.02,106.02 11.04,106.04 11.04,106.04 11.02,106.02 11.02)))", Properties: []any{"ODT"}}, {ID: "8", Properties: []any{"nowhere"}},
	}})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "roads", Geometry: spatial.GeometryLineString, Dimensions: spatial.XYZ, Features: []fixture.Feature{{ID: "1", WKT: "LINESTRING Z(106 11 5,107 12 6)"}}})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "tables", Geometry: spatial.GeometryNone, Features: []fixture.Feature{{ID: "1", Properties: []any{"a"}}}})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "hidden", Visibility: spatial.VisibilityInternal, Geometry: spatial.GeometryPoint})
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := wfs.New(wfs.Config{Catalogue: s.Catalogue, Features: features.NewStore(s.DB, s.Catalogue)})
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		t.Logf("%s: %v", c.Request().URL, err)
		_ = problem.New(err, "en", "r").Write(c, "en")
	}
	h.Register(e)
	return e
}

// get asks, and wants well-formed XML.
func get(t *testing.T, e *echo.Echo, query string) *httptest.ResponseRecorder {
	t.Helper()
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, httptest.NewRequest("GET", "/wfs?"+query, nil))
	for d := xml.NewDecoder(strings.NewReader(rec.Body.String())); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return rec
		} else if err != nil {
			t.Fatalf("%s: %v: %s", query, err, rec.Body)
		}
	}
}

func TestOperations(t *testing.T) {
	t.Parallel()
	e := newSite(t)
	const feature = "service=WFS&version=2.0.0&request=GetFeature&"
	for _, test := range []struct {
		query      string
		status     int
		has, hasNo []string
	}{
		{"SERVICE=WFS&REQUEST=GetCapabilities", 200, []string{"<wfs:Name>gisd:shops</wfs:Name>", "Shops &amp; &lt;more&gt;", "urn:ogc:def:crs:EPSG::9210", "<wfs:NoCRS/>", `<ows:LowerCorner>106.1 11</ows:LowerCorner>`}, []string{"hidden"}},
		{"service=WFS&request=DescribeFeatureType&typeNames=gisd:parcels", 200, []string{`type="gml:MultiSurfacePropertyType"`, `name="built" type="xsd:date"`, "Field area"}, []string{"shopsType"}},
		{"service=WFS&request=DescribeFeatureType", 200, []string{"shopsType", "tablesType", `type="gml:CurvePropertyType"`}, []string{"hidden"}},
		{"service=WFS&request=ListStoredQueries", 200, []string{"GetFeatureById"}, []string{"hidden"}},
		{"service=WFS&request=DescribeStoredQueries", 200, []string{`<wfs:Parameter name="ID"`}, nil},
		{feature + "typeNames=gisd:shops&count=2&sortBy=count DESC", 200, []string{`numberReturned="2"`, `numberMatched="25"`, "startIndex=2", "<gisd:count>24</gisd:count>", "<gisd:built>2026-01-25</gisd:built>", "Chợ &lt;y&gt; &amp; \uFFFD", `gml:id="shops.ch_e1_bb_a3_5f24"`, "<gml:pos srsDimension=\"2\">11 106.34</gml:pos>"}, []string{"<gisd:count>22<"}},
		{feature + "typename=shops&srsName=EPSG:4326&count=1", 200, []string{`srsName="EPSG:4326"`, ">106.1 11</gml:pos>"}, nil},
		{feature + "typenames=shops&resultType=hits", 200, []string{`numberMatched="25"`, `numberReturned="0"`}, []string{"wfs:member"}},
		{feature + "typenames=shops&bbox=10.5,106.105,11.5,106.125", 200, []string{`numberReturned="2"`}, nil},
		{feature + "typenames=shops&bbox=106.105,10.5,106.125,11.5,EPSG:4326", 200, []string{`numberReturned="2"`}, nil},
		{feature + "typenames=parcels&bbox=10.5,105,11.5,107,urn:ogc:def:crs:EPSG::4326&propertyName=name", 200, []string{`numberReturned="1"`, "<gisd:name>ODT"}, []string{"gml:MultiSurface", "nowhere"}},
		{feature + "typenames=parcels&srsName=urn:ogc:def:crs:EPSG::4326&geometryPrecision=6", 200, []string{"<gml:MultiSurface gml:id=\"parcels.7.g1\" srsName=\"urn:ogc:def:crs:EPSG::4326\">", "<gml:interior>", "parcels.8"}, nil},
		{feature + "typenames=roads", 200, []string{`<gml:posList srsDimension="3">11 106 5 12 107 6</gml:posList>`}, nil},
		{feature + "typenames=tables", 200, []string{"<gisd:name>a</gisd:name>"}, []string{"gisd:geom"}},
		{feature + "resourceId=shops.ch_e1_bb_a3_5f03,shops.ch_e1_bb_a3_5f05,shops.none", 200, []string{`numberReturned="2"`, "<gisd:count>3<", "<gisd:count>5<"}, nil},
		{feature + "storedQuery_Id=urn:ogc:def:query:OGC-WFS::GetFeatureById&ID=parcels.7", 200, []string{"<gisd:parcels xmlns", `gml:id="parcels.7"`}, []string{"wfs:member"}},
		{feature + "storedQuery_Id=urn:ogc:def:query:OGC-WFS::GetFeatureById&ID=parcels.9", 404, []string{`exceptionCode="NotFound"`}, nil},
		{feature + "storedQuery_Id=urn:ogc:def:query:OGC-WFS::GetFeatureById&ID=hidden.1", 404, []string{`exceptionCode="NotFound"`}, nil},
		{feature + "typeNames=hidden", 404, nil, nil}, {feature + "typeNames=nothing", 404, nil, nil},
		{feature + "typeNames=shops&filter=<Filter/>&count=-1&sortBy=x&propertyName=y&srsName=z&bbox=1&resultType=a&outputFormat=b", 400, []string{`locator="filter"`, `locator="count"`, `locator="sortBy"`, `locator="propertyName"`, `locator="srsName"`, `locator="bbox"`, `locator="resultType"`, `locator="outputFormat"`}, nil},
		{"service=WFS", 400, []string{`exceptionCode="MissingParameterValue"`}, nil}, {"service=WFS&request=Transaction", 400, []string{`exceptionCode="OperationNotSupported"`}, nil},
		{"service=WMS&request=GetCapabilities", 400, nil, nil}, {"service=WFS&version=1.0.0&request=GetFeature&typeNames=shops", 400, nil, nil}, {feature + "typeNames=shops,roads", 400, nil, nil}, {"service=WFS&request=GetCapabilities&acceptVersions=1.1.0", 400, nil, nil},
	} {
		rec := get(t, e, strings.NewReplacer(" ", "%20", "<", "%3C", ">", "%3E").Replace(test.query))
		if rec.Code != test.status {
			t.Errorf("%s: %d: %.500s", test.query, rec.Code, rec.Body)
		}
		for _, want := range test.has {
			if !strings.Contains(rec.Body.String(), want) {
				t.Errorf("%s: no %s in %.2500s", test.query, want, rec.Body)
			}
		}
		for _, not := range test.hasNo {
			if strings.Contains(rec.Body.String(), not) {
				t.Errorf("%s: %s in %.500s", test.query, not, rec.Body)
			}
		}
	}
}

// Following next reads every feature once.
func TestPages(t *testing.T) {
	t.Parallel()
	e := newSite(t)
	next := regexp.MustCompile(` next="([^"]*)"`)
	ids := regexp.MustCompile(`<gisd:shops gml:id="([^"]*)"`)
	seen := map[string]bool{}
	for query, pages := "service=WFS&version=2.0.0&request=GetFeature&typeNames=shops&count=7", 0; query != ""; pages++ {
		body := get(t, e, query).Body.String()
		for _, m := range ids.FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Errorf("%s twice", m[1])
			}
			seen[m[1]] = true
		}
		query = ""
		if m := next.FindStringSubmatch(body); m != nil {
			u, err := url.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
			if err != nil || pages > 5 {
				t.Fatalf("%v, %d pages", err, pages)
			}
			query = u.RawQuery
		}
	}
	if len(seen) != 25 {
		t.Errorf("%d features", len(seen))
	}
}

// GDAL reads every feature, page after page, and knows where it is.
func TestGDAL(t *testing.T) {
	t.Parallel()
	program := testdata.Program(t, "ogrinfo", "gdal-bin")
	site := httptest.NewServer(newSite(t))
	t.Cleanup(site.Close)
	for _, test := range []struct {
		name    string
		options []string
		layer   string
		wants   []string
	}{
		{"all", []string{"-so", "--config", "OGR_WFS_PAGING_ALLOWED", "ON", "--config", "OGR_WFS_PAGE_SIZE", "7"}, "gisd:shops", []string{"Feature Count: 25", "Geometry: Point", "Extent: (106.100000, 11.000000) - (106.340000, 11.000000)", "name: String", "count: Integer64", "built: Date", "area: Real"}},
		{"a box", []string{"-so", "-spat", "106.105", "10", "106.125", "12"}, "gisd:shops", []string{"Feature Count: 2"}},
		{"its own system", []string{"-al"}, "gisd:parcels", []string{"Geometry: Multi Surface", "9210", "(((527123"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), program, append(test.options, "WFS:"+site.URL+"/wfs", test.layer)...)
			cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			for _, want := range test.wants {
				if !strings.Contains(string(out), want) {
					t.Errorf("no %q in %s", want, out)
				}
			}
		})
	}
}
