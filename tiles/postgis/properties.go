package postgis

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"gisd/spatial"
	"gisd/tiles/mvt"
)

// The length of PostgreSQL's binary values; text and jsonb have none of their
// own.
const (
	lenBoolean   = 1
	lenDate      = 4
	lenEightByte = 8
)

// epoch is 2000-01-01, from which PostgreSQL counts days and microseconds.
const epoch = 946684800

// target takes the properties of the feature at hand by the position of their
// keys: the encoder of a tile, or the builder of a cell.
type target interface {
	String(key int, v []byte) error
	Integer(key int, v int64)
	Double(key int, v float64)
	Bool(key int, v bool)
}

// values turns columns into properties; it keeps the memory for their text.
type values struct{ text []byte }

// property hands one binary column value over: dates as "2026-07-01", times as
// RFC 3339 in UTC, JSON as its text. Infinite dates are left out, as null is.
func (d *values) property(to target, f field, v []byte) error {
	want := 0
	switch f.typ {
	case spatial.FieldInteger, spatial.FieldNumber, spatial.FieldDateTime:
		want = lenEightByte
	case spatial.FieldBoolean:
		want = lenBoolean
	case spatial.FieldDate:
		want = lenDate
	case spatial.FieldJSON:
		return jsonb(to, f.key, v)
	default:
		return to.String(f.key, v)
	}
	if len(v) != want {
		return fmt.Errorf("tiles/postgis: a %s of %d bytes, want %d: the table is not as the catalogue has it", f.typ, len(v), want)
	}
	switch f.typ {
	case spatial.FieldInteger:
		to.Integer(f.key, int64(binary.BigEndian.Uint64(v)))
	case spatial.FieldNumber:
		to.Double(f.key, math.Float64frombits(binary.BigEndian.Uint64(v)))
	case spatial.FieldBoolean:
		to.Bool(f.key, v[0] != 0)
	case spatial.FieldDate:
		days := int32(binary.BigEndian.Uint32(v))
		if days == math.MaxInt32 || days == math.MinInt32 {
			return nil
		}
		d.text = time.Unix(epoch+int64(days)*86400, 0).UTC().AppendFormat(d.text[:0], time.DateOnly)
		return to.String(f.key, d.text)
	case spatial.FieldDateTime:
		micros := int64(binary.BigEndian.Uint64(v))
		if micros == math.MaxInt64 || micros == math.MinInt64 {
			return nil
		}
		d.text = time.UnixMicro(epoch*1_000_000+micros).UTC().AppendFormat(d.text[:0], time.RFC3339Nano)
		return to.String(f.key, d.text)
	}
	return nil
}

// jsonb takes jsonb's binary form, a version byte before the text.
func jsonb(to target, key int, v []byte) error {
	if len(v) < 1 || v[0] != 1 {
		return fmt.Errorf("tiles/postgis: jsonb of an unknown version")
	}
	return to.String(key, v[1:])
}

// featureID maps the row's id to the tile's and, where that is a hash, sets the
// key property.
func (p *plan) featureID(to target, v []byte) (uint64, error) {
	if p.textID {
		return mvt.TextID(v), to.String(0, v)
	}
	if len(v) != lenEightByte {
		return 0, fmt.Errorf("tiles/postgis: an id of %d bytes, want a bigint", len(v))
	}
	key := int64(binary.BigEndian.Uint64(v))
	id, hashed := mvt.IntegerID(key)
	if hashed && !p.hasID {
		to.Integer(0, key)
	}
	return id, nil
}

// tileID is the id that featureID gives a row.
func (p *plan) tileID(v []byte) (uint64, error) {
	if p.textID {
		return mvt.TextID(v), nil
	}
	if len(v) != lenEightByte {
		return 0, fmt.Errorf("tiles/postgis: an id of %d bytes, want a bigint", len(v))
	}
	id, _ := mvt.IntegerID(int64(binary.BigEndian.Uint64(v)))
	return id, nil
}

// attributes sets the properties of a row, which begins with geometry and id,
// and returns its feature id.
func (d *values) attributes(to target, p *plan, row [][]byte) (uint64, error) {
	id, err := p.featureID(to, row[1])
	if err != nil {
		return 0, err
	}
	for i, f := range p.fields {
		if v := row[2+i]; v != nil {
			if err := d.property(to, f, v); err != nil {
				return 0, err
			}
		}
	}
	return id, nil
}
