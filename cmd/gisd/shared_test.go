package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/internal/testdata"
	"gisd/internal/testdb"
	"gisd/spatial/postgis"
)

// TestSharedDataOnTheMap imports every file of the shared data with the command,
// each into a database of its own, and finds each layer again in /ogc with
// ogrinfo's feature count and on a tile. docs/import-data.md is what came out of
// it; JSON that is no GeoJSON is refused by name.
func TestSharedDataOnTheMap(t *testing.T) {
	t.Parallel()
	if testdata.Raced {
		t.Skip("not under the race detector: a million features one after the other, in ten times the time; make test runs it without")
	}
	root := testdata.Shared(t, "data")
	needOGR(t)
	var mu sync.Mutex
	var all []landed
	t.Run("files", func(t *testing.T) {
		for _, path := range sharedFiles(t, root) {
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				l := land(t, root, path)
				mu.Lock()
				defer mu.Unlock()
				all = append(all, l)
			})
		}
	})
	if t.Failed() {
		return
	}
	layers, refused := 0, 0
	for _, l := range all {
		layers += len(l.reports)
		if l.refusal != "" {
			refused++
		}
	}
	if layers < 140 || refused != 19 {
		t.Errorf("%d layers, %d files refused", layers, refused)
	}
	compareDocument(t, filepath.Join(testdata.Root(t), "docs", "import-data.md"), document(all))
}

// needOGR ends a test that compares with GDAL where there is none.
func needOGR(t *testing.T) {
	t.Helper()
	for _, program := range []string{"ogrinfo", "ogr2ogr"} {
		if _, err := exec.LookPath(program); err == nil {
			continue
		} else if os.Getenv("CI") == "true" {
			t.Fatal(err)
		} else {
			t.Skipf("SKIPPED, NOT TESTED: %v", err)
		}
	}
}

// land imports one file and looks at it from outside.
func land(t *testing.T, root, path string) landed {
	t.Helper()
	l := landed{path: path}
	full := filepath.Join(root, path)
	url := testdb.URL(t)
	r := gisd(t, []string{"GISD_DATABASE_URL=" + url}, "import", full, "--all-layers", "--publish", "--json", "--collection", "s")
	if strings.HasSuffix(path, ".json") && !isGeoJSON(t, full) {
		l.refusal = strings.TrimPrefix(strings.TrimSpace(lastMessage(r.err)), "gisd: ")
		if r.code != exitFailed || !strings.Contains(l.refusal, "not GeoJSON") || strings.Contains(l.refusal, "\n") {
			t.Errorf("exit code %d: %s", r.code, r.err)
		}
		return l
	}
	if r.code != exitDone {
		t.Fatalf("exit code %d: %s", r.code, lastMessage(r.err))
	}
	for dec := json.NewDecoder(strings.NewReader(r.out)); dec.More(); {
		var report importers.Report
		if err := dec.Decode(&report); err != nil {
			t.Fatal(err)
		}
		l.reports = append(l.reports, report)
	}
	if strings.HasSuffix(path, ".shp") || strings.HasSuffix(path, ".csv") {
		l.columns = columnTexts(t, full)
	}
	site := publicSite(t, url)
	sum := int64(0)
	for i := range l.reports {
		sum += onTheMap(t, site, &l.reports[i])
	}
	if want, opens := ogrTotal(t, full); opens && sum != want-blankRows(path) {
		t.Errorf("%d features in /ogc, ogrinfo counts %d", sum, want)
	}
	return l
}

// onTheMap returns a collection's number of features as /ogc has it and asks for
// a tile with one of them.
func onTheMap(t *testing.T, site *httptest.Server, report *importers.Report) int64 {
	t.Helper()
	n, geometry := matched(t, site, report.Collection)
	if geometry == nil {
		if report.Loaded > report.Empty+report.Repair.Emptied {
			t.Errorf("%s shows no geometry", report.Layer)
		}
		return n
	}
	address := fmt.Sprintf("%s/tiles/%s/%s.mvt", site.URL, report.Collection, tileOf(geometry, 14))
	res, err := site.Client().Get(address)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("%s: %s answers %d", report.Layer, address, res.StatusCode)
	}
	return n
}

// sharedFiles lists what a person would import, relative to root: all but the
// parts of a Shapefile beside its .shp, and what is about the data.
func sharedFiles(t *testing.T, root string) []string {
	t.Helper()
	importable := []string{".shp", ".gpkg", ".geojson", ".geojson.gz", ".json", ".fgb", ".csv", ".csv.gz", ".xlsx", ".parquet", ".pbf"}
	about := []string{".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".md", ".py", ".xml", "license.txt", "license", "license.repo-mit"}
	var files []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		ends := func(ending string) bool { return strings.HasSuffix(strings.ToLower(path), ending) }
		switch {
		case slices.ContainsFunc(importable, ends):
			rel, err := filepath.Rel(root, path)
			files = append(files, filepath.ToSlash(rel))
			return err
		case !slices.ContainsFunc(about, ends):
			t.Errorf("%s is neither importable nor known to be something else", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// isGeoJSON looks at the type alone (RFC 7946 §1.4).
func isGeoJSON(t *testing.T, path string) bool {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var head struct{ Type string }
	if err := json.Unmarshal(text, &head); err != nil {
		return false // a list
	}
	return slices.Contains([]string{"FeatureCollection", "Feature", "GeometryCollection", "Point", "MultiPoint", "LineString",
		"MultiLineString", "Polygon", "MultiPolygon"}, head.Type)
}

// columnTexts is the encoding of each column of text.
func columnTexts(t *testing.T, path string) []encodings.Choice {
	t.Helper()
	var in importers.Inspection
	if err := json.Unmarshal([]byte(must(t, nil, "inspect", "--json", path)), &in); err != nil {
		t.Fatal(err)
	}
	var all []encodings.Choice
	for _, f := range in.Fields {
		if f.Text != nil {
			all = append(all, *f.Text)
		}
	}
	return all
}

// ogrinfo is empty for what GDAL does not open.
func ogrinfo(path string) string {
	if strings.HasSuffix(path, ".gz") {
		path = "/vsigzip/" + path
	}
	out, err := exec.Command("ogrinfo", "-ro", "-so", "-al", path).Output()
	if err != nil {
		return ""
	}
	return string(out)
}

// ogrTotal counts the features of all layers as GDAL does. OSM files it does not
// count: they are read by GDAL anyhow.
func ogrTotal(t *testing.T, path string) (sum int64, opens bool) {
	t.Helper()
	if strings.HasSuffix(path, ".pbf") {
		return 0, false
	}
	counts := regexp.MustCompile(`(?m)^Feature Count: (\d+)$`).FindAllStringSubmatch(ogrinfo(path), -1)
	for _, m := range counts {
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return sum, len(counts) > 0
}

// blankRows are rows of a sheet with nothing in them, which GDAL counts.
func blankRows(path string) int64 {
	if path == "vietnam/bus/kaze_timetable.xlsx" {
		return 13
	}
	return 0
}

// publicSite is the whole server on a database, without what runs beside it.
func publicSite(t *testing.T, url string) *httptest.Server {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := postgis.Open(t.Context(), postgis.Config{URL: url}, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	a := newApp(nil, streams{strings.NewReader(""), io.Discard, io.Discard})
	a.log, a.cfg.Demo, a.cfg.RateLimit = log, false, 0
	server, _, closeAll, err := wire(t.Context(), a, db)
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(server.Handler())
	t.Cleanup(func() { site.Close(); closeAll() })
	return site
}

// firstPosition is the first of any geometry, a collection of them too.
var firstPosition = regexp.MustCompile(`\[(-?[0-9.]+), ?(-?[0-9.]+)`)

// matched asks for a few items: how many there are, and a position of the first
// that has a geometry.
func matched(t *testing.T, site *httptest.Server, collection string) (count int64, lonLat []float64) {
	t.Helper()
	res, err := site.Client().Get(site.URL + "/ogc/collections/" + collection + "/items?f=json&limit=500")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var page struct {
		NumberMatched int64
		Features      []struct{ Geometry json.RawMessage }
	}
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil || res.StatusCode != 200 {
		t.Fatalf("%s: status %d: %v", collection, res.StatusCode, err)
	}
	for _, f := range page.Features {
		m := firstPosition.FindSubmatch(f.Geometry)
		if m == nil {
			continue
		}
		for _, text := range m[1:] {
			v, err := strconv.ParseFloat(string(text), 64)
			if err != nil {
				t.Fatal(err)
			}
			lonLat = append(lonLat, v)
		}
		return page.NumberMatched, lonLat
	}
	return page.NumberMatched, nil
}

// tileOf is the address z/x/y of the tile that holds a position.
func tileOf(lonLat []float64, z int) string {
	n := math.Exp2(float64(z))
	lat := lonLat[1] * math.Pi / 180
	return fmt.Sprintf("%d/%d/%d", z, int((lonLat[0]+180)/360*n), int((1-math.Asinh(math.Tan(lat))/math.Pi)/2*n))
}
