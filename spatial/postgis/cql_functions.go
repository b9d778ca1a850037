package postgis

import (
	"fmt"
	"strings"

	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/crs"
)

// function calls one of cql.Functions with arguments that were checked.
func (w cqlWriter) function(f cql.Function) (fragment, error) {
	s, _ := cql.FunctionNamed(f.Name)
	args := make([]fragment, len(f.Args))
	for i, a := range f.Args {
		var err error
		switch {
		case s.Args[i].Types[0] == cql.TypeGeometry:
			args[i], err = w.geometry(a)
		case s.Args[i].Name == "time":
			args[i], err = w.moment(a)
		default:
			args[i], err = w.scalar(a, s.Args[i].Types[0])
		}
		if err != nil {
			return fragment{}, err
		}
	}
	call := func(open staticSQL, end staticSQL) (fragment, error) {
		return concat(lit(open), args[0], lit(end)), nil
	}
	switch s.Name {
	case "abs", "ceil", "floor", "round":
		name, _ := numericFunction(s.Name)
		return concat(lit(name), lit("("), args[0], lit("::double precision)")), nil
	case "char_length":
		return call("char_length(", ")")
	case "lower":
		return call("(lower(", ` collate "und-x-icu") collate "C")`)
	case "upper":
		return call("(upper(", ` collate "und-x-icu") collate "C")`)
	case "year":
		return call("extract(year from ", ")")
	case "month":
		return call("extract(month from ", ")")
	case "now":
		return lit("now()"), nil
	}
	return w.measure(s.Name, args)
}

func numericFunction(name string) (staticSQL, bool) {
	switch name {
	case "abs":
		return "abs", true
	case "ceil":
		return "ceil", true
	case "floor":
		return "floor", true
	case "round":
		return "round", true
	}
	return "", false
}

// moment is a date or a time as a time of UTC without its zone.
func (w cqlWriter) moment(n cql.Node) (fragment, error) {
	f, err := w.scalar(n, cql.TypeTimestamp)
	return concat(lit("("), f, lit(" at time zone 'UTC')")), err
}

// measure computes on the ellipsoid of WGS 84, in metres.
func (w cqlWriter) measure(name string, args []fragment) (fragment, error) {
	switch name {
	case "area":
		return concat(lit("st_area("), w.geography(args[0]), lit(")")), nil
	case "length":
		return concat(lit("st_length("), w.geography(args[0]), lit(")")), nil
	case "distance":
		return concat(lit("st_distance("), w.geography(args[0]), lit(", "), w.geography(args[1]), lit(")")), nil
	case "dwithin":
		exact := concat(lit("st_dwithin("), w.geography(args[0]), lit(", "), w.geography(args[1]), lit(", "), args[2], lit("::double precision)"))
		if !w.planar() {
			return exact, nil
		}
		// On the plane first, where there is an index. Within its zone a projection
		// stretches by far less than the hundredth that is added.
		return concat(lit("(st_dwithin("), args[0], lit(", "), args[1], lit(", 1.01 * "), args[2], lit("::double precision + 1) and "), exact, lit(")")), nil
	}
	return fragment{}, fmt.Errorf("postgis: filter: there is no function %s", strings.ToLower(name))
}

// planar tells a storage system of metres that hardly stretches.
func (w cqlWriter) planar() bool {
	s, ok := crs.Lookup(w.c.SRID)
	return ok && s.Method == crs.MethodTransverseMercator
}

func (w cqlWriter) geography(g fragment) fragment {
	if w.c.SRID == spatial.SRIDWGS84 {
		return concat(lit("("), g, lit(")::geography"))
	}
	return concat(lit("st_transform("), g, lit(", 4326)::geography"))
}
