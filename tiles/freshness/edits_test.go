package freshness_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/fixture"
	"gisd/internal/testdata"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/changes"
	"gisd/tiles"
	"gisd/tiles/freshness"
	tilespostgis "gisd/tiles/postgis"
)

func TestMain(m *testing.M) { os.Exit(testdb.Main(m)) }

// purged hands each purge to the test.
type purged chan func(tiles.Coord) bool

func (p purged) Forget(ctx context.Context, _ string, touches, _ func(tiles.Coord) bool) {
	select {
	case p <- touches:
	case <-ctx.Done():
	}
}

// The corner of the area of random edits, lon, lat degrees, and its width.
const west, south, width = 106.60, 11.00, 0.04

// shape is a random geometry: a point, a road of several bends, a straight line
// across the area, a parcel, or a larger area.
func shape(rng *rand.Rand) string {
	x, y := west+rng.Float64()*width, south+rng.Float64()*width
	path := func(n int, step float64) string {
		var points []string
		for range n {
			points = append(points, fmt.Sprintf("%.7f %.7f", x, y))
			x = min(max(x+(rng.Float64()-0.4)*step, west), west+width)
			y = min(max(y+(rng.Float64()-0.4)*step, south), south+width)
		}
		return strings.Join(points, ",")
	}
	area := func(radius float64) string {
		var points []string
		n := 4 + rng.IntN(8)
		for i := range n {
			a, r := 2*math.Pi*float64(i)/float64(n), radius*(0.5+rng.Float64()/2)
			points = append(points, fmt.Sprintf("%.7f %.7f", x+r*math.Cos(a), y+r*math.Sin(a)))
		}
		return "POLYGON((" + strings.Join(append(points, points[0]), ",") + "))"
	}
	switch rng.IntN(5) {
	case 0:
		return fmt.Sprintf("POINT(%.7f %.7f)", x, y)
	case 1:
		return "LINESTRING(" + path(8, 0.008) + ")"
	case 2:
		return "LINESTRING(" + path(2, 0.06) + ")"
	case 3:
		return area(0.0004)
	default:
		return area(0.004)
	}
}

// grid lists the tiles of every zoom that the area meets.
func grid(maxZoom uint32) []tiles.Coord {
	var all []tiles.Coord
	corner := func(z uint32, lon, lat float64) (x, y uint32) {
		n := float64(uint64(1) << z)
		return uint32((lon + 180) / 360 * n), uint32((1 - math.Asinh(math.Tan(lat*math.Pi/180))/math.Pi) / 2 * n)
	}
	for z := range maxZoom + 1 {
		x0, y0 := corner(z, west-0.005, south+width+0.005)
		x1, y1 := corner(z, west+width+0.005, south-0.005)
		for x := x0; x <= x1; x++ {
			for y := y0; y <= y1; y++ {
				all = append(all, tiles.Coord{Z: z, X: x, Y: y})
			}
		}
	}
	return all
}

// TestRandomEdits: through plain SQL. Purged are all tiles whose bytes changed,
// and not many more.
func TestRandomEdits(t *testing.T) {
	t.Parallel()
	for _, srid := range []spatial.SRID{4326, 9210, 3857} {
		t.Run(srid.String(), func(t *testing.T) {
			t.Parallel()
			if srid != 9210 {
				testdata.SkipUnderRace(t)
			}
			pool := testdb.DB(t)
			rng := rand.New(rand.NewPCG(7, uint64(srid)))
			spec := fixture.Spec{ID: "mixed", SRID: srid, Fields: fixture.Fields()[:2]}
			for i := range 40 {
				spec.Features = append(spec.Features, fixture.Feature{ID: strconv.Itoa(i + 1), WKT: shape(rng), Properties: []any{"a", int64(i)}})
			}
			c := *fixture.Collection(t, pool, spec)
			c.Extent = spatial.EmptyEnvelope(4326) // unknown: it grows
			exec(t, pool, `select gisd.watch_edits($1)`, c.Table)
			purges := make(purged)
			db := postgis.NewDB(pool, nil)
			start(t, freshness.Config{
				Queue: changes.NewQueue(db, changes.Config{}), Catalogue: postgis.NewCatalogue(db),
				Journal: freshness.NewJournal(nil), Tiles: purges,
			})
			source := tilespostgis.NewSource(pool, nil)
			all := grid(16)
			before := draw(t, source, &c, all)
			changed, dropped := 0, 0
			for i := range 60 {
				edit(t, rng, pool, i, srid)
				touches := <-purges
				after := draw(t, source, &c, all)
				for j, at := range all {
					differs, gone := !bytes.Equal(before[j], after[j]), touches(at)
					if differs && !gone {
						t.Fatalf("edit %d changed tile %v, which stays", i, at)
					}
					if differs {
						changed++
					}
					if gone {
						dropped++
					}
				}
				before = after
			}
			t.Logf("%d tiles changed, %d went: %.2f times as many", changed, dropped, float64(dropped)/float64(changed))
			if changed < 500 || float64(dropped) > 1.5*float64(changed) {
				t.Errorf("%d tiles changed, %d went", changed, dropped)
			}
		})
	}
}

func draw(t *testing.T, source tiles.Source, c *spatial.Collection, all []tiles.Coord) [][]byte {
	t.Helper()
	out := make([][]byte, len(all))
	for i, at := range all {
		var err error
		if out[i], err = source.Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: at}); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func exec(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	tag, err := pool.Exec(t.Context(), sql, args...)
	if err != nil || tag.RowsAffected() != 1 {
		t.Fatalf("%s %v: %v, %v", sql, args, tag, err)
	}
}

// edit changes one random feature of some kind or other.
func edit(t *testing.T, rng *rand.Rand, pool *pgxpool.Pool, n int, srid spatial.SRID) {
	t.Helper()
	const one = `(select id from layers.mixed order by id offset ($1::int % (select count(*) from layers.mixed)) limit 1)`
	pick := rng.IntN(1000)
	switch rng.IntN(5) {
	case 0:
		exec(t, pool, `insert into layers.mixed (name, count, geom) values ('new', $1, st_transform(st_geomfromtext($2, 4326), $3::int))`, n, shape(rng), int32(srid))
	case 1:
		exec(t, pool, `delete from layers.mixed where id = `+one, pick)
	case 2:
		exec(t, pool, `update layers.mixed set name = $2 where id = `+one, pick, fmt.Sprint("edit ", n))
	case 3:
		exec(t, pool, `update layers.mixed set geom = st_transform(st_translate(st_transform(geom, 4326), 0.002, -0.001), $2::int) where id = `+one, pick, int32(srid))
	default:
		exec(t, pool, `update layers.mixed set geom = st_transform(st_geomfromtext($2, 4326), $3::int) where id = `+one, pick, shape(rng), int32(srid))
	}
}
