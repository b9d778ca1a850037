package filter

import (
	"fmt"

	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/crs"
	"gisd/spatial/postgis/sql"
)

// spatial compiles a relation of two geometries. PostGIS puts the index to use
// by itself where one side is a literal.
func (w writer) spatial(o cql.Operation) (sql.Fragment, error) {
	a, err := w.geometry(o.Args[0])
	if err != nil {
		return sql.Fragment{}, err
	}
	b, err := w.geometry(o.Args[1])
	if err != nil {
		return sql.Fragment{}, err
	}
	name, ok := spatialFunction(o.Op)
	if !ok {
		return sql.Fragment{}, fmt.Errorf("postgis: filter: %s is no spatial function", o.Op)
	}
	return sql.Concat(sql.Lit(name), sql.Lit("("), a, sql.Lit(", "), b, sql.Lit(")")), nil
}

func spatialFunction(op cql.Op) (sql.Static, bool) {
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
func (w writer) geometry(n cql.Node) (sql.Fragment, error) {
	switch n := n.(type) {
	case cql.Property:
		return w.column(n), nil
	case cql.BBox:
		return w.box(n)
	case cql.Geometry:
		return w.literal(n)
	}
	return sql.Fragment{}, fmt.Errorf("postgis: filter: %T is no geometry", n)
}

// literal transforms the positions exactly where spatial/crs can; edges between
// them are straight in the storage CRS.
func (w writer) literal(g cql.Geometry) (sql.Fragment, error) {
	const op = "postgis: filter"
	stay := func(x, y float64) (float64, float64, error) { return x, y, nil }
	if !crs.Supported(w.c.SRID) {
		wkb, err := g.AppendEWKB(nil, stay)
		return sql.Concat(sql.Lit("(select st_transform(st_setsrid(st_geomfromwkb("), sql.Arg(wkb), sql.Lit("), 4326), "), sql.Arg(int32(w.c.SRID)), sql.Lit("::integer))")), err
	}
	to, err := crs.NewTransform(spatial.SRIDWGS84, w.c.SRID)
	if err != nil {
		return sql.Fragment{}, err
	}
	position := to.Point
	if to.Identity() {
		position = stay
	}
	wkb, err := g.AppendEWKB(nil, position)
	if err != nil {
		return sql.Fragment{}, &spatial.Error{Code: spatial.CodeInvalid, Op: op, Err: err,
			Message: "a geometry of the filter lies outside of where the collection's reference system is defined"}
	}
	return sql.Concat(sql.Lit("st_setsrid(st_geomfromwkb("), sql.Arg(wkb), sql.Lit("), "), sql.Arg(int32(w.c.SRID)), sql.Lit("::integer)")), nil
}

// box is cut to the extent of the collection, with a margin: what lies beyond
// decides nothing. One across the antimeridian becomes two.
func (w writer) box(b cql.BBox) (sql.Fragment, error) {
	half := len(b.Values) / 2
	box := spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: b.Values[0], MinY: b.Values[1], MaxX: b.Values[half], MaxY: b.Values[half+1]}
	parts := []spatial.Envelope{box}
	if box.MinX > box.MaxX {
		west, east := box, box
		west.MaxX, east.MinX = 180, -180
		parts = []spatial.Envelope{west, east}
	}
	var polygons []sql.Fragment
	for _, part := range parts {
		part, covered, err := clipToExtent(w.c, part)
		if err != nil {
			return sql.Fragment{}, err
		}
		if covered <= 0 {
			continue
		}
		if !crs.Supported(w.c.SRID) {
			polygon, _ := boxPolygon(part, nil)
			polygons = append(polygons, sql.Concat(sql.Lit("(select st_transform(st_geomfromewkb("), sql.Arg(polygon), sql.Lit("), "), sql.Arg(int32(w.c.SRID)), sql.Lit("::integer))")))
			continue
		}
		to, err := crs.NewTransform(part.SRID, w.c.SRID)
		if err != nil {
			return sql.Fragment{}, err
		}
		polygon, _ := boxPolygon(part, to)
		polygons = append(polygons, sql.Concat(sql.Lit("st_geomfromewkb("), sql.Arg(polygon), sql.Lit(")")))
	}
	switch len(polygons) {
	case 0:
		return sql.Concat(sql.Lit("st_setsrid('POLYGON EMPTY'::geometry, "), sql.Arg(int32(w.c.SRID)), sql.Lit("::integer)")), nil
	case 1:
		return polygons[0], nil
	}
	return sql.Concat(sql.Lit("st_collect("), polygons[0], sql.Lit(", "), polygons[1], sql.Lit(")")), nil
}

// temporal compares two times as closed intervals (OGC 21-065r2 §8.5), a date as
// the whole of its UTC day unless only dates are compared.
func (w writer) temporal(o cql.Operation) (sql.Fragment, error) {
	moments := w.hasMoments(o.Args[0]) || w.hasMoments(o.Args[1])
	a0, a1, err := w.bounds(o.Args[0], moments)
	if err != nil {
		return sql.Fragment{}, err
	}
	b0, b1, err := w.bounds(o.Args[1], moments)
	if err != nil {
		return sql.Fragment{}, err
	}
	is := func(x sql.Fragment, sign sql.Static, y sql.Fragment) sql.Fragment {
		return sql.Concat(x, sql.Lit(sign), y)
	}
	var all []sql.Fragment
	switch o.Op {
	case "t_after":
		all = []sql.Fragment{is(a0, " > ", b1)}
	case "t_before":
		all = []sql.Fragment{is(a1, " < ", b0)}
	case "t_contains":
		all = []sql.Fragment{is(a0, " < ", b0), is(a1, " > ", b1)}
	case "t_disjoint":
		return either(is(a1, " < ", b0), is(a0, " > ", b1)), nil
	case "t_during":
		all = []sql.Fragment{is(a0, " > ", b0), is(a1, " < ", b1)}
	case "t_equals":
		all = []sql.Fragment{is(a0, " = ", b0), is(a1, " = ", b1)}
	case "t_finishedBy":
		all = []sql.Fragment{is(a0, " < ", b0), is(a1, " = ", b1)}
	case "t_finishes":
		all = []sql.Fragment{is(a0, " > ", b0), is(a1, " = ", b1)}
	case "t_intersects":
		all = []sql.Fragment{is(a0, " <= ", b1), is(a1, " >= ", b0)}
	case "t_meets":
		all = []sql.Fragment{is(a1, " = ", b0)}
	case "t_metBy":
		all = []sql.Fragment{is(a0, " = ", b1)}
	case "t_overlappedBy":
		all = []sql.Fragment{is(a0, " > ", b0), is(a0, " < ", b1), is(a1, " > ", b1)}
	case "t_overlaps":
		all = []sql.Fragment{is(a0, " < ", b0), is(a1, " > ", b0), is(a1, " < ", b1)}
	case "t_startedBy":
		all = []sql.Fragment{is(a0, " = ", b0), is(a1, " > ", b1)}
	case "t_starts":
		all = []sql.Fragment{is(a0, " = ", b0), is(a1, " < ", b1)}
	default:
		return sql.Fragment{}, fmt.Errorf("postgis: filter: %s is no temporal function", o.Op)
	}
	return sql.Concat(sql.Lit("("), sql.And(all...), sql.Lit(")")), nil
}

// hasMoments tells whether something in a time is finer than a day.
func (w writer) hasMoments(n cql.Node) bool {
	if i, ok := n.(cql.Interval); ok {
		return i.Start != nil && w.hasMoments(i.Start) || i.End != nil && w.hasMoments(i.End)
	}
	return w.typeOf(n) != cql.TypeDate
}

// bounds is the first and the last of a time.
func (w writer) bounds(n cql.Node, moments bool) (start, end sql.Fragment, err error) {
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

func (w writer) bound(n cql.Node, moments, last bool) (sql.Fragment, error) {
	as := cql.TypeDate
	if moments {
		as = cql.TypeTimestamp
	}
	if n == nil {
		if last {
			return sql.Lit("'infinity'"), nil
		}
		return sql.Lit("'-infinity'"), nil
	}
	f, err := w.scalar(n, as)
	if err == nil && moments && last && w.typeOf(n) == cql.TypeDate {
		f = sql.Concat(sql.Lit("("), f, sql.Lit(" + interval '1 day - 1 microsecond')"))
	}
	return f, err
}

// array compares lists as sets of JSON values.
func (w writer) array(o cql.Operation) (sql.Fragment, error) {
	a, err := w.jsonb(o.Args[0])
	if err != nil {
		return sql.Fragment{}, err
	}
	b, err := w.jsonb(o.Args[1])
	if err != nil {
		return sql.Fragment{}, err
	}
	switch o.Op {
	case "a_contains":
		return sql.Concat(sql.Lit("("), a, sql.Lit(" @> "), b, sql.Lit(")")), nil
	case "a_containedBy":
		return sql.Concat(sql.Lit("("), a, sql.Lit(" <@ "), b, sql.Lit(")")), nil
	case "a_equals":
		return sql.Concat(sql.Lit("("), a, sql.Lit(" @> "), b, sql.Lit(" and "), a, sql.Lit(" <@ "), b, sql.Lit(")")), nil
	case "a_overlaps":
		return sql.Concat(sql.Lit("exists (select from jsonb_array_elements("), a, sql.Lit(") e where e.value in (select jsonb_array_elements("), b, sql.Lit(")))")), nil
	}
	return sql.Fragment{}, fmt.Errorf("postgis: filter: %s is no array function", o.Op)
}

// jsonb is a list as a JSON array.
func (w writer) jsonb(n cql.Node) (sql.Fragment, error) {
	list, ok := n.(cql.Array)
	if !ok {
		p, ok := n.(cql.Property)
		if !ok {
			return sql.Fragment{}, fmt.Errorf("postgis: filter: %T is no list", n)
		}
		return w.property(p, cql.TypeArray), nil
	}
	items := make([]sql.Fragment, len(list.Items))
	for i, item := range list.Items {
		var err error
		if _, nested := item.(cql.Array); nested {
			items[i], err = w.jsonb(item)
		} else {
			items[i], err = w.operand(item)
		}
		if err != nil {
			return sql.Fragment{}, err
		}
	}
	return sql.Concat(sql.Lit("jsonb_build_array("), sql.Join(", ", items), sql.Lit(")")), nil
}
