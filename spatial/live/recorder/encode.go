package recorder

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"gisd/spatial/live"
)

// A record of the spool is a byte that names its form and then positions, each
//
//	device, text | lon, lat, float64 | time, time of receipt, µs since 1970 as varint |
//	members, a byte | those of speed, bearing, accuracy that are known, float64 |
//	flags, a byte, and attributes, text, where members says so
//
// A text is its length as uvarint and its bytes; numbers are little-endian.
const formPositions = 1

// members of a position that are there.
const (
	hasSpeed = 1 << iota
	hasBearing
	hasAccuracy
	hasFlags
	hasAttributes
)

// recordBytes is about how long a record becomes.
const recordBytes = 256 << 10

// errForm is of a record that this program does not know.
var errForm = errors.New("recorder: the spool holds records of a newer gisd: start that one again")

var errMalformed = errors.New("recorder: a record is malformed")

// encode packs positions into records.
func encode(positions []live.Position) [][]byte {
	var records [][]byte
	record := make([]byte, 1, 1+96*min(len(positions), recordBytes/96))
	record[0] = formPositions
	for i := range positions {
		if len(record) >= recordBytes {
			records = append(records, record)
			record = append(make([]byte, 0, recordBytes), formPositions)
		}
		record = appendPosition(record, &positions[i])
	}
	return append(records, record)
}

func appendPosition(dst []byte, p *live.Position) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(p.Device)))
	dst = append(dst, p.Device...)
	dst = appendFloat(appendFloat(dst, p.Lon), p.Lat)
	dst = binary.AppendVarint(dst, p.Time.UnixMicro())
	dst = binary.AppendVarint(dst, p.ReceivedAt.UnixMicro())
	at := len(dst)
	dst = append(dst, 0)
	measures := [...]live.Measure{p.SpeedKMH, p.BearingDegrees, p.AccuracyMeters}
	for i, m := range measures {
		if m.Known {
			dst[at] |= 1 << i
			dst = appendFloat(dst, m.Value)
		}
	}
	if p.Flags != 0 {
		dst[at] |= hasFlags
		dst = append(dst, byte(p.Flags))
	}
	if len(p.Attributes) > 0 {
		dst[at] |= hasAttributes
		dst = binary.AppendUvarint(dst, uint64(len(p.Attributes)))
		dst = append(dst, p.Attributes...)
	}
	return dst
}

func appendFloat(dst []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
}

// decode appends the positions of a record; they share nothing with it.
func decode(dst []live.Position, record []byte) ([]live.Position, error) {
	if len(record) == 0 || record[0] != formPositions {
		return dst, errForm
	}
	d := decoder{rest: record[1:]}
	for len(d.rest) > 0 && !d.failed {
		dst = append(dst, d.position())
	}
	if d.failed {
		return dst, errMalformed
	}
	return dst, nil
}

// decoder takes values off the front of rest; once it has failed they are zero.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) take(n uint64) []byte {
	if n > uint64(len(d.rest)) {
		d.failed, d.rest = true, nil
		return nil
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) text() []byte {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.failed, d.rest = true, nil
		return nil
	}
	d.rest = d.rest[size:]
	return d.take(n)
}

func (d *decoder) float() float64 {
	if b := d.take(8); b != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) time() time.Time {
	us, size := binary.Varint(d.rest)
	if size <= 0 {
		d.failed, d.rest = true, nil
		return time.Time{}
	}
	d.rest = d.rest[size:]
	return time.UnixMicro(us).UTC()
}

func (d *decoder) position() live.Position {
	p := live.Position{Device: string(d.text()), Lon: d.float(), Lat: d.float(), Time: d.time(), ReceivedAt: d.time()}
	members := d.byte()
	for i, m := range []*live.Measure{&p.SpeedKMH, &p.BearingDegrees, &p.AccuracyMeters} {
		if members&(1<<i) != 0 {
			*m = live.Known(d.float())
		}
	}
	if members&hasFlags != 0 {
		p.Flags = live.Flag(d.byte())
	}
	if members&hasAttributes != 0 {
		p.Attributes = json.RawMessage(append([]byte(nil), d.text()...))
	}
	return p
}

// decodeAll reads records until there are as many positions as asked for; taken is
// how many records that were, one at least.
func decodeAll(records [][]byte, most int) (positions []live.Position, taken int, err error) {
	for _, record := range records {
		if taken > 0 && len(positions) >= most {
			break
		}
		if positions, err = decode(positions, record); err != nil {
			return nil, taken, fmt.Errorf("record %d of a lot: %w", taken, err)
		}
		taken++
	}
	return positions, taken, nil
}
