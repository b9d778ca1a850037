package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/internal/testdata"
	"gisd/internal/testdb"
	"gisd/spatial/postgis"
)

// TestSharedDataOnTheMap imports every Shapefile, GeoPackage and GeoJSON of the
// shared data with the command, and finds each of them again in /ogc with
// ogrinfo's feature count and on a tile.
func TestSharedDataOnTheMap(t *testing.T) {
	t.Parallel()
	files := sharedFiles(t, testdata.Shared(t, "data"))
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	url := testdb.URL(t)
	env := []string{"GISD_DATABASE_URL=" + url}
	imported := map[string][]importers.Report{}
	for i, path := range files {
		r := gisd(t, env, "import", path, "--all-layers", "--publish", "--json", "--collection", fmt.Sprintf("s%02d", i))
		if r.code != exitDone {
			t.Errorf("%s: exit code %d: %s", filepath.Base(path), r.code, lastMessage(r.err))
			continue
		}
		for dec := json.NewDecoder(strings.NewReader(r.out)); dec.More(); {
			var report importers.Report
			if err := dec.Decode(&report); err != nil {
				t.Fatal(err)
			}
			imported[path] = append(imported[path], report)
		}
	}
	site := publicSite(t, url)
	for path, reports := range imported {
		sum := int64(0)
		for _, report := range reports {
			n, geometry := matched(t, site, report.Collection)
			sum += n
			if geometry == nil {
				if report.Loaded > report.Empty+report.Repair.Emptied {
					t.Errorf("%s: %s shows no geometry", filepath.Base(path), report.Layer)
				}
				continue
			}
			address := fmt.Sprintf("%s/tiles/%s/%s.mvt", site.URL, report.Collection, tileOf(geometry, 14))
			res, err := site.Client().Get(address)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != 200 {
				t.Errorf("%s: %s: %s answers %d", filepath.Base(path), report.Layer, address, res.StatusCode)
			}
		}
		if want := ogrTotal(t, path); sum != want {
			t.Errorf("%s: %d features in /ogc, ogrinfo counts %d", filepath.Base(path), sum, want)
		}
	}
	if len(imported) < 30 {
		t.Errorf("%d files imported", len(imported))
	}
}

// sharedFiles lists what ogrinfo opens as one of the three formats and finds
// geometry in.
func sharedFiles(t *testing.T, root string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		for _, ending := range []string{".shp", ".gpkg", ".geojson", ".geojson.gz", ".json"} {
			if strings.HasSuffix(path, ending) && strings.Contains(ogrinfo(path), "\nGeometry: ") {
				files = append(files, path)
				break
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
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

func ogrTotal(t *testing.T, path string) int64 {
	t.Helper()
	sum := int64(0)
	for _, m := range regexp.MustCompile(`(?m)^Feature Count: (\d+)$`).FindAllStringSubmatch(ogrinfo(path), -1) {
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return sum
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
