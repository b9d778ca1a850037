package watch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The clock is the test's own: a look at second n.
func TestLook(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := newWatcher(Config{Dir: dir})
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	write := func(name, content string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	look := func(second int, want ...string) {
		t.Helper()
		items, err := w.look(start.Add(time.Duration(second) * time.Second))
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, i := range items {
			parts := []string{}
			for _, p := range i.Parts {
				parts = append(parts, filepath.Base(p))
			}
			line := i.Name + ": " + strings.Join(parts, " ")
			if len(i.Missing) > 0 {
				line += " without " + strings.Join(i.Missing, " ")
			}
			got = append(got, line)
			w.taken(i)
		}
		if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
			t.Errorf("second %d: %s", second, diff)
		}
	}

	write("a.geojson", "{")
	look(0)
	look(4)
	write("a.geojson", "{}") // still growing
	look(5)
	look(9)
	look(10, "a.geojson: a.geojson")
	look(20) // it lies there still, unchanged
	write("a.geojson", "{ }")
	look(21)
	look(26, "a.geojson: a.geojson")

	write("Thua.SHP", "x")
	write("thua.dbf", "x")
	look(30)
	look(40) // the .shx is missing
	write("thua.shx", "x")
	write("thua.prj", "x")
	write("thua.shp.xml", "x")
	look(41)
	look(46, "Thua.SHP: Thua.SHP thua.dbf thua.prj thua.shp.xml thua.shx")

	write("half.shp", "x")
	look(50)
	look(109)
	look(110, "half.shp: half.shp without .shx .dbf")

	write("table.dbf", "x")
	look(120)
	look(130)
	look(180, "table.dbf: table.dbf")

	write("x.csv", "x")
	write("x.gpkg", "x")
	write("draft.zip.part", "x")
	write("~$so.xlsx", "x")
	write(".hidden.csv", "x")
	write("done/old.csv", "x")
	write("db.gdb/a00000001.gdbtable", "x")
	look(200)
	write("db.gdb/a00000002.gdbtable", "x")
	look(205, "x.csv: x.csv", "x.gpkg: x.gpkg")
	look(210, "db.gdb: db.gdb")
}

func TestFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	var folders []string
	for range 2 {
		path := filepath.Join(dir, "a.csv")
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		to, err := File(Item{Name: "a.csv", Path: path, Parts: []string{path}}, filepath.Join(dir, "done"), at)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(to, "a.csv")); err != nil {
			t.Error(err)
		}
		folders = append(folders, filepath.Base(to))
	}
	if diff := cmp.Diff([]string{"20261122T080000Z_a.csv", "20261122T080000Z_a.csv_2"}, folders); diff != "" {
		t.Error(diff)
	}
}

// An item that lacks parts is told of once, when it has come to rest.
func TestWaits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var told []string
	w := newWatcher(Config{Dir: dir, Waits: func(i Item) { told = append(told, i.Name+" "+strings.Join(i.Missing, " ")) }})
	if err := os.WriteFile(filepath.Join(dir, "a.shp"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for second := range 30 {
		if _, err := w.look(start.Add(time.Duration(second) * time.Second)); err != nil {
			t.Fatal(err)
		}
		if second < 5 && len(told) > 0 {
			t.Errorf("told of %s after %d s", told, second)
		}
	}
	if diff := cmp.Diff([]string{"a.shp .shx .dbf"}, told); diff != "" {
		t.Error(diff)
	}
}
