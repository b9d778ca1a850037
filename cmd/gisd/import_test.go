package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/importers"
	"gisd/internal/testdata"
	"gisd/internal/testdb"
)

// importDB is a database for imports with a pool to look into it.
func importDB(t *testing.T) (env []string, pool *pgxpool.Pool) {
	t.Helper()
	url := testdb.URL(t)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return []string{"GISD_DATABASE_URL=" + url}, pool
}

func ask[T any](t *testing.T, pool *pgxpool.Pool, sql string, args ...any) (v T) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// leftovers counts what a failed import must not leave.
func leftovers(t *testing.T, pool *pgxpool.Pool) int {
	t.Helper()
	return ask[int](t, pool, `
		select (select count(*) from pg_tables t where schemaname = 'data'
				and not exists (select from gisd.collection_version v where v.table_name = t.tablename and v.state = 'ready'))
			+ (select count(*) from gisd.collection_version where state = 'staging')
			+ (select count(*) from gisd.import where state = 'running')
			+ (select count(*) from gisd.collection c join gisd.collection_version v on v.collection_id = c.id and v.version = c.current_version
				where not exists (select from information_schema.view_table_usage
					where view_schema = 'layers' and view_name = c.id and table_schema = 'data' and table_name = v.table_name))`)
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const threeZones = `{"type":"FeatureCollection","features":[
{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[106.6,11],[106.7,11],[106.7,11.1],[106.6,11.1],[106.6,11]]]},"properties":{"code":"ODT","Tên":"Đất ở","area":1.5,"built":"2024-05-01"}},
{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[106.6,11],[106.7,11.1],[106.7,11],[106.6,11.1],[106.6,11]]]},"properties":{"code":"CLN","Tên":"Bướm","area":2,"built":null}},
{"type":"Feature","geometry":null,"properties":{"code":"LUC","Tên":"Lúa"}}]}`

func TestImportPublishes(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	path := writeFile(t, "zones.geojson", threeZones)
	out := must(t, env, "import", path, "--collection", "zones", "--key", "code", "--publish", "--title", "Vùng", "--json")
	var report importers.Report
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if report.Loaded != 3 || report.Repair.Invalid != 1 || report.Empty != 1 || report.IDFrom != "code" || report.SRID != 4326 {
		t.Errorf("report %+v", report)
	}
	if got := ask[string](t, pool, `select string_agg(id || ':' || "ten" || ':' || revision || ':' || changed_by || ':' || coalesce(ST_IsValid(geom), true), ' ' order by id) from layers.zones`); got != "CLN:Bướm:1:cli:true LUC:Lúa:1:cli:true ODT:Đất ở:1:cli:true" {
		t.Errorf("rows %s", got)
	}
	if got := ask[string](t, pool, `select title_vi || ':' || visibility || ':' || published || ':' || search_field || ':' || time_field from gisd.collection where id = 'zones'`); got != "Vùng:public:true:Tên:built" {
		t.Errorf("collection %s", got)
	}
	if got := ask[int](t, pool, `select count(*) from pg_indexes where schemaname = 'data' and tablename = 'zones_v1'`); got != 4 {
		t.Errorf("%d indexes, want key, geometry, no geometry and names", got)
	}
	if got := ask[string](t, pool, `select feature_count || ':' || without_geometry from gisd.collection_version`); got != "3:1" {
		t.Errorf("features and those without geometry %s", got)
	}
	if got := ask[string](t, pool, `select state || ':' || length(source_sha256) || ':' || source_name || ':' || features_repaired from gisd.import`); got != "done:64:zones.geojson:1" {
		t.Errorf("provenance %s", got)
	}

	// Again is a conflict; replace keeps the version before; revert goes back.
	if r := gisd(t, env, "import", path, "--collection", "zones"); r.code != exitFailed || !strings.Contains(r.err, "--mode replace") {
		t.Errorf("a second create: exit code %d: %s", r.code, r.err)
	}
	must(t, env, "import", path, "--collection", "zones", "--mode", "replace")
	if got := must(t, env, "collections", "versions", "zones"); strings.Count(got, "\n") != 3 || !strings.Contains(got, "v2") {
		t.Errorf("versions\n%s", got)
	}
	must(t, env, "collections", "revert", "zones")
	if got := ask[int](t, pool, `select current_version from gisd.collection where id = 'zones'`); got != 1 {
		t.Errorf("version %d is current after revert", got)
	}
	must(t, env, "collections", "drop", "zones", "--yes")
	if n := leftovers(t, pool); n != 0 {
		t.Errorf("%d things left behind", n)
	}
}

func TestImportDryRunLeavesNothing(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	out := must(t, env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--dry-run")
	if !strings.Contains(out, "3 features would be imported") || !strings.Contains(out, "repaired: 1") {
		t.Errorf("report\n%s", out)
	}
	if n := leftovers(t, pool) + ask[int](t, pool, "select count(*) from gisd.collection"); n != 0 {
		t.Errorf("%d things left behind", n)
	}
}

func TestImportRejects(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	path := writeFile(t, "points.geojsonl", `{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":[106,11]},"properties":{"n":1}}
{"type":"Feature","id":2,"geometry":{"type":"Point","coordinates":["x",11]},"properties":{"n":2}}
{"type":"Feature","id":3,"geometry":{"type":"Point","coordinates":[107,11]},"properties":{"n":3}}
`)
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	r := gisd(t, env, "import", path, "--collection", "points", "--reject", rejects)
	if r.code != exitRejected {
		t.Fatalf("exit code %d: %s", r.code, r.err)
	}
	if got := ask[string](t, pool, "select string_agg(id::text, ',' order by id) from layers.points"); got != "1,3" {
		t.Errorf("ids %s", got)
	}
	if text, err := os.ReadFile(rejects); err != nil || !strings.Contains(string(text), "points,2,,false,") {
		t.Errorf("reject file %v\n%s", err, text)
	}
	r = gisd(t, env, "import", path, "--collection", "strict", "--max-errors", "0")
	if r.code != exitFailed || !strings.Contains(r.err, "record 2") || leftovers(t, pool) != 0 {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
}

// TestImportOfNothingButRejects keeps what is there: a version without features
// would take it off the map.
func TestImportOfNothingButRejects(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	must(t, env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--publish")
	bad := writeFile(t, "bad.geojson", `{"type":"FeatureCollection","features":[
{"type":"Feature","geometry":{"type":"Point","coordinates":["a"]},"properties":{}},
{"type":"Feature","geometry":{"type":"Point","coordinates":["b"]},"properties":{}}]}`)
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	for _, args := range [][]string{
		{"--collection", "zones", "--mode", "replace", "--allow-loss", "--reject", rejects},
		{"--collection", "fresh", "--publish"},
		{"--collection", "fresh", "--dry-run"},
	} {
		r := gisd(t, env, append([]string{"import", bad}, args...)...)
		if r.code != exitFailed || !strings.Contains(r.err, "every record was rejected, the first of them record 1") {
			t.Errorf("%v: exit code %d: %s", args, r.code, r.err)
		}
	}
	if text, err := os.ReadFile(rejects); err != nil || strings.Count(string(text), "\n") != 3 {
		t.Errorf("reject file %v\n%s", err, text)
	}
	if got := ask[string](t, pool, "select count(*) || ':' || max(current_version) || ':' || (select count(*) from layers.zones) from gisd.collection"); got != "1:1:3" {
		t.Errorf("collections, version and features %s", got)
	}
	if n := leftovers(t, pool); n != 0 {
		t.Errorf("%d things left behind", n)
	}
	// A source without records is what it says: empty.
	must(t, env, "import", writeFile(t, "none.geojson", `{"type":"FeatureCollection","features":[]}`), "--collection", "zones", "--mode", "replace", "--allow-loss")
}

func TestImportSeveralLayers(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	env, pool := importDB(t)
	path := testdata.Shared(t, "data/vietnam/osm_2018/hcm_2018_ogr.gpkg")
	r := gisd(t, env, "import", path, "--collection", "osm")
	if r.code != exitUsage || !strings.Contains(r.err, "multipolygons") || !strings.Contains(r.err, "--all-layers") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	must(t, env, "import", path, "--collection", "osm", "--layer", "points")
	must(t, env, "import", path, "--collection", "all", "--all-layers")
	if got := ask[int64](t, pool, "select feature_count from gisd.collection_version where collection_id = 'all_lines'"); got != 35101 {
		t.Errorf("%d lines, want 35101", got)
	}
}

// TestImportAllLayersOrNone: where one layer cannot be had, none is; that is what
// exit code 1 says.
func TestImportAllLayersOrNone(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	folder := func(last string) string {
		t.Helper()
		dir := t.TempDir()
		for name, content := range map[string]string{"a.geojson": threeZones, "b.geojson": threeZones, "c.geojson": last} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	args := []string{"import", folder(threeZones), "--collection", "p", "--all-layers", "--publish"}
	must(t, env, append(args, "--dry-run")...)
	if n := leftovers(t, pool) + ask[int](t, pool, "select count(*) from gisd.collection"); n != 0 {
		t.Errorf("%d things left by a rehearsal", n)
	}
	if out := must(t, env, args...); strings.Count(out, "3 features imported as version 1") != 3 {
		t.Errorf("report\n%s", out)
	}
	const state = `select string_agg(id || current_version || '/' || last_version || ':' || (select count(*) from gisd.collection_version v where collection_id = c.id), ' ' order by id) from gisd.collection c`
	const before = "p_a1/1:1 p_b1/1:1 p_c1/1:1"
	for name, last := range map[string]string{
		"a damaged layer":     threeZones[:len(threeZones)-40],
		"nothing but rejects": `{"type":"Feature","geometry":{"type":"Point","coordinates":["x"]},"properties":{}}`,
	} {
		r := gisd(t, env, "import", folder(last), "--collection", "p", "--all-layers", "--mode", "replace", "--publish")
		if r.code != exitFailed || !strings.Contains(r.err, "gisd: layer c: ") || !strings.Contains(r.err, "; none of the 3 layers was imported") || r.out != "" {
			t.Errorf("%s: exit code %d: %s%s", name, r.code, r.err, r.out)
		}
		if got := ask[string](t, pool, state); got != before {
			t.Errorf("%s: collections with versions %s, want %s", name, got, before)
		}
		if n := leftovers(t, pool); n != 0 {
			t.Errorf("%s: %d things left behind", name, n)
		}
	}
	must(t, env, "collections", "drop", "p_a", "--yes")
	must(t, env, "collections", "drop", "p_b", "--yes")
	if r := gisd(t, env, args...); r.code != exitFailed || !strings.Contains(r.err, "the collection p_c exists") || !strings.Contains(r.err, "; none of the 3 layers was imported") {
		t.Errorf("the last collection exists: exit code %d: %s", r.code, r.err)
	}
	if n := leftovers(t, pool) + ask[int](t, pool, "select count(*) from gisd.collection") - 1; n != 0 {
		t.Errorf("%d things left behind", n)
	}
	must(t, env, "import", folder(threeZones), "--collection", "p", "--all-layers", "--mode", "replace")
	if got := ask[int](t, pool, "select sum(feature_count)::int from gisd.collection_version join gisd.collection c on c.id = collection_id and current_version = version"); got != 9 {
		t.Errorf("%d features, want 9", got)
	}
}

// TestImportVN2000 imports what departments have: a home-made .prj, no .prj, no
// .dbf, and curves.
func TestImportVN2000(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	env, pool := importDB(t)
	for _, tc := range []struct {
		path, id, layer string
		srid            int
		count           int64
	}{
		{"data/vietnam/parcels_vn2000/hktb.shp", "parcels", "", 9210, 3950},
		{"data/vietnam/vn2000_departments/CoSo_GiaoDuc_09292017.shp", "schools", "", 9210, 2427},
		{"data/vietnam/vn2000_departments/Cau.shp", "bridges", "", 9210, 1129},
		{"data/zoning/chicago-zoning-2025-04-17-simple.geojson.gz", "zoning", "", 4326, 14670},
		{"data/networks/teksi_aletsch.gpkg", "nodes", "wastewater_node", 2056, -1},
	} {
		args := []string{"import", testdata.Shared(t, tc.path), "--collection", tc.id, "--publish"}
		if tc.layer != "" {
			args = append(args, "--layer", tc.layer)
		}
		must(t, env, args...)
		if got := ask[int](t, pool, "select srid from gisd.collection_version where collection_id = $1", tc.id); got != tc.srid {
			t.Errorf("%s: SRID %d, want %d", tc.id, got, tc.srid)
		}
		if got := ask[int64](t, pool, "select feature_count from gisd.collection_version where collection_id = $1", tc.id); got != tc.count && tc.count >= 0 {
			t.Errorf("%s: %d features, want %d", tc.id, got, tc.count)
		}
	}
	if got := ask[bool](t, pool, "select bool_and(ST_Within(ST_Transform(geom, 4326), ST_MakeEnvelope(105, 8, 108, 13, 4326))) from layers.parcels"); !got {
		t.Error("the parcels are not in the south of Vietnam")
	}
}

// TestImportRegistersCustomCRS takes a system that has no code here.
func TestImportRegistersCustomCRS(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	must(t, env, "import", testdata.Shared(t, "corpus/import/gdal_autotest_ogr/autotest/ogr/data/poly.shp"), "--collection", "poly")
	must(t, env, "import", testdata.Shared(t, "corpus/import/gdal_autotest_ogr/autotest/ogr/data/poly.shp"), "--collection", "poly2")
	if got := ask[string](t, pool, "select count(*) || ':' || min(srid) || ':' || min(auth_name) from spatial_ref_sys where srid >= 990000"); got != "1:990000:GISD" {
		t.Errorf("custom systems %s", got)
	}
	if !ask[bool](t, pool, "select min_lat is not null from gisd.collection_version where collection_id = 'poly'") {
		t.Error("no extent")
	}
}

func TestImportStandardInput(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	var out, errs bytes.Buffer
	env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	code := run(t.Context(), []string{"import", "-", "--collection", "zones", "--publish", "--visibility", "restricted:water"}, env,
		streams{strings.NewReader(threeZones), &out, &errs})
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	if got := ask[string](t, pool, "select visibility || ':' || roles[1] from gisd.collection"); got != "restricted:water" {
		t.Errorf("collection %s", got)
	}
}

func TestInspect(t *testing.T) {
	t.Parallel()
	path := testdata.Shared(t, "data/vietnam/vn2000_departments/Coso_Tongiao_07252017.shp")
	out := must(t, nil, "inspect", path)
	for _, want := range []string{"2698 Point", "EPSG:9210", "utf-8"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
