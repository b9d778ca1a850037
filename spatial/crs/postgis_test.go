package crs_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/crs"
)

func TestMain(m *testing.M) { os.Exit(testdb.Main(m)) }

// withRows is a database whose spatial_ref_sys holds this package's rows.
func withRows(t *testing.T) *pgxpool.Pool {
	t.Helper()
	url := testdb.SuperuserURL(t, testdb.Empty(t))
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	for _, r := range crs.SpatialRefSysRows() {
		_, err := pool.Exec(t.Context(), `
			insert into spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) values ($1, $2, $3, $4, $5)
			on conflict (srid) do update set auth_name = excluded.auth_name, auth_srid = excluded.auth_srid,
				srtext = excluded.srtext, proj4text = excluded.proj4text`,
			r.SRID, r.AuthName, r.AuthSRID, r.SRText, r.Proj4Text)
		if err != nil {
			t.Fatal(err)
		}
	}
	pool.Reset() // PROJ caches systems by connection
	return pool
}

// TestPostGISAgreesAcrossTheStep walks over 11.04° N, where stock PROJ jumps by
// 0.80 m, and demands 1 mm of PostGIS and Go on both sides.
func TestPostGISAgreesAcrossTheStep(t *testing.T) {
	t.Parallel()
	pool := withRows(t)
	for _, r := range crs.SpatialRefSysRows() {
		for _, to := range []spatial.SRID{4326, 3857} {
			back, err := crs.NewTransform(4326, r.SRID)
			if err != nil {
				t.Fatal(err)
			}
			tr, err := crs.NewTransform(r.SRID, to)
			if err != nil {
				t.Fatal(err)
			}
			for _, lat := range []float64{8.6, 10.5, 11.03, 11.0399, 11.03999999, 11.04000001, 11.0401, 11.05, 16.2, 21.0} {
				x, y, err := back.Point(106.65, lat)
				if err != nil {
					t.Fatal(err)
				}
				u, v, err := tr.Point(x, y)
				if err != nil {
					t.Fatal(err)
				}
				var pu, pv, px, py float64
				err = pool.QueryRow(t.Context(), `
					with there as (select st_transform(st_setsrid(st_makepoint($1, $2), $3::int), $4::int) as geom),
					     again as (select st_transform(geom, $3::int) as geom from there)
					select st_x(there.geom), st_y(there.geom), st_x(again.geom), st_y(again.geom) from there, again`,
					x, y, r.SRID, to).Scan(&pu, &pv, &px, &py)
				if err != nil {
					t.Fatal(err)
				}
				if d := metres(to, u, v, pu, pv); !(d <= 0.001) {
					t.Errorf("%v -> %v at %v°: Go and PostGIS differ by %.4f m", r.SRID, to, lat, d)
				}
				x, y, err = tr.Inverse().Point(u, v)
				if err != nil {
					t.Fatal(err)
				}
				if d := metres(r.SRID, x, y, px, py); !(d <= 0.001) {
					t.Errorf("%v -> %v at %v°: Go and PostGIS differ by %.4f m", to, r.SRID, lat, d)
				}
			}
		}
	}
}

// TestStockRowsStep shows that the test above can fail: EPSG:9210 written with
// the EPSG authority steps by 0.8 m.
func TestStockRowsStep(t *testing.T) {
	t.Parallel()
	pool := withRows(t)
	if _, err := pool.Exec(t.Context(), `update spatial_ref_sys set auth_name = 'EPSG' where srid = 9210`); err != nil {
		t.Fatal(err)
	}
	pool.Reset()
	tr, err := crs.NewTransform(9210, 4326)
	if err != nil {
		t.Fatal(err)
	}
	lon, lat, err := tr.Point(600000, 1220900)
	if err != nil {
		t.Fatal(err)
	}
	var x, y float64
	err = pool.QueryRow(t.Context(), `select st_x(g), st_y(g) from st_transform(st_setsrid(st_makepoint(600000, 1220900), 9210), 4326) g`).Scan(&x, &y)
	if err != nil {
		t.Fatal(err)
	}
	if d := metres(4326, lon, lat, x, y); d < 0.5 {
		t.Skipf("this PROJ does not step (%.3f m)", d)
	}
}

func TestPostGISWritersTakeTheRows(t *testing.T) {
	t.Parallel()
	pool := withRows(t)
	for _, r := range crs.SpatialRefSysRows() {
		var gj, gml, name string
		err := pool.QueryRow(t.Context(), `
			select st_asgeojson(g, 9, 2), st_asgml(3, g), (select auth_name from spatial_ref_sys where srid = $1)
			from st_setsrid(st_makepoint(105.1, 11.2), $1::int) g`, r.SRID).Scan(&gj, &gml, &name)
		if err != nil {
			t.Fatalf("%v: %v", r.SRID, err)
		}
		want := fmt.Sprintf("GISD:%d", r.SRID)
		if !strings.Contains(gj, want) || !strings.Contains(gml, fmt.Sprint(int(r.SRID))) {
			t.Errorf("%v: no %s in %s or %s", r.SRID, want, gj, gml)
		}
	}
}

func TestRowsHoldNoAuthority(t *testing.T) {
	t.Parallel()
	rows := crs.SpatialRefSysRows()
	if len(rows) != 21 {
		t.Fatalf("got %d rows, want 21", len(rows))
	}
	for _, r := range rows {
		if strings.Contains(r.SRText, "AUTHORITY") || !strings.Contains(r.SRText, "TOWGS84[-191.90441429,") ||
			!strings.Contains(r.Proj4Text, "+towgs84=-191.90441429,") || r.AuthName != "GISD" || r.AuthSRID != int32(r.SRID) {
			t.Errorf("row %+v", r)
		}
		if got, reason, ok := crs.MatchWKT(r.SRText); !ok || got != r.SRID {
			t.Errorf("%v: its own text matches %v: %s", r.SRID, got, reason)
		}
	}
}
