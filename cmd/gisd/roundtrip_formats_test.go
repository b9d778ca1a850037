package main

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/testdata"
)

// farthest is how far a position of one collection lies from the same position
// of the other, in metres: both in SRID 9210, or on the ellipsoid. Positions are
// paired by id and path, with rings turned one way, as RFC 7946 §3.1.6 wants.
func farthest(t *testing.T, pool *pgxpool.Pool, a, b string) float64 {
	t.Helper()
	return ask[float64](t, pool, fmt.Sprintf(`
		with x as (select id::text as id, (st_dumppoints(st_forcepolygonccw(geom))).* from layers.%s),
			y as (select id::text as id, (st_dumppoints(st_forcepolygonccw(geom))).* from layers.%s)
		select coalesce(max(case
			when x.geom is null or y.geom is null then 'infinity'
			when st_srid(x.geom) = 4326 and st_srid(y.geom) = 4326 then st_distance(x.geom::geography, y.geom::geography)
			else st_distance(x.geom, st_transform(y.geom, st_srid(x.geom))) end), 0)
		from x full join y on x.id = y.id and coalesce(x.path, '{}') = coalesce(y.path, '{}')`, a, b))
}

// TestGeoJSONRoundTrips: nothing moves by a millimetre, out of VN-2000 into
// WGS 84 and back either.
func TestGeoJSONRoundTrips(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	for i, trip := range []roundTrip{
		{name: "everything", path: made(shapePoint, shapePoints, shapeLine, shapeLines, shapePolygon, shapePolygons)},
		{name: "VN-2000", path: made(shapeParcel), args: []string{"--crs", "EPSG:9210"}},
		{name: "parcels in VN-2000", path: stored("vietnam/parcels_vn2000/hktb.shp"), back: []string{"--key", "GUID"}},
		{name: "buildings in UTM", path: stored("vietnam/districts/district7/Building_Interactive.geojson")},
		{name: "provinces", path: stored("vietnam/admin_2025/provinces.fgb")},
	} {
		t.Run(trip.name, func(t *testing.T) {
			t.Parallel()
			a := fmt.Sprintf("a%d", i)
			must(t, env, append([]string{"import", trip.path(t), "--collection", a}, trip.args...)...)
			storage := ask[string](t, pool, "select 'EPSG:' || srid from gisd.collection_version where collection_id = $1", a)
			for _, way := range []struct {
				name, ending string
				args         []string
			}{{"wgs84", "geojson", nil}, {"lines", "geojsonl", nil}, {"own", "geojson", []string{"--crs", storage}}} {
				file := filepath.Join(t.TempDir(), a+"."+way.ending)
				must(t, env, append([]string{"export", a, "-o", file}, way.args...)...)
				b := a + way.name
				must(t, env, append([]string{"import", file, "--collection", b}, trip.back...)...)
				if far := farthest(t, pool, a, b); far >= 0.001 {
					t.Errorf("%s: a position moved by %g m", way.name, far)
				}
				if got, want := fieldsOf(t, pool, b), fieldsOf(t, pool, a); way.name == "wgs84" && !strings.Contains(got, strings.Split(want, ", ")[0]) {
					t.Errorf("fields %s, want %s", got, want)
				}
				// And from WGS 84 into the storage system again.
				back := filepath.Join(t.TempDir(), a+"."+way.ending+".gpkg")
				must(t, env, "export", b, "-o", back, "--crs", storage)
				must(t, env, append([]string{"import", back, "--collection", b + "back"}, trip.back...)...)
				if far := farthest(t, pool, a, b+"back"); far >= 0.001 {
					t.Errorf("%s: a position moved by %g m on its way back", way.name, far)
				}
			}
		})
	}
}

// TestShapefileRoundTrip: geometry comes back bit by bit, and what the format
// cannot hold stands in the text file of the zip.
func TestShapefileRoundTrip(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	long := strings.Repeat("Đường ", 60)
	path := writeFile(t, "a.geojson", fmt.Sprintf(`{"type":"FeatureCollection","features":[
		{"type":"Feature","id":1,"geometry":%s,"properties":{"loại đất theo quy hoạch":"ODT","ghi chú":"%s","lúc":"2024-02-29T23:59:58Z","số":7,"dài":1.5,"mở":true,"ngày":"2024-02-29","chi tiết":{"a":[1]}}},
		{"type":"Feature","id":2,"geometry":%s,"properties":{"loại đất theo quy hoạch":"CLN"}}]}`, shapePolygon, long, shapePolygons))
	must(t, env, "import", path, "--collection", "a")
	file := filepath.Join(t.TempDir(), "a.shp.zip")
	must(t, env, "export", "a", "-o", file)
	limits := entryOf(t, file, "LIMITS.txt")
	for _, want := range []string{"loại đất theo quy hoạch ->", "ghi chú: 1 values cut to 254 bytes", "lúc: date and time written as text",
		"chi tiết: JSON written as text", "the ids of the features are not written", "field names have 10 bytes", "shells run clockwise"} {
		if !strings.Contains(limits, want) {
			t.Errorf("no word of %q in\n%s", want, limits)
		}
	}
	must(t, env, "import", file, "--collection", "b")
	x := fmt.Sprintf(shapesOf, "''")
	turned := func(query string) string { // LIMITS.txt says so
		return strings.ReplaceAll(query, "st_asbinary(geom", "st_asbinary(st_forcepolygoncw(geom)")
	}
	if n := differing(t, pool, turned(x+"a"), turned(x+"b")); n != 0 {
		t.Errorf("%d geometries are not the same", n)
	}
	const held = `select string_agg(octet_length(ghi_chu) || ' ' || so || ' ' || dai || ' ' || ngay || ' ' || mo, ',') from layers.`
	if got := ask[string](t, pool, held+"b"); !strings.HasSuffix(got, " 7 1.5 2024-02-29 true") || got < "250" {
		t.Errorf("the values %s", got)
	}
	if !ask[bool](t, pool, "select bool_and(starts_with(a.ghi_chu, b.ghi_chu)) from layers.a, layers.b where a.ghi_chu is not null and b.ghi_chu is not null") {
		t.Error("the text that was cut is not the beginning of the whole one")
	}
	for _, trip := range []roundTrip{
		{name: "parcels", path: stored("vietnam/parcels_vn2000/hktb.shp"), back: []string{"--key", "GUID"}},
		{name: "roads", path: stored("vietnam/districts/district7/shapefile/RoadNetwork_UTM48N.shp")},
	} {
		t.Run(trip.name, func(t *testing.T) {
			t.Parallel()
			a := trip.name
			must(t, env, "import", trip.path(t), "--collection", a)
			file := filepath.Join(t.TempDir(), a+".shz")
			must(t, env, "export", a, "-o", file)
			must(t, env, append([]string{"import", file, "--collection", a + "_back"}, trip.back...)...)
			if n := differing(t, pool, turned(rows(t, pool, a, a)), turned(rows(t, pool, a, a+"_back"))); n != 0 {
				t.Errorf("%d features are not the same", n)
			}
		})
	}
}

func entryOf(t *testing.T, archive, name string) string {
	t.Helper()
	z, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestOtherRoundTrips: what each of the other formats promises.
func TestOtherRoundTrips(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	must(t, env, "import", sample(t, shapePolygon, shapePolygons), "--collection", "areas")
	must(t, env, "import", sample(t, shapePointZ), "--collection", "points")
	must(t, env, "import", sample(t, shapeParcel), "--collection", "parcels", "--crs", "EPSG:9210")
	const (
		exact  = "exact"  // bit by bit
		within = "within" // a millimetre
	)
	for _, test := range []struct {
		from, ending, shape string
		back                []string
		fields              []string // which come back with every digit
	}{
		{"areas", "csv", exact, nil, []string{"ten_duong", "so", "dai", "mo", "ngay", "luc"}},
		{"points", "csv", exact, nil, []string{"ten_duong", "so", "dai", "mo", "ngay", "luc"}},
		{"parcels", "csv", exact, []string{"--crs", "EPSG:9210"}, []string{"ten_duong", "so", "dai", "mo", "ngay", "luc"}},
		{"areas", "xlsx", exact, nil, []string{"ten_duong", "so", "dai", "mo", "ngay"}},
		{"points", "xlsx", exact, nil, []string{"ten_duong", "so", "dai", "mo", "ngay"}},
		{"areas", "kml", within, nil, []string{"ten_duong", "so", "dai", "mo", "ngay", "luc"}},
		{"parcels", "kmz", within, nil, []string{"ten_duong", "so", "dai", "mo", "ngay", "luc"}},
		{"points", "dxf", exact, []string{"--crs", "EPSG:4326", "--layer", "points"}, []string{"ten_duong", "so", "dai", "mo", "ngay", "luc"}},
		{"parcels", "dxf", exact, []string{"--crs", "EPSG:9210", "--layer", "parcels"}, []string{"ten_duong", "so", "dai", "mo", "ngay", "luc"}},
	} {
		t.Run(test.from+" "+test.ending, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "a."+test.ending)
			must(t, env, "export", test.from, "-o", file)
			b := test.from + "_" + test.ending
			must(t, env, append([]string{"import", file, "--collection", b}, test.back...)...)
			some := " where geom is not null" // a drawing has no features without geometry
			var columns strings.Builder
			for _, c := range test.fields {
				columns.WriteString(" || '|' || coalesce(" + c + "::text, '')")
			}
			x := fmt.Sprintf(shapesOf, "''"+columns.String())
			if test.shape == within {
				x = "select id::text" + columns.String() + " from layers."
				if far := farthest(t, pool, test.from, b); far >= 0.001 {
					t.Errorf("a position moved by %g m", far)
				}
			}
			if n := differing(t, pool, x+test.from+some, x+b+some); n != 0 {
				t.Errorf("%d features are not the same\n%s\n%s", n, fieldsOf(t, pool, test.from), fieldsOf(t, pool, b))
			}
		})
	}
}

// TestExportOfAPart compares box, condition and system with what ogrinfo sees.
func TestExportOfAPart(t *testing.T) {
	t.Parallel()
	needOGR(t)
	env, pool := importDB(t)
	must(t, env, "import", testdata.Shared(t, "data/vietnam/osm_2026/schools.geojson"), "--collection", "schools")
	const box = "st_makeenvelope(106.65, 10.75, 106.75, 10.85, 4326)"
	for i, test := range []struct {
		args  []string
		where string
		srs   string
	}{
		{[]string{"--bbox", "106.65,10.75,106.75,10.85"}, "st_intersects(geom, " + box + ")", "EPSG:4326"},
		{[]string{"--filter", "name like 'Trường Tiểu%'"}, "name like 'Trường Tiểu%'", "EPSG:4326"},
		{[]string{"--filter", "name is not null and s_intersects(geom, bbox(106.65,10.75,106.75,10.85))"}, "name is not null and st_intersects(geom, " + box + ")", "EPSG:4326"},
		{[]string{"--crs", "EPSG:9210"}, "true", "EPSG:9210"},
		{[]string{"--crs", "EPSG:32648", "--bbox", "106.65,10.75,106.75,10.85", "--filter", "name is not null"}, "name is not null and st_intersects(geom, " + box + ")", "EPSG:32648"},
	} {
		for _, ending := range []string{"gpkg", "fgb", "shp.zip"} {
			t.Run(fmt.Sprintf("%d %s", i, ending), func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(t.TempDir(), "a."+ending)
				must(t, env, append([]string{"export", "schools", "-o", file}, test.args...)...)
				want := ask[int](t, pool, "select count(*) from layers.schools where "+test.where)
				if strings.HasSuffix(ending, ".zip") {
					file = "/vsizip/" + file
				}
				// Older GDAL has no JSON of ogrinfo: one made of GeoJSON in the file's system.
				out, err := exec.Command("ogr2ogr", "-f", "GeoJSON", "-lco", "RFC7946=NO", "/vsistdout/", file).Output()
				if err != nil {
					t.Fatalf("ogr2ogr: %v", err)
				}
				var doc struct {
					CRS      struct{ Properties struct{ Name string } }
					Features []struct{}
				}
				if err := json.Unmarshal(out, &doc); err != nil {
					t.Fatal(err)
				}
				if len(doc.Features) != want || want == 0 {
					t.Errorf("%d features, want %d", len(doc.Features), want)
				}
				code := strings.TrimPrefix(test.srs, "EPSG:")
				if name := doc.CRS.Properties.Name; !strings.HasSuffix(name, ":"+code) && (code != "4326" || !strings.HasSuffix(name, "CRS84")) {
					t.Errorf("the system is %q, want %s", name, test.srs)
				}
			})
		}
	}
}
