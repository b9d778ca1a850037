package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gisd/spatial"
)

func TestEditsFollowTheDraft(t *testing.T) {
	t.Parallel()
	e := newEditor(t, nil)
	conformance := e.want(e.do(t, e.request(t, "GET", "/ogc/conformance", "")), 200, "conformance").body
	for _, class := range []string{"create-replace-delete", "update", "optimistic-locking-timestamps", "optimistic-locking-etags", "handling"} {
		if !strings.Contains(conformance, "ogcapi-common-5/1.0/conf/"+class+`"`) {
			t.Errorf("%s is not declared", class)
		}
	}
	res := e.want(e.send("OPTIONS", "/items", ""), 200, "options")
	if res.header.Get("Allow") != "GET, HEAD, OPTIONS, POST" || !strings.Contains(res.header.Get("Accept-Post"), geoJSON) {
		t.Errorf("options: %v", res.header)
	}
	for _, id := range []string{"B.1", "unknown_id"} {
		res = e.want(e.send("OPTIONS", "/items/"+id, ""), 200, "options")
		if res.header.Get("Allow") != "GET, HEAD, OPTIONS, PUT, PATCH, DELETE" || res.header.Get("Accept-Patch") != mergePatch {
			t.Errorf("options: %v", res.header)
		}
	}

	res = e.want(e.send("POST", "/items", newBody, "Content-Type", geoJSON), 201, "create")
	location := res.header.Get("Location")
	created := e.feature(location)
	if created.ID == "" || !strings.HasSuffix(location, "/items/"+created.ID) || created.Properties["height"] != 5.5 || res.header.Get("ETag") == "" || res.body != "" {
		t.Errorf("created %+v at %s", created, location)
	}
	for method, path := range map[string]string{"POST": "/items", "PUT": "/items/B.1", "PATCH": "/items/B.1"} {
		e.want(e.send(method, path, newBody), 400, method+" without a media type")
		res = e.want(e.send(method, path, newBody, "Content-Type", "application/gml+xml"), 415, method+" of GML")
		e.want(e.send(method, path, newBody, "Content-Type", geoJSON, "Content-Encoding", "gzip"), 415, method+" compressed")
	}

	e.want(e.send("PUT", "/items/B.2", strings.Replace(putBody, `"Feature",`, `"Feature","id":"B.999",`, 1), "Content-Type", geoJSON), 204, "replace")
	if f := e.feature("/items/B.2"); f.ID != "B.2" || f.Properties["name"] != "Old Mill Museum" || f.Properties["owner"] != nil {
		t.Errorf("replaced: %+v", f)
	}
	e.want(e.send("GET", "/items/B.999", ""), 404, "the id of a body")
	e.want(e.send("PUT", "/items/B.900", newBody, "Content-Type", geoJSON), 404, "replace nothing")
	e.want(e.send("PUT", "/items/B.901", newBody, "Content-Type", geoJSON, "If-Match", `"xyz"`), 404, "replace nothing, conditionally")
	e.want(e.send("PUT", "/items/B.902", `{"type":"Feature","geometry":null,"properties":{}}`, "Content-Type", geoJSON), 404, "replace nothing, with faults")

	e.want(e.send("PATCH", "/items/B.3", patchBody, "Content-Type", mergePatch), 204, "update")
	f := e.feature("/items/B.3")
	if f.Properties["height"] != 7.8 || f.Properties["owner"] != "Jane Doe" || f.Properties["name"] != nil || f.Properties["function"] != "residential" {
		t.Errorf("updated: %+v", f)
	}
	if !strings.Contains(string(f.Geometry), "106.7117,11.4134") {
		t.Errorf("updated: %s", f.Geometry)
	}
	e.want(e.send("PATCH", "/items/B.3", `{"id":"B.888"}`, "Content-Type", mergePatch), 400, "another id")
	e.want(e.send("PATCH", "/items/B.900", `{"properties":{"height":1}}`, "Content-Type", mergePatch), 404, "update nothing")

	e.want(e.send("DELETE", "/items/B.1", ""), 204, "delete")
	e.want(e.send("GET", "/items/B.1", ""), 404, "what was deleted")
	e.want(e.send("DELETE", "/items/B.1", ""), 404, "delete nothing")
}

// Handling and return preferences (/conf/handling, RFC 7240), and faults.
func TestEditsPreferred(t *testing.T) {
	t.Parallel()
	e := newEditor(t, nil)
	invalid := strings.Replace(newBody, `"function":"commercial",`, "", 1)
	res := e.want(e.send("POST", "/items", invalid, "Content-Type", geoJSON, "Prefer", "handling=strict"), 400, "strict")
	if !strings.Contains(res.body, "/properties/function") || res.header.Get("Preference-Applied") != "handling=strict" {
		t.Errorf("strict: %s %v", res.body, res.header)
	}
	unknown := strings.Replace(newBody, `"height"`, `"unknown":1,"height"`, 1)
	e.want(e.send("POST", "/items", unknown, "Content-Type", geoJSON), 400, "an unknown property")
	e.want(e.send("POST", "/items", unknown, "Content-Type", geoJSON, "Prefer", "handling=lenient"), 201, "an unknown property, leniently")

	for _, test := range []struct {
		method, path, body, contentType string
		status                          int
	}{
		{"POST", "/items", newBody, geoJSON, 201}, {"PUT", "/items/B.2", putBody, geoJSON, 200}, {"PATCH", "/items/B.2", `{"properties":{"height":1}}`, mergePatch, 200},
	} {
		res = e.want(e.send(test.method, test.path, test.body, "Content-Type", test.contentType, "Prefer", "respond-async, return=representation"), test.status, test.method)
		var f editedFeature
		if err := json.Unmarshal([]byte(res.body), &f); err != nil || f.ID == "" || res.header.Get("Preference-Applied") != "return=representation" {
			t.Errorf("%s: %v %s", test.method, err, res.body)
		}
		if got := e.send("GET", "/items/"+f.ID, ""); got.header.Get("ETag") != res.header.Get("ETag") || got.body != res.body || got.header.Get("Last-Modified") != res.header.Get("Last-Modified") {
			t.Errorf("%s: %v, but %v", test.method, res.header, got.header)
		}
	}
	res = e.want(e.send("PUT", "/items/B.2", putBody, "Content-Type", geoJSON, "Prefer", "return=minimal"), 204, "minimal")
	if res.header.Get("Preference-Applied") != "return=minimal" {
		t.Errorf("minimal: %v", res.header)
	}

	// Every fault at once, those of PostGIS among them.
	bow := `{"type":"Polygon","coordinates":[[[106.71,11.41],[106.72,11.42],[106.72,11.41],[106.71,11.42],[106.71,11.41]]]}`
	res = e.want(e.send("POST", "/items", `{"type":"Feature","geometry":`+bow+`,"properties":{"height":"x","function":"mill","extra":1}}`, "Content-Type", geoJSON, "Accept-Language", "vi"), 400, "faults")
	var problem struct{ Errors []spatial.FieldError }
	if err := json.Unmarshal([]byte(res.body), &problem); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range problem.Errors {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	if got := strings.Join(names, " "); got != "/geometry /properties/extra /properties/function /properties/height" || !strings.Contains(res.body, "không hợp lệ") {
		t.Errorf("faults: %s", res.body)
	}
	e.want(e.send("POST", "/items", "{", "Content-Type", geoJSON), 400, "no JSON")
	e.want(e.send("POST", "/items?limit=1", newBody, "Content-Type", geoJSON), 400, "an unknown parameter")
	e.want(e.send("POST", "/items", strings.Repeat(" ", 16<<20)+newBody, "Content-Type", geoJSON), 413, "a large body")
}

// A batch is added whole or not at all.
func TestEditsInBatches(t *testing.T) {
	t.Parallel()
	e := newEditor(t, nil)
	batch := func(features ...string) string {
		return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
	}
	count := func() string {
		body := e.send("GET", "/items?limit=1", "").body
		_, rest, _ := strings.Cut(body, `"numberMatched":`)
		number, _, _ := strings.Cut(rest, ",")
		return number
	}
	e.want(e.send("POST", "/items", batch(newBody, strings.Replace(newBody, `"commercial"`, `"mill"`, 1)), "Content-Type", geoJSON), 400, "one fault")
	if got := count(); got != "3" {
		t.Errorf("%s features after a batch that was refused", got)
	}
	var many []string
	for i := range 300 {
		many = append(many, strings.Replace(newBody, "New Warehouse", "Kho "+strconv.Itoa(i), 1))
	}
	res := e.want(e.send("POST", "/items", batch(many...), "Content-Type", geoJSON), 201, "many")
	var added struct {
		NumberCreated int
		Features      []spatial.FeatureState
	}
	if err := json.Unmarshal([]byte(res.body), &added); err != nil || added.NumberCreated != 300 || len(added.Features) != 300 {
		t.Fatalf("%v %.300s", err, res.body)
	}
	if f := e.feature("/items/" + added.Features[299].ID); f.Properties["name"] != "Kho 299" || count() != "303" {
		t.Errorf("%+v, %s features", f, count())
	}
	e.want(e.send("DELETE", "/items/"+added.Features[0].ID, "", "If-Match", added.Features[0].ETag), 204, "by the tag of the batch")
}

// What is changed is in the next tile.
func TestEditsReachTiles(t *testing.T) {
	t.Parallel()
	e := newEditor(t, nil)
	tile := func() string {
		return e.want(e.do(t, e.request(t, "GET", "/tiles/buildings/14/13048/7669.mvt", "")), 200, "tile").body
	}
	if before := tile(); !strings.Contains(before, "Old Mill") || strings.Contains(before, "New Warehouse") {
		t.Fatalf("%q", before)
	}
	location := e.want(e.send("POST", "/items", newBody, "Content-Type", geoJSON), 201, "create").header.Get("Location")
	e.await("the new feature in its tile", func() bool { return strings.Contains(tile(), "New Warehouse") })
	e.want(e.send("PATCH", location, `{"properties":{"name":"Kho mới"}}`, "Content-Type", mergePatch), 204, "update")
	e.await("its new name", func() bool { return strings.Contains(tile(), "Kho mới") })
	e.want(e.send("DELETE", location, ""), 204, "delete")
	e.await("the end of it", func() bool { return !strings.Contains(tile(), "Kho mới") })
}

// The feed tells what the collection's editors do, and hides their names from others.
func TestChangesOverHTTP(t *testing.T) {
	t.Parallel()
	e := newEditor(t, nil)
	type page struct {
		Position string
		Changes  []struct {
			Operation, ID, ChangedBy string
			Feature                  *editedFeature
		}
		Links []struct{ Rel, Href string }
	}
	read := func(path string) page {
		t.Helper()
		var p page
		res := e.want(e.send("GET", path, ""), 200, path)
		if err := json.Unmarshal([]byte(res.body), &p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	start := read("/changes")
	if len(start.Changes) != 1 || start.Changes[0].Operation != "reload" {
		t.Fatalf("%+v", start)
	}
	location := e.send("POST", "/items", newBody, "Content-Type", geoJSON).header.Get("Location")
	e.send("PATCH", location, `{"properties":{"name":"x"}}`, "Content-Type", mergePatch)
	e.send("DELETE", "/items/B.1", "")
	var got []string
	for next := "/changes?limit=1&crs=http://www.opengis.net/def/crs/EPSG/0/9210&since=" + start.Position; next != ""; {
		p := read(next)
		next = ""
		for _, l := range p.Links {
			if l.Rel == "next" {
				next = l.Href
			}
		}
		for _, ch := range p.Changes {
			got = append(got, fmt.Sprintf("%s %v", ch.Operation, ch.Feature != nil))
			if !strings.HasPrefix(ch.ChangedBy, "key:") {
				t.Errorf("changed by %q", ch.ChangedBy)
			}
		}
	}
	if strings.Join(got, ", ") != "insert false, update true, delete false" {
		t.Errorf("%q", got)
	}
	if p := read("/changes?since=2020-01-01T00:00:00Z&limit=1000"); len(p.Changes) != 4 {
		t.Errorf("since a time: %+v", p)
	}
	e.want(e.send("GET", "/changes?since=yesterday", ""), 400, "no position")
	e.call = func(*http.Request) {}
	for _, ch := range read("/changes").Changes {
		if ch.ChangedBy != "" {
			t.Errorf("everybody learns of %q", ch.ChangedBy)
		}
	}
	res := e.send("GET", "/changes", "")
	e.want(e.send("GET", "/changes", "", "If-None-Match", res.header.Get("ETag")), 304, "nothing new")
}
