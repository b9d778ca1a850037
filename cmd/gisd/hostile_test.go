package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"gisd/internal/testdata"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Bounds of an import of a file made to do harm.
const (
	hostileMemory = 256 << 10 // KiB of resident memory
	hostileTime   = 30 * time.Second
)

// peakOf watches a process and returns its highest resident memory in KiB once
// ended is closed. What wait(2) tells is no use: it counts the parent's from
// before the exec.
func peakOf(pid int, ended <-chan struct{}) (peak int) {
	for {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, rest, ok := strings.Cut(string(text), "VmHWM:"); ok {
			if n, err := strconv.Atoi(strings.Fields(rest)[0]); err == nil {
				peak = max(peak, n)
			}
		}
		select {
		case <-ended:
			return peak
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// zipOf is an archive with those names, all of one content.
func zipOf(t *testing.T, content string, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// after puts four bytes of ones over what stands at an offset behind a pattern.
func after(t *testing.T, content []byte, pattern string, offset int) []byte {
	t.Helper()
	at := bytes.Index(content, []byte(pattern))
	if at < 0 {
		t.Fatalf("no %q in the file", pattern)
	}
	out := bytes.Clone(content)
	copy(out[at+offset:], "\xff\xff\xff\xff")
	return out
}

const laughs = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>&e;</name><Point><coordinates>106,11</coordinates></Point></Placemark></Document></kml>`

// hostile is a file, and what is to come of it.
type hostile struct {
	name, file string
	content    []byte
	code       int
	want       string
}

// TestHostileFiles imports files made to do harm, each by a process of its own:
// exit code 1 and one line that says why, or 2 where other records of the file are
// good; bounded memory and time, and nothing left.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	if testdata.Raced {
		t.Skip("not under the race detector, which multiplies the memory that this test bounds; make test runs it without")
	}
	env, pool := importDB(t)
	must(t, env, "import", sample(t, shapePolygon), "--collection", "good")
	good := map[string][]byte{}
	for _, ending := range []string{"gpkg", "fgb", "parquet", "xlsx", "kml", "dxf", "geojson", "shp.zip"} {
		file := filepath.Join(t.TempDir(), "good."+ending)
		must(t, env, "export", "good", "-o", file)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		good[ending] = text
	}
	shp, dbf := []byte(entryOf(t, writeFile(t, "a.zip", string(good["shp.zip"])), "good.shp")), []byte(entryOf(t, writeFile(t, "a.zip", string(good["shp.zip"])), "good.dbf"))
	lyingShp := bytes.Clone(shp)
	binary.BigEndian.PutUint32(lyingShp[24:], 0x7fffffff)  // the file's length
	binary.BigEndian.PutUint32(lyingShp[104:], 0x7fffffff) // the first record's
	manyParts := bytes.Clone(shp)
	binary.LittleEndian.PutUint32(manyParts[108+36:], 0x7fffffff)
	manyRows := bytes.Clone(dbf)
	binary.LittleEndian.PutUint32(manyRows[4:], 0xffffffff)
	cases := []hostile{
		{"path-traversing zip", "a.zip", zipOf(t, threeZones, "../../../../tmp/gisd-evil.geojson"), exitFailed, "outside of the archive"},
		{"zip with Windows' way up", "w.zip", zipOf(t, threeZones, `zones\..\..\gisd-evil.geojson`), exitFailed, "outside of the archive"},
		{"zip with an absolute path", "p.zip", zipOf(t, threeZones, "/tmp/gisd-evil.geojson"), exitFailed, "outside of the archive"},
		{"zip of a hundred thousand names", "b.zip", zipOf(t, "", manyNames(100_000)...), exitFailed, "at most 20000"},
		{"billion laughs", "a.kml", []byte(laughs), exitFailed, "entity definitions"},
		{"billion laughs in a KMZ", "a.kmz", zipOf(t, laughs, "doc.kml"), exitFailed, "entity definitions"},
		{"another file as an entity", "x.kml", []byte(strings.Replace(laughs, `<!ENTITY e "&d;`, `<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY f "&d;`, 1)), exitFailed, "entity definitions"},
		{"Shapefile with a lying header", "a.shp", lyingShp, exitFailed, "cut short or damaged"},
		{"Shapefile of two billion parts", "p.shp", manyParts, exitRejected, ""},
		{"table of four billion rows", "a.dbf", manyRows, exitFailed, "cut short"},
		{"FlatGeobuf with a header of 4 GB", "h.fgb", after(t, good["fgb"], "fgb\x03fgb", 8), exitFailed, "cut short"},
		{"FlatGeobuf with a text of 4 GB", "s.fgb", after(t, good["fgb"], "Đường <Lê", -4), exitRejected, ""},
		{"GeoPackage with a ring of 4 G positions", "a.gpkg", after(t, good["gpkg"], "\x01\x03\x00\x00\x00\x02\x00\x00\x00\x05\x00\x00\x00", 9), exitRejected, ""},
		{"GeoPackage with pages of ones", "o.gpkg", after(t, good["gpkg"], "SQLite format 3\x00", 100), exitFailed, "malformed"},
		{"GeoParquet with a footer of 4 GB", "f.parquet", after(t, good["parquet"], string(good["parquet"][len(good["parquet"])-8:]), 0), exitFailed, "damaged"},
		{"deep coordinates", "deep.geojson", []byte(`{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":` + strings.Repeat("[", 5_000_000)), exitFailed, "cut short"},
		{"deep properties", "deep2.geojson", []byte(`{"type":"Feature","geometry":null,"properties":{"a":` + strings.Repeat(`{"a":`, 2_000_000)), exitFailed, "cut short"},
		{"deep collections", "deep3.geojson", []byte(`{"type":"Feature","properties":{},"geometry":` + strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 200_000)), exitFailed, "cut short"},
		{"deep KML", "deep.kml", []byte(`<kml xmlns="http://www.opengis.net/kml/2.2">` + strings.Repeat("<Folder>", 500_000)), exitFailed, "nested deeper"},
		{"a quote that never ends", "q.csv", []byte("x,y\n1,\"" + strings.Repeat("abcdefgh", 8<<20)), exitFailed, "closing quote"},
		{"a text of 300 MB in JSON", "t.geojson", []byte(`{"type":"Feature","geometry":null,"properties":{"a":"` + strings.Repeat("abcdefgh", 38<<20)), exitFailed, "64 MiB"},
	}
	for ending, text := range good {
		cases = append(cases, hostile{"cut " + ending, "cut." + ending, text[:len(text)*6/10], exitFailed, ""})
	}
	cases = append(cases, hostile{"cut shp", "cut.shp", shp[:len(shp)*6/10], exitFailed, "cut short"})
	for _, test := range cases {
		path := writeFile(t, test.file, string(test.content))
		harmless(t, env, test.name, path, test.code, test.want)
		if n := leftovers(t, pool); n != 0 {
			t.Errorf("%s: %d things left behind", test.name, n)
		}
	}
	harmless(t, env, "zip bomb", zipBomb(t), exitFailed, "zip bomb")
	if _, err := os.Stat("/tmp/gisd-evil.geojson"); err == nil {
		t.Error("the archive wrote where its names lead")
	}
}

func manyNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%d.geojson", i)
	}
	return names
}

// harmless imports a file in a process of its own and holds it against the
// bounds.
func harmless(t *testing.T, env []string, name, path string, code int, want string) {
	t.Helper()
	scratch := t.TempDir()
	cmd, said := child(t, append(env, "TMPDIR="+scratch), "import", path, "--collection", "bad", "--crs", "EPSG:4326", "--dry-run")
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended, peak := make(chan struct{}), make(chan int)
	go func() { peak <- peakOf(cmd.Process.Pid, ended) }()
	timer := time.AfterFunc(hostileTime, func() { _ = cmd.Process.Kill() })
	got := exitCode(t, cmd)
	timer.Stop()
	close(ended)
	memory, took := <-peak, time.Since(start)
	message := strings.TrimSpace(lastMessage(said.String()))
	t.Logf("%s: exit code %d, %d MiB, %v: %.300s", name, got, memory>>10, took.Round(time.Millisecond), message)
	if took >= hostileTime || memory > hostileMemory {
		t.Errorf("%s: %v and %d KiB", name, took, memory)
	}
	if got != code || strings.Contains(message, "goroutine ") || !strings.Contains(message, want) {
		t.Errorf("%s: exit code %d, want %d: %.2000s", name, got, code, message)
	}
	if code == exitFailed && (!strings.HasPrefix(message, "gisd: ") || strings.Contains(message, "\n") || len(message) > 1000) {
		t.Errorf("%s: this is not one clear line: %.2000s", name, message)
	}
	if left, err := os.ReadDir(scratch); err != nil || len(left) != 0 {
		t.Errorf("%s: left in the scratch folder: %v, %v", name, left, err)
	}
}
