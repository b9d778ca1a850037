package kml

import (
	"strconv"
	"time"

	"gisd/importers"
	"gisd/importers/markup"
	"gisd/spatial"
)

// valueOf is the record's value of a field, nil for none.
func valueOf(r *importers.Record, i int) *importers.Value {
	if i < 0 || i >= len(r.Values) || !r.Values[i].Valid {
		return nil
	}
	return &r.Values[i]
}

func appendValue(dst []byte, t spatial.FieldType, v *importers.Value) []byte {
	switch t {
	case spatial.FieldInteger:
		return strconv.AppendInt(dst, v.Int, 10)
	case spatial.FieldNumber:
		return strconv.AppendFloat(dst, v.Float, 'g', -1, 64)
	case spatial.FieldBoolean: // 0 or 1, which GDAL understands as well
		return strconv.AppendInt(dst, v.Int, 10)
	case spatial.FieldDate:
		return v.Day().AppendFormat(dst, time.DateOnly)
	case spatial.FieldDateTime:
		return v.Time().AppendFormat(dst, time.RFC3339Nano)
	}
	return markup.AppendEscaped(dst, v.Bytes)
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
