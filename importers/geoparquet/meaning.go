package geoparquet

import (
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"gisd/spatial"
)

// sort is what the values of a column mean, whatever bytes hold them.
type sort uint8

const (
	sortInt sort = iota
	sortUint
	sortBool
	sortFloat
	sortHalf
	sortDecimal
	sortText
	sortJSON
	sortBinary
	sortUUID
	sortDate
	sortTimestamp
	sortTime
	sortNull
	sortGeometry // the native types, with the CRS that the type carries
)

// meaning is a column's type as far as values need it.
type meaning struct {
	sort     sort
	bits     int32 // of sortUint
	scale    int32 // of sortDecimal
	whole    bool  // a decimal that fits an int64
	perMicro int64 // units a microsecond, of timestamps and times; negative: microseconds a unit
	crs      string
}

// meaningOf reads the logical type, to which the library brings the older
// converted types (Parquet LogicalTypes.md).
func meaningOf(c *schema.Column) meaning {
	switch t := c.LogicalType().(type) {
	case schema.StringLogicalType, schema.EnumLogicalType:
		return meaning{sort: sortText}
	case schema.JSONLogicalType:
		return meaning{sort: sortJSON}
	case schema.UUIDLogicalType:
		return meaning{sort: sortUUID}
	case schema.DateLogicalType:
		return meaning{sort: sortDate}
	case schema.NullLogicalType, schema.UnknownLogicalType:
		return meaning{sort: sortNull}
	case schema.Float16LogicalType:
		return meaning{sort: sortHalf}
	case *schema.TimestampLogicalType:
		return meaning{sort: sortTimestamp, perMicro: perMicro(t.TimeUnit())}
	case schema.TimestampLogicalType:
		return meaning{sort: sortTimestamp, perMicro: perMicro(t.TimeUnit())}
	case *schema.TimeLogicalType:
		return meaning{sort: sortTime, perMicro: perMicro(t.TimeUnit())}
	case schema.TimeLogicalType:
		return meaning{sort: sortTime, perMicro: perMicro(t.TimeUnit())}
	case *schema.DecimalLogicalType:
		return meaning{sort: sortDecimal, scale: t.Scale(), whole: t.Scale() == 0 && t.Precision() <= 18}
	case schema.DecimalLogicalType:
		return meaning{sort: sortDecimal, scale: t.Scale(), whole: t.Scale() == 0 && t.Precision() <= 18}
	case *schema.IntLogicalType:
		return intMeaning(t.IsSigned(), t.BitWidth())
	case schema.IntLogicalType:
		return intMeaning(t.IsSigned(), t.BitWidth())
	case schema.GeometryLogicalType:
		return meaning{sort: sortGeometry, crs: t.CRS()}
	case *schema.GeometryLogicalType:
		return meaning{sort: sortGeometry, crs: t.CRS()}
	case schema.GeographyLogicalType:
		return meaning{sort: sortGeometry, crs: t.CRS()}
	case *schema.GeographyLogicalType:
		return meaning{sort: sortGeometry, crs: t.CRS()}
	}
	switch c.PhysicalType() {
	case parquet.Types.Boolean:
		return meaning{sort: sortBool}
	case parquet.Types.Float, parquet.Types.Double:
		return meaning{sort: sortFloat}
	case parquet.Types.Int96:
		return meaning{sort: sortTimestamp, perMicro: 1}
	case parquet.Types.ByteArray, parquet.Types.FixedLenByteArray:
		return meaning{sort: sortBinary}
	}
	return meaning{sort: sortInt}
}

func intMeaning(signed bool, bits int8) meaning {
	if signed {
		return meaning{sort: sortInt}
	}
	return meaning{sort: sortUint, bits: int32(bits)}
}

func perMicro(u schema.TimeUnitType) int64 {
	switch u {
	case schema.TimeUnitMillis:
		return -1000
	case schema.TimeUnitNanos:
		return 1000
	}
	return 1
}

func (m *meaning) fieldType() spatial.FieldType {
	switch m.sort {
	case sortInt, sortUint:
		return spatial.FieldInteger
	case sortBool:
		return spatial.FieldBoolean
	case sortFloat, sortHalf:
		return spatial.FieldNumber
	case sortDecimal:
		if m.whole {
			return spatial.FieldInteger
		}
		return spatial.FieldNumber
	case sortJSON:
		return spatial.FieldJSON
	case sortDate:
		return spatial.FieldDate
	case sortTimestamp:
		return spatial.FieldDateTime
	}
	return spatial.FieldString
}
