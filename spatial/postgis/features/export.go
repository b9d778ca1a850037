package features

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/filter"
	"gisd/spatial/postgis/sql"
)

// ExportOptions say what of a collection to read.
type ExportOptions struct {
	Query spatial.Query // Limit 0 is no bound; After is not looked at
	SRID  spatial.SRID  // to transform to; 0 is the storage CRS
	// Timeout ends the statement, however slowly it is read; 0 never does.
	Timeout time.Duration
}

// export is a collection as a source: one statement, one snapshot, memory for a
// few rows.
type export struct {
	features *Store
	c        *spatial.Collection
	o        ExportOptions
	schema   importers.Schema
	header   importers.Header
}

// Export returns the features that match, in the order of their ids, as a source
// with the header that describes them to a writer. Coordinates are x first in
// the SRID asked for; VN-2000 is transformed by the ministry's parameters. The
// caller closes the source. Errors: not_found for a collection that the caller
// may not read, invalid for a filter or reference system that does not fit.
func (f *Store) Export(ctx context.Context, c *spatial.Collection, o ExportOptions) (importers.Source, *importers.Header, error) {
	op := fmt.Sprintf("postgis: export %q", c.ID)
	e := &export{features: f, o: o}
	err := f.withVersion(ctx, op, c, o.Query.Access, func(now *spatial.Collection) error {
		e.c = now
		if _, err := filter.New(now, o.Query); err != nil {
			return err
		}
		return f.mustRead(ctx, now, o.Query.Access)
	})
	if err != nil {
		return nil, nil, err
	}
	if e.o.SRID == 0 {
		e.o.SRID = e.c.SRID
	}
	e.header = importers.Header{Layer: e.c.ID, Fields: e.c.Fields, Geometry: e.c.GeometryType, Dimensions: e.c.Dimensions,
		SRID: e.o.SRID, IDKind: e.c.IDKind, IDField: e.c.IDField, Count: -1}
	if err := f.pool.QueryRow(ctx, queryExportSRS, int32(e.o.SRID)).Scan(&e.header.WKT); err != nil {
		return nil, nil, postgis.Wrap(ctx, op, noSystem(err, op, e.o.SRID))
	}
	q := o.Query
	if q.BBox == nil && q.Time == nil && len(q.Equals) == 0 && q.Filter == nil && q.Names == nil && q.Limit == 0 && !e.c.Limits.Rows() {
		e.header.Count = e.c.FeatureCount
	}
	e.schema = importers.Schema{Layer: e.c.ID, Format: "collection", GeometryType: e.c.GeometryType, Dimensions: e.c.Dimensions,
		CRS: importers.CRS{SRID: e.o.SRID, Reason: "stored so"}, Encoding: "utf-8", Count: e.header.Count, Bytes: -1, NativeID: spatial.FieldInteger}
	if e.c.IDKind == spatial.IDText {
		e.schema.NativeID = spatial.FieldString
	}
	for _, field := range e.c.Fields {
		e.schema.Fields = append(e.schema.Fields, importers.FieldInfo{Name: field.Name, Type: field.Type, Title: field.Title, Unit: field.Unit, CodeList: field.CodeList})
	}
	return e, &e.header, nil
}

func noSystem(err error, op string, srid spatial.SRID) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return spatial.Invalid(op, fmt.Sprintf("PostGIS does not know %s", srid), spatial.FieldError{Name: "crs", Reason: srid.String()})
	}
	return err
}

// Schema implements importers.Source.
func (e *export) Schema() importers.Schema { return e.schema }

// Close implements importers.Source.
func (e *export) Close() error { return nil }

// Read implements importers.Source.
func (e *export) Read(ctx context.Context, emit func(*importers.Record) error) error {
	op := fmt.Sprintf("postgis: export %q", e.c.ID)
	w, err := filter.New(e.c, e.o.Query)
	if err != nil {
		return err
	}
	if w.Nothing || e.c.Version == 0 {
		return nil
	}
	statement := sql.Concat(sql.Lit("select t.id"), e.geometryColumn())
	for _, field := range e.c.Fields {
		statement = sql.Concat(statement, sql.Lit(", t."), sql.Ident(field.Column))
	}
	statement = sql.Concat(statement, sql.Lit("\nfrom "), sql.Ident("data", e.c.Table), sql.Lit(" t\nwhere "),
		sql.And(append(w.All(), postgis.Readable(e.c, e.o.Query.Access))...), sql.Lit("\norder by t.id"))
	if e.o.Query.Limit > 0 {
		statement = sql.Concat(statement, sql.Lit("\nlimit "), sql.Arg(e.o.Query.Limit))
	}
	err = pgx.BeginTxFunc(ctx, e.features.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queryExportTimeout, strconv.FormatInt(e.o.Timeout.Milliseconds(), 10)); err != nil {
			return postgis.Wrap(ctx, op, err)
		}
		return e.stream(ctx, tx, op, statement, emit)
	})
	if _, known := errors.AsType[*spatial.Error](err); known || err == nil {
		return err
	}
	return fmt.Errorf("%s: %w", op, err)
}

func (e *export) stream(ctx context.Context, tx pgx.Tx, op string, statement sql.Fragment, emit func(*importers.Record) error) error {
	text, args := statement.Build()
	rows, err := tx.Query(ctx, text, append([]any{pgx.QueryExecModeCacheDescribe, pgx.QueryResultFormats{pgx.BinaryFormatCode}}, args...)...)
	if err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	defer rows.Close()
	r := exportRow{e: e}
	r.rec.Values = make([]importers.Value, len(e.c.Fields))
	for rows.Next() {
		if err := r.fill(rows.RawValues()); err != nil {
			return err
		}
		if err := emit(&r.rec); err != nil {
			return err
		}
	}
	return postgis.Wrap(ctx, op, rows.Err())
}

func (e *export) geometryColumn() sql.Fragment {
	switch {
	case e.c.GeometryType == spatial.GeometryNone:
		return sql.Lit(", null::bytea")
	case e.o.SRID != e.c.SRID:
		return sql.Concat(sql.Lit(", st_asewkb(st_transform(t.geom, "), sql.Arg(int32(e.o.SRID)), sql.Lit("::integer), 'NDR')"))
	}
	return sql.Lit(", st_asewkb(t.geom, 'NDR')")
}

// exportRow turns binary columns into a record, which a Value's members resemble
// on purpose.
type exportRow struct {
	e    *export
	rec  importers.Record
	geom []byte
}

func (r *exportRow) fill(raw [][]byte) error {
	r.rec.Number++
	r.rec.ID = importers.Value{Valid: true}
	if r.e.c.IDKind == spatial.IDText {
		r.rec.ID.Bytes = raw[0]
	} else {
		r.rec.ID.Int = int64(binary.BigEndian.Uint64(raw[0]))
	}
	r.rec.Geometry = nil
	if g := raw[1]; g != nil {
		r.geom = withoutSRID(r.geom[:0], g)
		r.rec.Geometry = r.geom
	}
	for i, field := range r.e.c.Fields {
		r.rec.Values[i] = exportValue(field.Type, raw[i+2])
	}
	return nil
}

func exportValue(t spatial.FieldType, b []byte) (v importers.Value) {
	if b == nil {
		return v
	}
	v.Valid = true
	switch t {
	case spatial.FieldInteger, spatial.FieldDateTime:
		v.Int = int64(binary.BigEndian.Uint64(b))
	case spatial.FieldNumber:
		v.Float = math.Float64frombits(binary.BigEndian.Uint64(b))
	case spatial.FieldDate:
		v.Int = int64(int32(binary.BigEndian.Uint32(b)))
	case spatial.FieldBoolean:
		v.Int = int64(b[0])
	case spatial.FieldJSON:
		v.Bytes = b[1:] // after jsonb's version
	default:
		v.Bytes = b
	}
	return v
}

// withoutSRID copies little-endian EWKB and leaves out the SRID, which PostGIS
// writes on the outermost geometry alone.
func withoutSRID(dst, g []byte) []byte {
	const hasSRID = 0x20 // in the last byte of the type
	if len(g) < 9 || g[4]&hasSRID == 0 {
		return append(dst, g...)
	}
	dst = append(dst, g[:5]...)
	dst[4] &^= hasSRID
	return append(dst, g[9:]...)
}
