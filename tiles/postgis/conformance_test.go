package postgis_test

import (
	"testing"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/postgis"
	"gisd/tiles/sourcetest"
)

func TestSource(t *testing.T) {
	t.Parallel()
	for _, srid := range []spatial.SRID{4326, 9210, 3857, 3395} {
		t.Run(srid.String(), func(t *testing.T) {
			t.Parallel()
			sourcetest.Run(t, func(t *testing.T, features []sourcetest.Feature) (tiles.Source, *spatial.Collection) {
				pool := testdb.DB(t)
				spec := fixture.Spec{ID: "mixed", SRID: srid, Fields: fixture.Fields()[:1]}
				for _, f := range features {
					var name any
					if f.Name != "" {
						name = f.Name
					}
					spec.Features = append(spec.Features, fixture.Feature{ID: f.ID, WKT: f.WKT, Properties: []any{name}})
				}
				return postgis.NewSource(pool, nil), fixture.Collection(t, pool, spec)
			})
		})
	}
}
