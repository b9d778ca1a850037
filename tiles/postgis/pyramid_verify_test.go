package postgis_test

import (
	"testing"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial/postgis"
	tilespostgis "gisd/tiles/postgis"
)

func TestVerifyMends(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := register(t, pool, parcels(t, pool, 3000)[9210])
	pyramids := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil)
	verify := func(built bool, mended int64) {
		t.Helper()
		report, err := pyramids.Verify(t.Context(), c, 0, tilespostgis.BuildOptions{})
		if err != nil || report.Built != built || report.Mended != mended || report.Cells == 0 {
			t.Errorf("%+v, %v; want built %v, mended %d", report, err, built, mended)
		}
	}
	verify(true, 0)
	verify(false, 0)
	exec(t, pool, `delete from gisd.cell where ctid = (select min(ctid) from gisd.cell where first_zoom = 14)`)
	verify(false, 1)
	exec(t, pool, `update gisd.cell set record = '\x00' where ctid = (select min(ctid) from gisd.cell where first_zoom = 13)`)
	verify(false, 1)
	exec(t, pool, `insert into gisd.cell select pyramid_id, first_zoom, 1, 1, features, record from gisd.cell where first_zoom = 14 limit 1`)
	verify(false, 1)
	verify(false, 0)
	wide := built(t, pool, fixture.Collection(t, pool, fixture.Spec{ID: "wide", Features: []fixture.Feature{
		{ID: "1", WKT: "POINT(106.6 11)"}, {ID: "2", WKT: "POINT(106.8 11)"}, {ID: "3", WKT: "POINT(107 11)"},
	}}))
	for sample, all := range map[int]bool{1: false, 1000: true} {
		report, err := pyramids.Verify(t.Context(), wide, sample, tilespostgis.BuildOptions{})
		if err != nil || report.Sampled == all || report.Cells == 0 || report.Mended != 0 {
			t.Errorf("a sample of %d: %+v, %v", sample, report, err)
		}
	}
}
