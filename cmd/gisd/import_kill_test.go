package main

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"gisd/internal/testdata"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/imports"
)

// TestImportSurvivesEverything kills the importer, the server and the
// postmaster at once in mid-load. After the next start the collection is as it
// was and nothing of the import is left.
func TestImportSurvivesEverything(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	dir := clusterDir(t)
	up := startUp(t, dir)
	up.await(t, "msg=ready")
	psql := func(sql string) string {
		t.Helper()
		return strings.TrimSpace(gisd(t, nil, "psql", "--data-dir", dir, "--", "-Atc", sql).out)
	}
	must(t, nil, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--publish", "--data-dir", dir)

	importer, _ := child(t, nil, "import", writeFile(t, "many.geojsonl", manyPoints(500_000)),
		"--collection", "zones", "--mode", "replace", "--allow-loss", "--data-dir", dir)
	if err := importer.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the load", func() bool {
		return psql("select exists (select from pg_stat_progress_copy where tuples_processed > 1000)") == "t"
	})
	postmaster := postmasterPID(dir)
	_ = importer.Process.Kill()
	_ = up.Process.Kill()
	_ = syscall.Kill(postmaster, syscall.SIGKILL)
	_ = importer.Wait()
	up.end(t, syscall.SIGKILL)

	up = startUp(t, dir)
	up.await(t, "msg=ready")
	const leftovers = `select (select count(*) from pg_tables where schemaname = 'data') || ' '
		|| (select count(*) from gisd.collection_version where state = 'staging') || ' '
		|| (select string_agg(state, ',' order by id) from gisd.import) || ' ' || (select count(*) from layers.zones)`
	if got := psql(leftovers); got != "1 0 done,interrupted 3" {
		t.Errorf("after the kill: %s", got)
	}
	must(t, nil, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--mode", "replace", "--data-dir", dir)
}

// TestImportKilled kills a real importing process in mid-load: the next import
// finds nothing of it and does its work.
func TestImportKilled(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	env, pool := importDB(t)
	must(t, env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--publish")

	path := writeFile(t, "many.geojsonl", manyPoints(200_000))
	victim, _ := child(t, env, "import", path, "--collection", "zones", "--mode", "replace", "--allow-loss")
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the load", func() bool {
		return ask[bool](t, pool, "select exists (select from pg_stat_progress_copy where datname = current_database() and tuples_processed > 1000)")
	})
	// While it lives, however long, nobody takes its work away, and nobody else imports.
	if err := victim.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	db := postgis.NewDB(pool, nil)
	if err := imports.CleanInterrupted(t.Context(), db, nil); err != nil {
		t.Fatal(err)
	}
	if n := ask[int](t, pool, "select count(*) from gisd.import where state = 'running'"); n != 1 {
		t.Errorf("%d imports are running, want 1", n)
	}
	if r := gisd(t, env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--mode", "replace"); r.code != exitFailed || !strings.Contains(r.err, "another import") {
		t.Errorf("a second import: exit code %d: %s", r.code, r.err)
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = victim.Wait()
	waitFor(t, "its session to end", func() bool {
		if err := imports.CleanInterrupted(t.Context(), db, nil); err != nil {
			t.Fatal(err)
		}
		return leftovers(t, pool) == 0
	})
	if got := ask[string](t, pool, "select count(*) || ':' || (select state from gisd.import order by id desc limit 1) from layers.zones"); got != "3:interrupted" {
		t.Errorf("%s after the kill", got)
	}
	must(t, env, "import", writeFile(t, "few.geojsonl", manyPoints(2000)), "--collection", "zones", "--mode", "replace", "--allow-loss")
	if got := ask[int](t, pool, "select count(*) from layers.zones"); got != 2000 {
		t.Errorf("%d features", got)
	}
}

// lasting is how many of n features take as long under the race detector, or a
// while longer, as n without it: for loads within the tests' own process that
// something else has to meet.
func lasting(n int) int {
	if testdata.Raced {
		return n / 5
	}
	return n
}

func manyPoints(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"type":"Feature","geometry":{"type":"Point","coordinates":[106.%06d,11.%06d]},"properties":{"number":%d,"name":"Điểm %d"}}`+"\n", i, i, i, i)
	}
	return b.String()
}

// TestImportServerKilled takes the database session away in mid-load.
func TestImportServerKilled(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	path := writeFile(t, "many.geojsonl", manyPoints(lasting(300_000)))
	done := make(chan result, 1)
	go func() { done <- gisd(t, env, "import", path, "--collection", "points") }()
	deadline := time.Now().Add(time.Minute)
	for killed := false; !killed && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		killed = ask[int](t, pool, "select count(pg_terminate_backend(pid)) from pg_stat_progress_copy where datname = current_database() and tuples_processed > 1000") > 0
	}
	if r := <-done; r.code != exitFailed || !strings.Contains(r.err, "gisd: ") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	if n := leftovers(t, pool) + ask[int](t, pool, "select count(*) from gisd.collection"); n != 0 {
		t.Errorf("%d things left behind", n)
	}
}
