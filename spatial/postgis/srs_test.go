package postgis_test

import (
	"math"
	"testing"

	"github.com/jackc/pgx/v5"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/spatial/postgis"
)

// TestVN2000AcrossTheSeam crosses 11.04° N, where stock PROJ switches to another
// operation: PostGIS and Go must agree within 1 mm on both sides.
func TestVN2000AcrossTheSeam(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	for _, srid := range []spatial.SRID{9205, 9210, 9218, 3405, 3406, 5896, 5897, 5899} {
		to, err := crs.NewTransform(srid, spatial.SRIDWGS84)
		if err != nil {
			t.Fatal(err)
		}
		for northing := 1_215_000.0; northing <= 1_227_000; northing += 500 {
			const easting = 540_000.0
			lon, lat, err := to.Point(easting, northing)
			if err != nil {
				t.Fatal(err)
			}
			var x, y float64
			if err := pool.QueryRow(t.Context(), `
				select st_x(p), st_y(p) from st_transform(st_setsrid(st_makepoint($1, $2), $3::integer), 4326) p`,
				easting, northing, int32(srid)).Scan(&x, &y); err != nil {
				t.Fatal(err)
			}
			const metersPerDegree = 111_320.0
			if off := math.Hypot((x-lon)*math.Cos(lat*math.Pi/180), y-lat) * metersPerDegree; off > 0.001 {
				t.Errorf("EPSG:%d at N %.0f: PostGIS is %.4f m off", srid, northing, off)
			}
		}
	}
}

func TestSyncSRS(t *testing.T) {
	t.Parallel()
	url := testdb.Empty(t)
	conn := connect(t, url)
	sync := func(want bool) {
		t.Helper()
		changed, err := postgis.SyncSRS(t.Context(), conn)
		if err != nil || changed != want {
			t.Errorf("changed %v, want %v; %v", changed, want, err)
		}
	}
	sync(true)
	sync(false)
	if _, err := conn.Exec(t.Context(), `update spatial_ref_sys set auth_name = 'EPSG' where srid = 9210`); err != nil {
		t.Fatal(err)
	}
	sync(true)
	// spatial_ref_sys belongs to the superuser: the role has what was granted.
	super := connect(t, testdb.SuperuserURL(t, url))
	if _, err := super.Exec(t.Context(), `
		update spatial_ref_sys set srtext = 'x' where srid = 3405;
		revoke insert, update on spatial_ref_sys from `+pgx.Identifier{conn.Config().User}.Sanitize()+`, public`); err != nil {
		t.Fatal(err)
	}
	if _, err := postgis.SyncSRS(t.Context(), conn); spatial.CodeOf(err) != spatial.CodeForbidden {
		t.Errorf("without rights: %v", err)
	}
	var name string
	if err := conn.QueryRow(t.Context(), `select auth_name from spatial_ref_sys where srid = 9210`).Scan(&name); err != nil || name != "GISD" {
		t.Errorf("auth_name %q, %v", name, err)
	}
	var json string
	if err := conn.QueryRow(t.Context(), `
		select st_asgeojson(st_setsrid(st_makepoint(600000, 1220000), 9210), 9, 2)`).Scan(&json); err != nil {
		t.Errorf("ST_AsGeoJSON with a CRS: %v", err)
	}
}
