package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gisd/internal/testdata"
	"gisd/tiles"
	"gisd/tiles/archive"
)

// places imports 3000 points and three zones.
func places(t *testing.T) []string {
	t.Helper()
	env := zones(t)
	must(t, env, "import", writeFile(t, "many.geojsonl", manyPoints(3000)), "--collection", "many", "--publish", "--visibility", "internal", "--title", "Nhiều điểm")
	return env
}

// TestExportedPMTiles has the reader of npm read an archive, which finds in it
// what ours finds.
func TestExportedPMTiles(t *testing.T) {
	t.Parallel()
	env := places(t)
	path := filepath.Join(t.TempDir(), "a.pmtiles")
	r := gisd(t, env, "export", "many,zones", "-o", path)
	if r.code != exitDone || !strings.Contains(r.err, "tiles of zooms 0 to 16") {
		t.Fatalf("exit code %d: %s", r.code, r.err)
	}
	a, err := archive.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var coords []tiles.Coord
	for z := range uint32(18) {
		for _, lon := range []float64{106, 106.0015, 106.65, 20} {
			coords = append(coords, tiles.Coord{Z: z, X: uint32((lon + 180) / 360 * float64(uint32(1)<<z)), Y: uint32(0.4692 * float64(uint32(1)<<z))})
		}
	}
	about, theirs := npmReader(t, path, coords)
	if about.Header.NumAddressedTiles == 0 || about.Header.TileType != 1 || about.Header.MaxZoom != 16 || !about.Header.Clustered ||
		about.Metadata.Name != "Nhiều điểm, zones" || len(about.Metadata.VectorLayers) != 2 || about.Metadata.VectorLayers[0].ID != "many" {
		t.Errorf("%+v", about)
	}
	found := 0
	for i, c := range coords {
		s, err := a.Tile(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := s.Plain()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(plain.Bytes, theirs[i]) {
			t.Errorf("%v: %d bytes, npm's reader finds %d", c, len(plain.Bytes), len(theirs[i]))
		}
		if !s.Empty() {
			found++
		}
	}
	if found < 10 || found == len(coords) {
		t.Errorf("%d tiles of %d", found, len(coords))
	}
}

// archiveAbout is what npm's reader says of an archive.
type archiveAbout struct {
	Header struct {
		NumAddressedTiles, TileType, MaxZoom int
		Clustered                            bool
	}
	Metadata struct {
		Name         string
		VectorLayers []struct{ ID string } `json:"vector_layers"`
	}
}

func npmReader(t *testing.T, path string, coords []tiles.Coord) (about archiveAbout, all [][]byte) {
	t.Helper()
	dir := filepath.Join(testdata.Root(t), "web", "map")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "pmtiles")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOT TESTED: make web installs the reader: %v", err)
	}
	var in, faults bytes.Buffer
	for _, c := range coords {
		fmt.Fprintln(&in, c)
	}
	cmd := exec.CommandContext(t.Context(), "node", "tools/read_pmtiles.mjs", path)
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, &in, &faults
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, faults.String())
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 16<<20)
	for first := true; lines.Scan(); first = false {
		if first {
			err = json.Unmarshal(lines.Bytes(), &about)
		} else {
			var b []byte
			err = json.Unmarshal(lines.Bytes(), &b)
			all = append(all, b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) != len(coords) {
		t.Fatalf("%d answers to %d questions", len(all), len(coords))
	}
	return about, all
}

// TestExportedMBTiles has GDAL read an archive and count the features.
func TestExportedMBTiles(t *testing.T) {
	t.Parallel()
	needOGR(t)
	env := places(t)
	path := filepath.Join(t.TempDir(), "a.mbtiles")
	must(t, env, "export", "many,zones", "-o", path, "--max-zoom", "12")
	out, err := exec.CommandContext(t.Context(), "ogrinfo", "-al", "-so", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"Layer name: many", "Feature Count: 3000", "Layer name: zones", "number: Real", "ZOOM_LEVEL=12"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	one := filepath.Join(t.TempDir(), "one.mbtiles")
	must(t, env, "export", "many", "-o", one, "--filter", "number < 10", "--bbox", "105.9,10.9,106.1,11.1", "--min-zoom", "14", "--max-zoom", "14")
	if out, err = exec.CommandContext(t.Context(), "ogrinfo", "-al", "-so", one).CombinedOutput(); err != nil || !strings.Contains(string(out), "Feature Count: 10\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

// An edit by plain SQL while no server runs is in the archive.
func TestExportShowsEdits(t *testing.T) {
	t.Parallel()
	needOGR(t)
	env := places(t)
	must(t, env, "psql", "--", "-qc", "delete from layers.many where number >= 5")
	path := filepath.Join(t.TempDir(), "a.mbtiles")
	must(t, env, "export", "many", "-o", path, "--min-zoom", "14", "--max-zoom", "14")
	out, err := exec.CommandContext(t.Context(), "ogrinfo", "-al", "-so", path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Feature Count: 5\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestExportOfAnArchiveRefuses(t *testing.T) {
	t.Parallel()
	env := zones(t)
	dir := t.TempDir()
	for _, test := range []struct {
		name  string
		args  []string
		code  int
		wants string
	}{
		{"standard output", []string{"zones", "-o", "-", "--format", "pmtiles"}, exitUsage, "name a file"},
		{"another ending", []string{"zones", "-o", filepath.Join(dir, "a.zip"), "--format", "pmtiles"}, exitUsage, "ends in .pmtiles"},
		{"a reference system", []string{"zones", "-o", filepath.Join(dir, "a.pmtiles"), "--crs", "EPSG:9210"}, exitUsage, "web Mercator"},
		{"a limit", []string{"zones", "-o", filepath.Join(dir, "a.pmtiles"), "--limit", "5"}, exitUsage, "--limit"},
		{"zooms turned around", []string{"zones", "-o", filepath.Join(dir, "a.pmtiles"), "--min-zoom", "9", "--max-zoom", "3"}, exitUsage, "zooms go from 0 to 18"},
		{"zooms of a table", []string{"zones", "-o", filepath.Join(dir, "a.csv"), "--max-zoom", "3"}, exitUsage, "archives"},
		{"nothing there", []string{"zones", "-o", filepath.Join(dir, "a.pmtiles"), "--bbox", "50,50,51,51"}, exitFailed, "no tiles in that region"},
		{"unknown", []string{"zones,nothing", "-o", filepath.Join(dir, "a.pmtiles")}, exitFailed, "no such collection"},
		{"a folder that is not there", []string{"zones", "-o", filepath.Join(dir, "x", "a.pmtiles")}, exitFailed, "no such folder"},
	} {
		r := gisd(t, env, append([]string{"export"}, test.args...)...)
		if r.code != test.code || !strings.Contains(r.err, test.wants) {
			t.Errorf("%s: exit code %d, %s", test.name, r.code, r.err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
