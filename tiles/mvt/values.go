package mvt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"math"
	"time"
	"unicode/utf8"
)

// The fields of Tile.Value (vector_tile.proto 2.1) as protobuf tags.
const (
	tagString = 1<<3 | 2
	tagDouble = 3<<3 | 1
	tagUint   = 5<<3 | 0
	tagSint   = 6<<3 | 0
	tagBool   = 7<<3 | 0
)

// Dictionary numbers encoded values (Tile.Value messages) in the order of their
// first use. Values stand one behind the other in bytes; slots is an
// open-addressed table of their numbers. The seed only spreads the slots: it
// never shows in the output. Not safe for goroutines.
type Dictionary struct {
	seed  maphash.Seed
	bytes []byte
	ends  []int
	slots []int32 // number+1; 0 is free
	dirty bool    // slots are in use
}

// NewDictionary returns an empty dictionary.
func NewDictionary() *Dictionary {
	return &Dictionary{seed: maphash.MakeSeed(), slots: make([]int32, 256)}
}

// Reset empties the dictionary and keeps its memory.
func (d *Dictionary) Reset() {
	if d.dirty {
		clear(d.slots)
	}
	d.bytes, d.ends, d.dirty = d.bytes[:0], d.ends[:0], false
}

// Len is how many values there are.
func (d *Dictionary) Len() int { return len(d.ends) }

// At returns a value by its number; it is not to be changed.
func (d *Dictionary) At(i int) []byte {
	start := 0
	if i > 0 {
		start = d.ends[i-1]
	}
	return d.bytes[start:d.ends[i]]
}

// number finds or adds the value whose encoding was appended to d.bytes after
// the last one.
func (d *Dictionary) number() int {
	start := 0
	if n := len(d.ends); n > 0 {
		start = d.ends[n-1]
	}
	v := d.bytes[start:]
	mask := uint64(len(d.slots) - 1)
	i := maphash.Bytes(d.seed, v) & mask
	for ; d.slots[i] != 0; i = (i + 1) & mask {
		if n := int(d.slots[i]) - 1; bytes.Equal(d.At(n), v) {
			d.bytes = d.bytes[:start]
			return n
		}
	}
	d.ends = append(d.ends, len(d.bytes))
	d.slots[i] = int32(len(d.ends))
	d.dirty = true
	if len(d.ends)*2 > len(d.slots) {
		d.grow()
	}
	return len(d.ends) - 1
}

// append numbers a value without looking for its like.
func (d *Dictionary) append(v []byte) int {
	d.bytes = append(d.bytes, v...)
	d.ends = append(d.ends, len(d.bytes))
	return len(d.ends) - 1
}

func (d *Dictionary) grow() {
	d.slots = make([]int32, 2*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for n := range d.ends {
		i := maphash.Bytes(d.seed, d.At(n)) & mask
		for d.slots[i] != 0 {
			i = (i + 1) & mask
		}
		d.slots[i] = int32(n + 1)
	}
}

// Encoded numbers a value that is a Tile.Value message already.
func (d *Dictionary) Encoded(v []byte) int {
	d.bytes = append(d.bytes, v...)
	return d.number()
}

// String numbers a text; bytes that are no UTF-8 are refused.
func (d *Dictionary) String(v []byte) (int, error) {
	if !utf8.Valid(v) {
		return 0, errors.New("mvt: text property is not UTF-8")
	}
	d.bytes = append(d.bytes, tagString)
	d.bytes = binary.AppendUvarint(d.bytes, uint64(len(v)))
	d.bytes = append(d.bytes, v...)
	return d.number(), nil
}

// Integer numbers a whole number: a uint from zero up, a sint below.
func (d *Dictionary) Integer(v int64) int {
	if v >= 0 {
		d.bytes = append(d.bytes, tagUint)
		d.bytes = binary.AppendUvarint(d.bytes, uint64(v))
	} else {
		d.bytes = append(d.bytes, tagSint)
		d.bytes = binary.AppendUvarint(d.bytes, uint64(v<<1)^uint64(v>>63))
	}
	return d.number()
}

// Double numbers a number. ok is false for not-a-number and the infinities,
// which are left out, since most readers go through JSON.
func (d *Dictionary) Double(v float64) (number int, ok bool) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false
	}
	d.bytes = append(d.bytes, tagDouble)
	d.bytes = binary.LittleEndian.AppendUint64(d.bytes, math.Float64bits(v))
	return d.number(), true
}

// Bool numbers a truth value.
func (d *Dictionary) Bool(v bool) int {
	b := byte(0)
	if v {
		b = 1
	}
	d.bytes = append(d.bytes, tagBool, b)
	return d.number()
}

// Date numbers a day as text, "2026-07-01" (ISO 8601); MVT has no type for it.
func (d *Dictionary) Date(t time.Time) int { return d.time(t, time.DateOnly) }

// Time numbers a moment as text, RFC 3339 in UTC.
func (d *Dictionary) Time(t time.Time) int { return d.time(t.UTC(), time.RFC3339Nano) }

func (d *Dictionary) time(t time.Time, layout string) int {
	d.bytes = append(d.bytes, tagString, 0)
	length := len(d.bytes) - 1
	d.bytes = t.AppendFormat(d.bytes, layout)
	d.bytes[length] = byte(len(d.bytes) - length - 1) // at most 36 bytes
	return d.number()
}
