package cell

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"gisd/tiles"
)

// ErrRecord marks bytes that are no record of this format, or damaged.
var ErrRecord = errors.New("cell: not a readable record")

// The header, by offset.
const (
	atMagic    = 0 // "GC"
	atFormat   = 2
	atZoom     = 3
	atChecksum = 4 // CRC-32C of all that follows
	atColumn   = 8
	atRow      = 12
	atFeatures = 16
	atValues   = 20
	atValueEnd = 24 // bytes of all values
	atKeyEnd   = 28 // bytes of all keys
	atKeys     = 32 // uint16
	atWide     = 34 // index entries of 32 bits rather than 16
	headerSize = 36

	format = 2
)

// perBlock features share an entry of the directory.
const perBlock = 32

// A directory entry, by offset.
const (
	blockBox   = 0
	blockStart = 4  // of its bodies
	blockBaseX = 8  // the first positions count from here, int32
	blockBaseY = 12 // likewise
	blockID    = 16 // the smallest id
	blockOwner = 24 // of features that do not name one
	blockRank  = 28 // the highest rank, uint16
	blockSize  = 32
)

// The flags of a body.
const (
	flagSound   = 0x1f // bit i: no repair needed at zoom First+i
	flagDrawn   = 0x02 // in a band of one zoom: the geometry is there as drawn, too
	flagOwner   = 0x20 // an owner follows
	flagRank    = 0x40 // a rank follows
	flagPolygon = 0x80 // one exterior and nothing else
)

// The codes of a property; others are numbers of values plus valueShared.
const (
	valueAbsent = 0
	valueInline = 1
	valueShared = 2
)

// Record is a view of one cell's features. It is immutable and safe for
// goroutines; copying it is cheap. The zero value holds none.
type Record struct {
	b        []byte
	band     Band
	coord    tiles.Coord
	keys     []string
	features int

	valueEnds, values, blocks, boxes, index, bodies []byte
	wide                                            bool
}

// Open checks the header and the checksum of a record. The bytes are kept, not
// copied, and must not change. The error wraps ErrRecord.
func Open(record []byte) (Record, error) {
	r := Record{b: record}
	if err := r.open(); err != nil {
		return Record{}, fmt.Errorf("%w: %s", ErrRecord, err)
	}
	return r, nil
}

func (r *Record) open() error {
	b := r.b
	if len(b) < headerSize || b[atMagic] != 'G' || b[atMagic+1] != 'C' {
		return errors.New("no header")
	}
	if b[atFormat] != format {
		return fmt.Errorf("format %d", b[atFormat])
	}
	if crc32.Checksum(b[atColumn:], crc32.MakeTable(crc32.Castagnoli)) != binary.LittleEndian.Uint32(b[atChecksum:]) {
		return errors.New("checksum")
	}
	r.coord = tiles.Coord{Z: uint32(b[atZoom]), X: binary.LittleEndian.Uint32(b[atColumn:]), Y: binary.LittleEndian.Uint32(b[atRow:])}
	band, ok := BandOf(r.coord.Z)
	if !ok || r.coord.Z != band.First || !r.coord.Valid() {
		return fmt.Errorf("no cell %v", r.coord)
	}
	r.band = band
	return r.sections()
}

// sections cuts the bytes behind the header into the parts of the record.
func (r *Record) sections() error {
	b := r.b
	features := uint64(binary.LittleEndian.Uint32(b[atFeatures:]))
	values := uint64(binary.LittleEndian.Uint32(b[atValues:]))
	r.wide = b[atWide] != 0
	width := uint64(2)
	if r.wide {
		width = 4
	}
	rest := b[headerSize:]
	short := false
	take := func(n uint64) []byte {
		if n > uint64(len(rest)) {
			short = true
			return nil
		}
		part := rest[:n]
		rest = rest[n:]
		return part
	}
	keys := take(uint64(binary.LittleEndian.Uint32(b[atKeyEnd:])))
	r.valueEnds = take(4 * values)
	r.values = take(uint64(binary.LittleEndian.Uint32(b[atValueEnd:])))
	r.blocks = take((features + perBlock - 1) / perBlock * blockSize)
	r.boxes = take(4 * features)
	r.index = take(2 * width * features)
	r.bodies = rest
	if short {
		return errors.New("too short")
	}
	r.features = int(features)
	return r.names(keys, int(binary.LittleEndian.Uint16(b[atKeys:])))
}

func (r *Record) names(b []byte, n int) error {
	if n > maxKeys {
		return fmt.Errorf("%d keys", n)
	}
	text := string(b)
	r.keys = make([]string, 0, n)
	for range n {
		size, used := binary.Uvarint(b)
		if used <= 0 || size > uint64(len(b)-used) {
			return errors.New("keys")
		}
		r.keys = append(r.keys, text[used:used+int(size)])
		b, text = b[used+int(size):], text[used+int(size):]
	}
	return nil
}

// Coord is the cell.
func (r Record) Coord() tiles.Coord { return r.coord }

// Band is the zooms that the record serves.
func (r Record) Band() Band { return r.band }

// Len is the number of features.
func (r Record) Len() int { return r.features }

// Size is about how many bytes of memory the record takes.
func (r Record) Size() int { return len(r.b) + 256 + 32*len(r.keys) }

// Keys are the names of the properties; not to be changed.
func (r Record) Keys() []string { return r.keys }

// value is a shared value; false where there is none of the number.
func (r *Record) value(i uint64) ([]byte, bool) {
	if i >= uint64(len(r.valueEnds)/4) {
		return nil, false
	}
	start := uint32(0)
	if i > 0 {
		start = binary.LittleEndian.Uint32(r.valueEnds[4*i-4:])
	}
	end := binary.LittleEndian.Uint32(r.valueEnds[4*i:])
	if start > end || end > uint32(len(r.values)) {
		return nil, false
	}
	return r.values[start:end], true
}

// entry is where a feature's body lies within those of its block, and its place
// in the order of ids.
func (r *Record) entry(i int) (start, end, place uint32) {
	if r.wide {
		if i%perBlock > 0 {
			start = binary.LittleEndian.Uint32(r.index[8*i-8:])
		}
		return start, binary.LittleEndian.Uint32(r.index[8*i:]), binary.LittleEndian.Uint32(r.index[8*i+4:])
	}
	if i%perBlock > 0 {
		start = uint32(binary.LittleEndian.Uint16(r.index[4*i-4:]))
	}
	return start, uint32(binary.LittleEndian.Uint16(r.index[4*i:])), uint32(binary.LittleEndian.Uint16(r.index[4*i+2:]))
}

// body is a feature's body; false where the record is inconsistent.
func (r *Record) body(i int) (body []byte, place uint32, ok bool) {
	start, end, place := r.entry(i)
	block := uint64(binary.LittleEndian.Uint32(r.blocks[i/perBlock*blockSize+blockStart:]))
	from, to := block+uint64(start), block+uint64(end)
	if from >= to || to > uint64(len(r.bodies)) || int(place) >= r.features {
		return nil, 0, false
	}
	return r.bodies[from:to], place, true
}
