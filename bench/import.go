package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"gisd/internal/pgcluster"
)

// importRun holds what the rounds of one format gave.
type importRun struct {
	load, total, peak []float64 // ours
	cpu               []float64
	copy              []float64 // raw binary COPY
	ogrLoad           []float64
	ogrPublish        float64 // the first round
	shp2pgsql         float64 // the first round
	groupMiB          float64
}

type importBench struct {
	options
	shapefile, url string
	tcp            string // the address of the database over TCP, in withListeningCluster
}

// withCluster runs a suite on the private cluster of the work folder.
func withCluster(ctx context.Context, o options, do func(importBench) (string, error)) (string, error) {
	return withListeningCluster(ctx, o, "", do)
}

// withListeningCluster is for programs that reach a database over TCP alone;
// listen is host:port.
func withListeningCluster(ctx context.Context, o options, listen string, do func(importBench) (string, error)) (string, error) {
	shapefile, err := parcels(ctx, o)
	if err != nil {
		return "", err
	}
	cluster, release, err := o.cluster(ctx, listen)
	if err != nil {
		return "", err
	}
	defer release()
	// What an earlier run left would make the first import another one. There
	// need not be anything.
	_, _ = command(ctx, o.work, nil, o.gisd, "collections", "drop", benchCollection, "--yes", "--data-dir", o.dataDir())
	b := importBench{options: o, shapefile: shapefile, url: cluster.URL()}
	if listen != "" {
		at, err := url.Parse(b.url)
		if err != nil {
			return "", err
		}
		at.Scheme, at.Host, at.RawQuery = "postgresql", listen, ""
		b.tcp = at.String()
	}
	return do(b)
}

// cluster starts the private cluster of the work folder, until it is released.
func (o options) cluster(ctx context.Context, listen string) (cluster *pgcluster.Cluster, release func(), err error) {
	cluster, err = pgcluster.Open(ctx, pgcluster.Config{Dir: o.dataDir(), Listen: listen, Server: listen != "", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, nil, err
	}
	if err := cluster.Acquire(ctx); err != nil {
		return nil, nil, err
	}
	return cluster, func() { _, _ = cluster.Release(context.WithoutCancel(ctx)) }, nil
}

// importSuite compares `gisd import` with ogr2ogr, shp2pgsql and raw binary
// COPY, in turns.
func importSuite(ctx context.Context, o options) (string, error) {
	return withCluster(ctx, o, func(b importBench) (string, error) {
		if err := forgetPages(o.gisd); err != nil {
			return "", err
		}
		runs := map[string]*importRun{}
		for round := range o.rounds {
			for _, f := range formats() {
				if o.format != "" && f.name != o.format {
					continue
				}
				if runs[f.name] == nil {
					runs[f.name] = &importRun{}
				}
				begin := time.Now()
				if err := b.round(ctx, f, round == 0, runs[f.name]); err != nil {
					return "", fmt.Errorf("%s: %w", f.name, err)
				}
				fmt.Fprintf(o.log, "bench: import: round %d, %s: %.0f s\n", round+1, f.name, time.Since(begin).Seconds())
			}
		}
		return b.section(runs), nil
	})
}

func (b importBench) round(ctx context.Context, f format, first bool, r *importRun) error {
	path, err := b.file(ctx, f)
	if err != nil {
		return err
	}
	ours, err := b.gisdImport(ctx, path, "replace", append([]string{"--key", "id"}, f.gisd...)...)
	if err != nil {
		return err
	}
	r.load, r.total = append(r.load, ours.load), append(r.total, ours.total)
	r.peak, r.cpu = append(r.peak, ours.peakMiB), append(r.cpu, ours.cpu)
	if f.name == "geoparquet" {
		if r.groupMiB, err = rowGroupMiB(path); err != nil {
			return err
		}
	}
	if f.reads {
		seconds, err := b.ogrLoad(ctx, f, path)
		if err != nil {
			return err
		}
		r.ogrLoad = append(r.ogrLoad, seconds)
		if first {
			if r.ogrPublish, err = b.ogrPublish(ctx, f, path); err != nil {
				return err
			}
		}
	}
	if f.name != "shapefile" {
		return nil
	}
	seconds, err := b.rawCopy(ctx, fmt.Sprintf("%s_v%d", benchCollection, ours.report.Version))
	if err != nil {
		return err
	}
	r.copy = append(r.copy, seconds)
	if first {
		r.shp2pgsql, err = b.shp2pgsql(ctx)
	}
	return err
}

const (
	publishTarget = 2.5
	peakTarget    = 64 // MiB
)

func (b importBench) section(runs map[string]*importRun) string {
	var s strings.Builder
	fmt.Fprintf(&s, "## Import\n\n%d cadastral parcels (EPSG:9210, GeoJSON in degrees; six attributes) into a private cluster; medians of %d rounds in turns, ogr2ogr to published and shp2pgsql once: `go run ./bench -suite import`.\n\n", b.n, b.rounds)
	fmt.Fprintf(&s, "Load is from the first byte read, looking for types included, to the last row in a logged table; ogr2ogr has COPY mode and no index. Published is repaired, keyed, indexed, analyzed, visible; ogr2ogr has -makevalid and its index, then ANALYZE. GDAL 3.6 reads no GeoParquet. Peak memory is the largest resident set, the pages of the program's file among it, which is read anew before the first round.\n\n")
	fmt.Fprintf(&s, "| format | gisd load, s | ogr2ogr, s | gisd is | target | gisd published, s | ogr2ogr, s | gisd is | target | CPU of gisd, s | its peak memory | target |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, f := range formats() {
		r := runs[f.name]
		if r == nil {
			continue
		}
		load, total := median(r.load), median(r.total)
		compared := [2]string{"| | | |", "| | | |"}
		if f.reads {
			ogr := median(r.ogrLoad)
			compared[0] = fmt.Sprintf("| %.2f | %.1f× as fast | ≥ %g× |", ogr, ogr/load, f.load)
			compared[1] = fmt.Sprintf("| %.2f | %.1f× as fast | ≥ %g× |", r.ogrPublish, r.ogrPublish/total, publishTarget)
		}
		fmt.Fprintf(&s, "| %s | %.2f %s %.2f %s %.2f | %.0f MiB | ≤ %.0f MiB |\n", f.name, load, compared[0], total, compared[1],
			median(r.cpu), median(r.peak), peakTarget+r.groupMiB)
	}
	if r := runs["geoparquet"]; r != nil {
		fmt.Fprintf(&s, "\nOf GeoParquet one row group is added to the memory, here %.0f MiB.\n", r.groupMiB)
	}
	if r := runs["shapefile"]; r != nil {
		load, raw := median(r.load), median(r.copy)
		fmt.Fprintf(&s, "\n| Shapefile, load | seconds | gisd is | target |\n|---|---|---|---|\n")
		fmt.Fprintf(&s, "| gisd | %.2f | | |\n", load)
		fmt.Fprintf(&s, "| raw binary COPY of the same rows | %.2f | %.0f %% of its speed | ≥ 60 %% |\n", raw, 100*raw/load)
		fmt.Fprintf(&s, "| shp2pgsql -D \\| psql | %.2f | %.1f× as fast | ≥ 10× |\n", r.shp2pgsql, r.shp2pgsql/load)
	}
	fmt.Fprintf(&s, "\nThe index for searching names follows after publishing and is in neither side's figures.\n")
	return s.String()
}
