package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestServerImportTwoNodes: one node imports, another tells of it and cancels.
func TestServerImportTwoNodes(t *testing.T) {
	t.Parallel()
	a := newOffice(t)
	b := *a
	b.dir = filepath.Join(t.TempDir(), "b")
	b.env = append(append([]string{}, a.env...), "GISD_DATA_DIR="+b.dir)
	b.server, b.stop = startServer(t, b.env)
	admin := a.key(t, "admin", "admin", "")

	// An import waits for this lock before it claims a version, until it is canceled.
	hold, err := a.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold.Exec(t.Context(), `select pg_advisory_xact_lock(1735287653, 0)`); err != nil {
		t.Fatal(err)
	}
	i := a.started(t, admin, form(t, []string{"collection=big"}, "zones.geojson", threeZones))
	waitFor(t, "the import", func() bool {
		return ask[bool](t, a.pool, `select exists (select from gisd.job where state = 'running')`)
	})
	if got := b.post(t, admin, form(t, []string{"collection=big"}, "zones.geojson", threeZones)); got.status != http.StatusConflict {
		t.Errorf("a second import, elsewhere: %d %s", got.status, got.text)
	}
	if got := b.ask(t, "DELETE", "/imports/"+i.ID, admin, "", nil); got.status != http.StatusAccepted {
		t.Errorf("%d %s", got.status, got.text)
	}
	if names, last := b.watch(t, admin, i.ID); names[len(names)-1] != "canceled" || last.State != "canceled" {
		t.Errorf("%v %s", names, last.text)
	}
	if err := hold.Rollback(t.Context()); err != nil {
		t.Error(err)
	}
	if n := leftovers(t, a.pool); n != 0 || len(a.files(t)) != 0 {
		t.Errorf("%d things left, and %v", n, a.files(t))
	}

	rows := lines(feature(1, `{"type":"Point","coordinates":[106,11]}`), feature(2, `{"type":"Point","coordinates":[10,95]}`))
	i = b.started(t, admin, form(t, []string{"collection=some"}, "some.geojsonl", rows))
	if _, last := a.watch(t, admin, i.ID); last.State != "done" {
		t.Errorf("%s", last.text)
	}
	if got := b.ask(t, "GET", "/imports/"+i.ID+"/rejects", admin, "", nil); got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, got.text)
	}
	host, _ := os.Hostname()
	if got := a.ask(t, "GET", "/imports/"+i.ID+"/rejects", admin, "", nil); got.status != http.StatusNotFound || !strings.Contains(got.Detail, host) {
		t.Errorf("%d %s", got.status, got.text)
	}

	// Two nodes in one folder: the second takes no uploads.
	c := *a
	c.server, c.stop = startServer(t, a.env)
	if got := c.post(t, admin, form(t, []string{"collection=other"}, "zones.geojson", threeZones)); got.status != http.StatusServiceUnavailable || !strings.Contains(got.Detail, "Another server") {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := c.ask(t, "GET", "/imports/"+i.ID, admin, "", nil); got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, got.text)
	}
}
