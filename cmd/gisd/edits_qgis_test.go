package main

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gisd/internal/fixture"
)

// The requests of QGIS 3.40 (its provider OAPIF) from opening a layer to saving
// edits, with the headers that it sends: everything it looks for is there.
func TestQGISEdits(t *testing.T) {
	t.Parallel()
	e := newEditor(t, func(s *fixture.Spec) { s.SRID = 9210 })
	id := e.opensInQGIS()
	e.savesInQGIS(id)
	e.call = e.others["viewer"]
	if got := strings.Join(e.allowed("/items"), ", ") + "; " + strings.Join(e.allowed("/items/B.1"), ", "); got != "GET, HEAD, OPTIONS; GET, HEAD, OPTIONS" {
		t.Errorf("a viewer may %s", got)
	}
}

type typedLink struct{ Href, Rel, Type string }

// national is the storage system of the collection.
const national = "http://www.opengis.net/def/crs/EPSG/0/9210"

func (e *editor) read(target, accept string, into any) answer {
	e.t.Helper()
	req := e.request(e.t, "GET", target, "")
	e.call(req)
	req.Header.Set("Accept", accept)
	res := e.want(e.do(e.t, req), 200, target)
	if err := json.Unmarshal([]byte(res.body), into); err != nil {
		e.t.Fatalf("%s: %v", target, err)
	}
	return res
}

func (e *editor) relative(links []typedLink, rel, mediaType string) string {
	e.t.Helper()
	for _, l := range links {
		if l.Rel == rel && l.Type == mediaType {
			return strings.TrimPrefix(l.Href, e.site.URL)
		}
	}
	e.t.Fatalf("no link %s of type %s", rel, mediaType)
	return ""
}

func (e *editor) allowed(path string) []string {
	return strings.Split(e.want(e.send("OPTIONS", path, ""), 200, "OPTIONS "+path).header.Get("Allow"), ", ")
}

// opensInQGIS reads what QGIS reads before it shows a layer, and returns an id.
func (e *editor) opensInQGIS() string {
	t := e.t
	t.Helper()
	const openapi = "application/vnd.oai.openapi+json;version=3.0"
	var landing struct {
		Links []typedLink
	}
	e.read("/ogc/", "application/json", &landing)
	var api struct {
		Components struct {
			Parameters struct {
				Limit struct {
					Schema struct{ Maximum, Default int }
				}
			}
		}
	}
	e.read(e.relative(landing.Links, "service-desc", openapi), openapi+", application/openapi+json;version=3.0, application/json", &api)
	if limit := api.Components.Parameters.Limit.Schema; limit.Maximum != 10_000 || limit.Default == 0 {
		t.Errorf("limit %+v", limit)
	}
	data := strings.SplitN(e.relative(landing.Links, "data", "application/json"), "?", 2)[0]
	var collection struct {
		StorageCRS string `json:"storageCrs"`
		Links      []typedLink
	}
	e.read(data+"/buildings", "application/json", &collection)
	if collection.StorageCRS != national {
		t.Fatalf("storage CRS %s", collection.StorageCRS)
	}
	var conformance struct{ ConformsTo []string }
	e.read(e.relative(landing.Links, "conformance", "application/json"), "application/json", &conformance)
	for _, class := range []string{"ogcapi-features-2/1.0/conf/crs", "ogcapi-features-5/1.0/conf/schemas", "cql2/1.0/conf/cql2-text"} {
		if !slices.Contains(conformance.ConformsTo, "http://www.opengis.net/spec/"+class) {
			t.Errorf("%s is not declared", class)
		}
	}
	var queryables, schema struct {
		Properties map[string]struct {
			Type, Format string
			Ref          string `json:"$ref"`
			Role         string `json:"x-ogc-role"`
		}
	}
	e.read(data+"/buildings/queryables", "application/schema+json", &queryables)
	if queryables.Properties["geometry"].Ref != "https://geojson.org/schema/Polygon.json" {
		t.Errorf("%+v", queryables)
	}
	var page struct{ Features []editedFeature }
	e.read(data+"/buildings/items?limit=10", geoJSON+", application/json", &page)
	if len(page.Features) != 3 {
		t.Fatalf("%d features", len(page.Features))
	}
	e.read(e.relative(collection.Links, "http://www.opengis.net/def/rel/ogc/1.0/schema", "application/schema+json"), "application/schema+json", &schema)
	if p := schema.Properties; p["geometry"].Role != "primary-geometry" || p["geometry"].Format != "geometry-polygon" || p["height"].Type != "number" {
		t.Errorf("%+v", schema)
	}

	return page.Features[0].ID
}

// savesInQGIS sends what QGIS sends when somebody saves edits.
func (e *editor) savesInQGIS(first string) {
	t, allowed := e.t, e.allowed
	t.Helper()
	data := "/ogc/collections"
	if !slices.Contains(allowed("/items"), "POST") {
		t.Error("no features can be added")
	}
	methods := allowed("/items/" + first)
	for _, method := range []string{"PUT", "PATCH", "DELETE"} {
		if !slices.Contains(methods, method) {
			t.Errorf("no %s", method)
		}
	}

	// A feature as QGIS writes it: every field of the schema, null where nothing was
	// entered, coordinates in the storage system.
	const ring = `[[601000.5,1262000.25],[601100,1262000],[601100,1262100],[601000.5,1262000.25]]`
	const body = `{"geometry":{"coordinates":[` + ring + `],"type":"Polygon"},"properties":{"function":"public","height":3.5,"info":null,"name":"Nhà mới","owner":null},"type":"Feature"}`
	location := e.want(e.send("POST", "/items", body, "Content-Type", geoJSON, "Content-Crs", national), 201, "save a new feature").header.Get("Location")
	_, id, found := strings.Cut(location, "/items/")
	if !found || id == "" {
		t.Fatalf("QGIS reads no id from %q", location)
	}
	var saved editedFeature
	res := e.read(data+"/buildings/items/"+id+"?crs="+url.QueryEscape(national), geoJSON+", application/json", &saved)
	if res.header.Get("Content-Crs") != "<"+national+">" || !strings.Contains(string(saved.Geometry), "601000.5,1262000.25") || saved.Properties["name"] != "Nhà mới" {
		t.Errorf("%s", res.body)
	}
	e.want(e.send("PATCH", "/items/"+id, `{"properties":{"height":4.25,"owner":"An"}}`, "Content-Type", mergePatch), 204, "save attributes")
	e.want(e.send("PATCH", "/items/"+id, strings.Replace(`{"geometry":{"coordinates":[`+ring+`],"type":"Polygon"}}`, "601100,", "601200,", 2), "Content-Type", mergePatch, "Content-Crs", national), 204, "save a geometry")
	e.read(data+"/buildings/items/"+id+"?crs="+url.QueryEscape(national), geoJSON, &saved)
	if saved.Properties["height"] != 4.25 || saved.Properties["owner"] != "An" || saved.Properties["name"] != "Nhà mới" || !strings.Contains(string(saved.Geometry), "601200,1262100") {
		t.Errorf("%+v %s", saved.Properties, saved.Geometry)
	}
	// Where a server takes no patches, QGIS puts the whole feature.
	e.want(e.send("PUT", "/items/"+id, strings.Replace(body, "3.5", "5", 1), "Content-Type", geoJSON, "Content-Crs", national), 204, "replace")
	e.want(e.send("DELETE", "/items/"+id, ""), 204, "delete")
	e.want(e.send("GET", "/items/"+id, ""), 404, "what was deleted")
}

// Who may not change features learns nothing from trying.
func TestEditsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWalker(t)
	callers := w.callers(t)
	const body = `{"type":"Feature","geometry":null,"properties":{}}`
	for name, readable := range mayRead {
		for _, id := range append(slices.Clone(everything), "walk_nothing") {
			for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
				target := "/ogc/collections/" + id + "/items"
				if method != "POST" {
					target += "/1"
				}
				req := w.request(t, method, target, body)
				req.Header.Set("Content-Type", map[bool]string{true: mergePatch, false: geoJSON}[method == "PATCH"])
				callers[name](req)
				res := w.do(t, req)
				want, plain := 403, !strings.Contains(name, " by ")
				switch {
				case name == "device" && method != "OPTIONS":
				case strings.HasSuffix(name, "by address") && method != "OPTIONS", strings.HasSuffix(name, "by session") && method != "OPTIONS": // a key in the address; no CSRF token
				case !slices.Contains(readable, id):
					want = 404
				case method == "OPTIONS":
					want = 200
				case name == "anonymous":
					want = 401
				case plain && (name == "admin" || name == "editor"):
					continue // the other tests
				}
				if res.status != want {
					t.Errorf("%s: %s %s: %d, want %d: %s", name, method, target, res.status, want, res.body)
				}
				if strings.Contains(res.body, "marker-") {
					t.Errorf("%s: %s %s tells %s", name, method, target, res.body)
				}
				mayEdit := plain && (name == "admin" || name == "editor") || name == "editor by session" || name == "admin by session"
				if method == "OPTIONS" && res.status == 200 && strings.Contains(res.header.Get("Allow"), "DELETE") != mayEdit {
					t.Errorf("%s may %s", name, res.header.Get("Allow"))
				}
			}
		}
	}
}
