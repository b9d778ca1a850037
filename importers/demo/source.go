package demo

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"gisd/importers"
	"gisd/spatial"
)

// emitFunc takes one feature: its geometry in the plane and its values in the
// order of the schema's fields (string, int, float64, bool, time.Time as a
// date, or nil).
type emitFunc func(geometry orb.Geometry, values ...any) error

// source is a generated layer.
type source struct {
	schema   importers.Schema
	generate func(emit emitFunc) error
}

func (s *source) Schema() importers.Schema { return s.schema }

func (s *source) Close() error { return nil }

// Read generates the features afresh; they are the same each time.
func (s *source) Read(ctx context.Context, emit func(*importers.Record) error) error {
	record := importers.Record{Values: make([]importers.Value, len(s.schema.Fields))}
	return s.generate(func(geometry orb.Geometry, values ...any) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(values) != len(s.schema.Fields) {
			return fmt.Errorf("demo: layer %s: %d values for %d fields", s.schema.Layer, len(values), len(s.schema.Fields))
		}
		data, err := wkb.Marshal(geometry, binary.LittleEndian)
		if err != nil {
			return fmt.Errorf("demo: layer %s: %w", s.schema.Layer, err)
		}
		record.Number++
		record.Geometry = data
		for i, v := range values {
			if record.Values[i], err = value(v); err != nil {
				return fmt.Errorf("demo: layer %s, field %s: %w", s.schema.Layer, s.schema.Fields[i].Name, err)
			}
		}
		return emit(&record)
	})
}

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func value(v any) (importers.Value, error) {
	switch v := v.(type) {
	case nil:
		return importers.Value{}, nil
	case string:
		return importers.Value{Valid: true, Bytes: []byte(v)}, nil
	case int:
		return importers.Value{Valid: true, Int: int64(v)}, nil
	case float64:
		return importers.Value{Valid: true, Float: v}, nil
	case bool:
		if v {
			return importers.Value{Valid: true, Int: 1}, nil
		}
		return importers.Value{Valid: true}, nil
	case time.Time:
		return importers.Value{Valid: true, Int: int64(v.Sub(epoch) / (24 * time.Hour))}, nil
	}
	return importers.Value{}, fmt.Errorf("no value of type %T", v)
}

// date is midnight UTC, which the pipeline stores as a date.
func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func field(name string, kind spatial.FieldType, vi, en string) importers.FieldInfo {
	return importers.FieldInfo{Name: name, Type: kind, Title: spatial.Text{VI: vi, EN: en}}
}

func measured(name, unit, vi, en string) importers.FieldInfo {
	return importers.FieldInfo{Name: name, Type: spatial.FieldNumber, Unit: unit, Title: spatial.Text{VI: vi, EN: en}}
}

func coded(name, list, vi, en string) importers.FieldInfo {
	return importers.FieldInfo{Name: name, Type: spatial.FieldString, CodeList: IDPrefix + list, Title: spatial.Text{VI: vi, EN: en}}
}
