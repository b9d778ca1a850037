package postgis_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	tilespostgis "gisd/tiles/postgis"
)

var parcelCount = flag.Int("parcels", 50_000, "parcels that BenchmarkColdTile draws")

// workers is how many tiles are asked for at a time, on either side.
const workers = 8

// BenchmarkColdTile draws the same tiles by Source and by a prepared ST_AsMVT,
// in turns within one run, both through the serving pool. For the figures of
// docs/benchmarks.md:
//
//	go test ./tiles/postgis -run - -bench ColdTile -benchtime 10x -parcels 1000000
func BenchmarkColdTile(b *testing.B) {
	ctx := context.Background()
	url := testdb.URL(b)
	db, err := postgis.Open(ctx, postgis.Config{URL: url, MaxConns: workers}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var collections map[spatial.SRID]*spatial.Collection
	if *parcelFile != "" {
		collections = importedParcels(b, db, *parcelFile)
	} else {
		collections = parcels(b, db.Pool, *parcelCount)
	}
	source := tilespostgis.NewSource(db.Pool, nil)
	for _, srid := range []spatial.SRID{9210, 3857} {
		c := collections[srid]
		for _, z := range []uint32{14, 15, 16} {
			b.Run(fmt.Sprintf("%d/z%d", srid, z), func(b *testing.B) {
				rng := rand.New(rand.NewPCG(1, 2))
				var ours, theirs time.Duration
				var bytes [2]int
				n := 0
				for b.Loop() {
					batch := make([]tiles.Coord, 64)
					for i := range batch {
						batch[i] = within(rng, c.Extent, z)
					}
					n += len(batch)
					ours += timed(b, batch, func(t tiles.Coord) int {
						tile, err := source.Layer(ctx, tiles.LayerRequest{Collection: c, Coord: t})
						if err != nil {
							b.Error(err)
						}
						return len(tile)
					}, &bytes[0])
					theirs += timed(b, batch, func(t tiles.Coord) int {
						tile, err := asMVT(ctx, db.Pool, c, t)
						if err != nil {
							b.Error(err)
						}
						return len(tile)
					}, &bytes[1])
				}
				b.ReportMetric(float64(n)/ours.Seconds(), "rows-tiles/s")
				b.ReportMetric(float64(n)/theirs.Seconds(), "asmvt-tiles/s")
				b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
				b.ReportMetric(float64(bytes[0])/float64(n), "rows-B/tile")
				b.ReportMetric(float64(bytes[1])/float64(n), "asmvt-B/tile")
			})
		}
	}
}

func timed(b *testing.B, batch []tiles.Coord, draw func(tiles.Coord) int, bytes *int) time.Duration {
	b.Helper()
	start := time.Now()
	var wg sync.WaitGroup
	var mu sync.Mutex
	next := make(chan tiles.Coord, len(batch))
	for _, t := range batch {
		next <- t
	}
	close(next)
	for range workers {
		wg.Go(func() {
			size := 0
			for t := range next {
				size += draw(t)
			}
			mu.Lock()
			*bytes += size
			mu.Unlock()
		})
	}
	wg.Wait()
	return time.Since(start)
}
