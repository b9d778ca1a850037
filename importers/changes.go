package importers

import (
	"fmt"
	"strings"

	"gisd/spatial"
)

// Change is one difference between the version that is there and the one that
// an import makes.
type Change struct {
	Kind  string `json:"kind"` // "added", "removed", "renamed", "missing", "type", "converted", "geometry", "dimensions", "crs", "transformed", "ids"
	Field string `json:"field,omitempty"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
	Loses bool   `json:"loses,omitempty"` // data that is there, or in the source, has no place in the new version
}

// String says it for people.
func (c Change) String() string {
	var s string
	switch c.Kind {
	case "added":
		s = fmt.Sprintf("field %s (%s) is new", c.Field, c.To)
	case "removed":
		s = fmt.Sprintf("field %s (%s) goes", c.Field, c.From)
	case "renamed":
		s = fmt.Sprintf("field %s is now called %s", c.From, c.To)
	case "missing":
		s = fmt.Sprintf("field %s (%s) is not in the source: features that are there keep it, new ones have none", c.Field, c.From)
	case "type":
		s = fmt.Sprintf("field %s was %s and becomes %s", c.Field, c.From, c.To)
	case "converted":
		s = fmt.Sprintf("field %s is %s in the source and is converted to %s", c.Field, c.From, c.To)
	case "crs":
		s = fmt.Sprintf("the reference system was %s and becomes %s", c.From, c.To)
	case "transformed":
		s = fmt.Sprintf("coordinates are transformed from %s to %s", c.From, c.To)
	case "ids":
		s = fmt.Sprintf("ids came from %s and come from %s", c.From, c.To)
	default:
		s = fmt.Sprintf("%s: %s becomes %s", c.Kind, c.From, c.To)
	}
	if c.Loses {
		s += " (loses data)"
	}
	return s
}

// refuseLoss is the error of an import that would lose data without leave.
func refuseLoss(collection string, changes []Change) error {
	var losing []string
	for _, c := range changes {
		if c.Loses {
			losing = append(losing, c.String())
		}
	}
	if len(losing) == 0 {
		return nil
	}
	return &spatial.Error{Code: spatial.CodeConflict, Op: "importers: schema",
		Message: fmt.Sprintf("the import would change %s so that data is lost: %s; --allow-loss accepts that", collection, strings.Join(losing, "; "))}
}

// replacing compares the version that is there with the plan of one that takes
// its place.
func replacing(b *Base, p *Plan) []Change {
	var changes []Change
	kept := map[string]bool{}
	for _, f := range p.Fields {
		old, ok := b.Field(f.Name)
		if !ok || kept[old.Name] {
			changes = append(changes, Change{Kind: "added", Field: f.Name, To: string(f.Type)})
			continue
		}
		kept[old.Name] = true
		if old.Name != f.Name {
			changes = append(changes, Change{Kind: "renamed", From: old.Name, To: f.Name})
		}
		if old.Type != f.Type {
			changes = append(changes, Change{Kind: "type", Field: f.Name, From: string(old.Type), To: string(f.Type), Loses: !widens(old.Type, f.Type)})
		}
	}
	for _, f := range b.Fields {
		if !kept[f.Name] {
			changes = append(changes, Change{Kind: "removed", Field: f.Name, From: string(f.Type), Loses: true})
		}
	}
	changes = append(changes, shapes(b, p.Geometry, p.Schema.Dimensions)...)
	if from, to := idsOf(b.IDSource, b.IDField), idsOf(p.IDSource, p.IDField); b.IDSource != "" && from != to {
		changes = append(changes, Change{Kind: "ids", From: from, To: to})
	}
	return changes
}

// shapes compares what is promised of the geometries of two versions.
func shapes(b *Base, geometry spatial.GeometryType, dims spatial.Dimensions) []Change {
	var changes []Change
	if from, to := family(b.Geometry), family(geometry); from != to {
		loses := to != spatial.GeometryAny && from != spatial.GeometryAny && from != spatial.GeometryNone
		changes = append(changes, Change{Kind: "geometry", From: string(b.Geometry), To: string(geometry), Loses: loses})
	}
	if b.Geometry != spatial.GeometryNone && geometry != spatial.GeometryNone && b.Dimensions != dims {
		changes = append(changes, Change{Kind: "dimensions", From: string(b.Dimensions), To: string(dims), Loses: drops(b.Dimensions, dims)})
	}
	return changes
}

// family takes single and multi geometries for the same.
func family(t spatial.GeometryType) spatial.GeometryType {
	switch t {
	case spatial.GeometryMultiPoint:
		return spatial.GeometryPoint
	case spatial.GeometryMultiLineString:
		return spatial.GeometryLineString
	case spatial.GeometryMultiPolygon:
		return spatial.GeometryPolygon
	}
	return t
}

// drops reports whether heights or measures have no place any more.
func drops(from, to spatial.Dimensions) bool {
	for _, ordinate := range []string{"Z", "M"} {
		if strings.Contains(string(from), ordinate) && !strings.Contains(string(to), ordinate) {
			return true
		}
	}
	return false
}

// widens reports whether every value of one type has its like in the other.
// Integers beyond 2^53 are the exception that is taken for none.
func widens(from, to spatial.FieldType) bool {
	switch {
	case from == to, to == spatial.FieldString:
		return true
	case from == spatial.FieldInteger:
		return to == spatial.FieldNumber
	case from == spatial.FieldBoolean:
		return to == spatial.FieldInteger
	case from == spatial.FieldDate:
		return to == spatial.FieldDateTime
	}
	return false
}

func idsOf(s IDSource, field string) string {
	switch s {
	case IDFromField:
		return "field " + field
	case IDFromSource:
		return "the source's own ids"
	case IDFromGeometry:
		return "the geometry"
	}
	return "running numbers"
}

// moved compares reference systems, once the one of the source is registered:
// a merge transforms, any other import stores what the source has.
func moved(b *Base, p *Plan, source spatial.SRID) []Change {
	if b.SRID == source || p.Schema.GeometryType == spatial.GeometryNone || b.Geometry == spatial.GeometryNone {
		return nil
	}
	if p.Merge != nil {
		return []Change{{Kind: "transformed", From: source.String(), To: b.SRID.String()}}
	}
	return []Change{{Kind: "crs", From: b.SRID.String(), To: source.String()}}
}
