package spatial

import "slices"

// Role is what a person or program may do. Roles are not ordered: an operator
// runs the live part, an editor changes features of their own department.
type Role string

// The roles; RoleAdmin may do everything.
const (
	RoleViewer   Role = "viewer"
	RoleEditor   Role = "editor"
	RoleOperator Role = "operator"
	RoleAdmin    Role = "admin"
)

// Visibility says who may read a collection, once it is published.
type Visibility string

// A restricted collection is read by the roles listed with it and by admins.
const (
	VisibilityPublic     Visibility = "public"
	VisibilityInternal   Visibility = "internal" // anyone who signed in
	VisibilityRestricted Visibility = "restricted"
)

// Access is who asks, as data: api/auth computes it, stores turn it into a
// predicate. The zero value is the anonymous caller.
type Access struct {
	Subject    string // "user:an", "key:3f9a…", "cli"; empty for anonymous
	UserID     int64  // 0 when the caller is no user
	Roles      []Role // granted roles, built-in and custom ones alike
	Department string // editors change what their department owns; "" is none
	ReadOnly   bool   // a key that travelled in a URL changes nothing
	Device     string // a device's key: reports for this device alone, reads it and what is public
}

// SystemAccess is the command line's own: it sees everything.
func SystemAccess(subject string) Access {
	return Access{Subject: subject, Roles: []Role{RoleAdmin}}
}

// Anonymous reports whether nobody signed in.
func (a Access) Anonymous() bool { return a.Subject == "" }

// Has reports whether the caller holds the role; admins hold every role.
func (a Access) Has(r Role) bool {
	return slices.Contains(a.Roles, r) || slices.Contains(a.Roles, RoleAdmin)
}

// CanRead reports whether the caller may read the collection. A draft is read
// by editors of its department and by admins. The SQL predicate in
// spatial/postgis says the same and is tested against this.
func (a Access) CanRead(c *Collection) bool {
	return a.canRead(c.Published, c.Visibility, c.Roles, c.Department)
}

func (a Access) canRead(published bool, v Visibility, roles []Role, department string) bool {
	if a.Has(RoleAdmin) {
		return true
	}
	if !published {
		return a.Has(RoleEditor) && department != "" && a.Department == department
	}
	switch v {
	case VisibilityPublic:
		return true
	case VisibilityInternal:
		return !a.Anonymous() && a.Device == ""
	case VisibilityRestricted:
		return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(a.Roles, r) })
	}
	return false
}

// CanEdit reports whether the caller may change the collection and its
// features: admins, and editors of the department that owns it. Whoever holds
// only a key that travelled in a URL may not.
func (a Access) CanEdit(c *Collection) bool {
	if a.ReadOnly {
		return false
	}
	return a.Has(RoleAdmin) || a.Has(RoleEditor) && c.Department != "" && a.Department == c.Department
}
