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

// Readable is true where the caller may read the collection at this moment,
// whatever a snapshot of the catalogue says. It is evaluated once a statement.
func Readable(collection string, a spatial.Access) sql.Fragment {
	anonymous, roles, department := AccessArgs(a)
	return sql.Concat(
		sql.Lit("(select gisd.can_read(c, "), sql.Arg(anonymous), sql.Lit("::boolean, "), sql.Arg(roles), sql.Lit("::text[], "),
		sql.Arg(department), sql.Lit("::text) from gisd.collection c where c.id = "), sql.Arg(collection), sql.Lit("::text)"),
	)
}
