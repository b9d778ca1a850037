package postgis

import "gisd/spatial"

// conversion turns a value of one property type into another where nothing is
// lost. check is what a value must fulfil for that, empty where every one does;
// ok is false where no value has its like in the other type.
func conversion(from, to spatial.FieldType, v fragment) (value, check fragment, ok bool) {
	if from == to {
		return v, fragment{}, true
	}
	switch [2]spatial.FieldType{from, to} {
	case [2]spatial.FieldType{spatial.FieldDate, spatial.FieldString}:
		return concat(lit("to_char("), v, lit(", 'YYYY-MM-DD')")), fragment{}, true
	case [2]spatial.FieldType{spatial.FieldDateTime, spatial.FieldString}:
		return concat(lit("to_char("), v, lit(` at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`)), fragment{}, true
	case [2]spatial.FieldType{spatial.FieldInteger, spatial.FieldNumber}:
		return concat(v, lit("::double precision")), concat(v, lit(" between -9007199254740992 and 9007199254740992")), true
	case [2]spatial.FieldType{spatial.FieldNumber, spatial.FieldInteger}:
		return concat(v, lit("::bigint")), concat(lit("("), v, lit(" between -9007199254740992 and 9007199254740992 and "), v, lit(" = trunc("), v, lit("))")), true
	case [2]spatial.FieldType{spatial.FieldBoolean, spatial.FieldInteger}:
		return concat(v, lit("::integer::bigint")), fragment{}, true
	case [2]spatial.FieldType{spatial.FieldInteger, spatial.FieldBoolean}:
		return concat(lit("("), v, lit(" = 1)")), concat(v, lit(" in (0, 1)")), true
	case [2]spatial.FieldType{spatial.FieldDate, spatial.FieldDateTime}:
		return concat(lit("("), v, lit("::timestamp at time zone 'UTC')")), fragment{}, true
	case [2]spatial.FieldType{spatial.FieldString, spatial.FieldInteger}:
		return concat(v, lit("::bigint")), concat(v, lit(" ~ '^(0|-?[1-9][0-9]{0,17})$'")), true
	case [2]spatial.FieldType{spatial.FieldString, spatial.FieldNumber}:
		return concat(v, lit("::double precision")), concat(v, lit(` ~ '^-?[0-9]{1,9}(\.[0-9]{1,6})?$'`)), true
	}
	if to == spatial.FieldString {
		return concat(v, lit("::text")), fragment{}, true
	}
	return concat(lit("null::"), lit(columnType(to))), concat(v, lit(" is null")), false
}

// convertible is conversion for a value that may not pass the check: it is null
// then.
func convertible(from, to spatial.FieldType, v fragment) fragment {
	value, check, _ := conversion(from, to, v)
	if len(check.pieces) == 0 {
		return value
	}
	return concat(lit("case when "), check, lit(" then "), value, lit(" end"))
}

// shaped brings a geometry into a version's dimensions and system: measures that
// are missing are 0, the transform is PostGIS's with our own rows of
// spatial_ref_sys.
func shaped(geom fragment, from, to shape) fragment {
	if from.dims != to.dims {
		geom = concat(force(to.dims), lit("("), geom, lit(")"))
	}
	if from.srid != to.srid {
		geom = concat(lit("ST_Transform("), geom, lit(", "), integer(int(to.srid)), lit(")"))
	}
	return geom
}

type shape struct {
	dims spatial.Dimensions
	srid spatial.SRID
}
