package geoparquet

import (
	"fmt"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"gisd/importers"
	"gisd/spatial"
)

// column collects the values of one column of a row group.
type column struct {
	kind  spatial.FieldType // "" for the geometry
	defs  []int16
	ints  []int64
	days  []int32
	reals []float64
	bools []bool
	bytes []byte // of all texts, one after the other
	ends  []int
	texts []parquet.ByteArray
}

// unixToPostgresMicros and unixToPostgresDays lie between 1970 and 2000.
const (
	unixToPostgresDays   = 10957
	unixToPostgresMicros = unixToPostgresDays * 86400 * 1_000_000
)

// nodeOf declares a column; all may be null.
func nodeOf(name string, t spatial.FieldType) (schema.Node, error) {
	optional := parquet.Repetitions.Optional
	logical := func(l schema.LogicalType, p parquet.Type) (schema.Node, error) {
		return schema.NewPrimitiveNodeLogical(name, optional, l, p, 0, -1)
	}
	switch t {
	case spatial.FieldInteger:
		return schema.NewPrimitiveNode(name, optional, parquet.Types.Int64, -1, -1)
	case spatial.FieldNumber:
		return schema.NewPrimitiveNode(name, optional, parquet.Types.Double, -1, -1)
	case spatial.FieldBoolean:
		return schema.NewPrimitiveNode(name, optional, parquet.Types.Boolean, -1, -1)
	case spatial.FieldDate:
		return logical(schema.DateLogicalType{}, parquet.Types.Int32)
	case spatial.FieldDateTime:
		return logical(schema.NewTimestampLogicalType(true, schema.TimeUnitMicros), parquet.Types.Int64)
	case spatial.FieldJSON:
		return logical(schema.JSONLogicalType{}, parquet.Types.ByteArray)
	case "":
		return schema.NewPrimitiveNode(name, optional, parquet.Types.ByteArray, -1, -1)
	}
	return logical(schema.StringLogicalType{}, parquet.Types.ByteArray)
}

func (c *column) add(v *importers.Value) {
	if !v.Valid {
		c.defs = append(c.defs, 0)
		return
	}
	c.defs = append(c.defs, 1)
	switch c.kind {
	case spatial.FieldInteger:
		c.ints = append(c.ints, v.Int)
	case spatial.FieldDateTime:
		c.ints = append(c.ints, v.Int+unixToPostgresMicros)
	case spatial.FieldDate:
		c.days = append(c.days, int32(v.Int+unixToPostgresDays))
	case spatial.FieldNumber:
		c.reals = append(c.reals, v.Float)
	case spatial.FieldBoolean:
		c.bools = append(c.bools, v.Int == 1)
	default:
		c.bytes = append(c.bytes, v.Bytes...)
		c.ends = append(c.ends, len(c.bytes))
	}
}

// write hands the values over and forgets them.
func (c *column) write(w file.ColumnChunkWriter) error {
	var err error
	switch w := w.(type) {
	case *file.Int64ColumnChunkWriter:
		_, err = w.WriteBatch(c.ints, c.defs, nil)
	case *file.Int32ColumnChunkWriter:
		_, err = w.WriteBatch(c.days, c.defs, nil)
	case *file.Float64ColumnChunkWriter:
		_, err = w.WriteBatch(c.reals, c.defs, nil)
	case *file.BooleanColumnChunkWriter:
		_, err = w.WriteBatch(c.bools, c.defs, nil)
	case *file.ByteArrayColumnChunkWriter:
		c.texts = c.texts[:0]
		from := 0
		for _, end := range c.ends {
			c.texts = append(c.texts, c.bytes[from:end:end])
			from = end
		}
		_, err = w.WriteBatch(c.texts, c.defs, nil)
	default:
		err = fmt.Errorf("no writer for %T", w)
	}
	c.defs, c.ints, c.days, c.reals, c.bools = c.defs[:0], c.ints[:0], c.days[:0], c.reals[:0], c.bools[:0]
	c.bytes, c.ends = c.bytes[:0], c.ends[:0]
	return err
}
