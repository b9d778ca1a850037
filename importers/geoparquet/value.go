package geoparquet

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/big"
	"strconv"
	"time"

	"gisd/importers"
	"gisd/importers/encodings"
	"gisd/importers/geojson"
	"gisd/spatial"
)

// decoder turns values of columns into those of records.
type decoder struct {
	text []byte // backs the texts of one record
	dec  *encodings.Decoder
}

// value converts the value that l took last. ok is false for what its field
// cannot hold.
func (d *decoder) value(out *importers.Value, l *leaf) (ok bool) {
	*out = importers.Value{Valid: true}
	m := &l.meaning
	switch m.fieldType() {
	case spatial.FieldInteger:
		out.Int, ok = l.integer()
	case spatial.FieldBoolean:
		ok = true
		if l.bools[l.at] {
			out.Int = 1
		}
	case spatial.FieldNumber:
		out.Float = l.number()
		out.Valid = out.Float == out.Float
		ok = !math.IsInf(out.Float, 0)
	case spatial.FieldDate:
		out.Int = importers.DateOf(time.Unix(int64(l.int32s[l.at])*86400, 0).UTC())
		ok = inCalendar(int64(l.int32s[l.at]) * 86400)
	case spatial.FieldDateTime:
		var micros int64
		if micros, ok = l.micros(); ok {
			out.Int = importers.DateTimeOf(time.UnixMicro(micros))
		}
	case spatial.FieldJSON:
		from := len(d.text)
		d.text, ok = geojson.AppendJSON(d.text, l.raw())
		out.Bytes = d.text[from:]
	default:
		from := len(d.text)
		d.text = d.appendText(d.text, l)
		out.Bytes, ok = d.text[from:], true
	}
	if !ok {
		*out = importers.Value{}
	}
	return ok
}

func (d *decoder) appendText(dst []byte, l *leaf) []byte {
	switch l.meaning.sort {
	case sortText:
		return d.dec.Append(dst, l.raw())
	case sortUUID:
		b := l.raw()
		if len(b) != 16 {
			return hex.AppendEncode(dst, b)
		}
		for i, part := range [...][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
			if i > 0 {
				dst = append(dst, '-')
			}
			dst = hex.AppendEncode(dst, part)
		}
		return dst
	case sortTime:
		micros := scaled(l.whole(), l.meaning.perMicro)
		return time.UnixMicro(micros).UTC().AppendFormat(dst, "15:04:05.999999")
	case sortNull:
		return dst
	}
	return base64.StdEncoding.AppendEncode(dst, l.raw())
}

// whole is the value of an INT32 or INT64 column.
func (l *leaf) whole() int64 {
	if l.int32s != nil {
		return int64(l.int32s[l.at])
	}
	return l.int64s[l.at]
}

func (l *leaf) integer() (int64, bool) {
	switch l.meaning.sort {
	case sortDecimal:
		if l.int32s == nil && l.int64s == nil {
			v := unscaled(l.raw())
			return v.Int64(), v.IsInt64()
		}
	case sortUint:
		if l.int32s != nil {
			return int64(uint32(l.int32s[l.at])), true
		}
		return l.int64s[l.at], l.int64s[l.at] >= 0
	}
	return l.whole(), true
}

func (l *leaf) number() float64 {
	switch {
	case l.meaning.sort == sortHalf:
		return half(l.raw())
	case l.meaning.sort == sortDecimal && l.int32s == nil && l.int64s == nil:
		return decimal(unscaled(l.raw()), l.meaning.scale)
	case l.meaning.sort == sortDecimal:
		return decimal(big.NewInt(l.whole()), l.meaning.scale)
	case l.floats != nil:
		return float64(l.floats[l.at])
	}
	return l.doubles[l.at]
}

// unscaled reads a two's complement number, highest byte first.
func unscaled(b []byte) *big.Int {
	v := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return v
}

// decimal is the double nearest to v / 10^scale. Up to 2^53 and 10^22 one
// division of exact doubles is that.
func decimal(v *big.Int, scale int32) float64 {
	if scale < 0 || scale > 400 {
		return math.NaN()
	}
	if v.IsInt64() && scale <= 22 {
		if n := v.Int64(); n > -1<<53 && n < 1<<53 {
			return float64(n) / math.Pow10(int(scale))
		}
	}
	f, err := strconv.ParseFloat(v.String()+"e-"+strconv.Itoa(int(scale)), 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

// half reads IEEE 754 binary16.
func half(b []byte) float64 {
	if len(b) != 2 {
		return math.NaN()
	}
	v := binary.LittleEndian.Uint16(b)
	exponent, fraction := int(v>>10&31), float64(v&1023)
	sign := 1.0
	if v&0x8000 != 0 {
		sign = -1
	}
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -24)
	case 31:
		if fraction > 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

func scaled(v, perMicro int64) int64 {
	if perMicro < 0 {
		return v * -perMicro
	}
	q := v / perMicro
	if v%perMicro < 0 {
		q--
	}
	return q
}

// micros is a timestamp in microseconds since 1970. One without a zone is UTC.
func (l *leaf) micros() (int64, bool) {
	if l.int96s != nil {
		b := l.int96s[l.at]
		days := int64(binary.LittleEndian.Uint32(b[8:])) - 2440588 // Julian day of 1970-01-01
		return days*86_400_000_000 + int64(binary.LittleEndian.Uint64(b[:8]))/1000, inCalendar(days * 86400)
	}
	v := l.whole()
	if l.meaning.perMicro < 0 && (v > math.MaxInt64/1000 || v < math.MinInt64/1000) {
		return 0, false
	}
	micros := scaled(v, l.meaning.perMicro)
	return micros, inCalendar(micros / 1_000_000)
}

// inCalendar admits the years 1 to 9999; seconds count from 1970.
func inCalendar(seconds int64) bool { return seconds >= -62_135_596_800 && seconds < 253_402_300_800 }
