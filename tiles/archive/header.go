package archive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Compression is that of a directory, of the metadata or of tiles in PMTiles.
type compression uint8

// The numbers of PMTiles 3 §3.3.
const (
	compressionUnknown compression = iota
	compressionNone
	compressionGzip
	compressionBrotli
	compressionZstd
)

const (
	headerSize = 127
	// rootEnd is where the root directory must have ended (PMTiles 3 §2).
	rootEnd = 16384
)

// header is the beginning of a PMTiles archive (version 3, §3). Offsets count
// from the beginning of the file, those of tiles and leaves within directories
// from their section's.
type header struct {
	Root, Metadata, Leaves, Data section
	Addressed, Entries, Contents uint64 // 0 is not known
	Clustered                    bool
	Internal, Tiles              compression
	Type                         uint8
	MinZoom, MaxZoom             uint8
	Bounds                       [4]float64 // west, south, east, north degrees
	CenterZoom                   uint8
	Center                       [2]float64 // lon, lat degrees
}

// section is a range of bytes.
type section struct{ Offset, Length uint64 }

// within reports whether the section lies in a file of that size.
func (s section) within(size int64) bool {
	return s.Offset <= uint64(size) && s.Length <= uint64(size)-s.Offset
}

const magic = "PMTiles"

func (h *header) encode() []byte {
	b := append(make([]byte, 0, headerSize), magic...)
	b = append(b, 3)
	for _, s := range []section{h.Root, h.Metadata, h.Leaves, h.Data} {
		b = binary.LittleEndian.AppendUint64(b, s.Offset)
		b = binary.LittleEndian.AppendUint64(b, s.Length)
	}
	for _, n := range []uint64{h.Addressed, h.Entries, h.Contents} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	clustered := byte(0)
	if h.Clustered {
		clustered = 1
	}
	b = append(b, clustered, byte(h.Internal), byte(h.Tiles), h.Type, h.MinZoom, h.MaxZoom)
	for _, v := range h.Bounds {
		b = appendDegrees(b, v)
	}
	b = append(b, h.CenterZoom)
	return appendDegrees(appendDegrees(b, h.Center[0]), h.Center[1])
}

func appendDegrees(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(v*1e7))))
}

var (
	errNotPMTiles = errors.New("this is no PMTiles archive of version 3")
	errShort      = errors.New("the archive is cut short")
)

// decodeHeader reads the header of a file of that size.
func decodeHeader(b []byte, size int64) (*header, error) {
	if len(b) < headerSize || string(b[:len(magic)]) != magic || b[len(magic)] != 3 {
		return nil, errNotPMTiles
	}
	at := len(magic) + 1
	next := func() uint64 {
		v := binary.LittleEndian.Uint64(b[at:])
		at += 8
		return v
	}
	degrees := func() float64 {
		v := float64(int32(binary.LittleEndian.Uint32(b[at:]))) / 1e7
		at += 4
		return v
	}
	h := &header{}
	for _, s := range []*section{&h.Root, &h.Metadata, &h.Leaves, &h.Data} {
		s.Offset, s.Length = next(), next()
	}
	h.Addressed, h.Entries, h.Contents = next(), next(), next()
	h.Clustered = b[at] == 1
	h.Internal, h.Tiles, h.Type = compression(b[at+1]), compression(b[at+2]), b[at+3]
	h.MinZoom, h.MaxZoom = b[at+4], b[at+5]
	at += 6
	for i := range h.Bounds {
		h.Bounds[i] = degrees()
	}
	h.CenterZoom = b[at]
	at++
	h.Center = [2]float64{degrees(), degrees()}
	for name, s := range map[string]section{"root directory": h.Root, "metadata": h.Metadata, "leaf directories": h.Leaves, "tiles": h.Data} {
		if !s.within(size) {
			return nil, fmt.Errorf("%w: its %s would end behind the file's end", errShort, name)
		}
	}
	if h.MinZoom > h.MaxZoom {
		return nil, fmt.Errorf("the archive is damaged: zooms %d to %d", h.MinZoom, h.MaxZoom)
	}
	return h, nil
}
