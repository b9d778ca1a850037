package postgis_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	tilespostgis "gisd/tiles/postgis"
	"gisd/tiles/pyramid"
)

// BenchmarkCells draws the same tiles from cells in memory, from cells that are
// read from the database each time, from rows and by a prepared ST_AsMVT, and
// reads the cells alone; in turns within one run, through the serving pool, no
// encoded tile kept. For the figures of docs/benchmarks.md:
//
//	go run ./bench -suite cells
func BenchmarkCells(b *testing.B) {
	ctx := context.Background()
	db, err := postgis.Open(ctx, postgis.Config{URL: testdb.URL(b), MaxConns: workers}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	c, report := packedParcels(b, db)
	b.Logf("%d cells, %d bytes in %.1f s", report.Cells, report.Bytes, report.Seconds)

	store := tilespostgis.NewCells(db.Pool)
	rows := tilespostgis.NewSource(db.Pool, nil)
	source := func(memory int64) tiles.Source {
		s, err := pyramid.NewSource(pyramid.Config{Rows: rows, Cells: store, MaxBytes: memory}, nil)
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	draw := func(s tiles.Source) func(tiles.Coord) int {
		return func(t tiles.Coord) int {
			tile, err := s.Layer(ctx, tiles.LayerRequest{Collection: c, Coord: t})
			if err != nil {
				b.Error(err)
			}
			return len(tile)
		}
	}
	ways := []struct {
		name string
		draw func(tiles.Coord) int
	}{
		{"hot", draw(source(1 << 30))},
		{"cold", draw(source(1))},
		{"rows", draw(rows)},
		{"asmvt", func(t tiles.Coord) int {
			tile, err := asMVT(ctx, db.Pool, c, t)
			if err != nil {
				b.Error(err)
			}
			return len(tile)
		}},
		{"fetch", func(t tiles.Coord) int {
			band, _ := pyramid.Packed(c, t.Z)
			record, err := store.Record(ctx, pyramid.Key{Pyramid: c.Pyramid.ID, Coord: band.Cell(t)})
			if err != nil {
				b.Error(err)
			}
			return len(record)
		}},
	}
	for _, z := range []uint32{12, 13, 14, 15, 16} {
		b.Run(fmt.Sprintf("z%d", z), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			took, bytes, n := make([]time.Duration, len(ways)), make([]int, len(ways)), 0
			for b.Loop() {
				batch := make([]tiles.Coord, 16<<min(z-12, 2))
				for i := range batch {
					batch[i] = within(rng, c.Extent, z)
				}
				timed(b, batch, ways[0].draw, new(int)) // warms
				n += len(batch)
				for i, way := range ways {
					took[i] += timed(b, batch, way.draw, &bytes[i])
				}
			}
			for i, way := range ways {
				b.ReportMetric(float64(n)/took[i].Seconds(), way.name+"-tiles/s")
				b.ReportMetric(float64(bytes[i])/float64(n), way.name+"-B/tile")
			}
		})
	}
}

// packedParcels stores the parcels in EPSG:9210 and packs them.
func packedParcels(b *testing.B, db *postgis.DB) (*spatial.Collection, tilespostgis.BuildReport) {
	b.Helper()
	var c *spatial.Collection
	if *parcelFile != "" {
		c = importedParcels(b, db, *parcelFile)[9210]
	} else {
		c = register(b, db.Pool, parcels(b, db.Pool, *parcelCount)[9210])
	}
	report, err := tilespostgis.NewPyramids(db, nil).Build(b.Context(), c, tilespostgis.BuildOptions{})
	if err != nil {
		b.Fatal(err)
	}
	return current(b, db.Pool, c.ID), report
}
