package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gisd/internal/testdb"
	"gisd/spatial/postgis"
)

// scan is a plan sheet that GDAL has cut into tiles: one colour over the test
// area.
func scan(t *testing.T) string {
	t.Helper()
	needOGR(t)
	dir := t.TempDir()
	image := append([]byte("P6 256 256 255\n"), strings.Repeat("\xc8\x20\x20", 256*256)...)
	if err := os.WriteFile(filepath.Join(dir, "sheet.ppm"), image, 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "sheet.mbtiles")
	out, err := exec.CommandContext(t.Context(), "gdal_translate", "-q", "-of", "MBTiles", "-a_srs", "EPSG:3857",
		"-a_ullr", "11868000", "1240000", "11878000", "1230000", filepath.Join(dir, "sheet.ppm"), path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// tilesetSite may ask servers of this machine.
func tilesetSite(t *testing.T, url string) *httptest.Server {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := postgis.Open(t.Context(), postgis.Config{URL: url}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	a := newApp(nil, streams{strings.NewReader(""), io.Discard, io.Discard})
	a.log, a.cfg.Demo, a.cfg.DataDir, a.cfg.OutgoingAllow = log, false, t.TempDir(), []string{"127.0.0.0/8"}
	_, site := runSite(t, a, db)
	return site
}

// TestTilesets adds archives and tiles of another server, and asks the server for
// them, as nobody and with a key.
func TestTilesets(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("key") != "sesame" {
			http.Error(w, "who are you?", http.StatusForbidden)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/0/") {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, "\x89PNG\r\n\x1a\n"+r.URL.Path)
	}))
	defer elsewhere.Close()
	env := []string{"GISD_DATABASE_URL=" + testdb.URL(t)}
	must(t, env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--publish")
	field := filepath.Join(t.TempDir(), "field.pmtiles")
	must(t, env, "export", "zones", "-o", field, "--max-zoom", "8")

	must(t, env, "tilesets", "add", "sheet", scan(t), "--title", "Tờ bản đồ", "--attribution", "© Sở", "--publish", "--visibility", "internal")
	must(t, env, "tilesets", "add", "field", field)
	must(t, env, "tilesets", "add", "satellite", elsewhere.URL+"/{z}/{x}/{y}?key=sesame", "--proxy", "--publish")
	for name, args := range map[string][]string{
		"a collection's id": {"add", "zones", field}, "a tileset's id": {"add", "sheet", field}, "a bad id": {"add", "Sheet 1", field},
	} {
		if r := gisd(t, env, append([]string{"tilesets"}, args...)...); r.code != exitFailed {
			t.Errorf("%s: exit code %d, %s", name, r.code, r.err)
		}
	}
	for name, args := range map[string][]string{
		"no file": {"add", "a", "/nowhere.pmtiles"}, "no place": {"add", "a", "https://t.example/tiles"}, "no source": {"add", "a"}, "unasked": {"drop", "sheet"},
	} {
		if r := gisd(t, env, append([]string{"tilesets"}, args...)...); r.code != exitUsage {
			t.Errorf("%s: exit code %d, %s", name, r.code, r.err)
		}
	}
	if r := gisd(t, env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "sheet"); r.code != exitFailed {
		t.Errorf("a collection with the id of a tileset: %d %s", r.code, r.err)
	}
	if out := must(t, env, "tilesets", "list", "--json"); strings.Contains(out, "sesame") || strings.Count(out, "\n") != 3 {
		t.Error(out)
	}

	secret := strings.TrimSpace(must(t, env, "keys", "create", "tablet", "--role", "viewer"))
	site := tilesetSite(t, strings.TrimPrefix(env[0], "GISD_DATABASE_URL="))
	get := func(path, bearer string) (int, string, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), "GET", site.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if bearer != "" {
			r.Header.Set("Authorization", "Bearer "+bearer)
		}
		answer, err := site.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, answer.Header.Get("Content-Type"), string(body)
	}
	for _, test := range []struct {
		path, bearer string
		status       int
		kind         string
	}{
		{"/tiles/sheet/12/3261/1922.png", "", 404, ""},
		{"/tiles/sheet/12/3261/1922.png", secret, 200, "image/png"},
		{"/tiles/sheet/12/10/10.png", secret, 204, ""},
		{"/tiles/sheet.json", "", 404, ""},
		{"/tiles/field/8/203/120.mvt", secret, 404, ""}, // a draft
		{"/tiles/satellite/12/3261/1922.png", "", 200, "image/png"},
		{"/tiles/satellite/0/0/0.png", "", 204, ""},
	} {
		status, kind, body := get(test.path, test.bearer)
		if status != test.status || test.kind != "" && kind != test.kind || strings.Contains(body, "sesame") {
			t.Errorf("%s: %d %s, want %d %s: %.200q", test.path, status, kind, test.status, test.kind, body)
		}
	}
	var doc struct {
		Metadata struct {
			Collections []struct{ ID, Tileset string } `json:"gisd:collections"`
		}
	}
	for bearer, want := range map[string]string{"": "zones satellite", secret: "zones satellite sheet"} {
		_, _, body := get("/styles/default.json", bearer)
		if err := json.Unmarshal([]byte(body), &doc); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, c := range doc.Metadata.Collections {
			ids = append(ids, c.ID)
		}
		if got := strings.Join(ids, " "); got != want || strings.Contains(body, "sesame") {
			t.Errorf("the map of %.4q has %s, want %s", bearer, got, want)
		}
	}
	must(t, env, "tilesets", "publish", "field", "--visibility", "public")
	must(t, env, "tilesets", "drop", "satellite", "--yes")
	waitFor(t, "the field archive", func() bool { s, _, _ := get("/tiles/field/8/203/120.mvt", ""); return s == 200 || s == 204 })
	waitFor(t, "the end of the satellite", func() bool { s, _, _ := get("/tiles/satellite/12/3261/1922.png", ""); return s == 404 })
}
