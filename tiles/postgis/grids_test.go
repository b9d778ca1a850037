package postgis_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"gisd/internal/fixture"
	"gisd/internal/testdata"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/tiles"
	"gisd/tiles/postgis"
)

// grids are the tile matrix sets other than WebMercatorQuad.
var grids = []string{"WorldCRS84Quad", "VN2000_9210Quad", "VN2000_3405Quad"}

// quarters are n irregular quadrangles of 20 to 400 m on both sides of 11.04° N.
func quarters(n int) []fixture.Feature {
	rng := rand.New(rand.NewPCG(11, 4))
	list := make([]fixture.Feature, n)
	for i := range list {
		lon, lat, side := 106.60+rng.Float64()*0.1, 10.99+rng.Float64()*0.1, 0.0002+rng.Float64()*0.0035
		at := func(u, v float64) string {
			return fmt.Sprintf("%.8f %.8f", lon+side*(u+rng.Float64()/4), lat+side*(v+rng.Float64()/4))
		}
		first := at(0, 0)
		list[i] = fixture.Feature{ID: strconv.Itoa(i + 1), WKT: "POLYGON((" + first + "," + at(1, 0) + "," + at(1, 1) + "," + at(0, 1) + "," + first + "))"}
	}
	return list
}

// gridTile is the tile of the set at a position in lon, lat degrees.
func gridTile(t *testing.T, set tiles.TileMatrixSet, lon, lat float64, z uint32) tiles.Coord {
	t.Helper()
	toGrid, err := crs.NewTransform(4326, set.SRID)
	if err != nil {
		t.Fatal(err)
	}
	x, y, err := toGrid.Point(lon, lat)
	if err != nil {
		t.Fatal(err)
	}
	w := set.TileWidth(z)
	return tiles.Coord{Z: z, X: uint32((x - set.MinX) / w), Y: uint32((set.MaxY - y) / w)}
}

// TestGrids compares tiles of every grid with PostGIS's own of the same grid,
// and neighbours with each other: what both draw of a seam is the same.
func TestGrids(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	pool := testdb.DB(t)
	for _, srid := range []spatial.SRID{9210, 4326, 3395} { // the last is projected by the database
		c := fixture.Collection(t, pool, fixture.Spec{ID: fmt.Sprintf("quarters_%d", srid), SRID: srid, Features: quarters(400)})
		source := postgis.NewSource(pool, nil)
		for _, id := range grids {
			t.Run(fmt.Sprintf("%s/%d", id, srid), func(t *testing.T) {
				set, err := tiles.MatrixSet(id)
				if err != nil {
					t.Fatal(err)
				}
				draw := func(at tiles.Coord) map[any]orb.Geometry {
					t.Helper()
					b, err := source.Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: at, Matrix: id})
					if err != nil {
						t.Fatal(err)
					}
					out := map[any]orb.Geometry{}
					for id, f := range decode(t, b) {
						out[id] = f.Geometry
					}
					return out
				}
				compared, met := 0, 0
				rng := rand.New(rand.NewPCG(5, uint64(srid)))
				for range 30 {
					at := gridTile(t, set, 106.61+rng.Float64()*0.08, 11.0+rng.Float64()*0.08, 12+rng.Uint32N(6))
					want, err := asMVTIn(t.Context(), pool, c, set, at)
					if err != nil {
						t.Fatal(err)
					}
					tile, err := source.Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: at, Matrix: id})
					if err != nil {
						t.Fatal(err)
					}
					got := decode(t, tile)
					for id, w := range decode(t, want) {
						if got[id] == nil {
							t.Errorf("%v: feature %v is missing", at, id)
							continue
						}
						w.Properties = got[id].Properties
						same(t, at, got[id], w)
						compared++
					}
					own := draw(at)
					met += meet(t, at, own, draw(tiles.Coord{Z: at.Z, X: at.X + 1, Y: at.Y}), 0)
					met += meet(t, at, own, draw(tiles.Coord{Z: at.Z, X: at.X, Y: at.Y + 1}), 1)
				}
				if compared < 100 || met < 50 {
					t.Errorf("only %d features and %d vertices compared", compared, met)
				}
			})
		}
	}
}

// meet wants the vertices that a tile has of a feature to lie on the outline that
// its neighbour has, within a unit, in the strip that is buffer of either; axis 0
// is the neighbour to the right, 1 the one below. It returns how many it saw.
func meet(t *testing.T, at tiles.Coord, a, b map[any]orb.Geometry, axis int) int {
	t.Helper()
	const side, strip = 4096, 62 // what lies on the edge of the buffer is cut
	seen := 0
	for id, one := range a {
		for _, p := range vertices(one) {
			if p[axis] < side-strip || p[axis] > side+strip || p[1-axis] < -strip || p[1-axis] > side+strip {
				continue
			}
			seen++
			q := p
			q[axis] -= side
			other, ok := b[id]
			if !ok {
				t.Errorf("%v: the neighbour lacks feature %v, which has %v in its buffer", at, id, q)
				continue
			}
			if off := planar.DistanceFrom(outline(other), q); off > math.Sqrt2 {
				t.Errorf("%v: feature %v has %v at the seam, its neighbour %v", at, id, q, other)
			}
		}
	}
	return seen
}

func vertices(g orb.Geometry) []orb.Point {
	var list []orb.Point
	switch g := g.(type) {
	case orb.Polygon:
		for _, ring := range g {
			list = append(list, ring...)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			list = append(list, vertices(p)...)
		}
	}
	return list
}

func outline(g orb.Geometry) orb.MultiLineString {
	var lines orb.MultiLineString
	switch g := g.(type) {
	case orb.Polygon:
		for _, ring := range g {
			lines = append(lines, orb.LineString(ring))
		}
	case orb.MultiPolygon:
		for _, p := range g {
			lines = append(lines, outline(p)...)
		}
	}
	return lines
}

// asMVTIn is PostGIS's tile in a grid, geometry alone.
func asMVTIn(ctx context.Context, pool *pgxpool.Pool, c *spatial.Collection, set tiles.TileMatrixSet, at tiles.Coord) ([]byte, error) {
	srid := strconv.Itoa(int(set.SRID))
	e, grown := set.Envelope(at, tiles.Extent, 0), set.Envelope(at, tiles.Extent, tiles.TileBuffer)
	box, search := `st_makeenvelope($1, $2, $3, $4, `+srid+`)`, `st_makeenvelope($5, $6, $7, $8, `+srid+`)`
	var tile []byte
	err := pool.QueryRow(ctx, `with q as (select "id", st_asmvtgeom(st_transform("geom", `+srid+`), `+box+`, 4096, 64, true) mvt_geom
		from `+pgx.Identifier{"data", c.Table}.Sanitize()+` where st_transform("geom", `+srid+`) && `+search+`)
		select st_asmvt(q, '`+c.ID+`', 4096, 'mvt_geom', 'id') from q where mvt_geom is not null`,
		e.MinX, e.MinY, e.MaxX, e.MaxY, grown.MinX, grown.MinY, grown.MaxX, grown.MaxY).Scan(&tile)
	return tile, err
}
