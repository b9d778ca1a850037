package postgis_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"

	"gisd/internal/fixture"
	"gisd/internal/testdata"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/tiles"
	"gisd/tiles/postgis"
)

// TestAgainstAsMVT compares decoded tiles with PostGIS's own. A vertex may be
// rounded to a neighbouring unit (the fitted projection is within 1/16, and
// clipping rounds too), so a polygon's area may differ by its perimeter times
// one unit, a line's length by 3 units a vertex, a point's position by 1.
func TestAgainstAsMVT(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	shapes := []struct {
		name string
		make func(int) []fixture.Feature
	}{{"points", fixture.Points}, {"lines", fixture.Lines}, {"polygons", fixture.Polygons}}
	pool := testdb.DB(t)
	for _, srid := range []spatial.SRID{9210, 3857, 4326, 32648, 3395} {
		if known := crs.Supported(srid); known != (srid != 3395) {
			t.Errorf("crs.Supported(%d) = %v; one of the systems is to be projected by the database", srid, known)
		}
		for _, s := range shapes {
			t.Run(fmt.Sprintf("%d %s", srid, s.name), func(t *testing.T) {
				c := fixture.Collection(t, pool, fixture.Spec{ID: fmt.Sprintf("%s_%d", s.name, srid), SRID: srid, Features: s.make(300)})
				short := *c
				short.Fields = c.Fields[:5] // times and JSON have other forms in ST_AsMVT
				compare(t, pool, &short, 8, 17)
			})
		}
	}
	for srid, c := range parcels(t, pool, 3000) {
		t.Run(fmt.Sprintf("%d parcels", srid), func(t *testing.T) { compare(t, pool, c, 12, 18) })
	}
}

func compare(t *testing.T, pool *pgxpool.Pool, c *spatial.Collection, lo, hi uint32) {
	t.Helper()
	ctx, rng := t.Context(), rand.New(rand.NewPCG(7, uint64(c.SRID)))
	source, seen := postgis.NewSource(pool, nil), 0
	for range 40 {
		at := within(rng, c.Extent, lo+rng.Uint32N(hi-lo+1))
		got, err := source.Layer(ctx, tiles.LayerRequest{Collection: c, Coord: at})
		if err != nil {
			t.Fatal(err)
		}
		want, err := asMVT(ctx, pool, c, at)
		if err != nil {
			t.Fatal(err)
		}
		g, w := decode(t, got), decode(t, want)
		seen += len(w)
		for id, f := range w {
			if mine, ok := g[id]; !ok {
				t.Errorf("%v: feature %v is missing", at, id)
			} else {
				same(t, at, mine, f)
			}
		}
		for id, f := range g {
			if _, ok := w[id]; !ok && planar.Area(f.Geometry) > 3*planar.Length(f.Geometry) {
				t.Errorf("%v: feature %v is one too many: %v", at, id, f.Geometry)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d features compared", seen)
	}
}

// decode returns a tile's features by id, in tile units.
func decode(t *testing.T, tile []byte) map[any]*geojson.Feature {
	t.Helper()
	layers, err := mvt.Unmarshal(tile)
	if err != nil {
		t.Fatal(err)
	}
	out := map[any]*geojson.Feature{}
	for _, l := range layers {
		if l.Version != 2 || l.Extent != 4096 {
			t.Errorf("layer %q has version %d, extent %d", l.Name, l.Version, l.Extent)
		}
		for _, f := range l.Features {
			if out[f.ID] != nil {
				t.Errorf("two features have the id %v", f.ID)
			}
			out[f.ID] = f
		}
	}
	return out
}

func same(t *testing.T, at tiles.Coord, got, want *geojson.Feature) {
	t.Helper()
	if d := cmp.Diff(map[string]any(want.Properties), map[string]any(got.Properties)); d != "" {
		t.Errorf("%v: feature %v: properties (-AsMVT +got):\n%s", at, want.ID, d)
	}
	var off, allowed float64
	switch w := want.Geometry.(type) {
	case orb.Point:
		g, ok := got.Geometry.(orb.Point)
		if !ok {
			t.Errorf("%v: feature %v is a %s", at, want.ID, got.Geometry.GeoJSONType())
			return
		}
		off, allowed = max(abs(g[0]-w[0]), abs(g[1]-w[1])), 1
	case orb.LineString, orb.MultiLineString:
		off, allowed = abs(planar.Length(got.Geometry)-planar.Length(w)), 12
	default:
		off, allowed = abs(planar.Area(got.Geometry)-planar.Area(w)), planar.Length(w)+2
	}
	if off > allowed {
		t.Errorf("%v: feature %v is off by %g, allowed %g:\n%v\n%v", at, want.ID, off, allowed, got.Geometry, want.Geometry)
	}
}

func abs(v float64) float64 { return max(v, -v) }

func TestProperties(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	when := time.Date(2025, 7, 1, 1, 30, 0, 250e6, time.UTC)
	c := fixture.Collection(t, pool, fixture.Spec{ID: "typed", IDKind: spatial.IDText, SRID: 9210, Features: []fixture.Feature{
		{ID: "thửa-1", WKT: "POINT(106.65 10.98)", Properties: []any{"Đường 1", int64(-5), 2.5, true, when, when, json.RawMessage(`{"a": [1]}`)}},
		{ID: "thửa-2", WKT: "POINT(106.65 10.98)"},
		{ID: "thửa-3"},
	}})
	at := tiles.Coord{Z: 12, X: 3261, Y: 1922}
	tile, err := postgis.NewSource(pool, nil).Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: at})
	if err != nil {
		t.Fatal(err)
	}
	got := map[any]map[string]any{}
	for _, f := range decode(t, tile) {
		if id, ok := f.ID.(float64); !ok || id > 1<<53 {
			t.Errorf("id %v (%T) does not fit 53 bits", f.ID, f.ID)
		}
		got[f.Properties["id"]] = f.Properties
	}
	want := map[any]map[string]any{
		"thửa-1": {"id": "thửa-1", "name": "Đường 1", "count": -5.0, "area": 2.5, "open": true, "built": "2025-07-01",
			"seen": "2025-07-01T01:30:00.25Z", "info": `{"a": [1]}`},
		"thửa-2": {"id": "thửa-2"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestSameRowsSameBytes(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := fixture.Collection(t, pool, fixture.Spec{ID: "p", SRID: 9210, Features: fixture.Polygons(100)})
	at := tiles.Coord{Z: 13, X: 6521, Y: 3844}
	first, err := postgis.NewSource(pool, nil).Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: at})
	if err != nil || len(first) == 0 {
		t.Fatalf("%d bytes, %v", len(first), err)
	}
	exec(t, pool, `update data."`+c.Table+`" set revision = revision + 1 where id % 3 = 0`)
	second, err := postgis.NewSource(pool, nil).Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: at})
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("rows in another place of the table gave other bytes; %v", err)
	}
}

func TestEdgesOfTheWorld(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	world := []fixture.Feature{
		{ID: "1", WKT: "POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90))"},
		{ID: "2", WKT: "POINT(0 90)"}, {ID: "-3", WKT: "POINT(106 11)"}, {ID: "9007199254740993", WKT: "POINT(107 12)"},
	}
	c := fixture.Collection(t, pool, fixture.Spec{ID: "world", Features: world})
	tile, err := postgis.NewSource(pool, nil).Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: tiles.Coord{}})
	if err != nil {
		t.Fatal(err)
	}
	features := decode(t, tile)
	f := features[float64(1)]
	if f == nil || planar.Area(f.Geometry) < 4096*4096 {
		t.Errorf("the whole world on the first tile: %v", f)
	}
	keys := map[any]bool{}
	for _, f := range features {
		keys[f.Properties["id"]] = true
	}
	if len(features) != 3 || !keys[-3.0] || len(keys) != 3 {
		t.Errorf("%d features with ids %v; the pole lies outside the square, odd ids stay as a property", len(features), keys)
	}
}

func TestHiddenAndReplacedCollections(t *testing.T) {
	t.Parallel()
	source := postgis.NewSource(testdb.DB(t), nil)
	c := &spatial.Collection{ID: "c", Table: "nowhere", Published: true, Visibility: spatial.VisibilityInternal, SRID: 3857}
	if _, err := source.Layer(t.Context(), tiles.LayerRequest{Collection: c}); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("%v, want not_found", err)
	}
	viewer := spatial.Access{Subject: "user:an", Roles: []spatial.Role{spatial.RoleViewer}}
	if _, err := source.Layer(t.Context(), tiles.LayerRequest{Collection: c, Access: viewer}); spatial.CodeOf(err) != spatial.CodeUnavailable || !errors.Is(err, tiles.ErrReplaced) {
		t.Errorf("a version whose table is gone: %v, want unavailable", err)
	}
}

func TestCancelStopsTheQuery(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := fixture.Collection(t, pool, fixture.Spec{ID: "p", Features: fixture.Points(10)})
	exec(t, pool, `create view data.slow as select name, count, area, open, built, seen, info, id, revision, recorded_at, changed_by,
		case when pg_sleep(60) is not null then geom end geom from data."`+c.Table+`"`)
	slow := *c
	slow.Table = "slow"
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := postgis.NewSource(pool, nil).Layer(ctx, tiles.LayerRequest{Collection: &slow, Coord: tiles.Coord{Z: 8, X: 203, Y: 120}})
	if spatial.CodeOf(err) != spatial.CodeTimeout || time.Since(start) > 30*time.Second {
		t.Errorf("%v after %v, want timeout at once", err, time.Since(start))
	}
}
