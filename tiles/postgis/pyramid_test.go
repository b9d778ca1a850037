package postgis_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/fixture"
	"gisd/internal/testdata"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	tilespostgis "gisd/tiles/postgis"
	"gisd/tiles/pyramid"
	"gisd/tiles/sourcetest"
)

// noRows fails a test whose tiles should all come from cells.
type noRows struct{ t *testing.T }

func (n noRows) Layer(_ context.Context, r tiles.LayerRequest) ([]byte, error) {
	n.t.Errorf("%s %v comes from rows", r.Collection.ID, r.Coord)
	return nil, nil
}

func cellSource(t *testing.T, pool *pgxpool.Pool, rows tiles.Source) *pyramid.Source {
	t.Helper()
	s, err := pyramid.NewSource(pyramid.Config{Rows: rows, Cells: tilespostgis.NewCells(pool)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// built packs the collection and returns it as the catalogue has it then.
func built(t *testing.T, pool *pgxpool.Pool, c *spatial.Collection) *spatial.Collection {
	t.Helper()
	report, err := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil).Build(t.Context(), c, tilespostgis.BuildOptions{Workers: 2})
	if err != nil || report.NotPacked != "" {
		t.Fatalf("%+v, %v", report, err)
	}
	return current(t, pool, c.ID)
}

func current(t testing.TB, pool *pgxpool.Pool, id string) *spatial.Collection {
	t.Helper()
	catalogue := postgis.NewCatalogue(postgis.NewDB(pool, nil))
	if err := catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := catalogue.Collection(id, spatial.SystemAccess("test"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func layer(t *testing.T, s tiles.Source, c *spatial.Collection, at tiles.Coord) []byte {
	t.Helper()
	b, err := s.Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: at})
	if err != nil {
		t.Fatalf("%s %v: %v", c.ID, at, err)
	}
	return b
}

// register puts a table that a test made into the catalogue.
func register(t testing.TB, pool *pgxpool.Pool, c *spatial.Collection) *spatial.Collection {
	t.Helper()
	ctx := t.Context()
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{`insert into gisd.collection (id, visibility, published, current_version, last_version) values ($1, 'public', true, 1, 1)`, []any{c.ID}},
		{`insert into gisd.collection_version (collection_id, version, table_name, state, geometry_type, srid, id_kind, feature_count, min_lon, min_lat, max_lon, max_lat)
			select $1, 1, $2, 'ready', $3, $4, $5, (select reltuples::bigint from pg_class where oid = to_regclass('data.' || $2::text)), $6, $7, $8, $9`,
			[]any{c.ID, c.Table, c.GeometryType, int32(c.SRID), c.IDKind, c.Extent.MinX, c.Extent.MinY, c.Extent.MaxX, c.Extent.MaxY}},
	} {
		if _, err := pool.Exec(ctx, step.sql, step.args...); err != nil {
			t.Fatal(err)
		}
	}
	for i, f := range c.Fields {
		if _, err := pool.Exec(ctx, `insert into gisd.field (collection_id, version, ordinal, name, column_name, type) values ($1, 1, $2, $3, $4, $5)`,
			c.ID, i, f.Name, f.Column, f.Type); err != nil {
			t.Fatal(err)
		}
	}
	return current(t, pool, c.ID)
}

// TestTilesFromCellsAreThoseFromRows holds the promise of the pyramid: byte for
// byte, from the first zoom at which features are as they are.
func TestTilesFromCellsAreThoseFromRows(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	pool := testdb.DB(t)
	var collections []*spatial.Collection
	for _, srid := range []spatial.SRID{9210, 3857, 4326, 3395} {
		for name, shapes := range map[string][]fixture.Feature{"points": fixture.Points(300), "lines": fixture.Lines(300), "polygons": fixture.Polygons(300)} {
			collections = append(collections, fixture.Collection(t, pool, fixture.Spec{ID: fmt.Sprintf("%s_%d", name, srid), SRID: srid, Features: shapes}))
		}
	}
	for srid, c := range parcels(t, pool, 3000) {
		c.ID = fmt.Sprintf("parcels_%d", srid)
		collections = append(collections, register(t, pool, c))
	}
	rows, cells := tilespostgis.NewSource(pool, nil), cellSource(t, pool, noRows{t})
	for _, c := range collections {
		t.Run(c.ID, func(t *testing.T) {
			c := built(t, pool, c)
			rng, drawn := rand.New(rand.NewPCG(5, uint64(c.SRID))), 0
			for range 150 {
				at := within(rng, c.Extent, tiles.PlainZoom+rng.Uint32N(6))
				want, got := layer(t, rows, c, at), layer(t, cells, c, at)
				drawn += len(want)
				if !bytes.Equal(want, got) {
					t.Errorf("%v: %d bytes from rows, %d from cells: %s", at, len(want), len(got), cmp.Diff(decode(t, want), decode(t, got)))
				}
			}
			if drawn == 0 {
				t.Error("nothing was compared")
			}
		})
	}
}

// TestPyramidSource has a source over cells do what every source must.
func TestPyramidSource(t *testing.T) {
	t.Parallel()
	for _, srid := range []spatial.SRID{4326, 9210} {
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
				c := built(t, pool, fixture.Collection(t, pool, spec))
				return cellSource(t, pool, tilespostgis.NewSource(pool, nil)), c
			})
		})
	}
}

// TestSomeProperties cuts tiles with a choice of properties as rows draw them.
func TestSomeProperties(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	rows, cells := tilespostgis.NewSource(pool, nil), cellSource(t, pool, noRows{t})
	for _, kind := range []spatial.IDKind{spatial.IDInteger, spatial.IDText} {
		c := built(t, pool, fixture.Collection(t, pool, fixture.Spec{ID: "some_" + string(kind), IDKind: kind, Features: fixture.Polygons(40)}))
		rng := rand.New(rand.NewPCG(3, 4))
		for _, names := range [][]string{{}, {"name"}, {"area", "built"}, {"nothing", "count"}} {
			for range 20 {
				r := tiles.LayerRequest{Collection: c, Coord: within(rng, c.Extent, tiles.PlainZoom+rng.Uint32N(3)), Query: &tiles.Query{Properties: names}}
				want, err := rows.Layer(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				got, err := cells.Layer(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(decode(t, want), decode(t, got)); d != "" {
					t.Errorf("%s ids, %q, %v (-rows +cells):\n%s", kind, names, r.Coord, d)
				}
			}
		}
	}
}

func TestTextIDsAndTypes(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	spec := fixture.Spec{ID: "typed", IDKind: spatial.IDText, SRID: 9210}
	for i, f := range fixture.Polygons(40) {
		f.ID = fmt.Sprintf("thửa %d", i)
		spec.Features = append(spec.Features, f)
	}
	c := built(t, pool, fixture.Collection(t, pool, spec))
	rows, cells := tilespostgis.NewSource(pool, nil), cellSource(t, pool, noRows{t})
	rng, seen := rand.New(rand.NewPCG(1, 1)), 0
	for range 60 {
		at := within(rng, c.Extent, tiles.PlainZoom+rng.Uint32N(4))
		want, got := decode(t, layer(t, rows, c, at)), decode(t, layer(t, cells, c, at))
		seen += len(want)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%v (-rows +cells):\n%s", at, d)
		}
	}
	if seen == 0 {
		t.Error("nothing was compared")
	}
}

func TestVersionsNeverMix(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	features := func(name string) []fixture.Feature {
		out := fixture.Points(200)
		for i := range out {
			out[i].Properties = []any{name}
		}
		return out
	}
	spec := fixture.Spec{ID: "swapped", Fields: fixture.Fields()[:1], Features: features("old")}
	old := built(t, pool, fixture.Collection(t, pool, spec))
	cells := cellSource(t, pool, tilespostgis.NewSource(pool, nil))
	rng := rand.New(rand.NewPCG(2, 3))
	names := func(c *spatial.Collection, at tiles.Coord) map[any]bool {
		out := map[any]bool{}
		for _, f := range decode(t, layer(t, cells, c, at)) {
			out[f.Properties["name"]] = true
		}
		return out
	}
	warm := within(rng, old.Extent, 13)
	names(old, warm)
	spec.Features = features("new")
	unpacked := fixture.Collection(t, pool, spec)
	if unpacked.Pyramid.ID != 0 {
		t.Fatalf("the new version has the cells of the old one: %+v", unpacked.Pyramid)
	}
	next := built(t, pool, unpacked)
	for range 100 {
		at := within(rng, old.Extent, 12+rng.Uint32N(5))
		for c, want := range map[*spatial.Collection]string{old: "old", unpacked: "new", next: "new"} {
			if got := names(c, at); len(got) > 0 && (len(got) != 1 || !got[want]) {
				t.Fatalf("%v of version %d holds %v", at, c.Version, got)
			}
		}
	}
	// Once the old version is dropped, whoever still asks for it is told so.
	fixture.Collection(t, pool, spec)
	var left int
	if err := pool.QueryRow(t.Context(), `select count(*) from gisd.pyramid p join gisd.cell c on c.pyramid_id = p.id where p.version = 1`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d cells of the dropped version are left, %v", left, err)
	}
	_, err := cellSource(t, pool, tilespostgis.NewSource(pool, nil)).Layer(t.Context(), tiles.LayerRequest{Collection: old, Coord: warm})
	if spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("a tile of a dropped version: %v, want unavailable", err)
	}
}

func TestPurge(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := built(t, pool, fixture.Collection(t, pool, fixture.Spec{ID: "p", Features: fixture.Points(50)}))
	pyramids := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil)
	if err := pyramids.Purge(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	purged := current(t, pool, c.ID)
	if tilespostgis.Wanting(purged) || len(purged.Pyramid.Bands) != 0 {
		t.Errorf("purged: %+v; nobody may build it by himself", purged.Pyramid)
	}
	if !purged.UpdatedAt.After(c.UpdatedAt) {
		t.Error("readers are not told")
	}
	stats, err := pyramids.Stats(t.Context())
	if err != nil || len(stats) != 1 || stats[0].LastZoom >= stats[0].FirstZoom || stats[0].Cells != 0 {
		t.Errorf("%+v, %v", stats, err)
	}
	// A reader who does not know yet gets rows.
	at := within(rand.New(rand.NewPCG(1, 2)), c.Extent, 14)
	if got := layer(t, cellSource(t, pool, tilespostgis.NewSource(pool, nil)), c, at); !bytes.Equal(got, layer(t, tilespostgis.NewSource(pool, nil), c, at)) {
		t.Error("another tile than that of the rows")
	}
}
