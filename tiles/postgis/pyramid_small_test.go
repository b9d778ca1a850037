package postgis_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	"gisd/tiles/generalise"
	"gisd/tiles/mvt/mvttest"
	tilespostgis "gisd/tiles/postgis"
)

// covered is the area of each use on a tile, in square units.
func covered(t *testing.T, tile []byte) (areas map[any]float64, features int) {
	t.Helper()
	layers, err := mvttest.Check(tile)
	if err != nil {
		t.Fatal(err)
	}
	areas = map[any]float64{}
	for _, l := range layers {
		for _, f := range l.Features {
			features++
			for _, ring := range f.Parts {
				for i, p := range ring {
					q := ring[(i+1)%len(ring)]
					areas[f.Properties["use"]] += float64(p[0]*q[1]-q[0]*p[1]) / 2
				}
			}
		}
	}
	return areas, features
}

// smallCells are the cells of small scales and their parts, by address.
func smallCells(t *testing.T, pool *pgxpool.Pool) map[string]string {
	t.Helper()
	rows, err := pool.Query(t.Context(), `select format('%s/%s/%s', first_zoom, x, y), md5(record) from gisd.cell where first_zoom < 13
		union all select format('part %s/%s', x, y), md5(part) from gisd.cell_part where part <> ''`)
	if err != nil {
		t.Fatal(err)
	}
	cells := map[string]string{}
	var at, sum string
	if _, err := pgx.ForEachRow(rows, []any{&at, &sum}, func() error {
		cells[at] = sum
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return cells
}

// fields registers 80 by 80 parcels of 33 m, the uses by columns of ten.
func fields(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	exec(t, pool, `create table data.fields_v1 as
		select x * 1000 + y as id, 1 as revision, clock_timestamp() as recorded_at, null::text as changed_by,
			case x / 10 % 2 when 0 then 'ODT' else 'LUC' end as use, st_makeenvelope(106.6 + x * 0.0003, 10.9 + y * 0.0003,
			106.6003 + x * 0.0003, 10.9003 + y * 0.0003, 4326)::geometry(polygon, 4326) as geom
		from generate_series(0, 79) x, generate_series(0, 79) y`)
	exec(t, pool, `alter table data.fields_v1 alter id type bigint, add primary key (id)`)
	exec(t, pool, `create index on data.fields_v1 using gist (geom)`)
	exec(t, pool, `analyze data.fields_v1`)
	register(t, pool, &spatial.Collection{ID: "fields", Table: "fields_v1", GeometryType: spatial.GeometryPolygon, SRID: 4326,
		IDKind: spatial.IDInteger, Extent: spatial.Envelope{SRID: 4326, MinX: 106.6, MinY: 10.9, MaxX: 106.624, MaxY: 10.924}})
	exec(t, pool, `insert into gisd.field (collection_id, version, ordinal, name, column_name, type) values ('fields', 1, 1, 'use', 'use', 'string')`)
	exec(t, pool, `update gisd.collection set style = '{"kind":"fill","by":"use"}' where id = 'fields'`)
}

func TestSmallScales(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	fields(t, pool)
	c := built(t, pool, current(t, pool, "fields"))
	if len(c.Pyramid.Bands) != 15 {
		t.Fatalf("bands %v", c.Pyramid.Bands)
	}
	var choices []generalise.Choice
	if err := json.Unmarshal(c.Pyramid.Generalisation, &choices); err != nil || len(choices) != 14 || choices[0].Zoom != 13 || choices[2].Zoom != 11 || choices[2].Step != generalise.StepNone || choices[0].LargestBytes == 0 {
		t.Errorf("%s: %v", c.Pyramid.Generalisation, err)
	}
	source := cellSource(t, pool, noRows{t})
	at := tiles.Coord{Z: 10, X: 815, Y: 480}
	areas, features := covered(t, layer(t, source, c, at))
	if features != 2 || math.Abs(areas["ODT"]/areas["LUC"]-1) > 0.02 {
		t.Errorf("%d features cover %v", features, areas)
	}
	for z := uint32(0); z <= 12; z++ {
		up := tiles.Coord{Z: z, X: 815 << 2 >> (12 - z), Y: 480 << 2 >> (12 - z)}
		if tile := layer(t, source, c, up); len(tile) == 0 && z <= 10 {
			t.Errorf("nothing on %v", up)
		}
	}

	exec(t, pool, `update data.fields_v1 set use = 'ODT' where id / 1000 < 40`)
	pyramids := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil)
	box := spatial.Envelope{SRID: 4326, MinX: 106.6, MinY: 10.9, MaxX: 106.612, MaxY: 10.924}
	if _, err := pyramids.Rebuild(t.Context(), c, []spatial.Envelope{box}); err != nil {
		t.Fatal(err)
	}
	behind := func(want int) {
		t.Helper()
		list, err := pyramids.Behind(t.Context())
		if err != nil || len(list) != want || want > 0 && list[0].Collection != "fields" {
			t.Fatalf("behind are %v, %v", list, err)
		}
	}
	behind(1)
	for i, want := range []bool{true, false} { // the second finds nothing to do
		report, err := pyramids.Small(t.Context(), c, 2)
		if err != nil || report.Whole || report.Edited > 0 != want || report.Cells > 0 != want || report.Tiles > 0 != want {
			t.Fatalf("time %d: %+v, %v", i, report, err)
		}
	}
	behind(0)
	if again := current(t, pool, "fields"); !again.UpdatedAt.Equal(c.UpdatedAt) {
		t.Error("all tiles of the collection leave the caches")
	}
	var soiled int
	if err := pool.QueryRow(t.Context(), `select count(*) from gisd.dirty where origin = 'cells' and cardinality(boxes) > 0 and not whole`).Scan(&soiled); err != nil || soiled != 1 {
		t.Errorf("readers were told %d times, %v", soiled, err)
	}
	followed := smallCells(t, pool)
	built(t, pool, c)
	if d := cmp.Diff(smallCells(t, pool), followed); d != "" {
		t.Errorf("other cells than those of a build (-build +followed):\n%s", d)
	}
	c = current(t, pool, "fields")
	areas, _ = covered(t, layer(t, source, c, at))
	if share := areas["ODT"] / areas["LUC"]; math.Abs(share-3) > 0.1 {
		t.Errorf("after the edit: %v", areas)
	}
	if tilespostgis.Wanting(c) {
		t.Error("small scales are as the style wants them")
	}
	exec(t, pool, `update gisd.collection set style = null where id = 'fields'`)
	if !tilespostgis.Wanting(current(t, pool, "fields")) {
		t.Error("another style wants other small scales")
	}
	few := built(t, pool, fixture.Collection(t, pool, fixture.Spec{ID: "few", Features: fixture.Polygons(20)}))
	if len(few.Pyramid.Bands) != 2 {
		t.Errorf("twenty features have bands %v", few.Pyramid.Bands)
	}
}
