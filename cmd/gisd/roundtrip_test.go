package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/testdata"
)

// shapesOf are a collection's geometries byte by byte, %s is an expression more.
const shapesOf = `select coalesce(encode(st_asbinary(geom, 'NDR'), 'hex'), '') || ' ' || coalesce(st_srid(geom)::text, '') || %s from layers.`

// rows is a query of a collection's features as texts: id, geometry and, with
// every digit, the properties that the collection like has.
func rows(t *testing.T, pool *pgxpool.Pool, like, collection string) string {
	t.Helper()
	columns := ask[string](t, pool, `select coalesce(string_agg(format(' || ''|'' || quote_nullable(%I::text)', f.column_name), '' order by f.ordinal), '')
		from gisd.field f join gisd.collection c on c.id = f.collection_id and c.current_version = f.version where c.id = $1`, like)
	return fmt.Sprintf(shapesOf, "'|' || id"+columns) + collection
}

// differing counts the rows of either query that the other has not.
func differing(t *testing.T, pool *pgxpool.Pool, x, y string) int {
	t.Helper()
	return ask[int](t, pool, `select (select count(*) from (`+x+` except all `+y+`) u) + (select count(*) from (`+y+` except all `+x+`) v)`)
}

// fieldsOf are the names and types of a collection's fields.
func fieldsOf(t *testing.T, pool *pgxpool.Pool, collection string) string {
	t.Helper()
	return ask[string](t, pool, `select coalesce(string_agg(f.name || ' ' || f.type, ', ' order by f.ordinal), '') from gisd.field f
		join gisd.collection c on c.id = f.collection_id and c.current_version = f.version where c.id = $1`, collection)
}

// sample is a GeoJSON document with those geometries, a value in every field of
// each and one feature of nulls at the end. Ids start from 11 in steps of 3.
func sample(t *testing.T, shapes ...string) string {
	t.Helper()
	var all []string
	for i, shape := range append(shapes, "null") {
		properties := `{"tên đường":null}`
		if shape != "null" {
			properties = fmt.Sprintf(`{"tên đường":"Đường <Lê Lợi> & \"ngõ\" 'số' \\ %d\nphường Thủ Dầu Một","số":-9007199254740993,"dài":%d.10000000000000142,`+
				`"mở":%t,"ngày":"2024-02-29","lúc":"2024-02-29T23:59:58.123456Z","trống":""}`, i, i, i%2 == 0)
		}
		all = append(all, fmt.Sprintf(`{"type":"Feature","id":%d,"geometry":%s,"properties":%s}`, 11+3*i, shape, properties))
	}
	return writeFile(t, "a.geojson", `{"type":"FeatureCollection","features":[`+strings.Join(all, ",\n")+`]}`)
}

// The shapes have digits that only a double holds, in VN-2000 as in degrees.
const (
	shapePoint      = `{"type":"Point","coordinates":[106.60000000000001,11.123456789012344]}`
	shapePointZ     = `{"type":"Point","coordinates":[106.60000000000001,11.123456789012344,-3.1000000000000001]}`
	shapePoints     = `{"type":"MultiPoint","coordinates":[[106.6,11],[106.70000000000002,11.1]]}`
	shapeLine       = `{"type":"LineString","coordinates":[[106.6,11],[106.70000000000002,11.1],[106.8,11.000000000000002]]}`
	shapeLineZ      = `{"type":"LineString","coordinates":[[106.6,11,1.5],[106.70000000000002,11.1,2.25],[106.8,11.000000000000002,0]]}`
	shapeLines      = `{"type":"MultiLineString","coordinates":[[[106.6,11],[106.7,11.1]],[[106.8,11],[106.9,11.30000000000001]]]}`
	shapePolygon    = `{"type":"Polygon","coordinates":[[[106.6,11],[106.7,11],[106.7,11.1],[106.60000000000002,11.1],[106.6,11]],[[106.62,11.02],[106.62,11.04],[106.64,11.04],[106.62,11.02]]]}`
	shapePolygonZ   = `{"type":"Polygon","coordinates":[[[106.6,11,1],[106.7,11,2],[106.7,11.1,3],[106.60000000000002,11.1,4],[106.6,11,1]]]}`
	shapePolygons   = `{"type":"MultiPolygon","coordinates":[[[[106.6,11],[106.7,11],[106.7,11.1],[106.6,11]]],[[[107.6,11],[107.70000000000002,11],[107.7,11.1],[107.6,11]]]]}`
	shapeParcel     = `{"type":"Polygon","coordinates":[[[600123.4560000001,1222333.1230000001],[600223.456,1222333.123],[600223.456,1222433.1239999998],[600123.4560000001,1222333.1230000001]]]}`
	shapeCollection = `{"type":"GeometryCollection","geometries":[` + shapePoint + `,` + shapeLine + `]}`
)

// roundTrip is a layer on its way out and back.
type roundTrip struct {
	name string
	path func(t *testing.T) string
	args []string // of the first import
	back []string // of the second, --key of a text id
}

func made(shapes ...string) func(*testing.T) string {
	return func(t *testing.T) string { t.Helper(); return sample(t, shapes...) }
}

func stored(rel string) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		testdata.SkipUnderRace(t)
		return testdata.Shared(t, "data/"+rel)
	}
}

// exactTrips come back bit by bit: every coordinate, property and id.
var exactTrips = []roundTrip{
	{name: "points", path: made(shapePoint)},
	{name: "points with heights", path: made(shapePointZ)},
	{name: "multipoints", path: made(shapePoints)},
	{name: "lines", path: made(shapeLine)},
	{name: "lines with heights", path: made(shapeLineZ)},
	{name: "lines, single and multi", path: made(shapeLine, shapeLines)},
	{name: "polygons", path: made(shapePolygon)},
	{name: "polygons with heights", path: made(shapePolygonZ)},
	{name: "polygons, single and multi", path: made(shapePolygon, shapePolygons)},
	{name: "everything", path: made(shapePoint, shapePoints, shapeLine, shapeLines, shapePolygon, shapePolygons, shapeCollection)},
	{name: "a table", path: made("null")},
	{name: "VN-2000", path: made(shapeParcel), args: []string{"--crs", "EPSG:9210"}},
	{name: "parcels in VN-2000", path: stored("vietnam/parcels_vn2000/hktb.shp"), back: []string{"--key", "GUID"}},
	{name: "bridges in VN-2000", path: stored("vietnam/vn2000_departments/Cau.shp")},
	{name: "provinces", path: stored("vietnam/admin_2025/provinces.fgb")},
	{name: "buildings with heights", path: stored("vietnam/districts/district7/WGS84-UTM/Building_Noninteractive.shp")},
	{name: "roads with heights", path: stored("vietnam/districts/district7/shapefile/RoadNetwork_UTM48N.shp")},
	{name: "schools with text ids", path: stored("vietnam/osm_2026/schools.geojson"), back: []string{"--key", "id"}},
	{name: "manholes", path: stored("networks/teksi_aletsch.gpkg"), args: []string{"--layer", "wastewater_node"}},
	{name: "routes", path: stored("vietnam/bus/derived_bus_routes.geojson")},
}

// TestExactRoundTrips goes out through a file and back in, by the commands, and
// through ogr2ogr on the way, which reads what was written without us.
func TestExactRoundTrips(t *testing.T) {
	t.Parallel()
	env, pool := importDB(t)
	for i, trip := range exactTrips {
		t.Run(trip.name, func(t *testing.T) {
			t.Parallel()
			a := fmt.Sprintf("a%d", i)
			must(t, env, append([]string{"import", trip.path(t), "--collection", a}, trip.args...)...)
			for _, format := range []string{"gpkg", "fgb", "parquet"} {
				file := filepath.Join(t.TempDir(), a+"."+format)
				must(t, env, "export", a, "-o", file)
				b := a + format
				must(t, env, append([]string{"import", file, "--collection", b}, trip.back...)...)
				sameCollection(t, pool, a, b)
				if format != "parquet" { // which this GDAL does not read
					throughOGR(t, env, pool, a, file)
				}
			}
		})
	}
}

// sameCollection wants the same ids, properties and geometry bytes. Only a
// GeoPackage has a place for ids; elsewhere they are a field more.
func sameCollection(t *testing.T, pool *pgxpool.Pool, a, b string) {
	t.Helper()
	fields := func(c string) string {
		return strings.TrimPrefix(strings.TrimPrefix(fieldsOf(t, pool, c), "id integer, "), "id string, ")
	}
	if got, want := fields(b), fields(a); got != want {
		t.Errorf("%s has the fields %s, want %s", b, got, want)
	}
	if n := differing(t, pool, rows(t, pool, a, a), rows(t, pool, a, b)); n != 0 {
		t.Errorf("%s: %d features are not the same", b, n)
	}
}

// throughOGR lets GDAL copy the file into a GeoPackage of its own and compares
// the geometry in that bit by bit.
func throughOGR(t *testing.T, env []string, pool *pgxpool.Pool, a, file string) {
	t.Helper()
	needOGR(t)
	copied := filepath.Join(t.TempDir(), "copied.gpkg")
	if out, err := exec.Command("ogr2ogr", "-f", "GPKG", "-preserve_fid", copied, file).CombinedOutput(); err != nil {
		t.Fatalf("ogr2ogr: %v: %s", err, out)
	}
	c := a + "ogr" + strings.TrimPrefix(filepath.Ext(file), ".")
	must(t, env, "import", copied, "--collection", c)
	x := fmt.Sprintf(shapesOf, "''")
	if n := differing(t, pool, x+a, x+c); n != 0 {
		t.Errorf("%s: %d geometries are not the same", c, n)
	}
}
