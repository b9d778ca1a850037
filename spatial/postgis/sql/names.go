package sql

import (
	"crypto/sha256"
	"encoding/hex"

	"gisd/spatial"
)

// ColumnType is the SQL type of a property's column.
func ColumnType(t spatial.FieldType) Static {
	switch t {
	case spatial.FieldInteger:
		return "bigint"
	case spatial.FieldNumber:
		return "double precision"
	case spatial.FieldBoolean:
		return "boolean"
	case spatial.FieldDate:
		return "date"
	case spatial.FieldDateTime:
		return "timestamptz"
	case spatial.FieldJSON:
		return "jsonb"
	case spatial.FieldString:
	}
	return "text"
}

// DerivedName makes a short name, unique for its parts, where the plain one
// could pass PostgreSQL's 63 bytes.
func DerivedName(prefix string, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return prefix + "_" + hex.EncodeToString(h.Sum(nil)[:12])
}
