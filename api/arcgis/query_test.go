package arcgis_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"gisd/tiles/mvt"
)

func TestWhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	number := func(id string) string { return strconv.FormatUint(mvt.TextID([]byte(id)), 10) }
	for _, test := range []struct {
		where string
		want  int
	}{
		{"", 26}, {"1=1", 26}, {"1 = 0", 0}, {"(1=1) AND count = 3", 1}, {"1=1 OR count = 3", 26},
		{"count >= 20", 5}, {"count < 3 OR count > 23", 4}, {"NOT (count > 3)", 4}, {"count <> 3", 24}, {"count != 3", 24}, {"COUNT = '3'", 1},
		{"count IN (1, 2, 99)", 2}, {"count NOT IN (1,2)", 23}, {"count BETWEEN 3 AND 5", 3}, {"count NOT BETWEEN 3 AND 5", 22}, {"count IS NULL", 1}, {"count IS NOT NULL", 25},
		{"name = 'Chợ'", 13}, {"UPPER(name) LIKE 'CH%'", 13}, {"name LIKE '%50!%' ESCAPE '!'", 12}, {"name LIKE '%50\\%'", 0}, {"name NOT LIKE 'C%'", 1}, {`"name" = 'Chợ' and "count" < 2`, 1},
		{"CHAR_LENGTH(name) = 3", 13},
		{"open = 1", 5}, {"built = DATE '2026-01-03'", 1}, {"built >= TIMESTAMP '2026-01-24 00:00:00'", 2}, {"built = '2026-01-03'", 1}, {"built < CURRENT_TIMESTAMP - INTERVAL '-1' DAY", -1}, {"built < CURRENT_DATE", -2},
		{"objectid = " + number("shop-07"), 1}, {"objectid IN (" + number("shop-07") + "," + number("nowhere") + ",5)", 2}, {"NOT objectid = " + number("shop-07"), 25}, {"objectid <> 5", 26},
		{"objectid > 5", -1}, {"name = ", -1}, {"name = 'a", -1}, {"nothing = 1", -1}, {"name LIKE count", -1}, {"pg_sleep(10) = 1", -1}, {"1=1; drop table x", -1}, {"name = 'a' --", -1},
		{"count = 'many'", -1}, {strings.Repeat("(", 60) + "1=1" + strings.Repeat(")", 60), -1}, {strings.Repeat("NOT ", 60) + "1=1", -1}, {"name", -1}, {"count = 3 count = 4", -1},
	} {
		rec := s.get("/shops/FeatureServer/0/query", url.Values{"where": {test.where}, "returnCountOnly": {"true"}, "f": {"json"}})
		var a struct {
			Count int
			Error *struct {
				Code    int
				Message string
				Details []string
			}
		}
		if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil {
			t.Fatalf("%s: %v: %s", test.where, err, rec.Body)
		}
		switch {
		case test.want == -2 && a.Error == nil && rec.Code == 200: // depends on today
		case test.want == -1 && (a.Error == nil || a.Error.Code != 400 || rec.Code != 400 || len(a.Error.Details) == 0):
			t.Errorf("%q is taken: %s", test.where, rec.Body)
		case test.want >= 0 && (a.Error != nil || a.Count != test.want):
			t.Errorf("%q: %s, want %d", test.where, rec.Body, test.want)
		}
	}
}

// Ids that are numbers are object ids, and have an order.
func TestObjectIDs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for where, want := range map[string]string{"objectid >= 2": "2 30", "objectid = 30": "30", "objectid BETWEEN 1 AND 2": "1 2", "name = 'it''s'": "30"} {
		if got := s.ask("parcels", "where", where).list("objectid"); got != want {
			t.Errorf("%s: %s, want %s", where, got, want)
		}
	}
	if got := s.ask("parcels", "objectIds", "30,1,7").list("objectid"); got != "1 30" {
		t.Errorf("by object id: %s", got)
	}
	if got := s.ask("parcels", "orderByFields", "objectid DESC").list("objectid"); got != "30 2 1" {
		t.Errorf("in descending order: %s", got)
	}
	all := s.ask("shops", "returnIdsOnly", "true", "where", "count < 3").ObjectIDs
	if len(all) != 3 || uint64(all[0]) != mvt.TextID([]byte("shop-00")) {
		t.Fatalf("%v", all)
	}
	// Another node, which gave none of them out, finds them too.
	for _, node := range []*site{s, newSite(t)} {
		a := node.ask("shops", "objectIds", fmt.Sprintf("%d,%d,12", all[0], all[2]), "outFields", "count")
		if got := a.list("count"); got != "0 2" {
			t.Errorf("by object id: %s", got)
		}
	}
}

func TestPagesAndFields(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var seen []string
	for offset := 0; ; offset += 7 {
		a := s.ask("shops", "where", "1=1", "outFields", "*", "resultOffset", strconv.Itoa(offset), "resultRecordCount", "7", "orderByFields", "count DESC")
		for _, f := range a.Features {
			seen = append(seen, fmt.Sprint(f.Attributes["count"]))
		}
		if !a.More {
			break
		}
	}
	if len(seen) != 26 || seen[0] != "24" || seen[24] != "0" || seen[25] != "<nil>" {
		t.Errorf("%v", seen)
	}
	a := s.ask("shops", "where", "count = 5", "outFields", "*")
	want := map[string]any{"name": "Cầu 50%", "count": 5.0, "area": 0.5, "open": 1.0, "built": 1767657600000.0, "seen": nil, "info": `{"a": 1}`}
	for name, v := range want {
		if a.Features[0].Attributes[name] != v {
			t.Errorf("%s is %v, want %v", name, a.Features[0].Attributes[name], v)
		}
	}
	if a := s.ask("shops", "outFields", "name,Count", "returnGeometry", "false"); len(a.Fields) != 3 || a.Fields[0].Type != "esriFieldTypeOID" || a.Features[0].Geometry != nil {
		t.Errorf("%+v", a.Fields)
	}
	if a := s.ask("tables", "outFields", "name"); a.list("name") != "a" || a.Features[0].Geometry != nil {
		t.Errorf("%+v", a)
	}
}

func TestArea(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	mercator := func(lon, lat float64) string {
		x, y := lon*math.Pi/180*6378137, math.Log(math.Tan(math.Pi/4+lat*math.Pi/360))*6378137
		return fmt.Sprintf("%f,%f", x, y)
	}
	polygon := `{"rings":[[[105.9,10.9],[105.9,11.2],[106.35,11.2],[106.35,10.9],[105.9,10.9]],[[106.15,10.95],[106.34,10.95],[106.34,11.15],[106.15,11.15],[106.15,10.95]]],"spatialReference":{"wkid":4326}}`
	for _, test := range []struct {
		name  string
		pairs []string
		want  string
	}{
		{"a box", []string{"geometry", "106.05,11.05,106.25,11.06", "inSR", "4326"}, "1 2"},
		{"a box of web Mercator", []string{"geometry", mercator(106.05, 11.05) + "," + mercator(106.25, 11.06), "inSR", "102100"}, "1 2"},
		{"a box as JSON", []string{"geometry", `{"xmin":-400,"ymin":-100,"xmax":106.05,"ymax":95,"spatialReference":{"wkid":4326}}`, "geometryType", "esriGeometryEnvelope"}, "1"},
		{"a point", []string{"geometry", "106.25,11.05", "inSR", "4326", "geometryType", "esriGeometryPoint"}, "2"},
		{"a point in a hole", []string{"geometry", `{"x":106.03,"y":11.03}`, "inSR", "4326"}, ""},
		{"around a point", []string{"geometry", `{"x":106.03,"y":11.03}`, "inSR", "4326", "distance", "3", "units", "esriSRUnit_Kilometer"}, "1"},
		{"a polygon with a hole", []string{"geometry", polygon}, "1"},
		{"what lies in it", []string{"geometry", polygon, "spatialRel", "esriSpatialRelContains"}, "1"},
		{"what holds it", []string{"geometry", `{"x":106.25,"y":11.05}`, "inSR", "4326", "spatialRel", "esriSpatialRelWithin"}, "2"},
		{"a line", []string{"geometry", `{"paths":[[[106.25,10],[106.25,12]]]}`, "inSR", "4326"}, "2"},
		{"all but", []string{"geometry", "106.05,11.05,106.25,11.06", "inSR", "4326", "spatialRel", "esriSpatialRelDisjoint"}, "30"},
		{"together", []string{"geometry", "106.05,11.05,106.25,11.06", "inSR", "4326", "where", "name = 'CLN'"}, "2"},
	} {
		if got := s.ask("parcels", test.pairs...).list("objectid"); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	// What has no geometry is nowhere.
	if n := s.ask("shops", "geometry", "100,0,110,20", "inSR", "4326", "returnCountOnly", "true").Count; n != 25 {
		t.Errorf("%d shops", n)
	}
}

func TestSystems(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.ask("parcels", "objectIds", "1", "outSR", "4326")
	rings := a.Features[0].Geometry["rings"].([]any)
	if len(rings) != 2 || a.Reference.WKID != 4326 {
		t.Fatalf("%+v", a)
	}
	for i, want := range []bool{true, false} { // the outer one runs clockwise
		sum := 0.0
		ring := rings[i].([]any)
		for n := range len(ring) - 1 {
			p, q := ring[n].([]any), ring[n+1].([]any)
			sum += (q[0].(float64) - p[0].(float64)) * (q[1].(float64) + p[1].(float64))
		}
		if (sum > 0) != want {
			t.Errorf("ring %d runs the other way: %v", i, ring)
		}
	}
	if x := rings[0].([]any)[0].([]any)[0].(float64); math.Abs(x-106) > 1e-7 {
		t.Errorf("x %v", x)
	}
	if a := s.ask("parcels", "objectIds", "1"); a.Reference.WKID != 9210 {
		t.Errorf("the layer's own system is %+v", a.Reference)
	}
	if a := s.ask("parcels", "objectIds", "1", "outSR", `{"wkid":102100}`); a.Reference.WKID != 102100 || a.Reference.LatestWKID != 3857 {
		t.Errorf("web Mercator is %+v", a.Reference)
	}
	a = s.ask("parcels", "returnExtentOnly", "true", "returnCountOnly", "true", "outSR", "4326", "where", "objectid < 3")
	if a.Count != 2 || math.Abs(a.Extent.XMax-106.3) > 1e-3 || a.Extent.XMin > 106 {
		t.Errorf("%+v", a)
	}
	rec := s.get("/parcels/FeatureServer/0/query", url.Values{"f": {"geojson"}, "outFields": {"*"}, "outSR": {"102100"}, "resultRecordCount": {"1"}, "geometryPrecision": {"6"}})
	if body := rec.Body.String(); rec.Header().Get("Content-Type") != "application/geo+json" || !strings.Contains(body, `{"type":"Feature","id":1,"geometry":{"type":"MultiPolygon","coordinates":[[[[106,11]`) || !strings.Contains(body, `"exceededTransferLimit":true`) {
		t.Errorf("%.400s", body)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, test := range []struct {
		path, query string
		code        int
	}{
		{"/hidden/FeatureServer/0/query", "f=json", 404}, {"/nothing/FeatureServer", "f=json", 404}, {"/mixed/FeatureServer/0", "f=json", 404}, {"/shops/FeatureServer/1", "f=json", 404},
		{"/tables/VectorTileServer", "f=json", 404}, {"/shops/FeatureServer/0", "f=kmz", 400}, {"/shops/FeatureServer/0/query", "f=json&outStatistics=[]", 400},
		{"/shops/FeatureServer/0/query", "f=json&outSR=1&outFields=x&resultOffset=-1&geometry=a&orderByFields=y&objectIds=1", 400}, {"/shops/FeatureServer/0/query", "objectIds=a", 400},
		{"/tables/FeatureServer/0/query", "geometry=1,2", 400}, {"/shops/FeatureServer/0/query", "geometry=1,2&spatialRel=x", 400}, {"/shops/FeatureServer/0/query", "time=x", 400},
		{"/parcels/FeatureServer/0/query", "inSR=4326&geometry=%7B%22rings%22:%5B%5B%5B105.9,10.9%5D,%5B105.9,11.2%5D,%5B106.35,11.2%5D,%5B106.35,10.9%5D,%5B105.9,10.9%5D%5D,%5B%5B106.15,10.95%5D,%5B106.35,10.95%5D,%5B106.35,11.15%5D,%5B106.15,11.15%5D,%5B106.15,10.95%5D%5D%5D%7D", 400},
		{"/shops/FeatureServer/0/query", "distance=null", 400}, {"/shops/FeatureServer/0/query", "geometry=%7B%22curveRings%22:%5B%5D%7D", 400}, {"/shops/FeatureServer/0/query", "geometry=%7B%22rings%22:%5B%5B%5B1,2%5D%5D%5D%7D", 400},
	} {
		values, _ := url.ParseQuery(test.query)
		rec := s.get(test.path, values)
		var a struct{ Error struct{ Code int } }
		if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil || rec.Code != test.code || a.Error.Code != test.code {
			t.Errorf("%s?%s: %d %s", test.path, test.query, rec.Code, rec.Body)
		}
	}
	// Every fault at once, and by a form too.
	req := httptest.NewRequest("POST", "/arcgis/rest/services/shops/FeatureServer/0/query", strings.NewReader("f=json&outSR=1&resultOffset=-1&returnGeometry=2"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, req)
	if n := strings.Count(rec.Body.String(), ": "); n != 3 {
		t.Errorf("%d faults: %s", n, rec.Body)
	}
}
