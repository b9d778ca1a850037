package main

import (
	"fmt"
	"strings"
	"testing"
)

func place(t *testing.T, crs, coordinates, properties string) string {
	t.Helper()
	return writeFile(t, "place.geojson", fmt.Sprintf(`{"type":"FeatureCollection",%s"features":[{"type":"Feature","geometry":{"type":"Point","coordinates":%s},"properties":%s}]}`, crs, coordinates, properties))
}

// What a replace would lose is said and needs leave; what it gains is said.
func TestReplaceTellsSchemaChanges(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	must(t, env, "import", place(t, "", "[106.1,11,5]", `{"code":"a","name":"An","n":1}`), "--collection", "p", "--key", "code")
	next := place(t, "", "[106.1,11]", `{"code":"a","n":"one","size":2.5}`)
	r := gisd(t, env, "import", next, "--collection", "p", "--mode", "replace")
	if r.code != exitFailed || !strings.Contains(r.err, "field name (string) goes (loses data)") || !strings.Contains(r.err, "dimensions: XYZ becomes XY (loses data)") || !strings.Contains(r.err, "--allow-loss") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	if got := ask[string](t, pool, "select current_version || ':' || (select count(*) from gisd.import) from gisd.collection"); got != "1:1" {
		t.Errorf("something was begun: %s", got)
	}
	r = gisd(t, env, "import", next, "--collection", "p", "--mode", "replace", "--allow-loss")
	if r.code != 0 {
		t.Fatalf("exit code %d: %s", r.code, r.err)
	}
	for _, want := range []string{"field size (number) is new", "field n was integer and becomes string", "field name (string) goes"} {
		if !strings.Contains(r.err, want) || !strings.Contains(r.out, want) {
			t.Errorf("%q is not said:\n%s%s", want, r.err, r.out)
		}
	}
	r = gisd(t, env, "import", place(t, "", "[106.1,11]", `{"code":"a","n":1,"size":2.5}`), "--collection", "p", "--mode", "replace")
	if r.code != exitFailed || !strings.Contains(r.err, "field n was string and becomes integer (loses data)") {
		t.Errorf("a narrower type: exit code %d: %s", r.code, r.err)
	}
}

// A merge keeps the schema that is there: values and coordinates are converted
// where nothing is lost.
func TestUpsertConverts(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	must(t, env, "import", place(t, "", "[106.1,11]", `{"code":"a","name":"An","n":1,"size":1.5}`), "--collection", "p", "--key", "code")
	// An integer for a text and for a number, a whole number for an integer; a new
	// field; the field name stays.
	r := gisd(t, env, "import", place(t, "", "[106.1,11]", `{"CODE":"a","n":2.0,"size":3,"note":"x"}`), "--collection", "p", "--mode", "upsert")
	if r.code != 0 || !strings.Contains(r.err, "field note (string) is new") || !strings.Contains(r.err, "field name (string) is not in the source") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	if got := ask[string](t, pool, "select concat_ws(' ', id, code, name, n, size, note, revision) from layers.p"); got != "a a An 2 3 x 2" {
		t.Errorf("feature %s", got)
	}
	r = gisd(t, env, "import", place(t, "", "[106.1,11]", `{"code":"a","n":"two"}`), "--collection", "p", "--mode", "upsert")
	if r.code != exitFailed || !strings.Contains(r.err, `where "two" cannot be told as that`) || leftovers(t, pool) != 0 {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	r = gisd(t, env, "import", place(t, "", "[106.1,11]", `{"code":"b","name":7,"n":"12"}`), "--collection", "p", "--mode", "append")
	if r.code != 0 {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	if got := ask[string](t, pool, "select concat_ws(' ', id, name, n, revision) from layers.p where id = 'b'"); got != "b 7 12 1" {
		t.Errorf("feature %s", got)
	}
	// Heights have no place; they are dropped with leave only.
	r = gisd(t, env, "import", place(t, "", "[106.2,11,8]", `{"code":"a"}`), "--collection", "p", "--mode", "upsert")
	if r.code != exitFailed || !strings.Contains(r.err, "dimensions: XYZ becomes XY (loses data)") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	must(t, env, "import", place(t, "", "[106.2,11,8]", `{"code":"a"}`), "--collection", "p", "--mode", "upsert", "--allow-loss")
	if got := ask[string](t, pool, "select ST_AsText(geom) from layers.p where id = 'a'"); got != "POINT(106.2 11)" {
		t.Errorf("place %s", got)
	}
}

// VN-2000 goes into a collection in WGS 84 to the millimetre.
func TestUpsertTransforms(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	must(t, env, "import", place(t, "", "[106.1,11]", `{"code":"a"}`), "--collection", "p", "--key", "code")
	const named = `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::9210"}},`
	r := gisd(t, env, "import", place(t, named, "[599233,1222000]", `{"code":"a"}`), "--collection", "p", "--mode", "upsert")
	if r.code != 0 || !strings.Contains(r.err, "coordinates are transformed from EPSG:9210 to EPSG:4326") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	want := strings.Fields(must(t, env, "transform", "--from", "EPSG:9210", "--to", "EPSG:4326", "599233", "1222000"))
	if len(want) < 2 {
		t.Fatalf("transform says %v", want)
	}
	off := ask[float64](t, pool, "select ST_Distance(geom::geography, ST_Point($1::text::double precision, $2::text::double precision, 4326)::geography) from layers.p", want[0], want[1])
	if off > 0.001 {
		t.Errorf("%.6f m beside %v", off, want)
	}
	// The same again is no change.
	if again := imported(t, env, place(t, named, "[599233,1222000]", `{"code":"a"}`), "--collection", "p", "--mode", "upsert"); again.Unchanged != 1 {
		t.Errorf("the same again: %+v", again.Counts)
	}
	r = gisd(t, env, "import", place(t, named, "[599233,1222000]", `{"code":"a"}`), "--collection", "p", "--mode", "upsert", "--key", "geometry")
	if r.code != exitFailed {
		t.Errorf("geometries of two systems: exit code %d: %s", r.code, r.err)
	}
}

// Geometry finds features whose ids are numbers, too.
func TestUpsertByGeometry(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	must(t, env, "import", points(t, "a An 1 106.1", "b Binh 2 106.2", "b Twin 3 106.2"), "--collection", "p")
	r := imported(t, env, points(t, "b Bình 2 106.2", "b Twin 3 106.2", "c Chi 3 106.3", "a An 1 106.1"), "--collection", "p", "--mode", "upsert", "--key", "geometry")
	if r.Inserted != 1 || r.Updated != 1 || r.Unchanged != 2 {
		t.Errorf("counts %+v", r.Counts)
	}
	wantState(t, pool, "p", "1 An 1 106.1 1 cli", "2 Bình 2 106.2 2 cli", "3 Twin 3 106.2 1 cli", "4 Chi 3 106.3 1 cli")
	must(t, env, "import", points(t, "b Bình 2 106.2", "b Twin 3 106.2"), "--collection", "g", "--key", "geometry")
	if got := ask[string](t, pool, "select string_agg(length(id) || right(id, 2) , ' ' order by name) from layers.g"); !strings.HasPrefix(got, "32") || !strings.HasSuffix(got, " 34-2") {
		t.Errorf("ids %s", got)
	}
}

func TestImportModeUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--mode", "merge"}, {"--delete-missing"}, {"--mode", "append", "--discard-edits"}, {"--mode", "upsert", "--discard-edits", "--rebase-edits"},
	} {
		if r := gisd(t, nil, append([]string{"import", "x.geojson", "--collection", "p"}, args...)...); r.code != exitUsage {
			t.Errorf("%v: exit code %d: %s", args, r.code, r.err)
		}
	}
}
