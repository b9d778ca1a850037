package filter

import (
	"fmt"
	"strings"

	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/spatial/crs"
	"gisd/spatial/postgis/sql"
)

// function calls one of cql.Functions with arguments that were checked.
func (w writer) function(f cql.Function) (sql.Fragment, error) {
	s, _ := cql.FunctionNamed(f.Name)
	args := make([]sql.Fragment, len(f.Args))
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
			return sql.Fragment{}, err
		}
	}
	call := func(open sql.Static, end sql.Static) (sql.Fragment, error) {
		return sql.Concat(sql.Lit(open), args[0], sql.Lit(end)), nil
	}
	switch s.Name {
	case "abs", "ceil", "floor", "round":
		name, _ := numericFunction(s.Name)
		return sql.Concat(sql.Lit(name), sql.Lit("("), args[0], sql.Lit("::double precision)")), nil
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
		return sql.Lit("now()"), nil
	}
	return w.measure(s.Name, args)
}

func numericFunction(name string) (sql.Static, bool) {
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
func (w writer) moment(n cql.Node) (sql.Fragment, error) {
	f, err := w.scalar(n, cql.TypeTimestamp)
	return sql.Concat(sql.Lit("("), f, sql.Lit(" at time zone 'UTC')")), err
}

// measure computes on the ellipsoid of WGS 84, in metres.
func (w writer) measure(name string, args []sql.Fragment) (sql.Fragment, error) {
	switch name {
	case "area":
		return sql.Concat(sql.Lit("st_area("), w.geography(args[0]), sql.Lit(")")), nil
	case "length":
		return sql.Concat(sql.Lit("st_length("), w.geography(args[0]), sql.Lit(")")), nil
	case "distance":
		return sql.Concat(sql.Lit("st_distance("), w.geography(args[0]), sql.Lit(", "), w.geography(args[1]), sql.Lit(")")), nil
	case "dwithin":
		exact := sql.Concat(sql.Lit("st_dwithin("), w.geography(args[0]), sql.Lit(", "), w.geography(args[1]), sql.Lit(", "), args[2], sql.Lit("::double precision)"))
		if !w.planar() {
			return exact, nil
		}
		// On the plane first, where there is an index. Within its zone a projection
		// stretches by far less than the hundredth that is added.
		return sql.Concat(sql.Lit("(st_dwithin("), args[0], sql.Lit(", "), args[1], sql.Lit(", 1.01 * "), args[2], sql.Lit("::double precision + 1) and "), exact, sql.Lit(")")), nil
	}
	return sql.Fragment{}, fmt.Errorf("postgis: filter: there is no function %s", strings.ToLower(name))
}

// planar tells a storage system of metres that hardly stretches.
func (w writer) planar() bool {
	s, ok := crs.Lookup(w.c.SRID)
	return ok && s.Method == crs.MethodTransverseMercator
}

func (w writer) geography(g sql.Fragment) sql.Fragment {
	if w.c.SRID == spatial.SRIDWGS84 {
		return sql.Concat(sql.Lit("("), g, sql.Lit(")::geography"))
	}
	return sql.Concat(sql.Lit("st_transform("), g, sql.Lit(", 4326)::geography"))
}
