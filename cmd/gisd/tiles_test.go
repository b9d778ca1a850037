package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gisd/internal/testdata"
	"gisd/internal/testdb"
	tilespostgis "gisd/tiles/postgis"
)

// cellStats are the bands that `gisd tiles stats` reports.
func cellStats(t *testing.T, env []string) []tilespostgis.BandStats {
	t.Helper()
	var out []tilespostgis.BandStats
	for line := range strings.Lines(must(t, env, "tiles", "stats", "--json")) {
		var s tilespostgis.BandStats
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// TestCellsOfAnImport has a small import packed before it is published, and finds
// the same cells after a backup and a restore.
func TestCellsOfAnImport(t *testing.T) {
	t.Parallel()
	env := []string{"GISD_DATABASE_URL=" + testdb.URL(t)}
	must(t, env, "import", writeFile(t, "many.geojsonl", manyPoints(3000)), "--collection", "many", "--publish")
	stats := cellStats(t, env)
	if len(stats) != 2 {
		t.Fatalf("%+v, want two bands", stats)
	}
	for _, s := range stats {
		if !s.Current || !s.Ready || s.Cells == 0 || s.Features < 3000 || s.Bytes == 0 || s.Version != 1 {
			t.Errorf("%+v", s)
		}
	}
	dump := filepath.Join(t.TempDir(), "b.dump")
	must(t, env, "backup", "-o", dump)
	restored := []string{"GISD_DATABASE_URL=" + testdb.Empty(t)}
	must(t, restored, "restore", dump)
	for i, s := range cellStats(t, restored) {
		if s.Cells != stats[i].Cells || s.Bytes != stats[i].Bytes || !s.Ready || !s.BuiltAt.Equal(stats[i].BuiltAt) {
			t.Errorf("restored %+v, want %+v", s, stats[i])
		}
	}
	if out := must(t, restored, "tiles", "build", "--all", "--verify"); !strings.Contains(out, "0 differed") {
		t.Errorf("restored: %s", out)
	}
}

// TestSmallScalesKeepWhatTheStyleWants: what an import packs before it publishes,
// and what the server packs when the style changes.
func TestSmallScalesKeepWhatTheStyleWants(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	env := []string{"GISD_DATABASE_URL=" + testdb.URL(t), "PATH=" + os.Getenv("PATH")}
	file := writeFile(t, "many.geojsonl", manyPoints(6000))
	must(t, env, "import", file, "--collection", "many", "--publish")
	style := func(by string) {
		t.Helper()
		must(t, env, "collections", "set", "many", "--style", writeFile(t, "style.json", `{"kind":"circle","by":"`+by+`"}`))
	}
	dissolved := func() string {
		t.Helper()
		return strings.TrimSpace(must(t, env, "psql", "--", "-Atc",
			"select dissolve from gisd.pyramid p join gisd.collection c on c.id = p.collection_id and c.current_version = p.version"))
	}
	if got := dissolved(); got != "" {
		t.Errorf("without a style small scales keep %q", got)
	}
	style("number")
	must(t, env, "import", file, "--collection", "many", "--mode", "replace")
	if got := dissolved(); got != "number" {
		t.Errorf("an import of a collection with a style keeps %q at small scales", got)
	}
	startServer(t, env)
	style("name")
	waitFor(t, "small scales as the new style wants them", func() bool { return dissolved() == "name" })
}

func TestTilesCommands(t *testing.T) {
	t.Parallel()
	env := []string{"GISD_DATABASE_URL=" + testdb.URL(t)}
	must(t, env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--publish")
	if out := must(t, env, "tiles", "purge", "zones"); !strings.Contains(out, "zones: tiles come from rows") {
		t.Error(out)
	}
	if s := cellStats(t, env); len(s) != 1 || s[0].Cells != 0 {
		t.Errorf("purged: %+v", s)
	}
	if out := must(t, env, "tiles", "stats", "zones"); !strings.Contains(out, "from rows") {
		t.Error(out)
	}
	if out := must(t, env, "tiles", "build", "zones"); !strings.Contains(out, "of version 1 in") {
		t.Error(out)
	}
	if s := cellStats(t, env); len(s) != 2 || s[0].Cells == 0 {
		t.Errorf("built: %+v", s)
	}
	must(t, env, "psql", "--", "-qc", "alter table data.zones_v1 disable trigger note_update")
	const lacks = "zones lacks note_update, or they are disabled"
	if r := gisd(t, env, "doctor"); !strings.Contains(r.out, lacks) || !strings.Contains(r.out, "gisd tiles build --verify zones") {
		t.Errorf("the doctor does not see it: %s", r.out)
	}
	for _, want := range []bool{true, false} {
		out := must(t, env, "tiles", "build", "--verify", "zones", "--sample", "1")
		if strings.Contains(out, lacks+": mended") != want || !strings.Contains(out, "compared with the rows, 0 differed") {
			t.Errorf("mended %v: %s", want, out)
		}
	}
	for _, args := range [][]string{{"build"}, {"build", "zones", "--sample", "3"}, {"build", "zones", "--verify", "--sample", "-1"}, {"build", "--all", "zones"}, {"purge"}, {}} {
		if r := gisd(t, env, append([]string{"tiles"}, args...)...); r.code != exitUsage {
			t.Errorf("tiles %v: exit code %d", args, r.code)
		}
	}
	if r := gisd(t, env, "tiles", "stats", "nothing"); r.code != exitFailed || !strings.Contains(r.err, "nothing") {
		t.Errorf("stats of nothing: exit code %d: %s", r.code, r.err)
	}
	if r := gisd(t, env, "tiles", "build", "nothing"); r.code != exitFailed || !strings.Contains(r.err, "nothing") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
}
