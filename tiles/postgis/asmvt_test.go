package postgis_test

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/tiles"
)

func TestMain(m *testing.M) { os.Exit(testdb.Main(m)) }

// asMVT is the oracle: PostGIS's own tile of the same rows and buffer.
func asMVT(ctx context.Context, pool *pgxpool.Pool, c *spatial.Collection, t tiles.Coord) ([]byte, error) {
	var tile []byte
	err := pool.QueryRow(ctx, asMVTQuery(c, "$1, $2, $3"), int32(t.Z), int32(t.X), int32(t.Y)).Scan(&tile)
	return tile, err
}

// asMVTQuery is the statement of asMVT; coord stands for zoom, column, row.
func asMVTQuery(c *spatial.Collection, coord string) string {
	var b strings.Builder
	srid := strconv.Itoa(int(c.SRID))
	geom, box := `"geom"`, `st_tileenvelope(`+coord+`, margin => 0.015625)`
	if c.SRID != 3857 {
		geom, box = `st_transform("geom", 3857)`, `st_transform(`+box+`, `+srid+`)`
	}
	b.WriteString(`with q as (select "id"`)
	for _, f := range c.Fields {
		b.WriteString(`, ` + pgx.Identifier{f.Column}.Sanitize())
	}
	b.WriteString(`, st_asmvtgeom(` + geom + `, st_tileenvelope(` + coord + `), 4096, 64, true) mvt_geom
		from ` + pgx.Identifier{"data", c.Table}.Sanitize() + ` where "geom" && ` + box + `)
		select st_asmvt(q, '` + c.ID + `', 4096, 'mvt_geom', 'id') from q where mvt_geom is not null`)
	return b.String()
}

// within is a random tile of the zoom that the envelope, in lon, lat degrees,
// holds.
func within(rng *rand.Rand, e spatial.Envelope, z uint32) tiles.Coord {
	n := float64(uint64(1) << z)
	lon := e.MinX + rng.Float64()*(e.MaxX-e.MinX)
	lat := (e.MinY + rng.Float64()*(e.MaxY-e.MinY)) * math.Pi / 180
	return tiles.Coord{Z: z, X: uint32((lon + 180) / 360 * n), Y: uint32((1 - math.Asinh(math.Tan(lat))/math.Pi) / 2 * n)}
}
