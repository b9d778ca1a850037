package cell_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"testing"

	"gisd/tiles"
	"gisd/tiles/cell"
)

// FuzzRecord: any bytes, under a checksum that fits them, open with an error or
// cut and decode without a panic, in memory bounded by their size.
func FuzzRecord(f *testing.F) {
	for i, band := range cell.Bands() {
		at := tiles.Coord{Z: band.First}
		f.Add(build(f, randomShapes(rand.New(rand.NewPCG(7, uint64(i))), band, at, 12), band, at), uint8(i), uint16(i))
	}
	f.Fuzz(func(t *testing.T, b []byte, deeper uint8, place uint16) { readDamaged(t, b, deeper, place) })
}

// TestDamageUnderChecksum changes every byte of records to values that are
// likely to lead somewhere.
func TestDamageUnderChecksum(t *testing.T) {
	t.Parallel()
	band := cell.Band{First: 14, Last: 18}
	at := tiles.Coord{Z: 14, X: 13000, Y: 7700}
	record := build(t, randomShapes(rand.New(rand.NewPCG(7, 7)), band, at, 40), band, at)
	for i := 8; i < len(record); i++ {
		for _, v := range []byte{0, 1, 0x7f, 0xff, record[i] + 1, record[i] ^ 0x80} {
			b := bytes.Clone(record)
			b[i] = v
			readDamaged(t, b, v, uint16(i))
		}
	}
}

// readDamaged opens, cuts and decodes b under a checksum that fits it.
func readDamaged(t *testing.T, b []byte, deeper uint8, place uint16) {
	if len(b) >= 8 {
		binary.LittleEndian.PutUint32(b[4:], crc32.Checksum(b[8:], crc32.MakeTable(crc32.Castagnoli)))
	}
	r, err := cell.Open(b)
	if err != nil {
		if !errors.Is(err, cell.ErrRecord) {
			t.Fatal(err)
		}
		return
	}
	d := uint32(deeper) % (r.Band().Last - r.Band().First + 1)
	at := tiles.Coord{Z: r.Coord().Z + d, X: r.Coord().X<<d + uint32(place)%(1<<d), Y: r.Coord().Y<<d + uint32(place>>8)%(1<<d)}
	c := cell.NewCutter()
	if _, err := c.Cut(r, at, options(1)); err != nil && !errors.Is(err, cell.ErrRecord) {
		t.Fatal(err)
	}
	if err := r.Each(func(*cell.Feature) error { return nil }); err != nil && !errors.Is(err, cell.ErrRecord) {
		t.Fatal(err)
	}
}
