package main

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/importers"
	"gisd/internal/testdata"
)

var seed = flag.Uint64("seed", 0, "of the moments at which imports are killed; 0 takes another each time")

// numberedPoints are GeoJSON lines from 106.6° 11° on, each with the version.
func numberedPoints(t *testing.T, from, n, version int) string {
	t.Helper()
	var b strings.Builder
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&b, `{"type":"Feature","geometry":{"type":"Point","coordinates":[106.6%04d,11.0%05d]},"properties":{"number":%d,"v":%d,"name":"Điểm %d"}}`+"\n",
			i%71, i/71, i, version, i)
	}
	return writeFile(t, fmt.Sprintf("v%d.geojsonl", version), b.String())
}

// contents tells two states of a collection apart, whatever its versions' numbers.
func contents(t *testing.T, pool *pgxpool.Pool, collection string) string {
	t.Helper()
	return ask[string](t, pool, `select count(*) || ' ' || coalesce(md5(string_agg(md5(f::text), '' order by id)), '') from layers.`+collection+` f`)
}

// catalogueOf is what the catalogue says of a collection.
func catalogueOf(t *testing.T, pool *pgxpool.Pool, collection string) string {
	t.Helper()
	return ask[string](t, pool, `
		select c.current_version || ' ' || c.published || ' ' || v.feature_count || ' ' || v.table_name || ' '
			|| (select string_agg(o.version || o.state, ',' order by o.version) from gisd.collection_version o where o.collection_id = c.id)
		from gisd.collection c join gisd.collection_version v on v.collection_id = c.id and v.version = c.current_version
		where c.id = $1`, collection)
}

// TestImportKilledAtAnyMoment kills the importing process ten times, at moments
// drawn by lot, in each of the modes that change a collection. It is as before,
// and the next import removes what the dead one left.
func TestImportKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", s)
	dice := rand.New(rand.NewPCG(s, 0))
	env, pool := importDB(t)
	start := time.Now()
	mustApart(t, env, "import", numberedPoints(t, 1, 20_000, 1), "--collection", "land", "--key", "number", "--publish")
	double := 2 * time.Since(start) // what twice as many take; killImport learns better
	attempts := []*attempt{
		{mode: "replace", path: numberedPoints(t, 1, 40_000, 2), gives: 40_000, takes: double},
		{mode: "upsert", path: numberedPoints(t, 10_001, 40_000, 3), gives: 50_000, takes: double},
		{mode: "append", path: numberedPoints(t, 20_001, 40_000, 4), gives: 60_000, takes: double},
	}
	killed := 0
	for i := 0; killed < 10 && i < 30; i++ {
		a := attempts[i%len(attempts)]
		if killImport(t, env, pool, a, time.Duration(dice.Float64()*float64(a.takes))) {
			killed++
		}
	}
	if killed < 10 {
		t.Errorf("%d kills hit", killed)
	}
	for _, a := range attempts[:2] {
		mustApart(t, env, "import", a.path, "--collection", "land", "--mode", a.mode)
	}
	if n := leftovers(t, pool); n != 0 {
		t.Errorf("%d things left behind", n)
	}
}

// attempt is an import that is to be killed.
type attempt struct {
	mode, path string
	gives      int           // features of the collection, were it done
	takes      time.Duration // to the end, at most
}

// killImport kills an import after a while and reports whether that was in time. Of
// one that was sooner done it learns how long they take.
func killImport(t *testing.T, env []string, pool *pgxpool.Pool, a *attempt, moment time.Duration) bool {
	t.Helper()
	catalogue, content := catalogueOf(t, pool, "land"), contents(t, pool, "land")
	victim, said := child(t, env, "import", a.path, "--collection", "land", "--mode", a.mode, "--json")
	start := time.Now()
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(moment, func() { _ = victim.Process.Kill() })
	code := exitCode(t, victim)
	timer.Stop()
	took := time.Since(start)
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	t.Logf("%s killed after %v: %s", a.mode, moment.Round(time.Millisecond), lines[len(lines)-1])
	waitFor(t, "the next import to clean up", func() bool {
		must(t, env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "other", "--dry-run")
		return leftovers(t, pool) == 0
	})
	if got := ask[int](t, pool, "select count(*) from gisd.collection"); got != 1 {
		t.Fatalf("%d collections after a kill", got)
	}
	if code == exitDone || catalogueOf(t, pool, "land") != catalogue {
		// The kill came after the commit: then it is there in full.
		a.takes = min(a.takes, took)
		if got := ask[int](t, pool, "select count(*) from layers.land"); got != a.gives {
			t.Fatalf("%s: %d features, want %d", a.mode, got, a.gives)
		}
		must(t, env, "collections", "revert", "land")
		return false
	}
	if got := contents(t, pool, "land"); got != content {
		t.Fatalf("%s: %s after the kill, %s before", a.mode, got, content)
	}
	return true
}

// TestImportDatabaseStops stops the database under an import in mid-load, in the
// orderly and in the other way; it is started again by the next command.
func TestImportDatabaseStops(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	dir := clusterDir(t)
	up := startUp(t, dir)
	up.await(t, "msg=ready")
	psql := func(sql string) string {
		t.Helper()
		return strings.TrimSpace(gisd(t, nil, "psql", "--data-dir", dir, "--", "-Atc", sql).out)
	}
	must(t, nil, "import", numberedPoints(t, 1, 100, 1), "--collection", "land", "--key", "number", "--publish", "--data-dir", dir)
	many := numberedPoints(t, 1, 300_000, 2)
	up.end(t, syscall.SIGTERM)
	const state = `select (select count(*) from pg_tables where schemaname = 'data') || ' '
		|| (select count(*) from gisd.collection_version where state = 'staging') || ' '
		|| (select string_agg(state, ',' order by id) from gisd.import where collection_id = 'land') || ' ' || (select count(*) || ' ' || max(v) from layers.land)`
	for i, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		importer, said := child(t, nil, "import", many, "--collection", "land", "--mode", "replace", "--data-dir", dir)
		if err := importer.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "the load", func() bool {
			return psql("select exists (select from pg_stat_progress_copy where tuples_processed > 1000)") == "t"
		})
		if err := syscall.Kill(postmasterPID(dir), s); err != nil {
			t.Fatal(err)
		}
		code := exitCode(t, importer)
		message := strings.TrimSpace(lastMessage(said.String()))
		t.Logf("%v: %s", s, message)
		if code != exitFailed || !strings.HasPrefix(message, "gisd: ") || strings.Contains(message, "goroutine") {
			t.Errorf("%v: exit code %d: %s", s, code, message)
		}
		must(t, nil, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "other", "--dry-run", "--data-dir", dir)
		want := "1 0 done" + strings.Repeat(",interrupted", i+1) + " 100 1"
		if got := psql(state); got != want {
			t.Errorf("%v: %s, want %s", s, got, want)
		}
	}
	must(t, nil, "import", numberedPoints(t, 1, 1000, 3), "--collection", "land", "--mode", "replace", "--data-dir", dir)
}

// TestImportsOfOneCollectionAtOnce: one wins, the other changes nothing and says
// why.
func TestImportsOfOneCollectionAtOnce(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	env, pool := importDB(t)
	must(t, env, "import", numberedPoints(t, 1, 100, 1), "--collection", "land", "--key", "number", "--publish")
	for round, modes := range [][2]string{{"replace", "replace"}, {"replace", "upsert"}, {"append", "upsert"}} {
		// Nobody publishes before one of the two has given up.
		publishing, err := pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := publishing.Exec(t.Context(), "lock table gisd.collection in share mode"); err != nil {
			t.Fatal(err)
		}
		var racers [2]*exec.Cmd
		var said [2]*bytes.Buffer
		ended := make(chan struct{}, len(racers))
		for i := range racers {
			racers[i], said[i] = child(t, env, "import", numberedPoints(t, 1000, 50_000, 10*round+i+2),
				"--collection", "land", "--mode", modes[i], "--max-errors", "-1")
			if err := racers[i].Start(); err != nil {
				t.Fatal(err)
			}
			go func() { _ = racers[i].Wait(); ended <- struct{}{} }()
		}
		<-ended
		if err := publishing.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-ended
		won, lost := 0, 0
		for i := range racers {
			code := racers[i].ProcessState.ExitCode()
			switch message := lastMessage(said[i].String()); {
			case code == exitDone || code == exitRejected:
				won++
			case code == exitFailed && strings.Contains(message, "another import") && strings.Count(strings.TrimSpace(message), "\n") == 0:
				lost++
			default:
				t.Errorf("%v: exit code %d: %s", modes, code, message)
			}
		}
		if won != 1 || lost != 1 {
			t.Errorf("%v: %d won, %d lost", modes, won, lost)
		}
		if n := leftovers(t, pool); n != 0 {
			t.Errorf("%v: %d things left behind", modes, n)
		}
	}
}

// TestCreationsOfOneCollectionAtOnce: the second is told before it has loaded
// anything, of whatever layer, and nothing of it is left.
func TestCreationsOfOneCollectionAtOnce(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	env, pool := importDB(t)
	dir := t.TempDir()
	for layer, n := range map[string]int{"a": 20_000, "b": 20} {
		if err := os.Rename(numberedPoints(t, 1, n, 1), filepath.Join(dir, layer+".geojsonl")); err != nil {
			t.Fatal(err)
		}
	}
	// What both make comes last in the one and is all of the other.
	one := []string{"import", dir, "--all-layers", "--collection", "land", "--json"}
	for round, other := range [][]string{one, {"import", numberedPoints(t, 1, 50_000, 2), "--collection", "land_b", "--json"}} {
		var racers [2]*exec.Cmd
		var said [2]*bytes.Buffer
		for i, args := range [][]string{one, other} {
			racers[i], said[i] = child(t, env, args...)
			if err := racers[i].Start(); err != nil {
				t.Fatal(err)
			}
		}
		won := 0
		for i := range racers {
			code, all := exitCode(t, racers[i]), said[i].String()
			message := lastMessage(all)
			refused := strings.Contains(message, "another import into land_") || strings.Contains(message, "the collection land_")
			switch {
			case code == exitDone:
				won++
			case code != exitFailed || !refused || strings.Contains(strings.TrimSpace(message), "\n"):
				t.Errorf("round %d: exit code %d: %s", round, code, all)
			case strings.Contains(all, fmt.Sprintf("%q", importers.StageLoad)):
				t.Errorf("round %d: it was loading before it was told: %s", round, all)
			}
		}
		if n := leftovers(t, pool); won != 1 || n != 0 {
			t.Errorf("round %d: %d won, %d things left behind", round, won, n)
		}
		for _, id := range []string{"land_a", "land_b"} {
			if ask[bool](t, pool, "select exists (select from gisd.collection where id = $1)", id) {
				must(t, env, "collections", "drop", id, "--yes")
			}
		}
	}
}
