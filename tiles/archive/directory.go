package archive

import (
	"encoding/binary"
	"errors"
	"slices"
)

// entry is a line of a directory (PMTiles 3 §4): Run tiles from ID on that have
// the same content, or with a Run of 0 the directory of the tiles from ID on.
type entry struct {
	ID     uint64
	Offset uint64
	Length uint32
	Run    uint32
}

var errDirectory = errors.New("the archive is damaged: a directory cannot be read")

// appendDirectory writes entries, which are in the order of their IDs, without
// compression (PMTiles 3 §4.2).
func appendDirectory(b []byte, list []entry) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	last := uint64(0)
	for _, e := range list {
		b = binary.AppendUvarint(b, e.ID-last)
		last = e.ID
	}
	for _, e := range list {
		b = binary.AppendUvarint(b, uint64(e.Run))
	}
	for _, e := range list {
		b = binary.AppendUvarint(b, uint64(e.Length))
	}
	for i, e := range list {
		if i > 0 && e.Offset == list[i-1].Offset+uint64(list[i-1].Length) {
			b = append(b, 0)
			continue
		}
		b = binary.AppendUvarint(b, e.Offset+1)
	}
	return b
}

// entryBytes is the least that an entry takes: four numbers.
const entryBytes = 4

// readDirectory reads what appendDirectory writes. What it takes in memory is
// bounded by the length of b; IDs rise, and no number runs over.
func readDirectory(b []byte) ([]entry, error) {
	count, b, ok := number(b)
	if !ok || count > uint64(len(b)/entryBytes) {
		return nil, errDirectory
	}
	list := make([]entry, count)
	last := uint64(0)
	for i := range list {
		var delta uint64
		if delta, b, ok = number(b); !ok || i > 0 && delta == 0 || last+delta < last {
			return nil, errDirectory
		}
		last += delta
		list[i].ID = last
	}
	for _, field := range []func(*entry) *uint32{func(e *entry) *uint32 { return &e.Run }, func(e *entry) *uint32 { return &e.Length }} {
		for i := range list {
			var v uint64
			if v, b, ok = number(b); !ok || v > 1<<32-1 {
				return nil, errDirectory
			}
			*field(&list[i]) = uint32(v)
		}
	}
	for i := range list {
		var v uint64
		if v, b, ok = number(b); !ok || v == 0 && i == 0 {
			return nil, errDirectory
		}
		if v == 0 {
			v = list[i-1].Offset + uint64(list[i-1].Length) + 1
		}
		if list[i].Offset = v - 1; list[i].Offset > 1<<62 || list[i].Length == 0 {
			return nil, errDirectory
		}
	}
	if len(b) > 0 {
		return nil, errDirectory
	}
	return list, nil
}

func number(b []byte) (uint64, []byte, bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, false
	}
	return v, b[n:], true
}

// find is the entry that holds the tile, or the directory in which to go on.
func find(list []entry, id uint64) (entry, bool) {
	i, exact := slices.BinarySearchFunc(list, id, func(e entry, id uint64) int {
		switch {
		case e.ID < id:
			return -1
		case e.ID > id:
			return 1
		}
		return 0
	})
	if !exact {
		i--
	}
	if i < 0 {
		return entry{}, false
	}
	e := list[i]
	return e, e.Run == 0 || id-e.ID < uint64(e.Run)
}
