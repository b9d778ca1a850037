package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
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
	if got := edits(t, pool); !strings.Contains(got, "a update An, b delete Binh") || !strings.Contains(got, "c update Chi") || strings.Contains(got, "x ") || strings.Contains(got, "d ") || !strings.Contains(got, "y insert -") {
		t.Errorf("edits %s", got)
	}
	// Numbers go on where ids are numbers.
	must(t, env, "import", points(t, "a An 1 106.1", "b Binh 2 106.2"), "--collection", "q")
	run1(t, pool, "insert into layers.q (name) values ('C'), ('D')")
	if got := ask[string](t, pool, "select string_agg(id || name, ' ' order by id) from layers.q"); got != "1An 2Binh 3C 4D" {
		t.Errorf("%s", got)
	}
	// A version that is gone refuses.
	table := ask[string](t, pool, "select table_name from gisd.collection_version where collection_id = 'q'")
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
