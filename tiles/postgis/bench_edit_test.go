package postgis_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	tilespostgis "gisd/tiles/postgis"
)

// BenchmarkEdit changes one parcel after the other and has the cells follow: the
// finest band alone, all bands that are packed as the rows are, and small scales.
// For the figures of docs/benchmarks.md:
//
//	go test ./tiles/postgis -run - -bench Edit -benchtime 50x -parcel-file FILE.shp
func BenchmarkEdit(b *testing.B) {
	ctx := context.Background()
	db, err := postgis.Open(ctx, postgis.Config{URL: testdb.URL(b), MaxConns: workers, StatementTimeout: 10 * time.Minute}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	c := packedParcels(b, db).c
	use := "land_use"
	if _, ok := c.Field(use); !ok {
		use = "loai_dat" // of the files that bench makes
	}
	exec(b, db.Pool, `update gisd.collection set style = '{"kind":"fill","by":"`+use+`"}'`)
	if _, err := tilespostgis.NewPyramids(db, nil).Build(ctx, current(b, db.Pool, c.ID), tilespostgis.BuildOptions{}); err != nil {
		b.Fatal(err)
	}
	c = current(b, db.Pool, c.ID)
	pyramids := tilespostgis.NewPyramids(db, nil)
	rng := rand.New(rand.NewPCG(1, 2))
	// edit changes a parcel and returns its box.
	edit := func(n int) []spatial.Envelope {
		box := spatial.Envelope{SRID: c.SRID}
		err := db.Pool.QueryRow(ctx, `with e as (update data."`+c.Table+`" set `+use+` = (array['SKK', 'ODT', 'LUC'])[1 + $2 % 3] where id = $1 returning geom)
			select st_xmin(geom), st_ymin(geom), st_xmax(geom), st_ymax(geom) from e`, 1+rng.Int64N(c.FeatureCount-1), n).
			Scan(&box.MinX, &box.MinY, &box.MaxX, &box.MaxY)
		if err != nil {
			b.Fatal(err)
		}
		return []spatial.Envelope{box}
	}
	rebuild := func(boxes []spatial.Envelope) time.Duration {
		begin := time.Now()
		if n, err := pyramids.Rebuild(ctx, c, boxes); err != nil {
			b.Fatalf("%d cells, %v", n, err)
		}
		return time.Since(begin)
	}
	b.Run("plain", func(b *testing.B) {
		var took time.Duration
		n := 0
		for b.Loop() {
			n++
			took += rebuild(edit(n))
		}
		b.ReportMetric(took.Seconds()*1000/float64(n), "ms/edit")
	})
	b.Run("small", func(b *testing.B) {
		var took time.Duration
		n, cells, changed := 0, 0, 0
		for b.Loop() {
			n++
			rebuild(edit(n))
			begin := time.Now()
			report, err := pyramids.Small(ctx, c, 2)
			if err != nil || report.Whole {
				b.Fatalf("%+v, %v", report, err)
			}
			took += time.Since(begin)
			cells, changed = cells+report.Cells, changed+report.Tiles
		}
		b.ReportMetric(took.Seconds()*1000/float64(n), "ms/edit")
		b.ReportMetric(float64(cells)/float64(n), "cells/edit")
		b.ReportMetric(float64(changed)/float64(n), "tiles/edit")
	})
	exec(b, db.Pool, `delete from gisd.pyramid_band where first_zoom < 14`)
	b.Run("finest", func(b *testing.B) {
		var took, longest time.Duration
		n := 0
		for b.Loop() {
			n++
			one := rebuild(edit(n))
			took, longest = took+one, max(longest, one)
		}
		b.ReportMetric(took.Seconds()*1000/float64(n), "ms/edit")
		b.ReportMetric(longest.Seconds()*1000, "ms-longest")
	})
}
