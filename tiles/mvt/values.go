package mvt

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math"
)

// The fields of Tile.Value (vector_tile.proto 2.1) as protobuf tags.
const (
	tagString = 1<<3 | 2
	tagDouble = 3<<3 | 1
	tagUint   = 5<<3 | 0
	tagSint   = 6<<3 | 0
	tagBool   = 7<<3 | 0
)

// dictionary numbers the values of a layer in the order of their first use.
// Encoded values stand one behind the other in bytes; slots is an open-addressed
// table of their numbers. The seed only spreads the slots: it never shows in
// the output.
type dictionary struct {
	seed  maphash.Seed
	bytes []byte
	ends  []int
	slots []int32 // number+1; 0 is free
}

func newDictionary() dictionary {
	return dictionary{seed: maphash.MakeSeed(), slots: make([]int32, 256)}
}

func (d *dictionary) reset() {
	clear(d.slots)
	d.bytes, d.ends = d.bytes[:0], d.ends[:0]
}

func (d *dictionary) value(i int) []byte {
	start := 0
	if i > 0 {
		start = d.ends[i-1]
	}
	return d.bytes[start:d.ends[i]]
}

// number finds or adds the value whose encoding was appended to d.bytes after
// the last one.
func (d *dictionary) number() int {
	start := 0
	if n := len(d.ends); n > 0 {
		start = d.ends[n-1]
	}
	v := d.bytes[start:]
	mask := uint64(len(d.slots) - 1)
	i := maphash.Bytes(d.seed, v) & mask
	for ; d.slots[i] != 0; i = (i + 1) & mask {
		if n := int(d.slots[i]) - 1; bytes.Equal(d.value(n), v) {
			d.bytes = d.bytes[:start]
			return n
		}
	}
	d.ends = append(d.ends, len(d.bytes))
	d.slots[i] = int32(len(d.ends))
	if len(d.ends)*2 > len(d.slots) {
		d.grow()
	}
	return len(d.ends) - 1
}

func (d *dictionary) grow() {
	d.slots = make([]int32, 2*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for n := range d.ends {
		i := maphash.Bytes(d.seed, d.value(n)) & mask
		for d.slots[i] != 0 {
			i = (i + 1) & mask
		}
		d.slots[i] = int32(n + 1)
	}
}

func (d *dictionary) string(v []byte) int {
	d.bytes = append(d.bytes, tagString)
	d.bytes = binary.AppendUvarint(d.bytes, uint64(len(v)))
	d.bytes = append(d.bytes, v...)
	return d.number()
}

func (d *dictionary) integer(v int64) int {
	if v >= 0 {
		d.bytes = append(d.bytes, tagUint)
		d.bytes = binary.AppendUvarint(d.bytes, uint64(v))
	} else {
		d.bytes = append(d.bytes, tagSint)
		d.bytes = binary.AppendUvarint(d.bytes, uint64(v<<1)^uint64(v>>63))
	}
	return d.number()
}

func (d *dictionary) double(v float64) int {
	d.bytes = append(d.bytes, tagDouble)
	d.bytes = binary.LittleEndian.AppendUint64(d.bytes, math.Float64bits(v))
	return d.number()
}

func (d *dictionary) boolean(v bool) int {
	b := byte(0)
	if v {
		b = 1
	}
	d.bytes = append(d.bytes, tagBool, b)
	return d.number()
}
