package crs_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	apicrs "gisd/api/crs"
	"gisd/api/negotiate"
	"gisd/api/problem"
	"gisd/spatial/crs"
)

func newServer() *echo.Echo {
	e := echo.New()
	e.HTTPErrorHandler = problem.Handler(slog.New(slog.NewTextHandler(io.Discard, nil)))
	apicrs.Register(e, negotiate.Origin{})
	return e
}

type call struct {
	method, target, accept, contentType, body string
}

func do(t *testing.T, c call) *httptest.ResponseRecorder {
	t.Helper()
	if c.method == "" {
		c.method = http.MethodGet
	}
	r := httptest.NewRequestWithContext(t.Context(), c.method, c.target, strings.NewReader(c.body))
	if c.accept != "" {
		r.Header.Set("Accept", c.accept)
	}
	if c.contentType != "" {
		r.Header.Set("Content-Type", c.contentType)
	}
	w := httptest.NewRecorder()
	newServer().ServeHTTP(w, r)
	return w
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	const there = "/crs/transform?from=EPSG:9210&to=EPSG:4326"
	cases := []struct {
		name      string
		call      call
		mediaType string
		body      string
	}{
		{"one", call{target: there + "&x=600000&y=1220900"}, "application/json", `{"from":"EPSG:9210","to":"EPSG:4326","axes":["lon","lat"],"coordinates":[[106.666983391,11.038787761]]}` + "\n"},
		{"one back, from CRS84", call{target: "/crs/transform?from=CRS84&to=http://www.opengis.net/def/crs/EPSG/0/9210&x=106.65&y=11.04"}, "application/json", `{"from":"EPSG:4326","to":"EPSG:9210","axes":["easting","northing"],"coordinates":[[598143.7365,1221028.4580]]}` + "\n"},
		{"fewer decimals", call{target: there + "&x=600000&y=1220900&precision=3"}, "application/json", `{"from":"EPSG:9210","to":"EPSG:4326","axes":["lon","lat"],"coordinates":[[106.667,11.039]]}` + "\n"},
		{"more decimals than there are", call{target: "/crs/transform?from=9210&to=EPSG:3857&x=600000&y=1220900&precision=9"}, "", ""},
		{"many", call{method: "POST", target: there, contentType: "application/json; charset=utf-8", body: `{"coordinates":[[600000,1220900],[600100,1220900,12.5]]}`}, "application/json", `{"from":"EPSG:9210","to":"EPSG:4326","axes":["lon","lat"],"coordinates":[[106.666983391,11.038787761],[106.667898502,11.038784989,12.5]]}` + "\n"},
		{"table", call{method: "POST", target: there, contentType: "text/csv", body: "name,easting,northing\nmốc 1,600000,1220900\n"}, "text/csv; charset=utf-8", "name,easting,northing,lon,lat\nmốc 1,600000,1220900,106.666983391,11.038787761\n"},
		{"table, northing first", call{method: "POST", target: there + "&swapXY=true", contentType: "text/csv", body: "X,Y\n1220900,600000\n"}, "text/csv; charset=utf-8", "X,Y,lon,lat\n1220900,600000,106.666983391,11.038787761\n"},
		{"table, columns named", call{method: "POST", target: there + "&x=b&y=a", contentType: "text/csv", body: "a;b\n1220900;600000\n"}, "text/csv; charset=utf-8", "a;b;lon;lat\n1220900;600000;106.666983391;11.038787761\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := do(t, c.call)
			if c.body == "" { // "9210" alone is no reference
				if w.Code != http.StatusBadRequest {
					t.Errorf("got %d", w.Code)
				}
				return
			}
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != c.mediaType {
				t.Fatalf("got %d %s: %s", w.Code, w.Header().Get("Content-Type"), w.Body)
			}
			if diff := cmp.Diff(c.body, w.Body.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	const there = "/crs/transform?from=EPSG:9210&to=EPSG:4326"
	post := func(target, contentType, body string) call {
		return call{method: "POST", target: target, contentType: contentType, body: body}
	}
	cases := []struct {
		name   string
		call   call
		status int
		code   string
		fault  string // a name among the errors; "" is any
	}{
		{"nothing given", call{target: "/crs/transform"}, 400, "invalid", "from"},
		{"unknown system", call{target: "/crs/transform?from=EPSG:27700&to=EPSG:4326&x=1&y=2"}, 400, "invalid", "from"},
		{"unknown parameter", call{target: there + "&x=600000&y=1220900&z=1"}, 400, "invalid", "z"},
		{"given twice", call{target: there + "&x=600000&y=1220900&y=1"}, 400, "invalid", "y"},
		{"not a number", call{target: there + "&x=NaN&y=1220900"}, 400, "invalid", "x"},
		{"infinite", call{target: there + "&x=1e999&y=1220900"}, 400, "invalid", "x"},
		{"bad precision", call{target: there + "&x=600000&y=1220900&precision=-1"}, 400, "invalid", "precision"},
		{"outside the area", call{target: there + "&x=0&y=0"}, 400, "invalid", ""},
		{"swapped", call{target: there + "&x=1220900&y=600000"}, 400, "invalid", ""},
		{"latitude 95", call{target: "/crs/transform?from=CRS84&to=EPSG:9210&x=106&y=95"}, 400, "invalid", ""},
		{"other format", call{target: there + "&x=600000&y=1220900", accept: "image/png"}, 406, "not_acceptable", ""},
		{"no content type", post(there, "", "{}"), 415, "unsupported", ""},
		{"other content type", post(there, "application/xml", "<a/>"), 415, "unsupported", ""},
		{"not JSON", post(there, "application/json", "{"), 400, "invalid", ""},
		{"JSON of another form", post(there, "application/json", `{"points":[[1,2]]}`), 400, "invalid", ""},
		{"no position", post(there, "application/json", `{"coordinates":[]}`), 400, "invalid", "/coordinates"},
		{"half a position", post(there, "application/json", `{"coordinates":[[600000,1220900],[1]]}`), 400, "invalid", "/coordinates/1"},
		{"one of many outside", post(there, "application/json", `{"coordinates":[[600000,1220900],[0,0]]}`), 400, "invalid", "/coordinates/1"},
		{"two bodies", post(there, "application/json", `{"coordinates":[[600000,1220900]]}{}`), 400, "invalid", ""},
		{"too many", post(there, "application/json", `{"coordinates":[`+strings.Repeat("[1,2],", apicrs.MaxPositions)+`[1,2]]}`), 413, "too_large", ""},
		{"too large", post(there, "application/json", `{"coordinates":[`+strings.Repeat(" ", apicrs.MaxBodyBytes)), 413, "too_large", ""},
		{"too many rows", post(there, "text/csv", "x,y\n"+strings.Repeat("600000,1220900\n", apicrs.MaxPositions+1)), 413, "too_large", ""},
		{"a wide header over short rows", post(there, "text/csv", "x,y"+strings.Repeat(",", 990)+"\n"+strings.Repeat("1\n", 90_000)), 413, "too_large", ""},
		{"too wide", post(there, "text/csv", "x,y"+strings.Repeat(",", 5000)+"\n1,2\n"), 400, "invalid", ""},
		{"null body", post(there, "application/json", `null`), 400, "invalid", ""},
		{"null position", post(there, "application/json", `{"coordinates":[null]}`), 400, "invalid", "/coordinates/0"},
		{"null for a number", post(there, "application/json", `{"coordinates":[[600000,1220900,null]]}`), 400, "invalid", "/coordinates/0"},
		{"five numbers", post(there, "application/json", `{"coordinates":[[600000,1220900,1,2,3]]}`), 400, "invalid", "/coordinates/0"},
		{"numbers as text", post(there, "application/json", `{"coordinates":[["600000","1220900"]]}`), 400, "invalid", ""},
		{"a second member", post(there, "application/json", `{"coordinates":[[600000,1220900]],"x":1}`), 400, "invalid", ""},
		{"table too large", post(there, "text/csv", "x,y\n"+strings.Repeat("6", apicrs.MaxBodyBytes)), 413, "too_large", ""},
		{"bad row", post(there, "text/csv", "x,y\n600000,1220900\nabc,2\n"), 400, "invalid", "line 3"},
		{"empty table", post(there, "text/csv", ""), 400, "invalid", ""},
		{"no columns", post(there, "text/csv", "name,age\nan,30\n"), 400, "invalid", ""},
		{"precision for a table", post(there+"&precision=2", "text/csv", "x,y\n600000,1220900\n"), 400, "invalid", "precision"},
		{"bad swapXY", post(there+"&swapXY=yes", "text/csv", "x,y\n600000,1220900\n"), 400, "invalid", "swapXY"},
		{"unknown definition", call{target: "/crs/27700"}, 404, "not_found", ""},
		{"no code at all", call{target: "/crs/abc"}, 404, "not_found", ""},
		{"unknown format", call{target: "/crs/9210?f=gml"}, 400, "invalid", "f"},
		{"definition with a parameter", call{target: "/crs/9210?x=1"}, 400, "invalid", "x"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := do(t, c.call)
			var doc problem.Document
			if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
				t.Fatalf("%v: %.300s", err, w.Body)
			}
			found := c.fault == ""
			for _, e := range doc.Errors {
				found = found || e.Name == c.fault
			}
			if w.Code != c.status || string(doc.Code) != c.code || !found || doc.Detail == "" || w.Header().Get("Content-Type") != problem.ContentType {
				t.Errorf("got %d %s: %.500s", w.Code, w.Header().Get("Content-Type"), w.Body)
			}
		})
	}
}

func TestDefinition(t *testing.T) {
	t.Parallel()
	s, _ := crs.Lookup(9210)
	for format, want := range map[string]string{"wkt": s.WKT2(), "wkt1": s.WKT1(), "esri": s.ESRI(), "proj": s.PROJ(), "qgis": s.QGIS()} {
		w := do(t, call{target: "/crs/9210?f=" + format})
		if w.Code != http.StatusOK || w.Body.String() != want+"\n" || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: %d %s", format, w.Code, w.Body)
		}
	}
	if w := do(t, call{target: "/crs/EPSG:9210", accept: "text/plain"}); w.Body.String() != s.WKT2()+"\n" {
		t.Errorf("by Accept: %s", w.Body)
	}
	for _, code := range []string{"9210", "EPSG:9210", "4326", "CRS84", "3857", "25832"} {
		w := do(t, call{target: "/crs/" + code})
		var doc struct {
			Code, Name, Unit, Datum, WKT, PROJ string
			Axes, AxisOrder                    []string
			Links                              []negotiate.Link
			ToWGS84                            *struct{ TOWGS84 [7]float64 }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %d %v %s", code, w.Code, err, w.Body)
		}
		if doc.Name == "" || doc.Unit == "" || doc.Datum == "" || doc.WKT == "" || doc.PROJ == "" || len(doc.Axes) != 2 || len(doc.Links) != 6 {
			t.Errorf("%s: %s", code, w.Body)
		}
		if code == "9210" && (doc.ToWGS84 == nil || doc.ToWGS84.TOWGS84[0] != -191.90441429) {
			t.Errorf("the ministry's parameters are missing: %s", w.Body)
		}
		if code == "4326" && fmt.Sprint(doc.Axes, doc.AxisOrder) != "[lon lat] [lat lon]" {
			t.Errorf("axes %v, order %v", doc.Axes, doc.AxisOrder)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	w := do(t, call{target: "/crs"})
	var doc struct {
		Systems []struct {
			Code, URI string
			Links     []negotiate.Link
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || len(doc.Systems) != len(crs.All()) {
		t.Fatalf("%v, %d systems", err, len(doc.Systems))
	}
	for _, s := range doc.Systems[:5] {
		w := do(t, call{target: strings.TrimPrefix(s.Links[0].Href, "http://example.com")})
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", s.Links[0].Href, w.Code)
		}
	}
}

// TestManyEqualsTransform: every position of a large request is converted, in
// its place.
func TestManyEqualsTransform(t *testing.T) {
	t.Parallel()
	tr, err := crs.NewTransform(9210, 4326)
	if err != nil {
		t.Fatal(err)
	}
	var in, want strings.Builder
	for i := range 20000 {
		x, y := 580000+float64(i%200)*100, 1205000+float64(i/200)*100
		fmt.Fprintf(&in, ",[%v,%v]", x, y)
		lon, lat, err := tr.Point(x, y)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&want, ",[%.9f,%.9f]", lon, lat)
	}
	w := do(t, call{method: "POST", target: "/crs/transform?from=EPSG:9210&to=EPSG:4326", contentType: "application/json", body: `{"coordinates":[` + in.String()[1:] + `]}`})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"coordinates":[`+want.String()[1:]+`]}`) {
		t.Errorf("got %d, %.200s", w.Code, w.Body)
	}
}
