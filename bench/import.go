package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/internal/pgcluster"
)

// importRun holds the seconds of one round.
type importRun struct {
	load, total, peak    float64 // ours
	copy                 float64 // raw binary COPY
	ogrLoad, ogrComplete float64
}

// importSuite compares `gisd import` of a Shapefile with raw binary COPY and
// with ogr2ogr, in turns.
func importSuite(ctx context.Context, o options) (string, error) {
	shapefile, err := parcels(ctx, o)
	if err != nil {
		return "", err
	}
	cluster, err := pgcluster.Open(ctx, pgcluster.Config{Dir: filepath.Join(o.work, "var"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return "", err
	}
	if err := cluster.Acquire(ctx); err != nil {
		return "", err
	}
	defer func() { _, _ = cluster.Release(context.WithoutCancel(ctx)) }()
	b := importBench{options: o, shapefile: shapefile, url: cluster.URL()}
	var rounds []importRun
	for range o.rounds {
		r, err := b.round(ctx)
		if err != nil {
			return "", err
		}
		rounds = append(rounds, r)
	}
	return b.section(rounds), nil
}

type importBench struct {
	options
	shapefile, url string
}

const benchCollection = "bench_parcels"

func (b importBench) round(ctx context.Context) (importRun, error) {
	var r importRun
	ours, err := command(ctx, b.work, b.gisd, "import", b.shapefile, "--data-dir", filepath.Join(b.work, "var"),
		"--collection", benchCollection, "--mode", "replace", "--publish", "--json")
	if err != nil {
		return r, err
	}
	var report importers.Report
	if err := json.Unmarshal(ours.stdout, &report); err != nil {
		return r, fmt.Errorf("report of gisd import: %w", err)
	}
	if report.Loaded != int64(b.n) {
		return r, fmt.Errorf("gisd loaded %d of %d parcels", report.Loaded, b.n)
	}
	r.load, r.peak = report.Seconds.Load, ours.peakMiB
	r.total = report.Seconds.Load + report.Seconds.Settle + report.Seconds.Publish
	if r.copy, err = b.rawCopy(ctx, fmt.Sprintf("%s_v%d", benchCollection, report.Version)); err != nil {
		return r, err
	}
	if r.ogrLoad, err = b.ogr(ctx, "-lco", "SPATIAL_INDEX=NONE"); err != nil {
		return r, err
	}
	r.ogrComplete, err = b.ogr(ctx, "-makevalid", "-lco", "SPATIAL_INDEX=GIST")
	return r, err
}

// rawCopy times what no importer can beat: the rows of the loaded table as one
// binary stream into a logged table without an index.
func (b importBench) rawCopy(ctx context.Context, table string) (float64, error) {
	conn, err := pgx.Connect(ctx, b.url)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	source := pgx.Identifier{"data", table}.Sanitize()
	columns := `id, "xa", "so_to", "so_thua", "loai_dat", "ma_thua", geom`
	file, err := os.CreateTemp(b.work, "copy")
	if err != nil {
		return 0, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := conn.PgConn().CopyTo(ctx, file, "copy (select "+columns+" from "+source+") to stdout (format binary)"); err != nil {
		return 0, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	for _, statement := range []string{
		"drop table if exists data.bench_copy",
		"create table data.bench_copy as select " + columns + " from " + source + " limit 0",
		"checkpoint",
	} {
		if _, err := conn.Exec(ctx, statement); err != nil && statement != "checkpoint" {
			return 0, err
		}
	}
	begin := time.Now()
	if _, err := conn.PgConn().CopyFrom(ctx, file, "copy data.bench_copy from stdin (format binary)"); err != nil {
		return 0, err
	}
	seconds := time.Since(begin).Seconds()
	_, err = conn.Exec(ctx, "drop table data.bench_copy")
	return seconds, err
}

// ogr times ogr2ogr in COPY mode, with ANALYZE where it makes an index.
func (b importBench) ogr(ctx context.Context, args ...string) (float64, error) {
	conn, err := pgx.Connect(ctx, b.url)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "drop table if exists data.bench_ogr"); err != nil {
		return 0, err
	}
	target, err := ogrAddress(b.url)
	if err != nil {
		return 0, err
	}
	all := append([]string{"-f", "PostgreSQL", target, b.shapefile, "-nln", "data.bench_ogr", "-lco", "GEOMETRY_NAME=geom",
		"-nlt", "PROMOTE_TO_MULTI", "--config", "PG_USE_COPY", "YES"}, args...)
	m, err := command(ctx, b.work, "ogr2ogr", all...)
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if strings.Contains(strings.Join(args, " "), "GIST") {
		if _, err := conn.Exec(ctx, "analyze data.bench_ogr"); err != nil {
			return 0, err
		}
	}
	m.seconds += time.Since(begin).Seconds()
	_, err = conn.Exec(ctx, "drop table data.bench_ogr")
	return m.seconds, err
}

// ogrAddress writes a postgres URL as the GDAL driver wants it.
func ogrAddress(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	password, _ := u.User.Password()
	host, port := u.Hostname(), u.Port()
	if h := u.Query().Get("host"); h != "" {
		host = h
	}
	if p := u.Query().Get("port"); p != "" {
		port = p
	}
	return fmt.Sprintf("PG:host='%s' port='%s' user='%s' password='%s' dbname='%s'", host, port, u.User.Username(), password, strings.TrimPrefix(u.Path, "/")), nil
}

func (b importBench) section(rounds []importRun) string {
	of := func(value func(importRun) float64) float64 {
		var all []float64
		for _, r := range rounds {
			all = append(all, value(r))
		}
		return median(all)
	}
	load, total, peak := of(func(r importRun) float64 { return r.load }), of(func(r importRun) float64 { return r.total }), of(func(r importRun) float64 { return r.peak })
	raw, ogr, complete := of(func(r importRun) float64 { return r.copy }), of(func(r importRun) float64 { return r.ogrLoad }), of(func(r importRun) float64 { return r.ogrComplete })
	var s strings.Builder
	fmt.Fprintf(&s, "## Import\n\n%d cadastral parcels from a Shapefile (EPSG:9210, six attributes) into a private cluster; medians of %d rounds in turns: `go run ./bench -only import`.\n\n", b.n, len(rounds))
	fmt.Fprintf(&s, "| step | seconds | gisd is | target |\n|---|---|---|---|\n")
	fmt.Fprintf(&s, "| gisd, load (first byte read to last row in a logged table) | %.2f | | |\n", load)
	fmt.Fprintf(&s, "| raw binary COPY of the same rows | %.2f | %.0f %% of its speed | ≥ 50 %% |\n", raw, 100*raw/load)
	fmt.Fprintf(&s, "| ogr2ogr, COPY mode, no index | %.2f | %.1f× as fast | ≥ 3× |\n", ogr, ogr/load)
	fmt.Fprintf(&s, "| gisd, to published (repaired, keyed, indexed, analyzed, visible) | %.2f | | |\n", total)
	fmt.Fprintf(&s, "| ogr2ogr -makevalid with its index, then ANALYZE | %.2f | %.1f× as fast | ≥ 2× |\n", complete, complete/total)
	fmt.Fprintf(&s, "| gisd, largest resident memory | %.0f MiB | | ≤ 100 MiB |\n", peak)
	fmt.Fprintf(&s, "\nThe index for searching names follows after publishing and is in neither side's figures.\n")
	return s.String()
}
