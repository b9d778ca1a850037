package cql

import "gisd/spatial"

// QueryablesOf are the properties of a collection, and its geometry by the names
// geometry and geom, unless a property has them.
func QueryablesOf(c *spatial.Collection) Queryables {
	return func(name string) (Type, bool) {
		if f, ok := c.Field(name); ok {
			return TypeOfField(f.Type), true
		}
		if (name == "geometry" || name == "geom") && c.GeometryType != spatial.GeometryNone {
			return TypeGeometry, true
		}
		return "", false
	}
}
