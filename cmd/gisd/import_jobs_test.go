package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gisd/internal/testdata"
)

func TestServerImports(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.key(t, "admin", "admin", "")
	i := o.started(t, admin, form(t, []string{"collection=zones", "publish=true", "key=code", "title=Vùng"}, "zones.geojson", threeZones))
	names, last := o.watch(t, admin, i.ID)
	if names[len(names)-1] != "done" || last.State != "done" || len(last.Reports) != 1 || last.Reports[0].Loaded != 3 {
		t.Fatalf("%v %s", names, last.text)
	}
	// Not the command line, but who asked.
	if got := ask[string](t, o.pool, `select string_agg(distinct changed_by, ' ') from layers.zones`); !strings.HasPrefix(got, "key:") {
		t.Errorf("changed by %q", got)
	}
	if got := ask[string](t, o.pool, `select source_name || ' ' || length(source_sha256) || ' ' || changed_by from gisd.import`); !strings.HasPrefix(got, "zones.geojson 64 key:") {
		t.Errorf("provenance %q", got)
	}
	if found := o.files(t); len(found) != 0 {
		t.Errorf("left: %v", found)
	}
	if a := o.ask(t, "GET", "/ogc/collections/zones/items", "", "", nil); a.status != 200 || strings.Count(a.text, `"Feature"`) != 3 {
		t.Errorf("%d %.300s", a.status, a.text)
	}
	// A browser that reconnects after the end is told to stay away.
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, o.server+"/imports/"+i.ID+"?f=sse", nil)
	r.Header.Set("Authorization", "Bearer "+admin)
	r.Header.Set("Last-Event-ID", "done")
	if res, err := http.DefaultClient.Do(r); err != nil || res.StatusCode != http.StatusNoContent {
		t.Errorf("%v %v", res, err)
	}

	// A Shapefile, zipped and in pieces.
	shp := filepath.Join(t.TempDir(), "roads.shp.zip")
	must(t, o.env, "import", writeFile(t, "roads.geojsonl", manyPoints(100)), "--collection", "roads")
	must(t, o.env, "export", "roads", "-o", shp)
	content, err := os.ReadFile(shp)
	if err != nil {
		t.Fatal(err)
	}
	i = o.started(t, admin, form(t, []string{"collection=zipped"}, "roads.zip", string(content)))
	if _, last = o.watch(t, admin, i.ID); last.State != "done" || last.Reports[0].Loaded != 100 {
		t.Errorf("zipped: %s", last.text)
	}
	i = o.started(t, admin, form(t, []string{"collection=pieces", "crs=auto", "maxErrors=5"}, unzipped(t, content, "../đường/")...))
	if _, last = o.watch(t, admin, i.ID); last.State != "done" || last.Reports[0].Loaded != 100 {
		t.Errorf("in pieces: %s", last.text)
	}
	if a := o.ask(t, "GET", "/imports?limit=2", admin, "", nil); a.status != 200 || strings.Count(a.text, `"kind":"import"`) != 2 {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestServerImportFails(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "GISD_IMPORT_MAX=64KiB")
	admin := o.key(t, "admin", "admin", "")
	// What is no map at all.
	i := o.started(t, admin, form(t, []string{"collection=bad"}, "bad.geojson", `{"type":"FeatureCollection","features":[{"type":"Feature",`))
	names, last := o.watch(t, admin, i.ID)
	if names[len(names)-1] != "failed" || last.Error == nil || last.Error.Detail == "" || last.Error.Code != "invalid" || strings.Contains(last.text, o.dir) {
		t.Errorf("%v %s", names, last.text)
	}
	t.Log(last.Error.Detail)
	o.language = "vi"
	if last = o.ask(t, "GET", "/imports/"+i.ID, admin, "", nil); last.Error == nil || last.Error.Detail != "bad.geojson: tệp kết thúc giữa một giá trị; tệp bị cắt ngắn" {
		t.Errorf("in Vietnamese: %s", last.text)
	}
	o.language = ""
	// Several layers and no choice: the fields are named, not flags.
	i = o.started(t, admin, form(t, []string{"collection=many"}, "a.geojson", threeZones, "b.geojson", threeZones))
	if _, last = o.watch(t, admin, i.ID); last.State != "failed" || !strings.Contains(last.Error.Detail, "allLayers") || strings.Contains(last.Error.Detail, "--") {
		t.Errorf("%s", last.text)
	}
	// Records that are wrong are kept, with the reasons.
	rows := lines(feature(1, `{"type":"Point","coordinates":[106,11]}`), feature(2, `{"type":"Point","coordinates":[10,95]}`), `{"type":"Feature","geometry":{"type":"Pointe"}}`)
	i = o.started(t, admin, form(t, []string{"collection=some"}, "some.geojsonl", rows))
	if _, last = o.watch(t, admin, i.ID); last.State != "done" || last.Reports[0].Rejected != 2 {
		t.Fatalf("%s", last.text)
	}
	rejects := o.ask(t, "GET", "/imports/"+i.ID+"/rejects", admin, "", nil)
	if rejects.status != 200 || rejects.header.Get("Content-Type") != "text/csv" || !strings.Contains(rejects.text, "outside the range of EPSG:4326") ||
		!strings.Contains(rejects.text, `không biết kiểu hình học ""Pointe"""`) {
		t.Errorf("%d %v %s", rejects.status, rejects.header, rejects.text)
	}
	if a := o.ask(t, "GET", "/imports/"+i.ID+"/rejects?f=geojson", admin, "", nil); a.status != 200 || !strings.Contains(a.text, `"Feature"`) {
		t.Errorf("%d %s", a.status, a.text)
	}
	// Over the limit, said before or found on the way.
	large := strings.Repeat("x", 128<<10)
	for _, size := range []int{1, 64} { // 8 MiB is over the limit of the whole body, too
		if a := o.post(t, admin, form(t, []string{"collection=large"}, "large.csv", strings.Repeat(large, size))); a.status != http.StatusRequestEntityTooLarge {
			t.Errorf("%d %s", a.status, a.text)
		}
	}
	u := form(t, []string{"collection=large"}, "large.csv", large)
	if a := o.ask(t, "POST", "/imports", admin, u.kind, io.MultiReader(u)); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("without a length: %d %s", a.status, a.text)
	}
	// All faults at once, in the caller's language.
	u = form(t, []string{"colection=a", "mode=merge", "crs=moon", "publish=perhaps", "map=a: [", "maxErrors=many", "encoding=ebcdic", "visibility=secret"}, "zones.geojson", threeZones)
	a := o.post(t, admin, u)
	var said []string
	for _, e := range a.Errors {
		said = append(said, e.Name)
	}
	slices.Sort(said)
	if got := strings.Join(said, " "); a.status != 400 || got != "colection collection crs encoding map maxErrors mode publish visibility" {
		t.Errorf("%d %s: %s", a.status, got, a.text)
	}
	if found := o.files(t); len(found) != 1 {
		t.Errorf("left: %v", found)
	}
}

func TestServerImportOfAddress(t *testing.T) {
	t.Parallel()
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, threeZones) }))
	t.Cleanup(source.Close)
	body := func(id string) io.Reader {
		return strings.NewReader(fmt.Sprintf(`{"url":%q,"collection":%q}`, source.URL+"/zones.geojson?token=secret", id))
	}
	for _, test := range []struct {
		setting, state, says string
	}{
		{"GISD_OUTGOING_ALLOW=", "failed", "no public address"},
		{"GISD_OUTGOING_ALLOW=127.0.0.0/8", "done", `"loaded":3`},
	} {
		o := newOffice(t, test.setting)
		admin := o.key(t, "admin", "admin", "")
		i := o.ask(t, "POST", "/imports", admin, "application/json", body("zones"))
		if i.status != http.StatusAccepted {
			t.Fatalf("%d %s", i.status, i.text)
		}
		_, last := o.watch(t, admin, i.ID)
		if last.State != test.state || !strings.Contains(last.text, test.says) || strings.Contains(last.text, "secret") {
			t.Errorf("%s: %s", test.setting, last.text)
		}
		if ask[bool](t, o.pool, `select exists (select from gisd.job where request::text like '%secret%')`) {
			t.Error("the address is kept")
		}
		for _, bad := range []string{`{"url":"file:///etc/passwd","collection":"a"}`, `{"url":"/etc/passwd","collection":"a"}`, `{"collection":"a"}`,
			`{"url":"http://127.0.0.1/","collection":"a","map":"version: 1\njoin:\n  - {file: /etc/passwd, key: a}\n"}`, `[]`, `{"path":"/etc/passwd"}`} {
			if a := o.ask(t, "POST", "/imports", admin, "application/json", strings.NewReader(bad)); a.status != 400 {
				t.Errorf("%s: %d %s", bad, a.status, a.text)
			}
		}
	}
}

// TestServerImportJoins: a mapping joins what was uploaded and nothing else.
func TestServerImportJoins(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.key(t, "admin", "admin", "")
	mapping := "version: 1\njoin:\n  - {file: owners.csv, key: code}\n"
	i := o.started(t, admin, form(t, []string{"collection=zones", "map=" + mapping}, "zones.geojson", threeZones, "owners.csv", "code,owner\nODT,An\nCLN,Bình\n"))
	if _, last := o.watch(t, admin, i.ID); last.State != "done" {
		t.Fatalf("%s", last.text)
	}
	if got := ask[string](t, o.pool, `select string_agg(owner, ' ' order by owner) from layers.zones`); got != "An Bình" {
		t.Errorf("joined %q", got)
	}
	for _, file := range []string{"/etc/passwd", "../node", "owners.csv"} {
		m := "version: 1\njoin:\n  - {file: " + file + ", key: code}\n"
		if a := o.post(t, admin, form(t, []string{"collection=other", "map=" + m}, "zones.geojson", threeZones)); a.status != 400 || !strings.Contains(a.text, "not among the uploaded files") {
			t.Errorf("%s: %d %s", file, a.status, a.text)
		}
	}
}

func TestServerImportRoles(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin, viewer := o.key(t, "admin", "admin", ""), o.key(t, "viewer", "viewer", "")
	own, colleague, other, lost := o.key(t, "own", "editor", "qh"), o.key(t, "colleague", "editor", "qh"), o.key(t, "other", "editor", "gt"), o.key(t, "lost", "editor", "")
	body := func(fields ...string) *upload { return form(t, fields, "zones.geojson", threeZones) }
	for _, test := range []struct {
		name, key string
		fields    []string
		want      int
	}{
		{"anonymous", "", []string{"collection=zones"}, 401},
		{"viewer", viewer, []string{"collection=zones"}, 403},
		{"editor without a department", lost, []string{"collection=zones"}, 403},
		{"editor for others", other, []string{"collection=zones", "department=qh"}, 403},
	} {
		if a := o.post(t, test.key, body(test.fields...)); a.status != test.want {
			t.Errorf("%s: %d %s", test.name, a.status, a.text)
		}
	}
	u := body("collection=zones")
	if a := o.ask(t, "POST", "/imports?key="+admin, "", u.kind, u); a.status != 403 {
		t.Errorf("a key in the address: %d %s", a.status, a.text)
	}
	i := o.started(t, own, body("collection=zones"))
	if _, last := o.watch(t, own, i.ID); last.State != "done" {
		t.Fatalf("%s", last.text)
	}
	if got := ask[string](t, o.pool, `select department from gisd.collection where id = 'zones'`); got != "qh" {
		t.Errorf("department %q", got)
	}
	if a := o.post(t, other, body("collection=zones", "mode=replace")); a.status != 403 {
		t.Errorf("into a collection of others: %d %s", a.status, a.text)
	}
	// Which collections all layers go into shows only when the file is read.
	must(t, o.env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "plan_zones")
	if a := o.started(t, other, body("collection=plan", "allLayers=true", "mode=replace")); true {
		if _, last := o.watch(t, other, a.ID); last.State != "failed" || last.Error.Code != "forbidden" {
			t.Errorf("all layers: %s", last.text)
		}
	}
	for _, test := range []struct {
		name, key string
		want      int
		listed    int
	}{{"own", own, 200, 1}, {"colleague", colleague, 200, 1}, {"admin", admin, 200, 2}, {"other", other, 404, 1}, {"viewer", viewer, 404, 0}, {"anonymous", "", 401, 0}} {
		if a := o.ask(t, "GET", "/imports/"+i.ID, test.key, "", nil); a.status != test.want {
			t.Errorf("%s: %d %s", test.name, a.status, a.text)
		}
		if a := o.ask(t, "GET", "/imports", test.key, "", nil); strings.Count(a.text, `"kind":"import"`) != test.listed {
			t.Errorf("%s lists %s", test.name, a.text)
		}
		want := map[int]int{200: 409, 404: 404, 401: 401}[test.want]
		if test.key == viewer {
			want = 403
		}
		if a := o.ask(t, "DELETE", "/imports/"+i.ID, test.key, "", nil); a.status != want {
			t.Errorf("%s cancels: %d %s", test.name, a.status, a.text)
		}
	}
}

func TestServerImportCanceled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	admin := o.key(t, "admin", "admin", "")
	big := form(t, []string{"collection=big"}, "big.geojsonl", manyPoints(lasting(200_000)))
	again := *big
	again.Buffer = *bytes.NewBuffer(bytes.Clone(big.Bytes()))
	i := o.started(t, admin, big)
	waiting := o.started(t, admin, form(t, []string{"collection=next"}, "zones.geojson", threeZones))
	if a := o.post(t, admin, &again); a.status != http.StatusConflict || !strings.Contains(a.Detail, "Another import into big") {
		t.Errorf("a second import: %d %s", a.status, a.text)
	}
	waitFor(t, "the load", func() bool {
		return ask[bool](t, o.pool, `select exists (select from gisd.import where state = 'running')`)
	})
	if a := o.ask(t, "DELETE", "/imports/"+waiting.ID, admin, "", nil); a.status != 202 || a.State != "canceled" {
		t.Errorf("one that waits: %d %s", a.status, a.text)
	}
	if a := o.ask(t, "DELETE", "/imports/"+i.ID, admin, "", nil); a.status != 202 {
		t.Fatalf("%d %s", a.status, a.text)
	}
	names, last := o.watch(t, admin, i.ID)
	if names[len(names)-1] != "canceled" || last.State != "canceled" {
		t.Fatalf("%v %s", names, last.text)
	}
	if n := leftovers(t, o.pool); n != 0 {
		t.Errorf("%d things left", n)
	}
	if found := o.files(t); len(found) != 0 {
		t.Errorf("left: %v", found)
	}
	if got := ask[int](t, o.pool, `select count(*) from gisd.collection`); got != 0 {
		t.Errorf("%d collections", got)
	}
	// The way is free again; a collection that is there wants another mode.
	i = o.started(t, admin, form(t, []string{"collection=big"}, "zones.geojson", threeZones))
	if _, last = o.watch(t, admin, i.ID); last.State != "done" {
		t.Errorf("%s", last.text)
	}
	i = o.started(t, admin, form(t, []string{"collection=big"}, "zones.geojson", threeZones))
	if _, last = o.watch(t, admin, i.ID); last.State != "failed" || last.Error.Code != "conflict" || !strings.Contains(last.Error.Detail, "mode replace") {
		t.Errorf("%s", last.text)
	}
}

// TestServerImportSurvivesStop stops the server in the middle of an import, once
// politely and once not.
func TestServerImportSurvivesStop(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	dir := clusterDir(t)
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		up := startProgram(t, plainPath(t), dir)
		up.await(t, "msg=ready")
		o := &office{server: "http://" + up.address, dir: dir, env: []string{"PATH=" + os.Getenv("PATH"), "GISD_DATA_DIR=" + dir}}
		admin := o.key(t, signal.String(), "admin", "")
		big := o.started(t, admin, form(t, []string{"collection=big"}, "big.geojsonl", manyPoints(300_000)))
		name := strings.ToLower(strings.Fields(signal.String())[0])
		next := o.started(t, admin, form(t, []string{"collection=" + name}, "zones.geojson", threeZones))
		psql := func(sql string) string {
			return strings.TrimSpace(gisd(t, nil, "psql", "--data-dir", dir, "--", "-Atc", sql).out)
		}
		waitFor(t, "the load", func() bool { return psql("select exists (select from gisd.import where state = 'running')") == "t" })
		up.end(t, signal)

		up = startProgram(t, plainPath(t), dir)
		up.await(t, "msg=ready")
		o.server = "http://" + up.address
		if _, last := o.watch(t, admin, big.ID); last.State != "interrupted" || last.Error.Detail != "The server stopped in the middle of the import." {
			t.Errorf("%v: %s", signal, last.text)
		}
		if _, last := o.watch(t, admin, next.ID); last.State != "done" {
			t.Errorf("%v: what waited: %s", signal, last.text)
		}
		const left = `select (select count(*) from pg_tables t where schemaname = 'data' and not exists (select from gisd.collection_version v where v.table_name = t.tablename and v.state = 'ready'))
			+ (select count(*) from gisd.import where state = 'running')`
		if got := psql(left); got != "0" {
			t.Errorf("%v: %s things left", signal, got)
		}
		if found := o.files(t); len(found) != 0 {
			t.Errorf("%v: left: %v", signal, found)
		}
		if code := up.end(t, syscall.SIGTERM); code != exitDone {
			t.Errorf("exit code %d", code)
		}
	}
}
