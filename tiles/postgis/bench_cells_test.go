package postgis_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
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
// read from the database each time and from rows, and reads the cells alone, in
// turns within one run, through the serving pool, no encoded tile kept; pgbench
// asks for the same tiles by a prepared ST_AsMVT over a copy in SRID 3857, which
// is what suits it best. Small scales are drawn one tile at a time. For the
// figures of docs/benchmarks.md:
//
//	go run ./bench -suite cells
func BenchmarkCells(b *testing.B) {
	url := testdb.URL(b)
	db, err := postgis.Open(b.Context(), postgis.Config{URL: url, MaxConns: workers, StatementTimeout: 10 * time.Minute}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	k := packedParcels(b, db)
	k.url = url
	for z := range uint32(17) {
		if z < tiles.PlainZoom {
			b.Run(fmt.Sprintf("small/z%d", z), func(b *testing.B) { k.small(b, z) })
		}
		if z >= 12 {
			b.Run(fmt.Sprintf("z%d", z), func(b *testing.B) { k.large(b, z) })
		}
	}
}

// cellBench is parcels in EPSG:9210 with their cells, and a copy in SRID 3857.
type cellBench struct {
	url         string
	c, mercator *spatial.Collection
	ways        []way // hot, cold, rows, fetch
}

// way is one that a tile comes by; it returns its bytes.
type way struct {
	name string
	draw func(context.Context, tiles.Coord) (int, error)
}

// packedParcels stores the parcels and packs them.
func packedParcels(b *testing.B, db *postgis.DB) *cellBench {
	b.Helper()
	var stored map[spatial.SRID]*spatial.Collection
	if *parcelFile != "" {
		stored = importedParcels(b, db, *parcelFile)
	} else {
		stored = parcels(b, db.Pool, *parcelCount)
		stored[9210] = register(b, db.Pool, stored[9210])
	}
	c, mercator := stored[9210], stored[spatial.SRIDWebMercator]
	report, err := tilespostgis.NewPyramids(db, nil).Build(b.Context(), c, tilespostgis.BuildOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d cells, %d bytes in %.1f s", report.Cells, report.Bytes, report.Seconds)
	k := &cellBench{c: current(b, db.Pool, c.ID), mercator: mercator}
	store, rows := tilespostgis.NewCells(db.Pool), tilespostgis.NewSource(db.Pool, nil)
	draw := func(s tiles.Source) func(context.Context, tiles.Coord) (int, error) {
		return func(ctx context.Context, t tiles.Coord) (int, error) {
			tile, err := s.Layer(ctx, tiles.LayerRequest{Collection: k.c, Coord: t})
			return len(tile), err
		}
	}
	for _, kept := range []struct {
		name   string
		memory int64
	}{{"hot", 1 << 30}, {"cold", 1}} {
		s, err := pyramid.NewSource(pyramid.Config{Rows: rows, Cells: store, MaxBytes: kept.memory}, nil)
		if err != nil {
			b.Fatal(err)
		}
		k.ways = append(k.ways, way{kept.name, draw(s)})
	}
	k.ways = append(k.ways, way{"rows", draw(rows)}, way{"fetch", func(ctx context.Context, t tiles.Coord) (int, error) {
		band, _ := pyramid.Packed(k.c, t.Z)
		record, err := store.Record(ctx, pyramid.Key{Pyramid: k.c.Pyramid.ID, Coord: band.Cell(t)})
		return len(record), err
	}})
	return k
}

// large compares rates of zooms at which features are as they are.
func (k *cellBench) large(b *testing.B, z uint32) {
	of, rng := blockOf(k.c.Extent, z), rand.New(rand.NewPCG(1, 2))
	took, bytes, n := make([]time.Duration, len(k.ways)), make([]int, len(k.ways)), 0
	draw := func(w way) func(tiles.Coord) int {
		return func(t tiles.Coord) int {
			size, err := w.draw(b.Context(), t)
			if err != nil {
				b.Error(err)
			}
			return size
		}
	}
	for b.Loop() {
		batch := make([]tiles.Coord, 16<<min(z-12, 2))
		for i := range batch {
			batch[i] = of.some(rng)
		}
		timed(b, batch, draw(k.ways[0]), new(int)) // warms
		n += len(batch)
		for i, w := range k.ways {
			took[i] += timed(b, batch, draw(w), &bytes[i])
		}
	}
	for i, w := range k.ways {
		b.ReportMetric(float64(n)/took[i].Seconds(), w.name+"-tiles/s")
		b.ReportMetric(float64(bytes[i])/float64(n), w.name+"-B/tile")
	}
	b.ReportMetric(pgbench(b, k.url, k.mercator, of, 10), "asmvt-tiles/s")
}

// small times every tile of a zoom alone; ST_AsMVT draws one of zoom 8 and one
// of zoom 10.
func (k *cellBench) small(b *testing.B, z uint32) {
	of := blockOf(k.c.Extent, z).all()
	most := 0
	took := [2][]time.Duration{}
	draw := func() {
		for _, t := range of {
			for i, w := range k.ways[:2] {
				begin := time.Now()
				size, err := w.draw(b.Context(), t)
				if err != nil {
					b.Fatal(err)
				}
				took[i], most = append(took[i], time.Since(begin)), max(most, size)
			}
		}
	}
	draw() // warms
	took = [2][]time.Duration{}
	for b.Loop() {
		draw()
	}
	for i, w := range k.ways[:2] {
		slices.Sort(took[i])
		b.ReportMetric(1000*took[i][len(took[i])*95/100].Seconds(), w.name+"-p95-ms")
	}
	b.ReportMetric(float64(most)/1000, "most-kB")
	b.ReportMetric(float64(len(of)), "tiles")
	if z != 8 && z != 10 {
		return
	}
	db, err := postgis.Open(b.Context(), postgis.Config{URL: k.url, MaxConns: 1, StatementTimeout: 2 * time.Minute}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	begin := time.Now()
	tile, err := asMVT(b.Context(), db.Pool, k.mercator, of[len(of)/2])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(1000*time.Since(begin).Seconds(), "asmvt-ms")
	b.ReportMetric(float64(len(tile))/1000, "asmvt-kB")
}
