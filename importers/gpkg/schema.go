package gpkg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// table is what the GeoPackage says of one layer.
type table struct {
	name     string
	columns  []string // attributes, as SQLite names them
	blobs    []bool   // which of them hold bytes
	key      string   // INTEGER PRIMARY KEY, "" without
	geometry string   // column, "" without
	schema   importers.Schema
}

func describe(ctx context.Context, db *sql.DB, f importers.File, name string) (*table, error) {
	t := &table{name: name, schema: importers.Schema{Layer: name, Format: "gpkg", GeometryType: spatial.GeometryNone,
		Dimensions: spatial.XY, Encoding: "utf-8", Count: -1, Bytes: f.Size}}
	if err := t.readGeometry(ctx, db); err != nil {
		return nil, err
	}
	if err := t.readColumns(ctx, db); err != nil {
		return nil, err
	}
	t.readTitles(ctx, db)
	return t, t.readCount(ctx, db)
}

// readCount believes the count that GDAL keeps by triggers: SQLite reads the
// whole table to count.
func (t *table) readCount(ctx context.Context, db *sql.DB) error {
	var kept sql.NullInt64
	err := db.QueryRowContext(ctx, "select feature_count from gpkg_ogr_contents where lower(table_name) = lower(?)", t.name).Scan(&kept)
	if err == nil && kept.Valid && kept.Int64 >= 0 {
		t.schema.Count = kept.Int64
		return nil
	}
	return db.QueryRowContext(ctx, "select count(*) from "+quote(t.name)).Scan(&t.schema.Count)
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// readGeometry finds the geometry column with its type, dimensions and CRS.
func (t *table) readGeometry(ctx context.Context, db *sql.DB) error {
	var kind string
	var z, m, srs int
	err := db.QueryRowContext(ctx, `
select column_name, geometry_type_name, z, m, srs_id
from gpkg_geometry_columns
where lower(table_name) = lower(?)`, t.name).Scan(&t.geometry, &kind, &z, &m, &srs)
	if errors.Is(err, sql.ErrNoRows) || err != nil && strings.Contains(err.Error(), "no such table") {
		return nil
	}
	if err != nil {
		return err
	}
	t.schema.GeometryType = geometryType(kind)
	if t.schema.CRS, err = readCRS(ctx, db, srs); err != nil {
		return err
	}
	return t.readDimensions(ctx, db, z == 1, m == 1)
}

func geometryType(name string) spatial.GeometryType {
	switch strings.ToUpper(name) {
	case "POINT":
		return spatial.GeometryPoint
	case "LINESTRING", "CIRCULARSTRING", "COMPOUNDCURVE", "CURVE":
		return spatial.GeometryLineString
	case "POLYGON", "CURVEPOLYGON", "SURFACE", "TRIANGLE":
		return spatial.GeometryPolygon
	case "MULTIPOINT":
		return spatial.GeometryMultiPoint
	case "MULTILINESTRING", "MULTICURVE":
		return spatial.GeometryMultiLineString
	case "MULTIPOLYGON", "MULTISURFACE", "POLYHEDRALSURFACE", "TIN":
		return spatial.GeometryMultiPolygon
	}
	return spatial.GeometryAny
}

// readCRS takes an EPSG code as it is and leaves other definitions to be
// matched by their parameters. The ids 0 and -1 are "undefined" (§1.1.2).
func readCRS(ctx context.Context, db *sql.DB, id int) (importers.CRS, error) {
	if id == 0 || id == -1 {
		return importers.CRS{}, nil
	}
	var organization, definition sql.NullString
	var code sql.NullInt32
	err := db.QueryRowContext(ctx, `
select organization, organization_coordsys_id, definition
from gpkg_spatial_ref_sys
where srs_id = ?`, id).Scan(&organization, &code, &definition)
	if errors.Is(err, sql.ErrNoRows) {
		return importers.CRS{}, nil
	}
	if err != nil {
		return importers.CRS{}, err
	}
	c := importers.CRS{}
	if strings.EqualFold(definition.String, "undefined") {
		definition.String = ""
	}
	if strings.EqualFold(strings.TrimSpace(organization.String), "epsg") && code.Int32 > 0 {
		c.SRID, c.Reason = spatial.SRID(code.Int32), fmt.Sprintf("the GeoPackage says EPSG:%d", code.Int32)
	}
	c.WKT = definition.String
	return c, nil
}

// readDimensions believes the declaration where it demands Z or M, and looks at
// the first geometries where it does not.
func (t *table) readDimensions(ctx context.Context, db *sql.DB, z, m bool) error {
	rows, err := db.QueryContext(ctx, "select "+quote(t.geometry)+" from "+quote(t.name)+" where "+quote(t.geometry)+" is not null limit 500")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var blob sql.RawBytes
		if err := rows.Scan(&blob); err != nil {
			return err
		}
		g, err := geometryOf(blob)
		if err != nil || g == nil {
			continue
		}
		if _, d, err := wkb.Header(g); err == nil {
			z = z || d == spatial.XYZ || d == spatial.XYZM
			m = m || d == spatial.XYM || d == spatial.XYZM
		}
	}
	t.schema.Dimensions = wkb.DimensionsOf(z, m)
	return rows.Err()
}

func (t *table) readColumns(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, "select name, type, pk from pragma_table_info(?) order by cid", t.name)
	if err != nil {
		return err
	}
	defer rows.Close()
	keys := 0
	for rows.Next() {
		var name, kind string
		var pk int
		if err := rows.Scan(&name, &kind, &pk); err != nil {
			return err
		}
		if strings.EqualFold(name, t.geometry) {
			continue
		}
		field, blob := fieldType(kind)
		if pk > 0 {
			keys++
			if field == spatial.FieldInteger {
				t.key = name
				continue
			}
		}
		t.columns = append(t.columns, name)
		t.blobs = append(t.blobs, blob)
		t.schema.Fields = append(t.schema.Fields, importers.FieldInfo{Name: norm.NFC.String(name), Type: field})
	}
	if keys > 1 && t.key != "" { // one part of a key is an attribute
		t.columns = append(t.columns, t.key)
		t.blobs = append(t.blobs, false)
		t.schema.Fields = append(t.schema.Fields, importers.FieldInfo{Name: norm.NFC.String(t.key), Type: spatial.FieldInteger})
		t.key = ""
	}
	if t.key != "" {
		t.schema.NativeID = spatial.FieldInteger
	}
	return rows.Err()
}

// fieldType maps a declared column type (OGC 12-128r19 table 1, and what SQLite
// users write besides).
func fieldType(declared string) (t spatial.FieldType, blob bool) {
	name, _, _ := strings.Cut(strings.ToUpper(declared), "(")
	switch strings.TrimSpace(name) {
	case "BOOLEAN", "BOOL":
		return spatial.FieldBoolean, false
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "INTEGER", "BIGINT", "INT2", "INT4", "INT8", "INTEGER64":
		return spatial.FieldInteger, false
	case "FLOAT", "DOUBLE", "REAL", "NUMERIC", "DECIMAL", "DOUBLE PRECISION":
		return spatial.FieldNumber, false
	case "DATE":
		return spatial.FieldDate, false
	case "DATETIME", "TIMESTAMP":
		return spatial.FieldDateTime, false
	case "BLOB":
		return spatial.FieldString, true
	}
	return spatial.FieldString, false
}

// readTitles takes titles from the schema extension, where the file has it.
func (t *table) readTitles(ctx context.Context, db *sql.DB) {
	rows, err := db.QueryContext(ctx, `
select column_name, coalesce(nullif(title, ''), name, '')
from gpkg_data_columns
where lower(table_name) = lower(?)`, t.name)
	if err != nil {
		return
	}
	defer rows.Close()
	for rows.Next() {
		var column, title string
		if rows.Scan(&column, &title) != nil {
			return
		}
		if i := slices.Index(t.columns, column); i >= 0 && title != "" && title != column {
			title = norm.NFC.String(title)
			t.schema.Fields[i].Title = spatial.Text{VI: title, EN: title}
		}
	}
}
