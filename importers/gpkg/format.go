package gpkg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"

	_ "modernc.org/sqlite" // the driver

	"gisd/importers"
	"gisd/spatial"
)

// Format finds GeoPackages in an input.
type Format struct{}

// Name implements importers.Format.
func (Format) Name() string { return "gpkg" }

const magic = "SQLite format 3\x00"

// Layers implements importers.Format: the feature and attribute tables that
// gpkg_contents lists, in its order. A damaged file among others is a layer that
// cannot be opened, so that the others can.
func (Format) Layers(ctx context.Context, in *importers.Input) ([]importers.Layer, error) {
	var layers []importers.Layer
	for _, f := range in.Files {
		head, err := f.Head(len(magic))
		if err != nil {
			return nil, fmt.Errorf("gpkg: open %s: %w", f.Name, err)
		}
		if string(head) != magic || in.Named != "" && f.Name != in.Named {
			continue
		}
		found, err := layersOf(ctx, f)
		if err != nil {
			err = fail(f, err)
			if _, ours := errors.AsType[*spatial.Error](err); !ours || in.Named != "" {
				return nil, err
			}
			found = []importers.Layer{damaged(f, err)}
		}
		layers = append(layers, found...)
	}
	return layers, nil
}

func damaged(f importers.File, err error) importers.Layer {
	return importers.Layer{Name: f.Base(), Format: "gpkg", File: f.Name, Spatial: true,
		Open: func(context.Context, importers.SourceOptions) (importers.Source, error) { return nil, err }}
}

func fail(f importers.File, err error) error {
	if _, ok := errors.AsType[*spatial.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "gpkg: read", Message: fmt.Sprintf("%s: %v", f.Name, err), Err: err}
}

// openDB opens the file for reading, without touching it or its folder unless a
// write-ahead log belongs to it.
func openDB(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", address(path))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// address is what SQLite opens the file by.
func address(path string) string {
	query := "mode=ro&immutable=1"
	if st, err := os.Stat(path + "-wal"); err == nil && st.Size() > 0 {
		query = "mode=ro"
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: query, OmitHost: true}
	return u.String()
}

func layersOf(ctx context.Context, f importers.File) ([]importers.Layer, error) {
	db, err := openDB(f.Path)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var tables int
	if err := db.QueryRowContext(ctx, "select count(*) from sqlite_master where lower(name) = 'gpkg_contents'").Scan(&tables); err != nil {
		return nil, err
	}
	if tables == 0 {
		return nil, nil // SQLite, but no GeoPackage
	}
	rows, err := db.QueryContext(ctx, `
select c.table_name, exists (select 1 from gpkg_geometry_columns g where lower(g.table_name) = lower(c.table_name))
from gpkg_contents c
where c.data_type in ('features', 'attributes', 'aspatial')
  and exists (select 1 from sqlite_master m where lower(m.name) = lower(c.table_name) and m.type in ('table', 'view'))
order by c.rowid`)
	if err != nil {
		return attributesOnly(ctx, db, f, err)
	}
	return collect(rows, f)
}

// attributesOnly lists the tables of a file without gpkg_geometry_columns.
func attributesOnly(ctx context.Context, db *sql.DB, f importers.File, first error) ([]importers.Layer, error) {
	rows, err := db.QueryContext(ctx, "select table_name, 0 from gpkg_contents where data_type in ('attributes', 'aspatial') order by rowid")
	if err != nil {
		return nil, first
	}
	return collect(rows, f)
}

func collect(rows *sql.Rows, f importers.File) ([]importers.Layer, error) {
	defer rows.Close()
	var layers []importers.Layer
	for rows.Next() {
		var table string
		var hasGeometry bool
		if err := rows.Scan(&table, &hasGeometry); err != nil {
			return nil, err
		}
		layers = append(layers, importers.Layer{Name: table, Format: "gpkg", File: f.Name, Spatial: hasGeometry,
			Open: func(ctx context.Context, _ importers.SourceOptions) (importers.Source, error) {
				return open(ctx, f, table)
			}})
	}
	return layers, rows.Err()
}
