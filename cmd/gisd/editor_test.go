package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"gisd/internal/fixture"
	"gisd/spatial"
)

// editor sends changes to one collection of a whole server.
type editor struct {
	*walker
	t      *testing.T
	others map[string]caller
	call   caller
	base   string
}

// newEditor has the buildings of the draft's own test data, in Vietnam and with two
// properties more.
func newEditor(t *testing.T, change func(*fixture.Spec)) *editor {
	t.Helper()
	w := newWalker(t)
	field := func(name string, typ spatial.FieldType, list string) spatial.Field {
		return spatial.Field{Name: name, Column: name, Type: typ, CodeList: list}
	}
	spec := fixture.Spec{
		ID: "buildings", Department: "qh", IDKind: spatial.IDText, Geometry: spatial.GeometryPolygon,
		Fields: []spatial.Field{
			field("name", spatial.FieldString, ""), field("function", spatial.FieldString, "functions"), field("height", spatial.FieldNumber, ""),
			field("owner", spatial.FieldString, ""), field("info", spatial.FieldJSON, ""),
		},
		Features: []fixture.Feature{
			{ID: "B.1", WKT: "POLYGON((106.708 11.412,106.7084 11.412,106.7084 11.4123,106.708 11.412))", Properties: []any{"City Hall", "public", 16.5}},
			{ID: "B.2", WKT: "POLYGON((106.7091 11.4127,106.7095 11.4127,106.7095 11.413,106.7091 11.4127))", Properties: []any{"Old Mill", "commercial", 9.0}},
			{ID: "B.3", WKT: "POLYGON((106.7102 11.4114,106.7106 11.4114,106.7106 11.4117,106.7102 11.4114))", Properties: []any{"Rose Cottage", "residential", 7.2}},
		},
	}
	if change != nil {
		change(&spec)
	}
	w.exec(t, `insert into gisd.code_list (id) values ('functions')`)
	w.exec(t, `insert into gisd.code_value (code_list_id, code) values ('functions', 'residential'), ('functions', 'commercial'), ('functions', 'public')`)
	c := fixture.Collection(t, w.db.Pool, spec)
	w.exec(t, `select gisd.watch_edits($1)`, c.Table)
	w.exec(t, `update gisd.collection set required_fields = '{function}', updated_at = clock_timestamp() where id = $1`, spec.ID)
	e := &editor{walker: w, t: t, others: w.callers(t), base: "/ogc/collections/" + spec.ID}
	e.call = e.others["editor"]
	e.await("the collection", func() bool { return strings.Contains(e.send("GET", "/schema", "").body, `"required"`) })
	return e
}

func (w *walker) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := w.db.Pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// await waits for what another goroutine of the server does in a moment.
func (e *editor) await(what string, done func() bool) {
	e.t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			e.t.Fatalf("%s does not come", what)
		}
	}
}

// send asks below the collection; header holds names and values in turn. An answer
// that openapi.yaml does not know fails the test.
func (e *editor) send(method, path, body string, header ...string) answer {
	e.t.Helper()
	target, absolute := strings.CutPrefix(path, e.site.URL)
	if !absolute {
		target = e.base + path
	}
	req := e.request(e.t, method, target, body)
	if body == "" {
		req.Body = http.NoBody
	}
	e.call(req)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res := e.do(e.t, req)
	route := "/ogc/collections/:collection" + strings.TrimPrefix(strings.SplitN(target, "?", 2)[0], e.base)
	if i := strings.Index(route, "/items/"); i > 0 {
		_, rest, below := strings.Cut(route[i+len("/items/"):], "/")
		route = route[:i] + "/items/:feature"
		if rest, one, _ := strings.Cut(rest, "/"); below {
			route += "/" + rest
			if one != "" {
				route += "/:attachment"
			}
		}
	}
	e.checkDocument(e.t, method+" "+target, method, route, res)
	return res
}

func (e *editor) want(res answer, status int, what string) answer {
	e.t.Helper()
	if res.status != status {
		e.t.Errorf("%s: %d, want %d: %.500s", what, res.status, status, res.body)
	}
	return res
}

const (
	geoJSON    = "application/geo+json"
	mergePatch = "application/merge-patch+json"
	newRing    = `{"type":"Polygon","coordinates":[[[106.7113,11.4131],[106.7117,11.4131],[106.7117,11.4134],[106.7113,11.4131]]]}`
	newBody    = `{"type":"Feature","geometry":` + newRing + `,"properties":{"name":"New Warehouse","function":"commercial","height":5.5}}`
	putBody    = `{"type":"Feature","geometry":` + newRing + `,"properties":{"name":"Old Mill Museum","function":"public","height":9.0}}`
	patchBody  = `{"geometry":` + newRing + `,"properties":{"height":7.8,"owner":"Jane Doe","name":null}}`
)

type editedFeature struct {
	ID         string
	Geometry   json.RawMessage
	Properties map[string]any
}

func (e *editor) feature(path string) editedFeature {
	e.t.Helper()
	var f editedFeature
	res := e.want(e.send("GET", path, ""), 200, path)
	if err := json.Unmarshal([]byte(res.body), &f); err != nil {
		e.t.Errorf("%s: %v", path, err)
	}
	return f
}

// Create, replace, update and delete, as the abstract tests of the draft go (OGC
// 20-002 Annex A): /conf/create-replace-delete, /conf/update, /conf/features.
