package main

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gisd/importers"
)

// TestImportMessages reads whole messages: each says once what is wrong, and
// nothing of how the program is made.
func TestImportMessages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, content string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	zones := write("zones.geojson", threeZones)
	write("empty.txt", "")
	none := filepath.Join(dir, "none", "x.csv")
	pipe, two := filepath.Join(dir, "pipe.csv"), t.TempDir()
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.WriteFile(filepath.Join(two, "a.geojson"), []byte(threeZones), 0o600),
		os.WriteFile(filepath.Join(two, "b.geojson"), []byte(threeZones), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no file", []string{"import", "--collection", "x"}, exitUsage, "the file, folder, archive or address is missing: gisd import FILE|DIR|ZIP|URL|- [flags]"},
		{"two files", []string{"inspect", "a", "b"}, exitUsage, "the file, folder, archive or address is wanted and no more, 2 were given; quote a name with spaces: gisd inspect FILE|DIR|ZIP|URL|- [flags]"},
		{"no collection", []string{"collections", "show"}, exitUsage, "the id of a collection is missing: gisd collections show ID [flags]"},
		{"no number", []string{"import", zones, "--collection", "x", "--max-errors", "abc"}, exitUsage, `--max-errors "abc" is not a whole number`},
		{"a long id", []string{"import", zones, "--collection", strings.Repeat("x", 64)}, exitUsage, `"` + strings.Repeat("x", 64) + `" is no collection id: it begins with a letter a-z and goes on with a-z, 0-9, - and _, at most 63 in all`},
		{"an unknown encoding", []string{"import", zones, "--collection", "x", "--encoding", "klingon"}, exitUsage, "--encoding klingon is not known: utf-8, tcvn3, vni, cp1258, viscii, latin1, another code page by its name, or auto"},
		{"an unknown encoding to inspect", []string{"inspect", zones, "--encoding", "klingon"}, exitUsage, "--encoding klingon is not known: utf-8, tcvn3, vni, cp1258, viscii, latin1, another code page by its name, or auto"},
		{"a reject file nowhere", []string{"import", zones, "--collection", "x", "--reject", none}, exitUsage, "--reject: " + none + " cannot be written: no such file or directory"},
		{"a reject file of no kind", []string{"import", zones, "--collection", "x", "--reject", "x.txt"}, exitUsage, "--reject: x.txt ends in neither .csv nor .geojson"},
		{"a reject file that is none", []string{"import", zones, "--collection", "x", "--reject", pipe}, exitUsage, "--reject: " + pipe + " is no file"},
		{"a mapping that is no file", []string{"import", zones, "--collection", "x", "--map", pipe}, exitUsage, "--map: " + pipe + " is no file"},
		{"a mapping over another", []string{"inspect", zones, "--write-map", zones}, exitUsage, "--write-map: " + zones + " is there already: name another file, or remove it"},
		{"a mapping of several layers", []string{"inspect", two, "--write-map", filepath.Join(dir, "m.yaml")}, exitUsage, "--write-map is for one layer: name one with --layer:\n  a (geojson)\n  b (geojson)"},
		{"the file itself for rejects", []string{"import", zones, "--collection", "x", "--reject", zones}, exitUsage, "--reject: " + zones + " would overwrite the file to import"},
		{"an address within", []string{"inspect", "http://127.0.0.1:1/b.zip"}, exitFailed, "127.0.0.1 is no public address; list it with --outgoing-allow (GISD_OUTGOING_ALLOW) if it is meant"},
		{"an address of another kind", []string{"inspect", "ftp://a.example/b.zip"}, exitFailed, "ftp://a.example/b.zip is an address; download it and name the file"},
		{"no such file", []string{"inspect", "none.shp"}, exitFailed, "none.shp cannot be opened: no such file or directory"},
		{"empty, with another beside it", []string{"inspect", write("empty.geojson", "")}, exitFailed, "empty.geojson is empty"},
		{"no format", []string{"inspect", write("text.txt", "hello")}, exitFailed, "text.txt is in no format that is read here (" + strings.Join(importers.FormatNames(importFormats()), ", ") + ")"},
		{"bad JSON", []string{"inspect", write("comma.geojson", `{"type":"Feature",}`)}, exitFailed, "comma.geojson: at byte 18: '}' where a member name belongs"},
		{"a short header", []string{"inspect", write("head.shp", strings.Repeat("\x00", 50))}, exitFailed, "head.shp: the header is cut short: the file ends too early"},
		{"a damaged GeoPackage", []string{"inspect", write("bad.gpkg", "SQLite format 3\x00"+strings.Repeat("\xff", 4096))}, exitFailed, "bad.gpkg: file is not a database (26)"},
	} {
		r := gisd(t, nil, tc.args...)
		if want := "gisd: " + tc.want + "\n"; r.code != tc.code || r.err != want {
			t.Errorf("%s: exit code %d, want %d\n got %swant %s", tc.name, r.code, tc.code, r.err, want)
		}
	}
	if b, err := os.ReadFile(zones); err != nil || string(b) != threeZones {
		t.Errorf("the file is not what it was: %v", err)
	}
}

// What the database says of a definition that it cannot use stays inside.
func TestImportKeepsTheDatabaseWordsInside(t *testing.T) {
	t.Parallel()
	env, _ := importDB(t)
	path := writeFile(t, "null.shp", string(nullShape()))
	prj := `PROJCS["x",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],` +
		`UNIT["degree",0.0174532925199433]],PROJECTION["Never_Heard_Of"],UNIT["metre",1]]`
	if err := os.WriteFile(strings.TrimSuffix(path, ".shp")+".prj", []byte(prj), 0o600); err != nil {
		t.Fatal(err)
	}
	r := gisd(t, env, "import", path, "--collection", "a")
	if r.code != exitFailed || !strings.Contains(r.err, "name one with --crs") || strings.Contains(r.err, "SQLSTATE") || strings.Contains(r.err, "LWPROJ") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
}

// nullShape is a Shapefile of one record without geometry.
func nullShape() []byte {
	head := make([]byte, 112)
	binary.BigEndian.PutUint32(head, 9994)
	binary.BigEndian.PutUint32(head[24:], 112/2)
	binary.LittleEndian.PutUint32(head[28:], 1000)
	binary.LittleEndian.PutUint32(head[32:], 1)
	binary.BigEndian.PutUint32(head[100:], 1)
	binary.BigEndian.PutUint32(head[104:], 4/2)
	return head
}

// A guess is told in a sentence.
func TestImportTellsWhatItAssumes(t *testing.T) {
	t.Parallel()
	env, _ := importDB(t)
	r := gisd(t, env, "import", writeFile(t, "null.shp", string(nullShape())), "--collection", "nowhere")
	if r.code != exitDone || !strings.HasSuffix(r.err, "gisd: reference system EPSG:4326: assumed: there are no coordinates to tell by\n") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
}
