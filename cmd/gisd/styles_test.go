package main

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"gisd/internal/testdb"
)

// A style goes out as QML and SLD, comes back changed, and is drawn so.
func TestStyleFiles(t *testing.T) {
	t.Parallel()
	url := testdb.URL(t)
	env := []string{"GISD_DATABASE_URL=" + url}
	must(t, env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--key", "code", "--publish")
	must(t, env, "collections", "set", "zones", "--style", writeFile(t, "style.json", `{"by":"code","palette":"land-use","label":"Tên"}`))
	site := publicSite(t, url)
	fetch := func(path string) string {
		t.Helper()
		res, err := http.Get(site.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v: %.300s", path, res.Status, err, b)
		}
		return string(b)
	}
	for _, format := range []string{"qml", "sld"} {
		sheet := fetch("/styles/zones?f=" + format)
		official := map[string]string{"qml": "255,160,255,", "sld": "#FFA0FF"}[format]
		own := map[string]string{"qml": "1,2,3,", "sld": "#010203"}[format]
		if !strings.Contains(sheet, official) {
			t.Fatalf("no official colour of ODT in %s", sheet)
		}
		path := writeFile(t, "style."+format, strings.ReplaceAll(strings.ReplaceAll(sheet, official, own), `"code"`, `"CODE"`))
		if r := gisd(t, env, "collections", "set", "zones", "--style", path); r.code != exitDone || r.err != "" {
			t.Fatalf("%s: exit code %d: %s", format, r.code, r.err)
		}
		fresh := publicSite(t, url)
		res, err := http.Get(fresh.URL + "/styles/zones.json")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if res.Body.Close(); err != nil || !strings.Contains(string(body), "#010203") || !strings.Contains(string(body), `"Tên"`) {
			t.Errorf("%s: what came back is not drawn: %v, %s", format, err, body)
		}
	}
	for name, content := range map[string]string{
		"colour.json": `{"colour":"#fff"}`,
		"by.json":     `{"by":"nothing"}`,
		"ranges.qml":  `<qgis><renderer-v2 type="graduatedSymbol"/></qgis>`,
	} {
		r := gisd(t, env, "collections", "set", "zones", "--style", writeFile(t, name, content))
		if r.code == exitDone || !strings.Contains(r.err, strings.TrimSuffix(name, filepath.Ext(name))) && !strings.Contains(r.err, "nothing") && !strings.Contains(r.err, "graduated") {
			t.Errorf("%s: exit code %d: %s", name, r.code, r.err)
		}
	}
	if r := gisd(t, env, "collections", "set", "zones", "--style", writeFile(t, "none.json", "null")); r.code != exitDone {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
}

// GDAL finds its way from the landing page to the tiles and reads what they
// hold.
func TestGDALReadsTiles(t *testing.T) {
	t.Parallel()
	needOGR(t)
	url := testdb.URL(t)
	env := []string{"GISD_DATABASE_URL=" + url}
	must(t, env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--key", "code", "--publish", "--crs", "EPSG:4326")
	must(t, env, "collections", "set", "zones", "--max-zoom", "12")
	site := publicSite(t, url)
	var links struct {
		Links []struct{ Rel, Href string }
	}
	res, err := http.Get(site.URL + "/ogc/collections/zones?f=json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&links); err != nil {
		t.Fatal(err)
	}
	out := ogrTiles(t, site.URL+"/ogc/collections/zones")
	for _, want := range []string{"code (String) = ODT", "code (String) = CLN", "Feature Count: 2"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
}
