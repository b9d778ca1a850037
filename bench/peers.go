package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

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
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
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

// peerTable is what the peers write.
const peerTable = "data.bench_peer"

// clean drops the peers' table.
func (b importBench) clean(ctx context.Context) error {
	return b.execute(ctx, "drop table if exists "+peerTable)
}

func (b importBench) execute(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, b.url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, statement)
	return err
}

// ogrLoad times ogr2ogr in COPY mode without an index.
func (b importBench) ogrLoad(ctx context.Context, f format, path string) (float64, error) {
	m, err := b.ogr(ctx, f, path, "-lco", "SPATIAL_INDEX=NONE")
	if err != nil {
		return 0, err
	}
	return m.seconds, b.clean(ctx)
}

// ogrPublish times ogr2ogr with repair and index, then ANALYZE.
func (b importBench) ogrPublish(ctx context.Context, f format, path string) (float64, error) {
	m, err := b.ogr(ctx, f, path, "-makevalid", "-lco", "SPATIAL_INDEX=GIST")
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := b.execute(ctx, "analyze "+peerTable); err != nil {
		return 0, err
	}
	return m.seconds + time.Since(begin).Seconds(), b.clean(ctx)
}

func (b importBench) ogr(ctx context.Context, f format, path string, args ...string) (measured, error) {
	if err := b.clean(ctx); err != nil {
		return measured{}, err
	}
	target, err := ogrAddress(b.url)
	if err != nil {
		return measured{}, err
	}
	all := []string{"-f", "PostgreSQL", target, f.open + path, "-nln", peerTable, "-lco", "GEOMETRY_NAME=geom",
		"-nlt", "PROMOTE_TO_MULTI", "--config", "PG_USE_COPY", "YES"}
	return command(ctx, b.work, nil, "ogr2ogr", slices.Concat(all, f.ogr, args)...)
}

// shp2pgsql times `shp2pgsql -D | psql`.
func (b importBench) shp2pgsql(ctx context.Context) (float64, error) {
	if err := b.clean(ctx); err != nil {
		return 0, err
	}
	m, err := command(ctx, b.work, nil, "bash", "-c", `set -o pipefail; shp2pgsql -D -s 9210 "$0" "$1" | psql -q -v ON_ERROR_STOP=1 "$2"`,
		strings.TrimSuffix(b.shapefile, ".shp"), peerTable, b.url)
	if err != nil {
		return 0, err
	}
	return m.seconds, b.clean(ctx)
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
