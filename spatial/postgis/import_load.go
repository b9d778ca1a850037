package postgis

import (
	"context"
	"io"
	"strconv"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
)

// Load implements importers.Staging. Table and rows come in one transaction:
// the rows are written frozen, so that no later reader has to mark them, and a
// crash leaves no half-filled table.
func (g *staging) Load(ctx context.Context, p *importers.Plan, rows io.Reader) (n int64, err error) {
	err = pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) error {
		table, kind := ident("data", g.table), lit("table ")
		if p.Merge != nil {
			table, kind = ident("data", loadName(g.table)), lit("unlogged table ")
		}
		if err := execute(ctx, tx, concat(lit("drop table if exists "), table)); err != nil {
			return err
		}
		if err := execute(ctx, tx, concat(lit("create "), kind, table, lit(" ("),
			tableColumns(p.Fields, p.IDKind, p.Schema.Dimensions, g.source), unwatched)); err != nil {
			return err
		}
		sql, _ := copyFrom(table, p).build()
		tag, err := g.conn.PgConn().CopyFrom(ctx, rows, sql)
		n = tag.RowsAffected()
		return err
	})
	if err != nil {
		return 0, wrap(ctx, "postgis: load "+g.table, err)
	}
	return n, nil
}

// unwatched: nobody vacuums a table while it is made.
var unwatched = lit(") with (autovacuum_enabled = false)")

// tableColumns declares geometry of any type: what a collection promises stands
// in the catalogue.
func tableColumns(fields []spatial.Field, id spatial.IDKind, d spatial.Dimensions, srid spatial.SRID) fragment {
	f := fragment{}
	for _, field := range fields {
		f = concat(f, ident(field.Column), lit(" "), lit(columnType(field.Type)), lit(",\n  "))
	}
	idType := lit("bigint")
	if id == spatial.IDText {
		idType = lit(`text collate "C"`)
	}
	return concat(f, lit("id "), idType, lit(" not null,\n  geom geometry("), geometryModifier(d),
		lit(", "), integer(int(srid)), lit(")"))
}

func geometryModifier(d spatial.Dimensions) fragment {
	switch d {
	case spatial.XYZ:
		return lit("GeometryZ")
	case spatial.XYM:
		return lit("GeometryM")
	case spatial.XYZM:
		return lit("GeometryZM")
	}
	return lit("Geometry")
}

// integer is a number that must stand in the text of a statement.
func integer(n int) fragment { return fragment{pieces: []string{strconv.Itoa(n)}} }

func copyFrom(table fragment, p *importers.Plan) fragment {
	columns := make([]fragment, 0, len(p.Fields)+2)
	for _, field := range p.Fields {
		columns = append(columns, ident(field.Column))
	}
	columns = append(columns, ident("id"))
	if p.Schema.GeometryType != spatial.GeometryNone {
		columns = append(columns, ident("geom"))
	}
	return concat(lit("copy "), table, lit(" ("), list(columns...), lit(") from stdin with (format binary, freeze)"))
}
