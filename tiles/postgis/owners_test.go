package postgis_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb/geojson"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	tilespostgis "gisd/tiles/postgis"
)

// Areas whose borders cross features of the fixture; west and east have one border in
// common, on which points lie, and one in the middle lies over both.
const (
	westArea   = "MULTIPOLYGON(((106.59 10.89,106.65 10.89,106.65 11.05,106.63 11.1,106.65 11.3,106.59 11.3,106.59 10.89)))"
	eastArea   = "MULTIPOLYGON(((106.65 10.89,106.71 10.89,106.71 11.3,106.65 11.3,106.63 11.1,106.65 11.05,106.65 10.89)))"
	middleArea = "MULTIPOLYGON(((106.6205 10.95,106.6804 10.9512,106.674 11.06,106.64 10.99,106.6205 10.95)))"
)

// areaRoles limits roles to the areas, and returns callers of one and of two of them.
func areaRoles(t *testing.T, pool *pgxpool.Pool) []spatial.Access {
	t.Helper()
	var callers []spatial.Access
	for _, l := range []fixture.Limit{
		{Role: "west", Area: westArea}, {Role: "east", Area: eastArea}, {Role: "middle", Area: middleArea},
		{Role: "clerk", Area: eastArea, Hide: []string{"name"}},
	} {
		l.Store(t, pool)
		callers = append(callers, spatial.Access{Subject: "user:an", Roles: []spatial.Role{l.Role}})
	}
	return append(callers,
		spatial.Access{Subject: "user:an", Roles: []spatial.Role{"middle", "east"}},
		spatial.Access{Subject: "user:an", Roles: []spatial.Role{"west", "east"}})
}

// seenBy is the collection as a caller sees it now.
func seenBy(t *testing.T, pool *pgxpool.Pool, id string, a spatial.Access) *spatial.Collection {
	t.Helper()
	catalogue := postgis.NewCatalogue(postgis.NewDB(pool, nil))
	if err := catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := catalogue.Collection(id, a)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestLimitedTilesFromCells: who sees some areas alone gets from cells, byte for byte,
// what the rows of these areas give, of all kinds of features, in all kinds of
// systems, with ids that are numbers and such that are text.
func TestLimitedTilesFromCells(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	callers := areaRoles(t, pool)
	rows, cells := tilespostgis.NewSource(pool, nil), cellSource(t, pool, noRows{t})
	for _, srid := range []spatial.SRID{9210, 3857, 4326, 3395} {
		for name, shapes := range map[string][]fixture.Feature{"points": fixture.Points(300), "lines": fixture.Lines(300), "polygons": fixture.Polygons(300)} {
			id := fmt.Sprintf("%s_%d", name, srid)
			spec := fixture.Spec{ID: id, SRID: srid, Features: shapes}
			if srid == 3857 {
				spec.IDKind = spatial.IDText
			}
			whole := built(t, pool, fixture.Collection(t, pool, spec))
			if whole.Pyramid.Outdated || tilespostgis.Wanting(whole) {
				t.Fatalf("%s: %+v", id, whole.Pyramid)
			}
			for who, a := range callers {
				c := seenBy(t, pool, id, a)
				rng, drawn := rand.New(rand.NewPCG(14, uint64(srid))), 0
				for range 12 {
					at := within(rng, c.Extent, tiles.PlainZoom+rng.Uint32N(4))
					want, got := layer(t, rows, c, at), layer(t, cells, c, at)
					drawn += len(want)
					// Features whose ids are text come in another order.
					if !bytes.Equal(want, got) && (spec.IDKind != spatial.IDText || cmp.Diff(decode(t, want), decode(t, got)) != "") {
						t.Errorf("%s for %d: %v: %d bytes from rows, %d from cells: %s", id, who, at, len(want), len(got), cmp.Diff(decode(t, want), decode(t, got)))
					}
				}
				if drawn == 0 {
					t.Errorf("%s for %d: nothing was compared", id, who)
				}
			}
		}
	}
}

// drawnIDs are the ids of the features on tiles of a zoom.
func drawnIDs(t *testing.T, s tiles.Source, c *spatial.Collection, list []tiles.Coord) []string {
	t.Helper()
	var ids []string
	for _, at := range list {
		for id := range decode(t, layer(t, s, c, at)) {
			if name := fmt.Sprint(id); !slices.Contains(ids, name) {
				ids = append(ids, name)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// TestOwnersFollowEdits moves features into areas and out of them, also into sets of
// areas that no feature was in before, and wants what rows give, from cells that the
// edit patched; nothing is left to mend.
func TestOwnersFollowEdits(t *testing.T) {
	t.Parallel()
	for _, srid := range []spatial.SRID{9210, 4326} {
		t.Run(srid.String(), func(t *testing.T) {
			t.Parallel()
			pool := testdb.DB(t)
			callers := areaRoles(t, pool)
			c := built(t, pool, fixture.Collection(t, pool, fixture.Spec{ID: "moving", SRID: srid, Features: fixture.Polygons(100)}))
			pyramids := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil)
			rows, cells := tilespostgis.NewSource(pool, nil), cellSource(t, pool, noRows{t})
			moves := []struct{ x, y float64 }{{0.049, 0.05}, {0.06, 0.06}, {0.03, 0.055}, {0, 0}, {0.046, 0.02}, {0.0205, 0.05}}
			seen := 0
			for i, to := range moves {
				box := spatial.Envelope{SRID: srid}
				err := pool.QueryRow(context.WithoutCancel(t.Context()), fmt.Sprintf(`with e as (
					update data.%[1]q n set geom = st_transform(st_translate(st_geomfromtext('POLYGON((106.6 10.9,106.604 10.9,106.604 10.904,106.6 10.904,106.6 10.9))', 4326), $1, $2), %[2]d)
					from data.%[1]q o where o.id = n.id and n.id = 1 returning st_collect(o.geom, n.geom) as geom
				) select st_xmin(geom), st_ymin(geom), st_xmax(geom), st_ymax(geom) from e`, c.Table, srid), to.x, to.y).Scan(&box.MinX, &box.MinY, &box.MaxX, &box.MaxY)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := pyramids.Rebuild(t.Context(), c, []spatial.Envelope{box}); err != nil {
					t.Fatal(err)
				}
				cells.Forget(c, []spatial.Envelope{{SRID: 3857, MinX: -3e7, MinY: -3e7, MaxX: 3e7, MaxY: 3e7}})
				for who, a := range callers {
					limited := seenBy(t, pool, c.ID, a)
					at := within(rand.New(rand.NewPCG(1, 1)), spatial.Envelope{MinX: 106.602 + to.x, MinY: 10.902 + to.y, MaxX: 106.602 + to.x, MaxY: 10.902 + to.y}, 14)
					want, got := layer(t, rows, limited, at), layer(t, cells, limited, at)
					if seen += len(got); !bytes.Equal(want, got) {
						t.Errorf("move %d for %d: %d bytes from rows, %d from cells", i, who, len(want), len(got))
					}
				}
			}
			if seen == 0 {
				t.Error("nobody saw anything")
			}
			report, err := pyramids.Verify(t.Context(), c, 0, tilespostgis.BuildOptions{})
			if err != nil || report.Mended != 0 || report.Cells == 0 {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
}

// marked says that a tile came from rows.
type marked struct{ tiles.Source }

var fromRows = []byte("rows")

func (marked) Layer(context.Context, tiles.LayerRequest) ([]byte, error) { return fromRows, nil }

// TestAreasThatCellsDoNotKnow: who is limited to an area that is new, or not what it
// was when the cells were built, gets rows until the cells are built again, which a
// keeper wants; all others get cells meanwhile.
func TestAreasThatCellsDoNotKnow(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	fixture.Limit{Role: "west", Area: westArea}.Store(t, pool)
	c := built(t, pool, fixture.Collection(t, pool, fixture.Spec{ID: "lots", SRID: 9210, Features: fixture.Polygons(100)}))
	west := spatial.Access{Subject: "user:an", Roles: []spatial.Role{"west"}}
	east := spatial.Access{Subject: "user:an", Roles: []spatial.Role{"east"}}
	at := tiles.Coord{Z: 14, X: 13044, Y: 7689}
	var list []tiles.Coord
	for x := at.X - 1; x < at.X+4; x++ {
		list = append(list, tiles.Coord{Z: 14, X: x, Y: at.Y}, tiles.Coord{Z: 14, X: x, Y: at.Y - 1})
	}
	cells := cellSource(t, pool, marked{})
	step := func(what string, wanting bool, rows map[spatial.Role]bool) {
		t.Helper()
		if now := current(t, pool, c.ID); tilespostgis.Wanting(now) != wanting || bytes.Equal(layer(t, cells, now, at), fromRows) {
			t.Errorf("%s: wanting %v, %+v", what, !wanting, now.Pyramid)
		}
		for role, want := range rows {
			a := spatial.Access{Subject: "user:an", Roles: []spatial.Role{role}}
			if got := bytes.Equal(layer(t, cells, seenBy(t, pool, c.ID, a), at), fromRows); got != want {
				t.Errorf("%s: %s from rows: %v", what, role, got)
			}
		}
	}
	step("built", false, map[spatial.Role]bool{"west": false})
	before := seenBy(t, pool, c.ID, west)
	fixture.Limit{Role: "east", Area: eastArea}.Store(t, pool)
	step("a new area", true, map[spatial.Role]bool{"west": false, "east": true})
	built(t, pool, c)
	step("built again", false, map[spatial.Role]bool{"west": false, "east": false})
	exec(t, pool, `update gisd.area set geom = st_multi(st_makeenvelope(106.59, 10.89, 106.605, 11.3, 4326)) where number = (select min(number) from gisd.area)`)
	step("an area that has changed", true, map[spatial.Role]bool{"west": true, "east": false})
	built(t, pool, c)
	step("built for it", false, map[spatial.Role]bool{"west": false, "east": false})
	after := seenBy(t, pool, c.ID, west)
	rows := tilespostgis.NewSource(pool, nil)
	for _, c := range []*spatial.Collection{after, seenBy(t, pool, c.ID, east)} {
		if got, want := drawnIDs(t, cells, c, list), drawnIDs(t, rows, c, list); cmp.Diff(want, got) != "" || len(got) == 0 {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if len(drawnIDs(t, rows, before, list)) <= len(drawnIDs(t, cells, after, list)) {
		t.Error("the area is no smaller")
	}
	fixture.Limit{Role: "west", Collection: c.ID, Area: eastArea}.Store(t, pool)
	step("an area that is known", false, map[spatial.Role]bool{"west": false})
	exec(t, pool, `delete from gisd.role_limit`)
	step("no rule", false, nil)
}

// TestSmallScalesOfAreas: at small scales nothing merges across an area, so that what
// callers see apart is what others see together, before and after an edit.
func TestSmallScalesOfAreas(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	fields(t, pool)
	callers := map[spatial.Role]string{
		"left":  "MULTIPOLYGON(((106.59 10.89,106.6121 10.89,106.6121 10.93,106.59 10.93,106.59 10.89)))",
		"right": "MULTIPOLYGON(((106.6121 10.89,106.64 10.89,106.64 10.93,106.6121 10.93,106.6121 10.89)))",
	}
	for role, area := range callers {
		fixture.Limit{Role: role, Area: area}.Store(t, pool)
	}
	c := built(t, pool, current(t, pool, "fields"))
	if len(c.Pyramid.Bands) != 15 || c.Pyramid.Outdated {
		t.Fatalf("%+v", c.Pyramid)
	}
	shares := func(columns float64) {
		t.Helper()
		source := cellSource(t, pool, noRows{t})
		for z := uint32(8); z < tiles.PlainZoom; z++ {
			at := tiles.Coord{Z: z, X: 815 << 2 >> (12 - z), Y: 480 << 2 >> (12 - z)}
			together := decode(t, layer(t, source, current(t, pool, "fields"), at))
			apart := map[any]*geojson.Feature{}
			for role := range callers {
				limited := seenBy(t, pool, "fields", spatial.Access{Subject: "user:an", Roles: []spatial.Role{role}})
				tile := layer(t, source, limited, at)
				for id, f := range decode(t, tile) {
					if apart[id] != nil {
						t.Errorf("%v: both see %v", at, id)
					}
					apart[id] = f
				}
				if z != 10 {
					continue
				}
				areas, _ := covered(t, tile)
				whole, _ := covered(t, layer(t, source, current(t, pool, "fields"), at))
				got, want := (areas["ODT"]+areas["LUC"])/(whole["ODT"]+whole["LUC"]), columns/80
				if role == "right" {
					want = 1 - want
				}
				if math.Abs(got-want) > 0.02 {
					t.Errorf("%s sees %.3f of all, want %.3f", role, got, want)
				}
			}
			if d := cmp.Diff(together, apart); d != "" {
				t.Errorf("%v (-together +apart):\n%s", at, d)
			}
		}
	}
	shares(40)
	// Twenty columns go from the left to the right of everything.
	exec(t, pool, `update data.fields_v1 set geom = st_translate(geom, 0.0003 * 80, 0) where id / 1000 < 20`)
	pyramids := tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil)
	box := spatial.Envelope{SRID: 4326, MinX: 106.6, MinY: 10.9, MaxX: 106.63, MaxY: 10.924}
	if _, err := pyramids.Rebuild(t.Context(), c, []spatial.Envelope{box}); err != nil {
		t.Fatal(err)
	}
	if report, err := pyramids.Small(t.Context(), c, 2); err != nil || report.Edited == 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	shares(20)
}
