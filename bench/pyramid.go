package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// packing is one build of all cells.
type packing struct {
	measured
	parcels int
}

// pyramidSuite packs the parcels and then, with -copies, several times as many:
// memory is not to grow with their number.
func pyramidSuite(ctx context.Context, o options) (string, error) {
	return withCluster(ctx, o, func(b importBench) (string, error) {
		m, err := b.packedCollection(ctx)
		if err != nil {
			return "", err
		}
		runs := []packing{{m, o.n}}
		fmt.Fprintf(o.log, "bench: pyramid: %d in %.1f s, %.1f s of CPU, %.0f MiB\n", o.n, m.seconds, m.cpu, m.peakMiB)
		if o.copies > 1 {
			if err := b.multiplyParcels(ctx); err != nil {
				return "", err
			}
			m, err := command(ctx, b.work, nil, b.gisd, "tiles", "build", benchCollection, "--data-dir", b.dataDir())
			if err != nil {
				return "", err
			}
			runs = append(runs, packing{m, o.n * o.copies})
			// They take several gigabytes.
			if _, err := command(ctx, b.work, nil, b.gisd, "collections", "drop", benchCollection, "--yes", "--data-dir", b.dataDir()); err != nil {
				return "", err
			}
		}
		return pyramidSection(o, runs), nil
	})
}

func pyramidSection(o options, runs []packing) string {
	var s strings.Builder
	fmt.Fprintf(&s, "## Packing cells\n\nCadastral parcels in EPSG:9210, six attributes, packed for all zooms by `gisd tiles build`, the database beside it; more than %d are copies of these, side by side: `go run ./bench -suite pyramid -copies 10`. Memory is that of gisd; the copies take 10 GB of disk.\n\n", o.n)
	fmt.Fprintf(&s, "| parcels | seconds | target | CPU of gisd, s | its peak memory, MiB | target |\n|---|---|---|---|---|---|\n")
	for i, r := range runs {
		target := ""
		if i == 0 {
			target = "≤ 30"
		}
		fmt.Fprintf(&s, "| %d | %.1f | %s | %.1f | %.0f | ≤ 476 (500 MB) |\n", r.parcels, r.seconds, target, r.cpu, r.peakMiB)
	}
	return s.String()
}

// multiplyParcels puts -copies less one copies of the parcels to the north of them,
// with ids of their own.
func (b importBench) multiplyParcels(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, b.url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var name string
	if err := conn.QueryRow(ctx, `select table_name from gisd.collection_version v
		join gisd.collection c on c.id = v.collection_id and c.current_version = v.version
		where c.id = $1`, benchCollection).Scan(&name); err != nil {
		return err
	}
	rows, err := conn.Query(ctx, `select column_name::text from information_schema.columns
		where table_schema = 'data' and table_name = $1 order by ordinal_position`, name)
	if err != nil {
		return err
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	table := pgx.Identifier{"data", name}.Sanitize()
	var into, from []string
	for _, column := range columns {
		quoted := pgx.Identifier{column}.Sanitize()
		into = append(into, quoted)
		switch column {
		case "id":
			quoted += " + most * step"
		case "geom":
			quoted = "st_translate(" + quoted + ", 0, high * step)"
		}
		from = append(from, quoted)
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var index, remake string
		if err := tx.QueryRow(ctx, `select indexname, indexdef from pg_indexes
			where schemaname = 'data' and tablename = $1 and indexdef ilike '% using gist %'`, name).Scan(&index, &remake); err != nil {
			return err
		}
		statements := []string{
			"alter table " + table + " disable trigger user", // no history of copies
			"set local maintenance_work_mem = '512MB'",
			"create temp table whole on commit drop as select max(id) as most, st_ymax(st_extent(geom)) - st_ymin(st_extent(geom)) as high from " + table,
			"drop index " + pgx.Identifier{"data", index}.Sanitize(),
			"create temp table step on commit drop as select 0 as step",
		}
		insert := "insert into " + table + " (" + strings.Join(into, ", ") + ") select " + strings.Join(from, ", ") + " from " + table + ", whole, step where id <= most"
		for range b.copies - 1 {
			statements = append(statements, "update step set step = step + 1", insert)
		}
		for _, sql := range append(statements, remake, "alter table "+table+" enable trigger user", "analyze "+table) {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
		}
		_, err := tx.Exec(ctx, `update gisd.collection_version v
			set feature_count = v.feature_count * $2, max_lat = e.lat + 0.01, min_lon = v.min_lon - 0.05, max_lon = v.max_lon + 0.05
			from (select st_ymax(st_transform(st_setsrid(st_extent(geom)::geometry, 9210), 4326)) as lat from `+table+`) e
			where v.table_name = $1`, name, b.copies)
		return err
	})
}
