package postgis

import (
	"gisd/spatial"
	"gisd/spatial/postgis/sql"
)

// AccessArgs are the last three arguments of gisd.can_read: whether the caller
// counts as anonymous, as a device's key does, the roles (never null) and the
// department.
func AccessArgs(a spatial.Access) (anonymous bool, roles []string, department string) {
	roles = make([]string, len(a.Roles))
	for i, r := range a.Roles {
		roles[i] = string(r)
	}
	return a.Anonymous() || a.Device != "", roles, a.Department
}

// Readable is true where the caller may read the collection at this moment, and is
// limited there as the collection they were handed out says, whatever a snapshot of
// the catalogue holds. It is evaluated once a statement; which rows they see, Seen
// says.
func Readable(c *spatial.Collection, a spatial.Access) sql.Fragment {
	anonymous, roles, department := AccessArgs(a)
	readable := sql.Concat(
		sql.Lit("(select gisd.can_read(c, "), sql.Arg(anonymous), sql.Lit("::boolean, "), sql.Arg(roles), sql.Lit("::text[], "),
		sql.Arg(department), sql.Lit("::text) from gisd.collection c where c.id = "), sql.Arg(c.ID), sql.Lit("::text)"),
	)
	if len(roles) == 0 || a.Has(spatial.RoleAdmin) {
		return readable // nobody limits them
	}
	return sql.Concat(readable, sql.Lit("\n  and (select gisd.limits_of("), sql.Arg(c.ID), sql.Lit("::text, "), sql.Arg(roles),
		sql.Lit("::text[])) = "), sql.Arg(c.Limits.RuleIDs()), sql.Lit("::bigint[]"))
}

// Seen are the features that the limits of the collection's caller leave, as
// conditions on the alias t of its table: index, which the index on geom serves, and
// exact, which goes with it. Both are empty where that is all of them.
//
// A feature is in the area that holds its point on surface, edges inside. What has
// no geometry is in none.
func Seen(c *spatial.Collection) (index, exact sql.Fragment) {
	return SeenAt(c, sql.Lit("t.geom"))
}

// SeenAt is Seen of a geometry in the collection's storage SRID.
func SeenAt(c *spatial.Collection, geom sql.Fragment) (index, exact sql.Fragment) {
	if !c.Limits.Rows() {
		return index, exact
	}
	if len(c.Limits.Areas) == 0 || c.GeometryType == spatial.GeometryNone {
		return sql.Lit("false"), sql.Fragment{}
	}
	var boxes, holds []sql.Fragment
	for _, area := range c.Limits.Areas {
		held := sql.Concat(sql.Arg(area.EWKB), sql.Lit("::geometry"))
		boxes = append(boxes, sql.Concat(geom, sql.Lit(" && "), held))
		holds = append(holds, sql.Concat(sql.Lit("st_intersects("), held, sql.Lit(", st_pointonsurface("), geom, sql.Lit("))")))
	}
	return either(boxes), either(holds)
}

func either(conditions []sql.Fragment) sql.Fragment {
	return sql.Concat(sql.Lit("("), sql.Join(" or ", conditions), sql.Lit(")"))
}
