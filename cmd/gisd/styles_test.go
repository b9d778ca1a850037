package main

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"gisd/internal/testdata"
	"gisd/internal/testdb"
)

// A style goes out as QML and SLD, comes back changed, and is drawn so.
func TestStyleFiles(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
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
