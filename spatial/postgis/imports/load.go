package imports

import (
	"context"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// Load implements importers.Staging. Table and rows come in one transaction:
// the rows are written frozen, so that no later reader has to mark them, and a
// crash leaves no half-filled table.
func (g *staging) Load(ctx context.Context, p *importers.Plan, rows io.Reader) (n int64, err error) {
	err = pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) error {
		table, kind := sql.Ident("data", g.table), sql.Lit("table ")
		if p.Merge != nil {
			table, kind = sql.Ident("data", loadName(g.table)), sql.Lit("unlogged table ")
		}
		if err := sql.Exec(ctx, tx, sql.Concat(sql.Lit("drop table if exists "), table)); err != nil {
			return err
		}
		if err := sql.Exec(ctx, tx, sql.Concat(sql.Lit("create "), kind, table, sql.Lit(" ("),
			tableColumns(p.Fields, p.IDKind, p.Schema.Dimensions, g.source), unwatched)); err != nil {
			return err
		}
		text, _ := copyFrom(table, p).Build()
		if socket, ok := g.conn.PgConn().Conn().(*net.UnixConn); ok {
			_ = socket.SetWriteBuffer(socketBuffer) // as much of it as the system allows
		}
		tag, err := g.conn.PgConn().CopyFrom(ctx, rows, text)
		n = tag.RowsAffected()
		return err
	})
	if err != nil {
		return 0, postgis.Wrap(ctx, "postgis: load "+g.table, err)
	}
	return n, nil
}

// socketBuffer lets rows wait in the kernel, so that the two sides need not take
// turns.
const socketBuffer = 1 << 20

// unwatched: nobody vacuums a table while it is made.
var unwatched = sql.Lit(") with (autovacuum_enabled = false)")

// tableColumns declares geometry of any type: what a collection promises stands
// in the catalogue. The columns stand in the order that packs them best, those of
// fixed width first: rows are smaller, and their parts are found at known places.
func tableColumns(fields []spatial.Field, id spatial.IDKind, d spatial.Dimensions, srid spatial.SRID) sql.Fragment {
	var wide, narrow, loose []sql.Fragment
	if id == spatial.IDText {
		loose = append(loose, sql.Lit(`id text collate "C" not null`))
	} else {
		wide = append(wide, sql.Lit("id bigint not null"))
	}
	for _, field := range fields {
		if field.IsID() {
			continue
		}
		f := sql.Concat(sql.Ident(field.Column), sql.Lit(" "), sql.Lit(sql.ColumnType(field.Type)))
		switch field.Type {
		case spatial.FieldInteger, spatial.FieldNumber, spatial.FieldDateTime:
			wide = append(wide, f)
		case spatial.FieldDate, spatial.FieldBoolean:
			narrow = append(narrow, f)
		default:
			loose = append(loose, f)
		}
	}
	return sql.Concat(sql.Join(",\n  ", slices.Concat(wide, narrow, loose)),
		sql.Lit(",\n  geom geometry("), geometryModifier(d), sql.Lit(", "), sql.Integer(int(srid)), sql.Lit(")"))
}

func geometryModifier(d spatial.Dimensions) sql.Fragment {
	switch d {
	case spatial.XYZ:
		return sql.Lit("GeometryZ")
	case spatial.XYM:
		return sql.Lit("GeometryM")
	case spatial.XYZM:
		return sql.Lit("GeometryZM")
	}
	return sql.Lit("Geometry")
}

func copyFrom(table sql.Fragment, p *importers.Plan) sql.Fragment {
	columns := make([]sql.Fragment, 0, len(p.Fields)+2)
	for _, field := range p.Fields {
		if !field.IsID() {
			columns = append(columns, sql.Ident(field.Column))
		}
	}
	columns = append(columns, sql.Ident("id"))
	if p.Schema.GeometryType != spatial.GeometryNone {
		columns = append(columns, sql.Ident("geom"))
	}
	return sql.Concat(sql.Lit("copy "), table, sql.Lit(" ("), sql.List(columns...), sql.Lit(") from stdin with (format binary, freeze)"))
}
