package gpkg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// Exporter writes a GeoPackage 1.3 with one table: features with a spatial
// index, or attributes where the layer has no geometry. Coordinates are written
// bit by bit as they come, x first, in the header's SRID. Integer ids become the
// primary key; text ids stand in a column of their own unless a field repeats
// them.
type Exporter struct{}

// Name implements importers.Exporter.
func (Exporter) Name() string { return "gpkg" }

// Extensions implements importers.Exporter.
func (Exporter) Extensions() []string { return []string{".gpkg"} }

// MediaType implements importers.Exporter.
func (Exporter) MediaType() string { return "application/geopackage+sqlite3" }

// Create implements importers.Exporter. The file is made in scratch and copied
// to out by Close, for SQLite writes in no order.
func (Exporter) Create(ctx context.Context, out io.Writer, scratch string, h *importers.Header) (importers.Writer, error) {
	w := &writer{ctx: ctx, out: out, path: filepath.Join(scratch, "layer.gpkg"), h: h, box: spatial.EmptyEnvelope(h.SRID)}
	w.names(h)
	if err := w.begin(ctx); err != nil {
		return nil, errors.Join(err, w.abandon())
	}
	return w, nil
}

// writer fills one table in one transaction.
type writer struct {
	ctx      context.Context // of Create: the contract of Writer has none
	out      io.Writer
	path     string
	h        *importers.Header
	table    string
	key      string // primary key column
	geometry string // column, "" without
	textID   string // column, "" without
	columns  []string

	db     *sql.DB
	tx     *sql.Tx
	insert *sql.Stmt
	tree   *rtree
	args   []any
	blob   []byte
	last   int64 // primary key
	box    spatial.Envelope
	kinds  uint32 // bit per type code
	failed bool   // a record was not written: there will be no file
}

// begin makes the file. The journal is off: a file that is not completed is
// thrown away.
func (w *writer) begin(ctx context.Context) error {
	address := url.URL{Scheme: "file", Path: w.path, OmitHost: true,
		RawQuery: "_pragma=journal_mode(off)&_pragma=synchronous(off)&_pragma=locking_mode(exclusive)&_pragma=cache_size(-16000)&_pragma=temp_store(memory)"}
	var err error
	if w.db, err = sql.Open("sqlite", address.String()); err != nil {
		return fmt.Errorf("gpkg: write: %w", err)
	}
	w.db.SetMaxOpenConns(1)
	// "GPKG", and version 1.3.0 (OGC 12-128r18 §1.1.1.1.1).
	for _, s := range []string{"pragma page_size = 4096", "pragma application_id = 1196444487", "pragma user_version = 10300"} {
		if _, err := w.db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("gpkg: write: %w", err)
		}
	}
	if w.tx, err = w.db.BeginTx(ctx, nil); err != nil {
		return fmt.Errorf("gpkg: write: %w", err)
	}
	if err := w.createTables(ctx); err != nil {
		return err
	}
	if w.geometry != "" {
		if err := w.run(ctx, "create virtual table "+quote("rtree_"+w.table+"_"+w.geometry)+" using rtree(id, minx, maxx, miny, maxy)"); err != nil {
			return err
		}
		if err := w.prepareTree(ctx); err != nil {
			return err
		}
	}
	return w.prepareInsert(ctx)
}

func (w *writer) prepareInsert(ctx context.Context) error {
	names, marks := quote(w.key), "?"
	for _, c := range append([]string{w.geometry, w.textID}, w.columns...) {
		if c != "" {
			names, marks = names+", "+quote(c), marks+", ?"
		}
	}
	var err error
	if w.insert, err = w.tx.PrepareContext(ctx, "insert into "+quote(w.table)+" ("+names+") values ("+marks+")"); err != nil {
		return fmt.Errorf("gpkg: write: %w", err)
	}
	return nil
}

func (w *writer) run(ctx context.Context, statement string, args ...any) error {
	if _, err := w.tx.ExecContext(ctx, statement, args...); err != nil {
		return fmt.Errorf("gpkg: write: %w", err)
	}
	return nil
}

// Write implements importers.Writer.
func (w *writer) Write(r *importers.Record) error {
	err := w.write(r)
	w.failed = w.failed || err != nil
	return err
}

func (w *writer) write(r *importers.Record) error {
	key := w.last + 1
	if w.h.IDKind != spatial.IDText && r.ID.Valid {
		key = r.ID.Int
	}
	w.last = max(w.last, key)
	w.args = append(w.args[:0], key)
	if w.geometry != "" {
		if err := w.shape(key, r.Geometry); err != nil {
			return fmt.Errorf("gpkg: write record %d: %w", r.Number, err)
		}
	}
	if w.textID != "" {
		w.args = append(w.args, text(&r.ID))
	}
	for i := range w.h.Fields {
		var cell any
		if i < len(r.Values) && r.Values[i].Valid {
			cell = cellOf(w.h.Fields[i].Type, &r.Values[i])
		}
		w.args = append(w.args, cell)
	}
	if _, err := w.insert.ExecContext(w.ctx, w.args...); err != nil {
		return fmt.Errorf("gpkg: write record %d: %w", r.Number, err)
	}
	return nil
}

// shape appends the geometry's cell to args and its box to the index.
func (w *writer) shape(key int64, g []byte) error {
	if g == nil {
		w.args = append(w.args, nil)
		return nil
	}
	var in wkb.Info
	if err := wkb.Inspect(g, w.h.Dimensions, &in); err != nil {
		return err
	}
	var err error
	if w.blob, err = appendBlob(w.blob[:0], g, w.srs(), w.h.Dimensions, &in); err != nil {
		return err
	}
	w.args = append(w.args, w.blob)
	w.kinds |= 1 << in.Kind
	if in.MinX > in.MaxX || in.MinY > in.MaxY { // empty
		return nil
	}
	w.box = w.box.Extend(in.MinX, in.MinY).Extend(in.MaxX, in.MaxY)
	return w.tree.add(w.ctx, key, in.MinX, in.MinY, in.MaxX, in.MaxY)
}

// srs is the layer's srs_id; -1 is "undefined Cartesian".
func (w *writer) srs() int32 {
	if w.h.SRID <= 0 {
		return -1
	}
	return int32(w.h.SRID)
}

func text(v *importers.Value) any {
	if !v.Valid {
		return nil
	}
	return string(v.Bytes)
}

// cellOf is what SQLite stores; a time is in UTC with the milliseconds that the
// format wants, and with microseconds where it has some.
func cellOf(t spatial.FieldType, v *importers.Value) any {
	switch t {
	case spatial.FieldInteger:
		return v.Int
	case spatial.FieldBoolean:
		return v.Int
	case spatial.FieldNumber:
		return v.Float
	case spatial.FieldDate:
		return v.Day().Format(time.DateOnly)
	case spatial.FieldDateTime:
		if v.Int%1000 != 0 {
			return v.Time().Format("2006-01-02T15:04:05.000000Z")
		}
		return v.Time().Format("2006-01-02T15:04:05.000Z")
	}
	return string(v.Bytes)
}

// Close implements importers.Writer.
func (w *writer) Close() error {
	if w.failed {
		return w.abandon()
	}
	err := w.complete(w.ctx)
	if err != nil {
		return errors.Join(err, w.abandon())
	}
	if err := w.db.Close(); err != nil {
		return fmt.Errorf("gpkg: write: %w", err)
	}
	f, err := os.Open(w.path)
	if err != nil {
		return fmt.Errorf("gpkg: write: %w", err)
	}
	defer f.Close()
	if _, err := io.Copy(w.out, f); err != nil {
		return fmt.Errorf("gpkg: write: %w", err)
	}
	return nil
}

func (w *writer) complete(ctx context.Context) error {
	kind, srs := "attributes", any(nil)
	if w.geometry != "" {
		kind, srs = "features", int64(w.srs())
		if err := w.tree.finish(ctx); err != nil {
			return err
		}
	}
	var box [4]any
	if !w.box.Empty() {
		box = [4]any{w.box.MinX, w.box.MinY, w.box.MaxX, w.box.MaxY}
	}
	if err := w.run(ctx, "insert into gpkg_contents (table_name, data_type, identifier, min_x, min_y, max_x, max_y, srs_id) values (?, ?, ?, ?, ?, ?, ?, ?)",
		w.table, kind, w.table, box[0], box[1], box[2], box[3], srs); err != nil {
		return err
	}
	if w.geometry != "" {
		if err := w.completeGeometry(ctx); err != nil {
			return err
		}
	}
	if err := w.tx.Commit(); err != nil {
		return fmt.Errorf("gpkg: write: %w", err)
	}
	return nil
}

func (w *writer) completeGeometry(ctx context.Context) error {
	var z, m int64
	if d := w.h.Dimensions; d == spatial.XYZ || d == spatial.XYZM {
		z = 1
	}
	if d := w.h.Dimensions; d == spatial.XYM || d == spatial.XYZM {
		m = 1
	}
	kind := w.geometryType()
	if err := w.run(ctx, "insert into gpkg_geometry_columns values (?, ?, ?, ?, ?, ?)",
		w.table, w.geometry, geometryName(kind), int64(w.srs()), z, m); err != nil {
		return err
	}
	if kind != w.h.Geometry {
		if err := w.retype(ctx, kind); err != nil {
			return err
		}
	}
	if err := w.run(ctx, "insert into gpkg_extensions values (?, ?, 'gpkg_rtree_index', 'http://www.geopackage.org/spec130/#extension_rtree', 'write-only')",
		w.table, w.geometry); err != nil {
		return err
	}
	for _, s := range w.triggers() {
		if err := w.run(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// geometryType is what is true of the records: a Multi type of ours admits the
// single one, a GeoPackage's does not (OGC 12-128r18 requirement 32), and nothing
// is turned into another type on its way out.
func (w *writer) geometryType() spatial.GeometryType {
	for _, k := range [...]uint32{wkb.Point, wkb.LineString, wkb.Polygon, wkb.MultiPoint, wkb.MultiLineString, wkb.MultiPolygon} {
		if w.kinds == 1<<k {
			return wkb.TypeOf(k)
		}
	}
	if w.kinds == 0 {
		return w.h.Geometry
	}
	return spatial.GeometryAny
}

// retype makes the table's own definition say the type, too (requirement 31):
// SQLite has no statement that changes the type of a column.
func (w *writer) retype(ctx context.Context, kind spatial.GeometryType) error {
	if err := w.run(ctx, "pragma writable_schema = on"); err != nil {
		return err
	}
	if err := w.run(ctx, "update sqlite_schema set sql = ? where type = 'table' and name = ?", w.layerTable(kind), w.table); err != nil {
		return err
	}
	return w.run(ctx, "pragma writable_schema = off")
}

func (w *writer) abandon() error {
	if w.tx != nil {
		_ = w.tx.Rollback() // the file goes with the scratch folder
	}
	if w.db != nil {
		return w.db.Close()
	}
	return nil
}
