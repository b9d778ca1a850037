package postgis

import (
	"fmt"

	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/crs"
)

// spatial compiles a relation of two geometries. PostGIS puts the index to use
// by itself where one side is a literal.
func (w cqlWriter) spatial(o cql.Operation) (fragment, error) {
	a, err := w.geometry(o.Args[0])
	if err != nil {
		return fragment{}, err
	}
	b, err := w.geometry(o.Args[1])
	if err != nil {
		return fragment{}, err
	}
	name, ok := spatialFunction(o.Op)
	if !ok {
		return fragment{}, fmt.Errorf("postgis: filter: %s is no spatial function", o.Op)
	}
	return concat(lit(name), lit("("), a, lit(", "), b, lit(")")), nil
}

func spatialFunction(op cql.Op) (staticSQL, bool) {
	switch op {
	case "s_intersects":
		return "st_intersects", true
	case "s_disjoint":
		return "st_disjoint", true
	case "s_equals":
		return "st_equals", true
	case "s_touches":
		return "st_touches", true
	case "s_crosses":
		return "st_crosses", true
	case "s_within":
		return "st_within", true
	case "s_contains":
		return "st_contains", true
	case "s_overlaps":
		return "st_overlaps", true
	}
	return "", false
}

// geometry is a property or a literal in the storage SRID.
func (w cqlWriter) geometry(n cql.Node) (fragment, error) {
	switch n := n.(type) {
	case cql.Property:
		return w.column(n), nil
	case cql.BBox:
		return w.box(n)
	case cql.Geometry:
		return w.literal(n)
	}
	return fragment{}, fmt.Errorf("postgis: filter: %T is no geometry", n)
}

// literal transforms the positions exactly where spatial/crs can; edges between
// them are straight in the storage CRS.
func (w cqlWriter) literal(g cql.Geometry) (fragment, error) {
	const op = "postgis: filter"
	stay := func(x, y float64) (float64, float64, error) { return x, y, nil }
	if !crs.Supported(w.c.SRID) {
		wkb, err := g.AppendEWKB(nil, stay)
		return concat(lit("(select st_transform(st_setsrid(st_geomfromwkb("), arg(wkb), lit("), 4326), "), arg(int32(w.c.SRID)), lit("::integer))")), err
	}
	to, err := crs.NewTransform(spatial.SRIDWGS84, w.c.SRID)
	if err != nil {
		return fragment{}, err
	}
	position := to.Point
	if to.Identity() {
		position = stay
	}
	wkb, err := g.AppendEWKB(nil, position)
	if err != nil {
		return fragment{}, &spatial.Error{Code: spatial.CodeInvalid, Op: op, Err: err,
			Message: "a geometry of the filter lies outside of where the collection's reference system is defined"}
	}
	return concat(lit("st_setsrid(st_geomfromwkb("), arg(wkb), lit("), "), arg(int32(w.c.SRID)), lit("::integer)")), nil
}

// box is cut to the extent of the collection, with a margin: what lies beyond
// decides nothing. One across the antimeridian becomes two.
func (w cqlWriter) box(b cql.BBox) (fragment, error) {
	half := len(b.Values) / 2
	box := spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: b.Values[0], MinY: b.Values[1], MaxX: b.Values[half], MaxY: b.Values[half+1]}
	parts := []spatial.Envelope{box}
	if box.MinX > box.MaxX {
		west, east := box, box
		west.MaxX, east.MinX = 180, -180
		parts = []spatial.Envelope{west, east}
	}
	var polygons []fragment
	for _, part := range parts {
		part, covered, err := clipToExtent(w.c, part)
		if err != nil {
			return fragment{}, err
		}
		if covered <= 0 {
			continue
		}
		if !crs.Supported(w.c.SRID) {
			polygon, _ := boxPolygon(part, nil)
			polygons = append(polygons, concat(lit("(select st_transform(st_geomfromewkb("), arg(polygon), lit("), "), arg(int32(w.c.SRID)), lit("::integer))")))
			continue
		}
		to, err := crs.NewTransform(part.SRID, w.c.SRID)
		if err != nil {
			return fragment{}, err
		}
		polygon, _ := boxPolygon(part, to)
		polygons = append(polygons, concat(lit("st_geomfromewkb("), arg(polygon), lit(")")))
	}
	switch len(polygons) {
	case 0:
		return concat(lit("st_setsrid('POLYGON EMPTY'::geometry, "), arg(int32(w.c.SRID)), lit("::integer)")), nil
	case 1:
		return polygons[0], nil
	}
	return concat(lit("st_collect("), polygons[0], lit(", "), polygons[1], lit(")")), nil
}

// temporal compares two times as closed intervals (OGC 21-065r2 §8.5), a date as
// the whole of its UTC day unless only dates are compared.
func (w cqlWriter) temporal(o cql.Operation) (fragment, error) {
	moments := w.hasMoments(o.Args[0]) || w.hasMoments(o.Args[1])
	a0, a1, err := w.bounds(o.Args[0], moments)
	if err != nil {
		return fragment{}, err
	}
	b0, b1, err := w.bounds(o.Args[1], moments)
	if err != nil {
		return fragment{}, err
	}
	is := func(x fragment, sign staticSQL, y fragment) fragment { return concat(x, lit(sign), y) }
	var all []fragment
	switch o.Op {
	case "t_after":
		all = []fragment{is(a0, " > ", b1)}
	case "t_before":
		all = []fragment{is(a1, " < ", b0)}
	case "t_contains":
		all = []fragment{is(a0, " < ", b0), is(a1, " > ", b1)}
	case "t_disjoint":
		return either(is(a1, " < ", b0), is(a0, " > ", b1)), nil
	case "t_during":
		all = []fragment{is(a0, " > ", b0), is(a1, " < ", b1)}
	case "t_equals":
		all = []fragment{is(a0, " = ", b0), is(a1, " = ", b1)}
	case "t_finishedBy":
		all = []fragment{is(a0, " < ", b0), is(a1, " = ", b1)}
	case "t_finishes":
		all = []fragment{is(a0, " > ", b0), is(a1, " = ", b1)}
	case "t_intersects":
		all = []fragment{is(a0, " <= ", b1), is(a1, " >= ", b0)}
	case "t_meets":
		all = []fragment{is(a1, " = ", b0)}
	case "t_metBy":
		all = []fragment{is(a0, " = ", b1)}
	case "t_overlappedBy":
		all = []fragment{is(a0, " > ", b0), is(a0, " < ", b1), is(a1, " > ", b1)}
	case "t_overlaps":
		all = []fragment{is(a0, " < ", b0), is(a1, " > ", b0), is(a1, " < ", b1)}
	case "t_startedBy":
		all = []fragment{is(a0, " = ", b0), is(a1, " > ", b1)}
	case "t_starts":
		all = []fragment{is(a0, " = ", b0), is(a1, " < ", b1)}
	default:
		return fragment{}, fmt.Errorf("postgis: filter: %s is no temporal function", o.Op)
	}
	return concat(lit("("), and(all...), lit(")")), nil
}

// hasMoments tells whether something in a time is finer than a day.
func (w cqlWriter) hasMoments(n cql.Node) bool {
	if i, ok := n.(cql.Interval); ok {
		return i.Start != nil && w.hasMoments(i.Start) || i.End != nil && w.hasMoments(i.End)
	}
	return w.typeOf(n) != cql.TypeDate
}

// bounds is the first and the last of a time.
func (w cqlWriter) bounds(n cql.Node, moments bool) (start, end fragment, err error) {
	i, ok := n.(cql.Interval)
	if !ok {
		i = cql.Interval{Start: n, End: n}
	}
	if start, err = w.bound(i.Start, moments, false); err != nil {
		return start, end, err
	}
	end, err = w.bound(i.End, moments, true)
	return start, end, err
}

func (w cqlWriter) bound(n cql.Node, moments, last bool) (fragment, error) {
	as := cql.TypeDate
	if moments {
		as = cql.TypeTimestamp
	}
	if n == nil {
		if last {
			return lit("'infinity'"), nil
		}
		return lit("'-infinity'"), nil
	}
	f, err := w.scalar(n, as)
	if err == nil && moments && last && w.typeOf(n) == cql.TypeDate {
		f = concat(lit("("), f, lit(" + interval '1 day - 1 microsecond')"))
	}
	return f, err
}

// array compares lists as sets of JSON values.
func (w cqlWriter) array(o cql.Operation) (fragment, error) {
	a, err := w.jsonb(o.Args[0])
	if err != nil {
		return fragment{}, err
	}
	b, err := w.jsonb(o.Args[1])
	if err != nil {
		return fragment{}, err
	}
	switch o.Op {
	case "a_contains":
		return concat(lit("("), a, lit(" @> "), b, lit(")")), nil
	case "a_containedBy":
		return concat(lit("("), a, lit(" <@ "), b, lit(")")), nil
	case "a_equals":
		return concat(lit("("), a, lit(" @> "), b, lit(" and "), a, lit(" <@ "), b, lit(")")), nil
	case "a_overlaps":
		return concat(lit("exists (select from jsonb_array_elements("), a, lit(") e where e.value in (select jsonb_array_elements("), b, lit(")))")), nil
	}
	return fragment{}, fmt.Errorf("postgis: filter: %s is no array function", o.Op)
}

// jsonb is a list as a JSON array.
func (w cqlWriter) jsonb(n cql.Node) (fragment, error) {
	list, ok := n.(cql.Array)
	if !ok {
		p, ok := n.(cql.Property)
		if !ok {
			return fragment{}, fmt.Errorf("postgis: filter: %T is no list", n)
		}
		return w.property(p, cql.TypeArray), nil
	}
	items := make([]fragment, len(list.Items))
	for i, item := range list.Items {
		var err error
		if _, nested := item.(cql.Array); nested {
			items[i], err = w.jsonb(item)
		} else {
			items[i], err = w.operand(item)
		}
		if err != nil {
			return fragment{}, err
		}
	}
	return concat(lit("jsonb_build_array("), join(", ", items), lit(")")), nil
}
