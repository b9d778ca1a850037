package postgis

import "gisd/spatial"

// accessArgs are the last three arguments of gisd.can_read: whether the caller
// counts as anonymous, as a device's key does, the roles (never null) and the
// department.
func accessArgs(a spatial.Access) (anonymous bool, roles []string, department string) {
	roles = make([]string, len(a.Roles))
	for i, r := range a.Roles {
		roles[i] = string(r)
	}
	return a.Anonymous() || a.Device != "", roles, a.Department
}

// readable is true where the caller may read the collection at this moment,
// whatever a snapshot of the catalogue says. It is evaluated once a statement.
func readable(collection string, a spatial.Access) fragment {
	anonymous, roles, department := accessArgs(a)
	return concat(
		lit("(select gisd.can_read(c, "), arg(anonymous), lit("::boolean, "), arg(roles), lit("::text[], "),
		arg(department), lit("::text) from gisd.collection c where c.id = "), arg(collection), lit("::text)"),
	)
}
