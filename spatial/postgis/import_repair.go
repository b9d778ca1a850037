package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// mostListed bounds the features that a report lists one by one.
const mostListed = 100

// loadedRows are the rows of a table in schema data that are to be repaired: all,
// or those that fulfil a further condition.
type loadedRows struct {
	table string
	only  fragment
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
	table := ident("data", rows.table)
	steps := []fragment{
		lit("drop table if exists pg_temp.invalid"),
		concat(lit("create temp table invalid as select ctid as place, geom as before from "), table, lit(" where not ST_IsValid(geom)"), rows.only),
	}
	for _, f := range steps {
		if err := execute(ctx, conn, f); err != nil {
			return r, err
		}
	}
	if err := conn.QueryRow(ctx, "select count(*) from pg_temp.invalid").Scan(&r.Invalid); err != nil || r.Invalid == 0 {
		return r, err
	}
	if err := execute(ctx, conn, concat(lit(`create temp table repaired as
select place, before, case when ST_IsEmpty(geom) then null else geom end as geom
from (
  select place, before, `), force(p.Schema.Dimensions), lit(`(case
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
	if err := execute(ctx, conn, concat(lit("update "), table, lit(" t set geom = r.geom from pg_temp.repaired r where t.ctid = r.place"))); err != nil {
		return r, err
	}
	return r, execute(ctx, conn, lit("drop table pg_temp.invalid, pg_temp.repaired"))
}

// measureRepair fills in what was repaired, with areas before and after; multi
// says that parts fell apart.
func measureRepair(ctx context.Context, conn *pgx.Conn, p *importers.Plan, table fragment, r *importers.Repair) (multi bool, err error) {
	before, after := lit("ST_Area(r.before)"), lit("ST_Area(r.geom)")
	if s, ok := crs.Lookup(p.SRID); ok && s.Geographic {
		r.AreaUnit = "m2"
		before, after = lit("ST_Area(r.before::geography)"), lit("ST_Area(r.geom::geography)")
	}
	sql, _ := concat(lit("select count(*) filter (where r.geom is null), coalesce(sum("), before, lit("), 0), coalesce(sum("), after, lit(`), 0),
  coalesce(bool_or(GeometryType(r.geom) like 'MULTI%'), false)
from pg_temp.repaired r`)).build()
	if err := conn.QueryRow(ctx, sql).Scan(&r.Emptied, &r.AreaBefore, &r.AreaAfter, &multi); err != nil {
		return multi, err
	}
	if r.Emptied > 0 {
		if r.EmptiedIDs, err = emptiedIDs(ctx, conn, table); err != nil {
			return multi, err
		}
	}
	sql, _ = concat(lit("select t.id::text, ST_IsValidReason(r.before), coalesce("), before, lit(", 0), coalesce("), after, lit(", 0) from "), table,
		lit(" t join pg_temp.repaired r on t.ctid = r.place order by t.id limit $1")).build()
	rows, err := conn.Query(ctx, sql, mostListed)
	if err != nil {
		return multi, err
	}
	r.Features, err = pgx.CollectRows(rows, pgx.RowToStructByPos[importers.RepairedFeature])
	return multi, err
}

// emptiedIDs names the features whose geometry the repair is about to take.
func emptiedIDs(ctx context.Context, conn *pgx.Conn, table fragment) ([]string, error) {
	sql, _ := concat(lit("select t.id::text from "), table, lit(" t join pg_temp.repaired r on t.ctid = r.place where r.geom is null order by t.id")).build()
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// force brings back the ordinates that a repair drops.
func force(d spatial.Dimensions) fragment {
	switch d {
	case spatial.XYZ:
		return lit("ST_Force3DZ")
	case spatial.XYM:
		return lit("ST_Force3DM")
	case spatial.XYZM:
		return lit("ST_Force4D")
	}
	return lit("ST_Force2D")
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
