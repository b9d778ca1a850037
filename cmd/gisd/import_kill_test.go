package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestImportSurvivesEverything kills the importer, the server and the
// postmaster at once in mid-load. After the next start the collection is as it
// was and nothing of the import is left.
func TestImportSurvivesEverything(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	up := startUp(t, dir)
	up.await(t, "msg=ready")
	psql := func(sql string) string {
		t.Helper()
		return strings.TrimSpace(gisd(t, nil, "psql", "--data-dir", dir, "--", "-Atc", sql).out)
	}
	must(t, nil, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--publish", "--data-dir", dir)

	importer := exec.Command(os.Args[0], "import", writeFile(t, "many.geojsonl", manyPoints(500_000)),
		"--collection", "zones", "--mode", "replace", "--allow-loss", "--data-dir", dir)
	importer.Env = append(os.Environ(), programVariable+"=1")
	if err := importer.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = importer.Process.Kill() })
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
