package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/testdata"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/imports"
)

func run1(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func edits(t *testing.T, pool *pgxpool.Pool) string {
	t.Helper()
	return ask[string](t, pool, `select coalesce(string_agg(e.id || ' ' || operation || ' ' || coalesce(original ->> 'name', '-'), ', ' order by e.id), '')
		from gisd.edit e join gisd.collection c on c.id = e.collection_id and c.current_version = e.version`)
}

// What people do through layers.<collection> is stamped, noted and kept.
func TestEditsAreRecorded(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	must(t, env, "import", points(t, "a An 1 106.1", "b Binh 2 106.2", "c Chi 3 106.3", "d Dung 4 106.4"), "--collection", "p", "--key", "code")
	if got := edits(t, pool); got != "" {
		t.Fatalf("an import counts as an edit: %s", got)
	}
	run1(t, pool, "update layers.p set name = 'A' where id = 'a'")
	run1(t, pool, "update layers.p set n = 10 where id = 'a'")
	run1(t, pool, "update layers.p set name = name, revision = 99 where id = 'd'") // nothing of the feature
	run1(t, pool, "delete from layers.p where id = 'b'")
	run1(t, pool, "insert into layers.p (code, name, n, geom) values ('e', 'Em', 5, ST_Point(106.5, 11, 4326))")
	run1(t, pool, "insert into layers.p (id, name) values ('x', 'X'), ('y', 'Y')")
	run1(t, pool, "delete from layers.p where id = 'x'")
	run1(t, pool, "begin; set local gisd.changed_by = 'user:an'; update layers.p set name = 'C' where id = 'c'; commit")
	who := "sql:" + ask[string](t, pool, "select session_user::text")
	got := state(t, pool, "p")
	if len(got) != 5 {
		t.Fatalf("features %v", got)
	}
	fresh := ask[string](t, pool, "select id from layers.p where code = 'e'")
	if len(fresh) != 36 {
		t.Errorf("id of a new feature %q", fresh)
	}
	for _, want := range []string{"a A 10 106.1 3 " + who, "c C 3 106.3 2 user:an", "d Dung 4 106.4 1 cli", fresh + " Em 5 106.5 1 " + who} {
		if !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("no %q in %v", want, got)
		}
	}
	if got := ask[string](t, pool, `select string_agg(concat_ws(' ', id, operation, revision, properties ->> 'name', properties ->> 'n', changed_by), ', ' order by id, revision) from history.p`); got !=
		"a update 1 An 1 cli, a update 2 A 1 "+who+", b delete 1 Binh 2 cli, c update 1 Chi 3 cli, x delete 1 X "+who {
		t.Errorf("history %s", got)
	}
	noted := strings.Split(edits(t, pool), ", ")
	wanted := []string{"a update An", "b delete Binh", "c update Chi", fresh + " insert -", "y insert -"}
	slices.Sort(noted)
	slices.Sort(wanted) // the new feature's identifier is a random one
	if diff := cmp.Diff(wanted, noted); diff != "" {
		t.Errorf("edits\n%s", diff)
	}
	// Numbers go on where ids are numbers.
	must(t, env, "import", points(t, "a An 1 106.1", "b Binh 2 106.2"), "--collection", "q")
	run1(t, pool, "insert into layers.q (name) values ('C'), ('D')")
	if got := ask[string](t, pool, "select string_agg(id || name, ' ' order by id) from layers.q"); got != "1An 2Binh 3C 4D" {
		t.Errorf("%s", got)
	}
	// A version that is gone refuses.
	table := ask[string](t, pool, "select table_name from gisd.collection_version where collection_id = 'q'")
	run1(t, pool, `insert into gisd.attachment (id, collection_id, feature_id, ids, name, media_type, bytes, sha256, created_by)
		select 'x', 'q', '1', gisd.meaning_of_ids('q'), 'a.png', 'image/png', 1, sha256('a'), 'an'`)
	if r := gisd(t, env, "import", points(t, "a An 1 106.1"), "--collection", "q", "--mode", "replace"); r.code != exitFailed ||
		!strings.Contains(r.err, "features of q have attachments that would be lost, for the new ones have other ids: 1") {
		t.Errorf("attachments: %d %s", r.code, r.err)
	}
	must(t, env, "import", points(t, "a An 1 106.1"), "--collection", "q", "--mode", "replace", "--discard-edits")
	if _, err := pool.Exec(t.Context(), "update data."+table+" set name = 'lost'"); err == nil || !strings.Contains(err.Error(), "not current any more") {
		t.Errorf("an edit of an old version: %v", err)
	}
}

// editedThree is a collection with an update, a deletion and an insertion.
func editedThree(t *testing.T) (env []string, pool *pgxpool.Pool) {
	t.Helper()
	env, pool = importDB(t)
	must(t, env, "import", points(t, "a An 1 106.1", "b Binh 2 106.2", "c Chi 3 106.3", "d Dung 4 106.4"), "--collection", "p", "--key", "code")
	run1(t, pool, "begin; set local gisd.changed_by = 'user:an'; update layers.p set name = 'A' where id = 'a'; update layers.p set geom = ST_Point(100, 10, 4326) where id = 'd'; delete from layers.p where id = 'b'; insert into layers.p (id, code, name, n, geom) values ('z', 'z', 'Zet', 26, ST_Point(106.9, 11, 4326)); commit")
	return env, pool
}

func TestReplaceKeepsEdits(t *testing.T) {
	t.Parallel()
	env, pool := editedThree(t)
	edited := state(t, pool, "p")
	next := points(t, "a An 11 106.1", "b Bình 2 106.2", "c Chi 33 106.3", "d Dung 4 106.4")
	rejects := t.TempDir() + "/rejects.csv"
	r := gisd(t, env, "import", next, "--collection", "p", "--mode", "replace", "--reject", rejects)
	if r.code != exitFailed || !strings.Contains(r.err, "4 (id a, b, d, z)") || !strings.Contains(r.err, "--rebase-edits") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	if text, _ := os.ReadFile(rejects); strings.Count(string(text), "\n") != 5 || !strings.Contains(string(text), "delete by user:an at ") {
		t.Errorf("listing\n%s", text)
	}
	if diff := cmp.Diff(edited, state(t, pool, "p")); diff != "" || leftovers(t, pool) != 0 {
		t.Errorf("something changed:\n%s", diff)
	}

	// Value by value the edit wins; the file's other values come with it.
	r = gisd(t, env, "import", next, "--collection", "p", "--mode", "replace", "--rebase-edits", "--reject", rejects)
	if r.code != 0 || !strings.Contains(r.out, "edits since the last import: 4; made again 4 (the file contradicts 3 of them), discarded 0") {
		t.Errorf("exit code %d: %s%s", r.code, r.out, r.err)
	}
	wantState(t, pool, "p", "a A 11 106.1 2 user:an", "c Chi 33 106.3 1 cli", "d Dung 4 100 2 user:an", "z Zet 26 106.9 1 user:an")
	if got := edits(t, pool); got != "a update An, b delete Bình, d update Dung, z insert -" {
		t.Errorf("edits of the new version: %s", got)
	}
	if got := ask[int64](t, pool, "select feature_count from gisd.collection_version order by version desc limit 1"); got != 4 {
		t.Errorf("%d features counted", got)
	}
	// They are edits still: the next replace does not lose them either.
	r = gisd(t, env, "import", next, "--collection", "p", "--mode", "replace")
	if r.code != exitFailed || !strings.Contains(r.err, "4 (id a, b, d, z)") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	r = gisd(t, env, "import", next, "--collection", "p", "--mode", "replace", "--discard-edits")
	if r.code != 0 || !strings.Contains(r.out, "discarded 4") {
		t.Errorf("exit code %d: %s%s", r.code, r.out, r.err)
	}
	wantState(t, pool, "p", "a An 11 106.1 1 cli", "b Bình 2 106.2 1 cli", "c Chi 33 106.3 1 cli", "d Dung 4 106.4 1 cli")
	if got := ask[string](t, pool, `select string_agg(id || (properties ->> 'name'), ',' order by id) from history.p where operation = 'replace'`); got != "aA,dDung,zZet" {
		t.Errorf("discarded edits in history: %s", got)
	}
	if got := edits(t, pool); got != "" {
		t.Errorf("edits after they were discarded: %s", got)
	}
}

func TestRebaseNeedsAKey(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	must(t, env, "import", points(t, "a An 1 106.1"), "--collection", "p")
	run1(t, pool, "update layers.p set name = 'A'")
	r := gisd(t, env, "import", points(t, "a An 2 106.1"), "--collection", "p", "--mode", "replace", "--rebase-edits")
	if r.code != exitFailed || !strings.Contains(r.err, "edits cannot be made again without ids that stay") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	report := imported(t, env, points(t, "a An 2 106.1"), "--collection", "p", "--mode", "replace", "--discard-edits")
	if len(report.Notes) == 0 || !strings.Contains(report.Notes[0], "ids, links to features and their history start again") {
		t.Errorf("notes %v", report.Notes)
	}
}

func TestUpsertKeepsEdits(t *testing.T) {
	t.Parallel()
	env, pool := editedThree(t)
	// A file that says nothing about the edited features does not touch them.
	r := gisd(t, env, "import", points(t, "c Chi 33 106.3"), "--collection", "p", "--mode", "upsert")
	if r.code != 0 {
		t.Fatalf("exit code %d: %s", r.code, r.err)
	}
	wantState(t, pool, "p", "a A 1 106.1 2 user:an", "c Chi 33 106.3 2 cli", "d Dung 4 100 2 user:an", "z Zet 26 106.9 1 user:an")
	if got := edits(t, pool); got != "a update An, b delete Binh, d update Dung, z insert -" {
		t.Errorf("edits %s", got)
	}
	// One that would undo two of them is refused.
	next := points(t, "a An 11 106.1", "b Binh 2 106.2", "z Zet 26 106.9")
	r = gisd(t, env, "import", next, "--collection", "p", "--mode", "upsert")
	if r.code != exitFailed || !strings.Contains(r.err, "2 (id a, b)") || leftovers(t, pool) != 0 {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	r = gisd(t, env, "import", next, "--collection", "p", "--mode", "upsert", "--rebase-edits")
	if r.code != 0 || !strings.Contains(r.out, "made again 2 (the file contradicts 1 of them)") || !strings.Contains(r.out, "inserted 0, updated 1, unchanged 3, deleted 0") {
		t.Errorf("exit code %d: %s%s", r.code, r.out, r.err)
	}
	wantState(t, pool, "p", "a A 11 106.1 3 cli", "c Chi 33 106.3 2 cli", "d Dung 4 100 2 user:an", "z Zet 26 106.9 1 user:an")
	// The file has caught up with z.
	if got := edits(t, pool); got != "a update An, b delete Binh, d update Dung" {
		t.Errorf("edits %s", got)
	}
	r = gisd(t, env, "import", next, "--collection", "p", "--mode", "upsert", "--discard-edits", "--delete-missing")
	if r.code != 0 || !strings.Contains(r.out, "discarded 3") {
		t.Errorf("exit code %d: %s%s", r.code, r.out, r.err)
	}
	wantState(t, pool, "p", "a An 11 106.1 4 cli", "b Binh 2 106.2 1 cli", "z Zet 26 106.9 1 user:an")
	if got := edits(t, pool); got != "" {
		t.Errorf("edits %s", got)
	}
}

func TestRevertKeepsEdits(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	must(t, env, "import", points(t, "a An 1 106.1"), "--collection", "p", "--key", "code")
	must(t, env, "import", points(t, "a B 1 106.1"), "--collection", "p", "--mode", "replace")
	run1(t, pool, "update layers.p set name = 'Edited'")
	r := gisd(t, env, "collections", "revert", "p")
	if r.code != exitFailed || !strings.Contains(r.err, "1 (id a); --discard-edits") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	must(t, env, "collections", "revert", "p", "--discard-edits")
	wantState(t, pool, "p", "a An 1 106.1 1 cli")
	// The edits were left, not destroyed.
	must(t, env, "collections", "revert", "p")
	if got := state(t, pool, "p"); !strings.HasPrefix(got[0], "a Edited 1 106.1 2 sql:") {
		t.Errorf("after the second revert: %v", got)
	}
	if got := ask[string](t, pool, "select detail ->> 'discardedEdits' from gisd.audit where action = 'collection.revert' order by id limit 1"); got != "1" {
		t.Errorf("the audit log knows of %s discarded edits", got)
	}
}

func TestVersionsTellWhereTheyCameFrom(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	file := points(t, "a An 1 106.1", "b Binh 2 106.2")
	must(t, env, "import", file, "--collection", "p", "--key", "code")
	must(t, env, "import", points(t, "b B 2 106.2", "c Chi 3 106.3"), "--collection", "p", "--mode", "upsert")
	run1(t, pool, "delete from layers.p where id = 'c'")
	var all []spatial.CollectionVersion
	for line := range strings.Lines(must(t, env, "collections", "versions", "p", "--json")) {
		var v spatial.CollectionVersion
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	if len(all) != 2 {
		t.Fatalf("%d versions", len(all))
	}
	v := all[0]
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !v.Current || v.Edits != 1 || v.Mode != "upsert" || v.Counts != (spatial.VersionCounts{Read: 2, Inserted: 1, Updated: 1, Unchanged: 1}) || v.FeatureCount != 3 {
		t.Errorf("the upsert: %+v", v)
	}
	v = all[1]
	if v.Current || v.SourceName != "points.geojson" || v.SourceBytes != int64(len(content)) || v.SourceSHA256 != fmt.Sprintf("%x", sha256.Sum256(content)) ||
		v.Format != "geojson" || v.CRS != "EPSG:4326" || v.CRSReason == "" || v.Encoding == "" || v.ChangedBy != "cli" || v.Seconds <= 0 || v.StartedAt.IsZero() ||
		v.Counts != (spatial.VersionCounts{Read: 2, Inserted: 2}) {
		t.Errorf("the first import: %+v", v)
	}
	if got := must(t, env, "collections", "versions", "p"); !strings.Contains(got, v.SourceSHA256[:12]) || !strings.Contains(got, "v2 current") {
		t.Errorf("versions\n%s", got)
	}
}

// One who dies in the middle of an upsert leaves neither the loaded rows nor the
// version.
func TestUpsertKilled(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	env, pool := importDB(t)
	path := writeFile(t, "many.geojsonl", manyPoints(60_000))
	mustApart(t, env, "import", path, "--collection", "p", "--key", "number")
	for _, when := range []string{
		"select exists (select from pg_stat_progress_copy where datname = current_database() and tuples_processed > 1000)",
		"select exists (select from pg_stat_activity where datname = current_database() and query like '%d.old = c.ctid%' and state = 'active' and pid <> pg_backend_pid())",
		"select exists (select from pg_stat_progress_create_index where datname = current_database())",
	} {
		victim, _ := child(t, env, "import", path, "--collection", "p", "--mode", "upsert", "--delete-missing")
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() { _ = victim.Wait(); close(done) }()
		for alive := true; alive && !ask[bool](t, pool, when); {
			select {
			case <-done:
				alive = false
				t.Logf("it was over before: %s", when)
			default:
			}
		}
		_ = victim.Process.Kill()
		<-done
		db := postgis.NewDB(pool, nil)
		waitFor(t, "its session to end", func() bool {
			if err := imports.CleanInterrupted(t.Context(), db, nil); err != nil {
				t.Fatal(err)
			}
			return leftovers(t, pool) == 0
		})
		if got := ask[int](t, pool, "select count(*) from layers.p"); got != 60_000 {
			t.Errorf("%d features", got)
		}
	}
	r := reported(t, mustApart(t, env, "import", "--json", path, "--collection", "p", "--mode", "upsert", "--dry-run"))
	if r.Unchanged != 60_000 || !r.DryRun || leftovers(t, pool) != 0 {
		t.Errorf("a rehearsal: %+v, %d things left behind", r.Counts, leftovers(t, pool))
	}
}
