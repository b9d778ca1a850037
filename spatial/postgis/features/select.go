package features

import (
	"math"

	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// metresPerDegree along the equator, on the sphere of web Mercator.
const metresPerDegree = 6378137 * math.Pi / 180

// outputGeometry is the geometry as EWKB in postgis.OutputSRID, as the query wants it.
func outputGeometry(c *spatial.Collection, q spatial.Query) sql.Fragment {
	if q.WithoutGeometry {
		return sql.Lit("null::bytea")
	}
	geom := sql.Lit("t.geom")
	if q.ToleranceMeters > 0 && c.GeometryType != spatial.GeometryNone && c.GeometryType != spatial.GeometryPoint {
		tolerance := q.ToleranceMeters
		if system, ok := crs.Lookup(c.SRID); ok && system.Geographic {
			tolerance /= metresPerDegree
		}
		geom = sql.Concat(sql.Lit("st_simplifypreservetopology(t.geom, "), sql.Arg(tolerance), sql.Lit("::double precision)"))
	}
	if postgis.OutputSRID(c) != c.SRID {
		geom = sql.Concat(sql.Lit("st_transform("), geom, sql.Lit(", 4326)"))
	}
	return sql.Concat(sql.Lit("st_asewkb("), geom, sql.Lit(")"))
}

// selectFeatures is the select list that a scanner reads, from the version's
// table.
func selectFeatures(c *spatial.Collection, s *scanner) sql.Fragment {
	return sql.Concat(sql.Lit("select "), selectList(c, s), sql.Lit("\nfrom "), sql.Ident("data", c.Table), sql.Lit(" t"))
}

func selectList(c *spatial.Collection, s *scanner) sql.Fragment {
	columns := []sql.Fragment{sql.Lit("t.id"), sql.Lit("t.revision"), sql.Lit("t.recorded_at"), sql.Lit("t.changed_by"), s.geometry}
	columns = append(columns, s.order.columns()...)
	for _, slot := range s.slots {
		columns = append(columns, sql.Concat(sql.Lit("t."), sql.Ident(c.Fields[slot].Column)))
	}
	if s.counts {
		columns = append(columns, sql.Lit(`t."of all"`))
	}
	return sql.List(columns...)
}
