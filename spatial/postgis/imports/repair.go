package imports

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/spatial/postgis/sql"
)

// mostListed bounds the features that a report lists one by one.
const mostListed = 100

// loadedRows are the rows of a table in schema data that are to be repaired: all,
// or those that fulfil a further condition.
type loadedRows struct {
	table string
	only  sql.Fragment
}

// repair makes invalid geometries valid and keeps their kind: a polygon stays a
// polygon, and where nothing of the kind is left the geometry becomes null.
// Points cannot be invalid. p.Geometry widens where parts fell apart.
func (g *staging) repair(ctx context.Context, conn *pgx.Conn, p *importers.Plan, rows loadedRows) (importers.Repair, error) {
	var r importers.Repair
	switch p.Geometry {
	case spatial.GeometryNone, spatial.GeometryPoint, spatial.GeometryMultiPoint:
		return r, nil
	}
	table := sql.Ident("data", rows.table)
	steps := []sql.Fragment{
		sql.Lit("drop table if exists pg_temp.invalid"),
		sql.Concat(sql.Lit("create temp table invalid as select ctid as place, geom as before from "), table, sql.Lit(" where not ST_IsValid(geom)"), rows.only),
	}
	for _, f := range steps {
		if err := sql.Exec(ctx, conn, f); err != nil {
			return r, err
		}
	}
	if err := conn.QueryRow(ctx, "select count(*) from pg_temp.invalid").Scan(&r.Invalid); err != nil || r.Invalid == 0 {
		return r, err
	}
	if err := sql.Exec(ctx, conn, sql.Concat(sql.Lit(`create temp table repaired as
select place, before, case when ST_IsEmpty(geom) then null else geom end as geom
from (
  select place, before, `), force(p.Schema.Dimensions), sql.Lit(`(case
    when GeometryType(before) = 'GEOMETRYCOLLECTION' then ST_MakeValid(before)
    else ST_CollectionExtract(ST_MakeValid(before), ST_Dimension(before) + 1)
  end) as geom
  from pg_temp.invalid
) made`))); err != nil {
		return r, err
	}
	multi, err := measureRepair(ctx, conn, p, table, &r)
	if err != nil {
		return r, err
	}
	if multi {
		p.Geometry = widened(p.Geometry)
	}
	if err := sql.Exec(ctx, conn, sql.Concat(sql.Lit("update "), table, sql.Lit(" t set geom = r.geom from pg_temp.repaired r where t.ctid = r.place"))); err != nil {
		return r, err
	}
	return r, sql.Exec(ctx, conn, sql.Lit("drop table pg_temp.invalid, pg_temp.repaired"))
}

// measureRepair fills in what was repaired, with areas before and after; multi
// says that parts fell apart.
func measureRepair(ctx context.Context, conn *pgx.Conn, p *importers.Plan, table sql.Fragment, r *importers.Repair) (multi bool, err error) {
	before, after := sql.Lit("ST_Area(r.before)"), sql.Lit("ST_Area(r.geom)")
	if s, ok := crs.Lookup(p.SRID); ok && s.Geographic {
		r.AreaUnit = "m2"
		before, after = sql.Lit("ST_Area(r.before::geography)"), sql.Lit("ST_Area(r.geom::geography)")
	}
	text, _ := sql.Concat(sql.Lit("select count(*) filter (where r.geom is null), coalesce(sum("), before, sql.Lit("), 0), coalesce(sum("), after, sql.Lit(`), 0),
  coalesce(bool_or(GeometryType(r.geom) like 'MULTI%'), false)
from pg_temp.repaired r`)).Build()
	if err := conn.QueryRow(ctx, text).Scan(&r.Emptied, &r.AreaBefore, &r.AreaAfter, &multi); err != nil {
		return multi, err
	}
	if r.Emptied > 0 {
		if r.EmptiedIDs, err = emptiedIDs(ctx, conn, table); err != nil {
			return multi, err
		}
	}
	text, _ = sql.Concat(sql.Lit("select t.id::text, ST_IsValidReason(r.before), coalesce("), before, sql.Lit(", 0), coalesce("), after, sql.Lit(", 0) from "), table,
		sql.Lit(" t join pg_temp.repaired r on t.ctid = r.place order by t.id limit $1")).Build()
	rows, err := conn.Query(ctx, text, mostListed)
	if err != nil {
		return multi, err
	}
	r.Features, err = pgx.CollectRows(rows, pgx.RowToStructByPos[importers.RepairedFeature])
	return multi, err
}

// emptiedIDs names the features whose geometry the repair is about to take.
func emptiedIDs(ctx context.Context, conn *pgx.Conn, table sql.Fragment) ([]string, error) {
	text, _ := sql.Concat(sql.Lit("select t.id::text from "), table, sql.Lit(" t join pg_temp.repaired r on t.ctid = r.place where r.geom is null order by t.id")).Build()
	rows, err := conn.Query(ctx, text)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// force brings back the ordinates that a repair drops.
func force(d spatial.Dimensions) sql.Fragment {
	switch d {
	case spatial.XYZ:
		return sql.Lit("ST_Force3DZ")
	case spatial.XYM:
		return sql.Lit("ST_Force3DM")
	case spatial.XYZM:
		return sql.Lit("ST_Force4D")
	}
	return sql.Lit("ST_Force2D")
}

func widened(t spatial.GeometryType) spatial.GeometryType {
	switch t {
	case spatial.GeometryPolygon:
		return spatial.GeometryMultiPolygon
	case spatial.GeometryLineString:
		return spatial.GeometryMultiLineString
	}
	return t
}
