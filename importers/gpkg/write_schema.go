package gpkg

import (
	"context"
	"fmt"
	"strings"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// baseTables are the tables of OGC 12-128r18 annex C.
func baseTables() []string {
	return []string{`
create table gpkg_spatial_ref_sys (
  srs_name TEXT not null,
  srs_id INTEGER not null primary key,
  organization TEXT not null,
  organization_coordsys_id INTEGER not null,
  definition TEXT not null,
  description TEXT
)`, `
create table gpkg_contents (
  table_name TEXT not null primary key,
  data_type TEXT not null,
  identifier TEXT unique,
  description TEXT default '',
  last_change DATETIME not null default (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE,
  min_y DOUBLE,
  max_x DOUBLE,
  max_y DOUBLE,
  srs_id INTEGER,
  constraint fk_gc_r_srs_id foreign key (srs_id) references gpkg_spatial_ref_sys(srs_id)
)`, `
create table gpkg_geometry_columns (
  table_name TEXT not null,
  column_name TEXT not null,
  geometry_type_name TEXT not null,
  srs_id INTEGER not null,
  z TINYINT not null,
  m TINYINT not null,
  constraint pk_geom_cols primary key (table_name, column_name),
  constraint uk_gc_table_name unique (table_name),
  constraint fk_gc_tn foreign key (table_name) references gpkg_contents(table_name),
  constraint fk_gc_srs foreign key (srs_id) references gpkg_spatial_ref_sys (srs_id)
)`, `
create table gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT not null,
  definition TEXT not null,
  scope TEXT not null,
  constraint ge_tce unique (table_name, column_name, extension_name)
)`, `
create table gpkg_data_columns (
  table_name TEXT not null,
  column_name TEXT not null,
  name TEXT,
  title TEXT,
  description TEXT,
  mime_type TEXT,
  constraint_name TEXT,
  constraint pk_gdc primary key (table_name, column_name),
  constraint gdc_tn unique (table_name, name)
)`, `
create table gpkg_data_column_constraints (
  constraint_name TEXT not null,
  constraint_type TEXT not null,
  value TEXT,
  min NUMERIC,
  min_is_inclusive BOOLEAN,
  max NUMERIC,
  max_is_inclusive BOOLEAN,
  description TEXT,
  constraint gdcc_ntv unique (constraint_name, constraint_type, value)
)`, `
insert into gpkg_spatial_ref_sys values
  ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system')`, `
insert into gpkg_extensions values
  ('gpkg_data_columns', null, 'gpkg_schema', 'http://www.geopackage.org/spec130/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', null, 'gpkg_schema', 'http://www.geopackage.org/spec130/#extension_schema', 'read-write')`,
	}
}

// createTables makes everything but the rows, the index and what is known only
// after them.
func (w *writer) createTables(ctx context.Context) error {
	for _, s := range baseTables() {
		if err := w.run(ctx, s); err != nil {
			return err
		}
	}
	if err := w.addSystem(ctx, spatial.SRIDWGS84, ""); err != nil {
		return err
	}
	if w.h.Geometry != spatial.GeometryNone && w.h.SRID != spatial.SRIDWGS84 && w.h.SRID > 0 {
		if err := w.addSystem(ctx, w.h.SRID, w.h.WKT); err != nil {
			return err
		}
	}
	if err := w.run(ctx, w.layerTable(w.h.Geometry)); err != nil {
		return err
	}
	return w.describeColumns(ctx)
}

// layerTable is the statement that makes the layer's table.
func (w *writer) layerTable(kind spatial.GeometryType) string {
	var b strings.Builder
	fmt.Fprintf(&b, "create table %s (%s INTEGER primary key autoincrement not null", quote(w.table), quote(w.key))
	if w.geometry != "" {
		fmt.Fprintf(&b, ", %s %s", quote(w.geometry), geometryName(kind))
	}
	if w.textID != "" {
		fmt.Fprintf(&b, ", %s TEXT", quote(w.textID))
	}
	for i, f := range w.h.Fields {
		fmt.Fprintf(&b, ", %s %s", quote(w.columns[i]), columnType(f.Type))
	}
	return b.String() + ")"
}

// addSystem registers a reference system. PostGIS's text for VN-2000 has no
// authority on purpose; other programs want it, so ours comes first.
func (w *writer) addSystem(ctx context.Context, srid spatial.SRID, wkt string) error {
	name, organization := srid.String(), "EPSG"
	if s, ok := crs.Lookup(srid); ok {
		name, wkt = s.Name, s.WKT1()
	}
	if srid >= 990000 {
		organization = "GISD"
	}
	if wkt == "" {
		wkt = "undefined"
	}
	return w.run(ctx, "insert into gpkg_spatial_ref_sys values (?, ?, ?, ?, ?, null)", name, int64(srid), organization, int64(srid), wkt)
}

// describeColumns keeps titles and tells JSON from text (annex F.9).
func (w *writer) describeColumns(ctx context.Context) error {
	for i, f := range w.h.Fields {
		var title, mime any
		if t := f.Title.In("vi"); t != "" && t != f.Name {
			title = t
		}
		if f.Type == spatial.FieldJSON {
			mime = "application/json"
		}
		if title == nil && mime == nil {
			continue
		}
		if err := w.run(ctx, "insert into gpkg_data_columns (table_name, column_name, title, mime_type) values (?, ?, ?, ?)",
			w.table, w.columns[i], title, mime); err != nil {
			return err
		}
	}
	return nil
}

func columnType(t spatial.FieldType) string {
	switch t {
	case spatial.FieldInteger:
		return "INTEGER"
	case spatial.FieldNumber:
		return "REAL"
	case spatial.FieldBoolean:
		return "BOOLEAN"
	case spatial.FieldDate:
		return "DATE"
	case spatial.FieldDateTime:
		return "DATETIME"
	}
	return "TEXT"
}

func geometryName(t spatial.GeometryType) string { return strings.ToUpper(string(t)) }

// names settles table and columns: SQLite ignores case in names, and some are
// the format's own.
func (w *writer) names(h *importers.Header) {
	w.table = h.Layer
	lower := strings.ToLower(w.table)
	for _, own := range []string{"gpkg_", "rtree_", "sqlite_"} {
		if strings.HasPrefix(lower, own) {
			w.table = "layer_" + w.table
		}
	}
	if w.table == "" {
		w.table = "layer"
	}
	used := map[string]bool{}
	unique := func(name string) string {
		if name == "" {
			name = "field"
		}
		free := name
		for n := 2; used[strings.ToLower(free)]; n++ {
			free = fmt.Sprintf("%s_%d", name, n)
		}
		used[strings.ToLower(free)] = true
		return free
	}
	for _, f := range h.Fields {
		w.columns = append(w.columns, unique(strings.ReplaceAll(f.Name, "\x00", "")))
	}
	w.key = unique("fid")
	if h.Geometry != spatial.GeometryNone {
		w.geometry = unique("geom")
	}
	if h.IDKind == spatial.IDText && h.IDField == "" {
		w.textID = unique("id")
	}
}

// triggers keep the index true when other programs edit the table (annex F.3).
func (w *writer) triggers() []string {
	inside := func(name string) string { return strings.ReplaceAll(name, `"`, `""`) }
	names := strings.NewReplacer("<r>", inside("rtree_"+w.table+"_"+w.geometry), "<t>", inside(w.table), "<c>", inside(w.geometry), "<i>", inside(w.key))
	var out []string
	for _, s := range []string{`
create trigger "<r>_insert" after insert on "<t>"
when (new."<c>" notnull and not ST_IsEmpty(NEW."<c>"))
begin
  insert or replace into "<r>" values (NEW."<i>", ST_MinX(NEW."<c>"), ST_MaxX(NEW."<c>"), ST_MinY(NEW."<c>"), ST_MaxY(NEW."<c>"));
end`, `
create trigger "<r>_update1" after update of "<c>" on "<t>"
when OLD."<i>" = NEW."<i>" and (NEW."<c>" notnull and not ST_IsEmpty(NEW."<c>"))
begin
  insert or replace into "<r>" values (NEW."<i>", ST_MinX(NEW."<c>"), ST_MaxX(NEW."<c>"), ST_MinY(NEW."<c>"), ST_MaxY(NEW."<c>"));
end`, `
create trigger "<r>_update2" after update of "<c>" on "<t>"
when OLD."<i>" = NEW."<i>" and (NEW."<c>" isnull or ST_IsEmpty(NEW."<c>"))
begin
  delete from "<r>" where id = OLD."<i>";
end`, `
create trigger "<r>_update3" after update on "<t>"
when OLD."<i>" != NEW."<i>" and (NEW."<c>" notnull and not ST_IsEmpty(NEW."<c>"))
begin
  delete from "<r>" where id = OLD."<i>";
  insert or replace into "<r>" values (NEW."<i>", ST_MinX(NEW."<c>"), ST_MaxX(NEW."<c>"), ST_MinY(NEW."<c>"), ST_MaxY(NEW."<c>"));
end`, `
create trigger "<r>_update4" after update on "<t>"
when OLD."<i>" != NEW."<i>" and (NEW."<c>" isnull or ST_IsEmpty(NEW."<c>"))
begin
  delete from "<r>" where id in (OLD."<i>", NEW."<i>");
end`, `
create trigger "<r>_delete" after delete on "<t>"
when OLD."<c>" notnull
begin
  delete from "<r>" where id = OLD."<i>";
end`} {
		out = append(out, names.Replace(s))
	}
	return out
}
