package postgis

import (
	"context"
	"io"
	"slices"
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
// in the catalogue. The columns stand in the order that packs them best, those of
// fixed width first: rows are smaller, and their parts are found at known places.
func tableColumns(fields []spatial.Field, id spatial.IDKind, d spatial.Dimensions, srid spatial.SRID) fragment {
	var wide, narrow, loose []fragment
	if id == spatial.IDText {
		loose = append(loose, lit(`id text collate "C" not null`))
	} else {
		wide = append(wide, lit("id bigint not null"))
	}
	for _, field := range fields {
		f := concat(ident(field.Column), lit(" "), lit(columnType(field.Type)))
		switch field.Type {
		case spatial.FieldInteger, spatial.FieldNumber, spatial.FieldDateTime:
			wide = append(wide, f)
		case spatial.FieldDate, spatial.FieldBoolean:
			narrow = append(narrow, f)
		default:
			loose = append(loose, f)
		}
	}
	return concat(join(",\n  ", slices.Concat(wide, narrow, loose)),
		lit(",\n  geom geometry("), geometryModifier(d), lit(", "), integer(int(srid)), lit(")"))
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
