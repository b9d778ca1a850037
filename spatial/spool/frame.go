package spool

import (
	"encoding/binary"
	"hash/crc32"
)

// A record lies in the log as
//
//	length of the payload, u32 | CRC-32C, u32 | payload
//
// little-endian, the checksum over the record's position in the log (u64), its
// length and the payload: neither zeros nor what lay in the same place before can be
// taken for a record. A payload has one byte at least.
const frameHeader = 8

// MaxRecord is the longest record, in bytes.
const MaxRecord = 1 << 20

// checksum is that of a record at a position.
func checksum(table *crc32.Table, at int64, payload []byte) uint32 {
	var head [12]byte
	binary.LittleEndian.PutUint64(head[:], uint64(at))
	binary.LittleEndian.PutUint32(head[8:], uint32(len(payload)))
	return crc32.Update(crc32.Checksum(head[:], table), table, payload)
}

// appendFrame appends a record that will lie at a position.
func appendFrame(dst []byte, table *crc32.Table, at int64, payload []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(payload)))
	dst = binary.LittleEndian.AppendUint32(dst, checksum(table, at, payload))
	return append(dst, payload...)
}

// verdict is what the beginning of some bytes is.
type verdict int

const (
	whole verdict = iota // a record
	short                // the beginning of what may be one
	bad
)

// parseFrame reads the record at the beginning of the data, which lies at a position
// of the log. size is how many bytes it takes, also where the data is short of it;
// the payload is a part of the data.
func parseFrame(data []byte, table *crc32.Table, at int64) (payload []byte, size int, v verdict) {
	if len(data) < frameHeader {
		return nil, frameHeader, short
	}
	length := binary.LittleEndian.Uint32(data)
	if length == 0 || length > MaxRecord {
		return nil, 0, bad
	}
	size = frameHeader + int(length)
	if len(data) < size {
		return nil, size, short
	}
	payload = data[frameHeader:size]
	if checksum(table, at, payload) != binary.LittleEndian.Uint32(data[4:]) {
		return nil, 0, bad
	}
	return payload, size, whole
}

// nextFrame returns how far into the data the next record begins, and len(data)
// where there is none.
func nextFrame(data []byte, table *crc32.Table, at int64) int {
	for i := range data {
		if _, _, v := parseFrame(data[i:], table, at+int64(i)); v == whole {
			return i
		}
	}
	return len(data)
}

// lastFrame returns where the last record of the data ends, and how many bytes
// before that are no record.
func lastFrame(data []byte, table *crc32.Table, at int64) (end, lost int) {
	for i := 0; i < len(data); {
		_, size, v := parseFrame(data[i:], table, at+int64(i))
		if v == whole {
			i += size
			end = i
			continue
		}
		skipped := 1 + nextFrame(data[i+1:], table, at+int64(i)+1)
		if i+skipped < len(data) {
			lost += skipped
		}
		i += skipped
	}
	return end, lost
}
