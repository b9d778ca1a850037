package postgis_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"gisd/internal/fixture"
	"gisd/internal/testdata"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	tilespostgis "gisd/tiles/postgis"
)

// TestPatchedCellsAreThoseOfTheRows makes random edits, each followed by a
// Rebuild of its boxes, and has Verify find nothing to mend.
func TestPatchedCellsAreThoseOfTheRows(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	for _, test := range []struct {
		name   string
		kind   spatial.IDKind
		srid   spatial.SRID
		fields []spatial.Field
	}{
		{"numbers", spatial.IDInteger, 9210, fixture.Fields()[:1]},
		{"texts", spatial.IDText, 3857, fixture.Fields()[:1]},
		{"a field of the name id", spatial.IDInteger, 4326, []spatial.Field{{Name: "id", Column: "code", Type: spatial.FieldString}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			pool, rng := testdb.DB(t), rand.New(rand.NewPCG(8, uint64(test.srid)))
			spec := fixture.Spec{ID: "patched", IDKind: test.kind, SRID: test.srid, Fields: test.fields}
			for i, f := range append(fixture.Polygons(150), fixture.Lines(40)...) {
				f.ID, f.Properties = strconv.Itoa(i+1), []any{fmt.Sprint("no ", i)}
				if test.kind == spatial.IDText {
					f.ID = "thửa " + f.ID
				}
				spec.Features = append(spec.Features, f)
			}
			c := built(t, pool, fixture.Collection(t, pool, spec))
			pyramids := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil)
			column := test.fields[0].Column
			written := 0
			for i := range 30 {
				one := fmt.Sprintf(`(select id from data.%q order by id offset %d limit 1)`, c.Table, rng.IntN(120))
				sql := []string{
					`update data.%[1]q set %[2]s = 'edit' where id = %[3]s returning geom`,
					`delete from data.%[1]q where id = %[3]s returning geom`,
					`update data.%[1]q n set geom = st_translate(n.geom, (st_xmax(n.geom) - st_xmin(n.geom)) * 3, 0) from data.%[1]q o where o.id = n.id and n.id = %[3]s returning st_collect(o.geom, n.geom) as geom`,
				}[rng.IntN(3)]
				box := spatial.Envelope{SRID: c.SRID}
				err := pool.QueryRow(context.WithoutCancel(t.Context()), fmt.Sprintf(`with e as (`+sql+`) select st_xmin(geom), st_ymin(geom), st_xmax(geom), st_ymax(geom) from e`, c.Table, column, one)).
					Scan(&box.MinX, &box.MinY, &box.MaxX, &box.MaxY)
				if err != nil {
					t.Fatalf("edit %d: %v", i, err)
				}
				n, err := pyramids.Rebuild(t.Context(), c, []spatial.Envelope{box})
				if err != nil {
					t.Fatal(err)
				}
				written += n
			}
			if written == 0 {
				t.Error("no cell was written")
			}
			report, err := pyramids.Verify(t.Context(), c, 0, tilespostgis.BuildOptions{})
			if err != nil || report.Mended != 0 || report.Cells == 0 {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
}
