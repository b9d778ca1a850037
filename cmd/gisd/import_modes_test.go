package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/importers"
)

// features writes GeoJSON points: code, name, n, x; a name of "" is null.
func points(t *testing.T, rows ...string) string {
	t.Helper()
	var all []string
	for _, row := range rows {
		c := strings.Split(row, " ")
		name := "null"
		if c[1] != "-" {
			name = fmt.Sprintf("%q", c[1])
		}
		all = append(all, fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Point","coordinates":[%s,11]},"properties":{"code":%q,"name":%s,"n":%s}}`, c[3], c[0], name, c[2]))
	}
	return writeFile(t, "points.geojson", `{"type":"FeatureCollection","features":[`+strings.Join(all, ",\n")+`]}`)
}

// state is what a collection holds: id, name, n, x, revision, author.
func state(t *testing.T, pool *pgxpool.Pool, collection string) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), `select concat_ws(' ', id, coalesce(name, '-'), n, ST_X(geom), revision, changed_by) from layers.`+collection+` order by id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func imported(t *testing.T, env []string, args ...string) importers.Report {
	t.Helper()
	r := gisd(t, env, append([]string{"import", "--json"}, args...)...)
	if r.code != 0 && r.code != exitRejected {
		t.Fatalf("%v: exit code %d: %s", args, r.code, r.err)
	}
	return reported(t, r.out)
}

func reported(t *testing.T, out string) (report importers.Report) {
	t.Helper()
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return report
}

func wantState(t *testing.T, pool *pgxpool.Pool, collection string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, state(t, pool, collection)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", collection, diff)
	}
}

func TestUpsert(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	first := points(t, "a An 1 106.1", "b Binh 2 106.2", "c Chi 3 106.3", "d Dung 4 106.4")
	must(t, env, "import", first, "--collection", "p", "--key", "code")
	before := ask[string](t, pool, "select recorded_at::text from layers.p where id = 'a'")

	// The same file changes nothing: every feature keeps its revision and time.
	r := imported(t, env, first, "--collection", "p", "--mode", "upsert")
	if diff := cmp.Diff(importers.Counts{Unchanged: 4}, r.Counts); diff != "" {
		t.Errorf("the same file again:\n%s", diff)
	}

	// The key is the one of before. A name, a place and an absence change; e is new.
	second := points(t, "b Binh 2 106.25", "c - 3 106.3", "a An 1 106.1", "e Em 5 106.5")
	r = imported(t, env, second, "--collection", "p", "--mode", "upsert")
	if diff := cmp.Diff(importers.Counts{Inserted: 1, Updated: 2, Unchanged: 2}, r.Counts); diff != "" {
		t.Errorf("counts:\n%s", diff)
	}
	if r.Features != 5 || r.IDFrom != "code" || r.Extent == nil || r.Extent.MaxX < 106.5 {
		t.Errorf("report %+v", r)
	}
	wantState(t, pool, "p", "a An 1 106.1 1 cli", "b Binh 2 106.25 2 cli", "c - 3 106.3 2 cli", "d Dung 4 106.4 1 cli", "e Em 5 106.5 1 cli")
	if got := ask[string](t, pool, "select recorded_at::text from layers.p where id = 'a'"); got != before {
		t.Errorf("an unchanged feature was recorded at %s, and is now at %s", before, got)
	}
	if got := ask[string](t, pool, `select string_agg(concat_ws(' ', id, operation, revision, properties ->> 'name', ST_X(geom)), ', ' order by id) from history.p`); got != "b update 1 Binh 106.2, c update 1 Chi 106.3" {
		t.Errorf("history %s", got)
	}

	r = imported(t, env, points(t, "b Binh 2 106.25", "e Em 6 106.5"), "--collection", "p", "--mode", "upsert", "--delete-missing")
	if diff := cmp.Diff(importers.Counts{Updated: 1, Unchanged: 1, Deleted: 3}, r.Counts); diff != "" {
		t.Errorf("counts with --delete-missing:\n%s", diff)
	}
	wantState(t, pool, "p", "b Binh 2 106.25 2 cli", "e Em 6 106.5 2 cli")
	if got := ask[string](t, pool, `select string_agg(id, ',' order by id) from history.p where operation = 'delete'`); got != "a,c,d" {
		t.Errorf("deleted into history: %s", got)
	}
	if got := ask[string](t, pool, "select feature_count || ':' || id_kind || ':' || id_source || ':' || id_field from gisd.collection_version order by version desc limit 1"); got != "2:text:field:code" {
		t.Errorf("version %s", got)
	}
	if n := leftovers(t, pool); n != 0 {
		t.Errorf("%d things left behind", n)
	}
	// Its index serves features like that of any other version.
	if got := ask[int](t, pool, `select count(*) from pg_indexes where schemaname = 'data' and tablename = (select table_name from gisd.collection_version order by version desc limit 1)`); got != 3 {
		t.Errorf("%d indexes, want key, geometry and names", got)
	}
}

// A key that the ids do not come from finds features by the property, and new
// ones get the next number.
func TestUpsertByAnotherField(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	must(t, env, "import", points(t, "a An 1 106.1", "b Binh 2 106.2"), "--collection", "p")
	wantState(t, pool, "p", "1 An 1 106.1 1 cli", "2 Binh 2 106.2 1 cli")
	r := gisd(t, env, "import", points(t, "b B 2 106.2"), "--collection", "p", "--mode", "upsert")
	if r.code != exitFailed || !strings.Contains(r.err, "--key") {
		t.Errorf("upsert without a key: exit code %d: %s", r.code, r.err)
	}
	report := imported(t, env, points(t, "c Chi 3 106.3", "b B 2 106.2", "d Dung 4 106.4"), "--collection", "p", "--mode", "upsert", "--key", "code")
	if diff := cmp.Diff(importers.Counts{Inserted: 2, Updated: 1, Unchanged: 1}, report.Counts); diff != "" {
		t.Errorf("counts:\n%s", diff)
	}
	wantState(t, pool, "p", "1 An 1 106.1 1 cli", "2 B 2 106.2 2 cli", "3 Chi 3 106.3 1 cli", "4 Dung 4 106.4 1 cli")
	must(t, env, "import", points(t, "a X 1 106.1", "b Y 1 106.1"), "--collection", "q")
	must(t, env, "import", points(t, "a X 1 106.1", "a Y 1 106.1"), "--collection", "q", "--mode", "replace")
	r = gisd(t, env, "import", points(t, "a Z 1 106.1"), "--collection", "q", "--mode", "upsert", "--key", "code")
	if r.code != exitFailed || !strings.Contains(r.err, `several features of q have "a"`) {
		t.Errorf("a key that is not one: exit code %d: %s", r.code, r.err)
	}
	if n := leftovers(t, pool); n != 0 {
		t.Errorf("%d things left behind", n)
	}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	must(t, env, "import", points(t, "a An 1 106.1", "b Binh 2 106.2"), "--collection", "p")
	report := imported(t, env, points(t, "c Chi 3 106.3"), "--collection", "p", "--mode", "append")
	if diff := cmp.Diff(importers.Counts{Inserted: 1, Unchanged: 2}, report.Counts); diff != "" {
		t.Errorf("counts:\n%s", diff)
	}
	wantState(t, pool, "p", "1 An 1 106.1 1 cli", "2 Binh 2 106.2 1 cli", "3 Chi 3 106.3 1 cli")

	// With a key, what is there already is rejected and listed.
	must(t, env, "import", points(t, "a An 1 106.1", "b Binh 2 106.2"), "--collection", "k", "--key", "code")
	rejects := t.TempDir() + "/rejects.csv"
	r := gisd(t, env, "import", points(t, "b X 9 106.9", "c Chi 3 106.3"), "--collection", "k", "--mode", "append", "--reject", rejects)
	if r.code != exitRejected || !strings.Contains(r.out, "inserted 1, updated 0, unchanged 2, deleted 0, rejected 1") {
		t.Errorf("exit code %d: %s%s", r.code, r.out, r.err)
	}
	wantState(t, pool, "k", "a An 1 106.1 1 cli", "b Binh 2 106.2 1 cli", "c Chi 3 106.3 1 cli")
	if text, _ := os.ReadFile(rejects); !strings.Contains(string(text), "points,,code,false,khóa đã có trong lớp dữ liệu,the key exists in the collection,b,b") {
		t.Errorf("reject file\n%s", text)
	}
	r = gisd(t, env, "import", points(t, "b X 9 106.9", "d Chi 3 106.3"), "--collection", "k", "--mode", "append", "--max-errors", "0")
	if r.code != exitFailed || len(state(t, pool, "k")) != 3 || leftovers(t, pool) != 0 {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
}
