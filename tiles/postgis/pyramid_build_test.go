package postgis_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	tilespostgis "gisd/tiles/postgis"
)

func TestBuildThatIsCutOffLeavesWhatWasThere(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := register(t, pool, parcels(t, pool, 3000)[9210])
	pyramids := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil)
	count := func() (pyramids, cells int) {
		t.Helper()
		err := pool.QueryRow(t.Context(), `select (select count(*) from gisd.pyramid), (select count(*) from gisd.cell)`).Scan(&pyramids, &cells)
		if err != nil {
			t.Fatal(err)
		}
		return pyramids, cells
	}
	ways := []struct {
		name string
		cut  func(cancel context.CancelFunc)
		code spatial.Code
	}{
		{"cancelled", func(cancel context.CancelFunc) { cancel() }, spatial.CodeCanceled},
		{"its sessions killed", func(context.CancelFunc) {
			exec(t, pool, `select pg_terminate_backend(pid) from pg_stat_activity
				where datname = current_database() and pid <> pg_backend_pid() and query ilike 'copy "gisd"."cell"%'`)
		}, spatial.CodeUnavailable},
	}
	cutOff := func(way int) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		build := func() error {
			_, err := pyramids.Build(ctx, c, tilespostgis.BuildOptions{Workers: 1, Progress: func(int, int) { ways[way].cut(cancel) }})
			return err
		}
		err := build()
		// The session of the build before may take a moment to end, and its lock with it.
		for end := time.Now().Add(30 * time.Second); spatial.CodeOf(err) == spatial.CodeConflict && time.Now().Before(end); err = build() {
			time.Sleep(10 * time.Millisecond)
		}
		if spatial.CodeOf(err) != ways[way].code {
			t.Errorf("%s: %v", ways[way].name, err)
		}
	}
	for i := range ways {
		cutOff(i)
		if p, n := count(); p != 0 || n != 0 {
			t.Errorf("%s: %d builds and %d cells are left", ways[i].name, p, n)
		}
	}
	c = built(t, pool, c)
	p, n := count()
	for i := range ways {
		cutOff(i)
		if p2, n2 := count(); p2 != p || n2 != n || p == 0 || n == 0 {
			t.Errorf("%s: %d builds with %d cells became %d with %d", ways[i].name, p, n, p2, n2)
		}
	}
	if again := current(t, pool, c.ID); again.Pyramid.ID != c.Pyramid.ID {
		t.Errorf("the build %d became %d", c.Pyramid.ID, again.Pyramid.ID)
	}
}

func TestOneBuildAtATime(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := fixture.Collection(t, pool, fixture.Spec{ID: "p", Features: fixture.Points(50)})
	pyramids := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil)
	var second error
	_, err := pyramids.Build(t.Context(), c, tilespostgis.BuildOptions{Workers: 1, Progress: func(done, _ int) {
		if done == 1 {
			_, second = pyramids.Build(t.Context(), c, tilespostgis.BuildOptions{})
		}
	}})
	if err != nil || spatial.CodeOf(second) != spatial.CodeConflict {
		t.Errorf("%v; beside it %v, want conflict", err, second)
	}
}

// TestRebuildAfterEdits changes rows by plain SQL and has the cells packed again
// by the boxes before and after.
func TestRebuildAfterEdits(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := built(t, pool, register(t, pool, parcels(t, pool, 2000)[9210]))
	pyramids := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil)
	rows := tilespostgis.NewSource(pool, nil)
	rng := rand.New(rand.NewPCG(9, 9))
	table := `data."` + c.Table + `"`
	boxOf := func(where string) spatial.Envelope {
		t.Helper()
		box := spatial.Envelope{SRID: c.SRID}
		if err := pool.QueryRow(t.Context(), `select st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e) from (select st_extent(geom) e from `+table+` where `+where+`) q`).
			Scan(&box.MinX, &box.MinY, &box.MaxX, &box.MaxY); err != nil {
			t.Fatal(err)
		}
		return box
	}
	for _, test := range []struct{ name, where, sql string }{
		{"a property", "id = 700", `update ` + table + ` set land_use = 'XYZ' where id = 700`},
		{"a shape", "id = 701", `update ` + table + ` set geom = st_translate(geom, 900, 400) where id = 701`},
		{"gone", "id between 1 and 60", `delete from ` + table + ` where id between 1 and 60`},
		{"to where nothing was", "id = 1999", `update ` + table + ` set geom = st_translate(geom, 5000, 5000) where id = 1999`},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := boxOf(test.where)
			exec(t, pool, test.sql)
			boxes := []spatial.Envelope{before}
			if test.name != "gone" {
				boxes = append(boxes, boxOf(test.where))
			}
			n, err := pyramids.Rebuild(t.Context(), c, boxes)
			if err != nil || n == 0 {
				t.Fatalf("%d cells, %v", n, err)
			}
			cells := cellSource(t, pool, noRows{t})
			moved := *c
			moved.Extent = c.Extent
			moved.Extent.MaxX, moved.Extent.MaxY = c.Extent.MaxX+0.06, c.Extent.MaxY+0.06
			for range 80 {
				at := within(rng, moved.Extent, 13+rng.Uint32N(5))
				if want, got := layer(t, rows, &moved, at), layer(t, cells, &moved, at); !bytes.Equal(want, got) {
					t.Fatalf("%v: %s", at, cmp.Diff(decode(t, want), decode(t, got)))
				}
			}
		})
	}
	if n, err := pyramids.Rebuild(t.Context(), c, []spatial.Envelope{tiles.WebMercatorQuad().Envelope(tiles.Coord{}, 1, 0)}); err != nil || n == 0 {
		t.Errorf("everywhere: %d cells, %v", n, err)
	}
}

// TestEditsDuringABuild has rows change once the build has its snapshot: the
// cells that readers get hold them all the same.
func TestEditsDuringABuild(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := register(t, pool, parcels(t, pool, 2000)[9210])
	exec(t, pool, `alter table data."`+c.Table+`" add revision bigint not null default 1, add recorded_at timestamptz not null default now(),
		add changed_by text not null default 'test'`)
	exec(t, pool, `create table history."`+c.ID+`" (id text, revision bigint, recorded_at timestamptz, changed_by text, operation text, properties jsonb, geom geometry,
		replaced_at timestamptz not null default now())`)
	exec(t, pool, `select gisd.watch_edits('`+c.Table+`')`)
	edited := false
	report, err := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil).Build(t.Context(), c, tilespostgis.BuildOptions{Workers: 1, Progress: func(int, int) {
		if !edited {
			edited = true
			exec(t, pool, `update data."`+c.Table+`" set land_use = 'XYZ' where id in (1, 700, 1999)`)
		}
	}})
	if err != nil || !edited {
		t.Fatalf("%+v, %v", report, err)
	}
	c = current(t, pool, c.ID)
	cells, found := cellSource(t, pool, noRows{t}), map[any]bool{}
	rng := rand.New(rand.NewPCG(4, 4))
	for range 300 {
		for id, f := range decode(t, layer(t, cells, c, within(rng, c.Extent, 15))) {
			if is := f.Properties["land_use"] == "XYZ"; is != (id == 1.0 || id == 700.0 || id == 1999.0) {
				t.Fatalf("feature %v has the land use %v", id, f.Properties["land_use"])
			} else if is {
				found[id] = true
			}
		}
	}
	if len(found) != 3 {
		t.Errorf("%v were drawn, want all three", found)
	}
}

func TestLargeFeaturesAreNotPacked(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	world := []fixture.Feature{{ID: "1", WKT: "POLYGON((-170 -80,170 -80,170 80,-170 80,-170 -80))"}}
	c := fixture.Collection(t, pool, fixture.Spec{ID: "world", Features: world})
	report, err := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil).Build(t.Context(), c, tilespostgis.BuildOptions{})
	if err != nil || report.NotPacked == "" {
		t.Fatalf("%+v, %v", report, err)
	}
	if c = current(t, pool, "world"); tilespostgis.Wanting(c) || len(c.Pyramid.Bands) != 0 {
		t.Errorf("%+v", c.Pyramid)
	}
	if len(layer(t, cellSource(t, pool, tilespostgis.NewSource(pool, nil)), c, tiles.Coord{Z: 14, X: 9000, Y: 8000})) == 0 {
		t.Error("nothing is drawn")
	}
}
