package imports

import (
	"gisd/spatial"
	"gisd/spatial/postgis/sql"
)

// conversion turns a value of one property type into another where nothing is
// lost. check is what a value must fulfil for that, empty where every one does;
// ok is false where no value has its like in the other type.
func conversion(from, to spatial.FieldType, v sql.Fragment) (value, check sql.Fragment, ok bool) {
	if from == to {
		return v, sql.Fragment{}, true
	}
	switch [2]spatial.FieldType{from, to} {
	case [2]spatial.FieldType{spatial.FieldDate, spatial.FieldString}:
		return sql.Concat(sql.Lit("to_char("), v, sql.Lit(", 'YYYY-MM-DD')")), sql.Fragment{}, true
	case [2]spatial.FieldType{spatial.FieldDateTime, spatial.FieldString}:
		return sql.Concat(sql.Lit("to_char("), v, sql.Lit(` at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`)), sql.Fragment{}, true
	case [2]spatial.FieldType{spatial.FieldInteger, spatial.FieldNumber}:
		return sql.Concat(v, sql.Lit("::double precision")), sql.Concat(v, sql.Lit(" between -9007199254740992 and 9007199254740992")), true
	case [2]spatial.FieldType{spatial.FieldNumber, spatial.FieldInteger}:
		return sql.Concat(v, sql.Lit("::bigint")), sql.Concat(sql.Lit("("), v, sql.Lit(" between -9007199254740992 and 9007199254740992 and "), v, sql.Lit(" = trunc("), v, sql.Lit("))")), true
	case [2]spatial.FieldType{spatial.FieldBoolean, spatial.FieldInteger}:
		return sql.Concat(v, sql.Lit("::integer::bigint")), sql.Fragment{}, true
	case [2]spatial.FieldType{spatial.FieldInteger, spatial.FieldBoolean}:
		return sql.Concat(sql.Lit("("), v, sql.Lit(" = 1)")), sql.Concat(v, sql.Lit(" in (0, 1)")), true
	case [2]spatial.FieldType{spatial.FieldDate, spatial.FieldDateTime}:
		return sql.Concat(sql.Lit("("), v, sql.Lit("::timestamp at time zone 'UTC')")), sql.Fragment{}, true
	case [2]spatial.FieldType{spatial.FieldString, spatial.FieldInteger}:
		return sql.Concat(v, sql.Lit("::bigint")), sql.Concat(v, sql.Lit(" ~ '^(0|-?[1-9][0-9]{0,17})$'")), true
	case [2]spatial.FieldType{spatial.FieldString, spatial.FieldNumber}:
		return sql.Concat(v, sql.Lit("::double precision")), sql.Concat(v, sql.Lit(` ~ '^-?[0-9]{1,9}(\.[0-9]{1,6})?$'`)), true
	}
	if to == spatial.FieldString {
		return sql.Concat(v, sql.Lit("::text")), sql.Fragment{}, true
	}
	return sql.Concat(sql.Lit("null::"), sql.Lit(sql.ColumnType(to))), sql.Concat(v, sql.Lit(" is null")), false
}

// convertible is conversion for a value that may not pass the check: it is null
// then.
func convertible(from, to spatial.FieldType, v sql.Fragment) sql.Fragment {
	value, check, _ := conversion(from, to, v)
	if check.Empty() {
		return value
	}
	return sql.Concat(sql.Lit("case when "), check, sql.Lit(" then "), value, sql.Lit(" end"))
}

// shaped brings a geometry into a version's dimensions and system: measures that
// are missing are 0, the transform is PostGIS's with our own rows of
// spatial_ref_sys.
func shaped(geom sql.Fragment, from, to shape) sql.Fragment {
	if from.dims != to.dims {
		geom = sql.Concat(force(to.dims), sql.Lit("("), geom, sql.Lit(")"))
	}
	if from.srid != to.srid {
		geom = sql.Concat(sql.Lit("ST_Transform("), geom, sql.Lit(", "), sql.Integer(int(to.srid)), sql.Lit(")"))
	}
	return geom
}

type shape struct {
	dims spatial.Dimensions
	srid spatial.SRID
}
