package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// inFolder writes files that belong together.
func inFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestImportWithMapping repeats an import by its mapping file next month, joins
// owners from another table and says what matched nothing, both ways.
func TestImportWithMapping(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	square := func(e string) string {
		return `"POLYGON((` + e + `00 1222000, ` + e + `10 1222000, ` + e + `10 1222010, ` + e + `00 1222010, ` + e + `00 1222000))"`
	}
	dir := inFolder(t, map[string]string{
		"jan.csv":    "SOTHUA,LOAI,GHICHU,wkt\n7,Đất ở,x," + square("5992") + "\n8,LUC,y," + square("5993") + "\n9,,z," + square("5994") + "\n",
		"feb.csv":    "SOTHUA,LOAI,GHICHU,MOI,wkt\n7,Đất ở,x,new," + square("5992") + "\n",
		"broken.csv": "SO,LOAI,wkt\n7,Đất ở," + square("5992") + "\n",
		"owners.csv": "thua,chu\n7,Một\n8,Hai\n11,Ba\n",
		"map.yaml": `version: 1
crs: EPSG:9210
key: so_thua
title: {vi: Thửa đất, en: Parcels}
fields:
  - {from: SOTHUA, name: so_thua, type: integer, title: Số thửa}
  - {from: LOAI, name: loai_dat, codes: {Đất ở: ODT}, default: CHUA_RO}
  - {from: GHICHU, skip: true}
  - {name: dien_tich, area: {unit: m2}}
join: {file: owners.csv, key: thua, on: SOTHUA}
`,
	})
	file := func(name string) string { return filepath.Join(dir, name) }
	report, r := importReport(t, env, file("jan.csv"), "--collection", "thua", "--map", file("map.yaml"), "--reject", file("r.csv"))
	if r.code != exitRejected && r.code != exitDone {
		t.Fatal(r.code, r.err)
	}
	got := ask[string](t, pool, `select string_agg(concat_ws(':', id, so_thua, loai_dat, dien_tich, coalesce(chu, '-')), ' ' order by id) from layers.thua`)
	if got != "7:7:ODT:100:Một 8:8:LUC:100:Hai 9:9:CHUA_RO:100:-" {
		t.Errorf("stored %s", got)
	}
	if title := ask[string](t, pool, `select title_vi from gisd.collection where id = 'thua'`); title != "Thửa đất" || report.SRID != 9210 || report.IDFrom != "so_thua" {
		t.Errorf("%s, %+v", title, report)
	}
	if notes := strings.Join(report.Notes, "\n"); !strings.Contains(notes, "2 records found their row, 1 did not; 1 rows were not asked for") {
		t.Error(notes)
	}
	rejects, err := os.ReadFile(file("r.csv"))
	if err != nil || !strings.Contains(string(rejects), "no row of owners.csv has this key,9") || !strings.Contains(string(rejects), "the row of owners.csv belongs to no record,11") {
		t.Errorf("%v %s", err, rejects)
	}

	report, r = importReport(t, env, file("feb.csv"), "--collection", "thua", "--map", file("map.yaml"), "--mode", "replace", "--allow-loss")
	if notes := strings.Join(report.Notes, "\n"); !strings.Contains(notes, "kept as they are: ") || !strings.Contains(notes, "MOI") {
		t.Error(r.code, r.err, notes)
	}
	_, r = importReport(t, env, file("broken.csv"), "--collection", "thua", "--map", file("map.yaml"), "--mode", "replace")
	if r.code != exitFailed || !strings.Contains(r.err, "no field SOTHUA") || !strings.Contains(r.err, "no field GHICHU") {
		t.Error(r.code, r.err)
	}
	if r := gisd(t, env, "import", file("jan.csv"), "--collection", "thua", "--map", file("jan.csv")); r.code == exitDone {
		t.Error("a CSV is taken for a mapping")
	}
}

// TestInspectWritesMapping: what is written is read back and changes nothing; a
// file that people have worked on is not written over.
func TestInspectWritesMapping(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	dir := inFolder(t, map[string]string{"a.csv": "ten,x,y\nA,599233,1222000\nB,599333,1222100\n"})
	path, mapPath := filepath.Join(dir, "a.csv"), filepath.Join(dir, "a.yaml")
	must(t, env, "inspect", path, "--write-map", mapPath)
	text, err := os.ReadFile(mapPath)
	if err != nil || !strings.Contains(string(text), "crs: EPSG:9210") || !strings.Contains(string(text), "# A | B") {
		t.Fatalf("%v %s", err, text)
	}
	if r := gisd(t, env, "inspect", path, "--write-map", mapPath); r.code != exitUsage {
		t.Errorf("written over: exit code %d", r.code)
	}
	must(t, env, "import", path, "--collection", "a", "--map", mapPath)
	next := filepath.Join(dir, "b.csv") // its layer has another name
	if err := os.Rename(path, next); err != nil {
		t.Fatal(err)
	}
	must(t, env, "import", next, "--collection", "a", "--map", mapPath, "--mode", "replace")
	if got := ask[string](t, pool, `select string_agg(ten || ':' || ST_AsText(geom), ' ' order by id) from layers.a`); got != "A:POINT(599233 1222000) B:POINT(599333 1222100)" {
		t.Error(got)
	}
}

// TestInspectShowsMapping: a mapping is tried without a database, on the layer that
// it is for, with what its joins find.
func TestInspectShowsMapping(t *testing.T) {
	t.Parallel()
	dir := inFolder(t, map[string]string{
		"jan/thua.csv": "SOTHUA,LOAI,GHICHU,wkt\n7,Đất ở,x,\"POLYGON((599200 1222000, 599210 1222000, 599210 1222010, 599200 1222010, 599200 1222000))\"\nhai,,y,\n",
		"jan/cau.csv":  "ten\nCầu Ông Cộ\n",
		"owners.csv":   "thua,chu\n7,Một\n11,Ba\n",
		"map.yaml": `version: 1
layer: thua
crs: EPSG:9210
fields:
  - {from: SOTHUA, name: so_thua, type: integer}
  - {from: LOAI, name: loai_dat, codes: {Đất ở: ODT}, default: CHUA_RO}
  - {from: GHICHU, skip: true}
  - {name: dien_tich, area: {unit: m2}}
join: {file: owners.csv, key: thua, on: SOTHUA}
`,
		"wrong.yaml": "version: 1\nlayer: thua\nfields: [{from: SO}]\n",
		"any.yaml":   "version: 1\n",
	})
	file := func(name string) string { return filepath.Join(dir, name) }
	r := gisd(t, nil, "inspect", file("jan"), "--map", file("map.yaml"))
	for _, want := range []string{"thua (csv", "crs        EPSG:9210: as asked for", "field      so_thua integer: 7 (1 empty)", "field      loai_dat string: ODT | CHUA_RO",
		"field      dien_tich number: 100", "field      chu string: Một", "1 records found their row, 1 did not; 1 rows were not asked for", "2 values would be left empty"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("no %q in %d %s %s", want, r.code, r.err, r.out)
		}
	}
	if strings.Contains(r.out, "GHICHU") || strings.Contains(r.out, "cau") {
		t.Error(r.out)
	}
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--map", file("wrong.yaml")}, exitFailed, "the file has no field SO"},
		{[]string{"--map", file("any.yaml")}, exitUsage, "--map is for one layer: name one with --layer:"},
		{[]string{"--map", file("none.yaml")}, exitUsage, "cannot be read"},
		{[]string{"--map", file("map.yaml"), "--write-map", file("new.yaml")}, exitUsage, "exclude each other"},
	} {
		if r := gisd(t, nil, append([]string{"inspect", file("jan")}, test.args...)...); r.code != test.code || !strings.Contains(r.err, test.says) {
			t.Errorf("%v: %d %s", test.args, r.code, r.err)
		}
	}
}

// TestImportSwaps takes what is written northing first, by itself and by force,
// and asks where two systems fit.
func TestImportSwaps(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	dir := inFolder(t, map[string]string{
		"swapped.geojsonl": `{"type":"Feature","geometry":{"type":"Point","coordinates":[1222000,599233]},"properties":{}}` + "\n",
		"twins.csv":        "wkt\nPOINT(681196 1222490)\n",
		"tight.csv":        "wkt\nPOINT(1222000 599233)\n",
	})
	if r := gisd(t, env, "import", filepath.Join(dir, "tight.csv"), "--collection", "d", "--home-area", "102.1,20.9,103.6,22.6"); r.code != exitFailed {
		t.Error("guessed without the home area: ", r.out)
	}
	_, r := importReport(t, env, filepath.Join(dir, "swapped.geojsonl"), "--collection", "a", "--crs", "9210")
	if r.code != exitDone || !strings.Contains(r.out, "X and Y are swapped") {
		t.Error(r.code, r.out, r.err)
	}
	report, r := importReport(t, env, filepath.Join(dir, "tight.csv"), "--collection", "b", "--swap-xy")
	if r.code != exitDone || report.SRID != 9210 || !report.CRSGuess || !strings.Contains(r.out, "guessed") {
		t.Error(r.code, report, r.err)
	}
	for _, id := range []string{"a", "b"} {
		if got := ask[string](t, pool, `select ST_AsText(geom) from layers.`+id); got != "POINT(599233 1222000)" {
			t.Error(id, got)
		}
	}
	_, r = importReport(t, env, filepath.Join(dir, "twins.csv"), "--collection", "c")
	if r.code != exitFailed || !strings.Contains(r.err, "--crs EPSG:5897") || !strings.Contains(r.err, "--crs EPSG:3405") {
		t.Error(r.code, r.err)
	}
}
