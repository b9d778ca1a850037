package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/testdata"
)

func TestImportBadInput(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	env, pool := importDB(t)
	whole, err := os.ReadFile(testdata.Shared(t, "data/vietnam/parcels_vn2000/hktb.shp"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, path, want string }{
		{"no such file", filepath.Join(t.TempDir(), "none.shp"), "no such file"},
		{"empty", writeFile(t, "empty.geojson", ""), "is empty"},
		{"wrong type", writeFile(t, "topology.json", `{"type":"Topology","objects":{}}`), "not GeoJSON"},
		{"features are no list", writeFile(t, "odd.geojson", `{"type":"FeatureCollection","features":{}}`), "no array"},
		{"cut GeoJSON", writeFile(t, "cut.geojson", threeZones[:len(threeZones)-40]), "cut short"},
		{"cut Shapefile", writeFile(t, "cut.shp", string(whole[:len(whole)/2])), "cut short"},
		{"Shapefile of a header", writeFile(t, "head.shp", string(whole[:50])), "cut short"},
		{"garbage", writeFile(t, "garbage.shp", strings.Repeat("x", 500)), "not that of a Shapefile"},
		{"damaged GeoPackage", writeFile(t, "bad.gpkg", "SQLite format 3\x00"+strings.Repeat("\xff", 4096)), "bad.gpkg"},
		{"damaged zip", writeFile(t, "bad.zip", "PK\x03\x04garbage"), "damaged archive"},
		{"unknown reference system", writeShp(t), "--crs"},
		{"text", writeFile(t, "text.txt", "hello"), "in no format"},
	} {
		t.Run(tc.name, func(t *testing.T) { refusedAsBad(t, env, pool, tc.path, tc.want) })
	}
}

func TestImportZipBomb(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	env, pool := importDB(t)
	refusedAsBad(t, env, pool, zipBomb(t), "zip bomb")
}

// refusedAsBad imports what is refused in one line, with nothing left behind.
func refusedAsBad(t *testing.T, env []string, pool *pgxpool.Pool, path, want string) {
	t.Helper()
	r := gisd(t, env, "import", path, "--collection", "bad")
	if r.code != exitFailed || !strings.Contains(r.err, want) || strings.Contains(r.err, "goroutine") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	if lines := strings.Count(strings.TrimSpace(lastMessage(r.err)), "\n"); lines != 0 {
		t.Errorf("%d lines: %s", lines+1, r.err)
	}
	if n := leftovers(t, pool) + ask[int](t, pool, "select count(*) from gisd.collection"); n != 0 {
		t.Errorf("%d things left behind", n)
	}
}

// TestImportListsEmptiedGeometries: a polygon of two points cannot be repaired;
// who imports hears which features stand there without geometry.
func TestImportListsEmptiedGeometries(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	var features []string
	for i := range 12 {
		features = append(features, fmt.Sprintf(`{"type":"Feature","id":%d,"geometry":{"type":"Polygon","coordinates":[[[106,11],[106,11.%d],[106,11]]]},"properties":{}}`, 100+i, i+1))
	}
	features = append(features, `{"type":"Feature","id":7,"geometry":{"type":"Point","coordinates":[106,11]},"properties":{}}`)
	path := writeFile(t, "parks.geojson", `{"type":"FeatureCollection","features":[`+strings.Join(features, ",\n")+`]}`)
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	out := must(t, env, "import", path, "--collection", "parks", "--reject", rejects)
	if !strings.Contains(out, "gisd collections set parks --department") {
		t.Errorf("no word of how editors come to see the draft\n%s", out)
	}
	if !strings.Contains(out, "12 left empty") || !strings.Contains(out, "id 100, 101, 102, 103, 104, 105, 106, 107, 108, 109 and 2 more (--reject lists them all)") {
		t.Errorf("report\n%s", out)
	}
	text, err := os.ReadFile(rejects)
	if err != nil || strings.Count(string(text), "\n") != 13 || !strings.Contains(string(text), "cannot be repaired; left empty,,111,\n") {
		t.Errorf("reject file %v\n%s", err, text)
	}
	if got := ask[string](t, pool, "select string_agg(id::text, ',' order by id) filter (where geom is not null) || ':' || (select report->'repair'->'emptiedIds'->>11 from gisd.import) from layers.parks"); got != "7:111" {
		t.Errorf("features with geometry and the last id of the report %s", got)
	}
}

// TestImportBesideDamagedFiles takes the good layer of a folder that holds
// damaged ones too.
func TestImportBesideDamagedFiles(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	dir := t.TempDir()
	for name, content := range map[string]string{
		"zones.geojson": threeZones, "z.shp": strings.Repeat("x", 500), "bad.gpkg": "SQLite format 3\x00" + strings.Repeat("\xff", 4096), "notes.txt": "x",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must(t, env, "import", dir, "--collection", "zones", "--layer", "zones")
	for _, tc := range []struct{ args, want string }{
		{"", "3 layers"}, {"--layer=z", "z.shp: the header"}, {"--layer=bad", "bad.gpkg: "}, {"--all-layers", "z.shp: the header"},
	} {
		r := gisd(t, env, append([]string{"import", dir, "--collection", "other"}, strings.Fields(tc.args)...)...)
		if r.code == exitDone || !strings.Contains(r.err, tc.want) {
			t.Errorf("%s: exit code %d: %s", tc.args, r.code, r.err)
		}
	}
	if r := gisd(t, nil, "inspect", dir); r.code != exitFailed || !strings.Contains(r.out, "features   3") || strings.Count(r.err, "gisd: ") != 2 {
		t.Errorf("inspect: exit code %d\n%s%s", r.code, r.out, r.err)
	}
	if n := leftovers(t, pool) + ask[int](t, pool, "select count(*) from gisd.collection") - 1; n != 0 {
		t.Errorf("%d things left behind", n)
	}
}

// lastMessage is standard error without the progress before it.
func lastMessage(s string) string { return s[max(0, strings.Index(s, "gisd: ")):] }

// zipBomb packs 300 MB of zeros.
func zipBomb(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bomb.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	w, err := z.Create("evil.shp")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, zeros{}, 300<<20); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// writeShp is a Shapefile of one point in no range that tells its system.
func writeShp(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	head := make([]byte, 100)
	binary.BigEndian.PutUint32(head, 9994)
	binary.BigEndian.PutUint32(head[24:], (100+28)/2)
	binary.LittleEndian.PutUint32(head[28:], 1000)
	binary.LittleEndian.PutUint32(head[32:], 1)
	b.Write(head)
	for _, v := range []any{int32(1), int32(10)} {
		_ = binary.Write(&b, binary.BigEndian, v)
	}
	for _, v := range []any{int32(1), 5e6, 7e6} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	return writeFile(t, "far.shp", b.String())
}
