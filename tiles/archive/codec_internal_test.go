package archive

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/tiles"
)

// The numbers of PMTiles 3 §4.1.2, and two of the reference implementation's own
// tests.
func TestTileID(t *testing.T) {
	t.Parallel()
	for c, want := range map[tiles.Coord]uint64{
		{}: 0, {Z: 1}: 1, {Z: 1, Y: 1}: 2, {Z: 1, X: 1, Y: 1}: 3, {Z: 1, X: 1}: 4, {Z: 2}: 5,
		{Z: 12, X: 3423, Y: 1763}: 19078479,
	} {
		if got := TileID(c); got != want {
			t.Errorf("%v is number %d, want %d", c, got, want)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		z := rng.Uint32N(tiles.MaxZoom + 1)
		c := tiles.Coord{Z: z, X: rng.Uint32N(1 << z), Y: rng.Uint32N(1 << z)}
		if got, ok := CoordOf(TileID(c)); !ok || got != c {
			t.Fatalf("%v comes back as %v", c, got)
		}
		if z > 0 {
			up := tiles.Coord{Z: z - 1, X: c.X / 2, Y: c.Y / 2}
			if (TileID(c)-firstID(z))/4 != TileID(up)-firstID(z-1) {
				t.Fatalf("%v is not among the children of %v", c, up)
			}
		}
	}
	if _, ok := CoordOf(firstID(tiles.MaxZoom + 1)); ok {
		t.Error("a tile of a zoom that is not addressed")
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	want := &header{Root: section{127, 30}, Metadata: section{160, 10}, Leaves: section{170, 0}, Data: section{180, 20}, Addressed: 5, Entries: 4,
		Contents: 3, Clustered: true, Internal: compressionGzip, Tiles: compressionZstd, Type: typeMVT, MinZoom: 2, MaxZoom: 15,
		Bounds: [4]float64{-106.5, -11, 106.8, 11.3}, CenterZoom: 9, Center: [2]float64{106.65, -11.15}}
	b := want.encode()
	got, err := decodeHeader(b, 200)
	if err != nil || len(b) != headerSize {
		t.Fatal(len(b), err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if _, err := decodeHeader(b, 199); !errors.Is(err, errShort) || !strings.Contains(err.Error(), "tiles would end behind") {
		t.Errorf("a file that is cut short: %v", err)
	}
	b[7] = 2
	if _, err := decodeHeader(b, 200); !errors.Is(err, errNotPMTiles) {
		t.Errorf("version 2: %v", err)
	}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	want := []entry{{ID: 0, Offset: 0, Length: 10, Run: 1}, {ID: 1, Offset: 10, Length: 5, Run: 3}, {ID: 7, Offset: 0, Length: 10, Run: 1}, {ID: 1 << 40, Offset: 99, Length: 1}}
	got, err := readDirectory(appendDirectory(nil, want))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for id, wants := range map[uint64]int{0: 0, 1: 1, 3: 1, 4: -1, 7: 2, 8: -1, 1 << 40: 3, 1<<40 + 5: 3} {
		e, ok := find(got, id)
		if ok != (wants >= 0) || ok && e != want[wants] {
			t.Errorf("tile %d: %+v, %v", id, e, ok)
		}
	}
	if _, ok := find(got[1:], 0); ok {
		t.Error("a tile before the first")
	}
}

func TestDirectoryRefuses(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{
		"nothing":             {},
		"more than there are": {200, 1, 1, 1, 1},
		"endless":             {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01},
		"the same tile twice": {2, 1, 0, 1, 1, 1, 1, 1, 1},
		"no length":           {1, 1, 1, 0, 1},
		"no offset":           {1, 1, 1, 1, 0},
		"something behind":    {1, 1, 1, 1, 1, 9},
	} {
		if list, err := readDirectory(b); err == nil {
			t.Errorf("%s: %v", name, list)
		}
	}
}

// FuzzDirectory reads directories of anybody's making: no panic, no more memory
// than the bytes allow, and what is accepted comes back.
func FuzzDirectory(f *testing.F) {
	f.Add(appendDirectory(nil, []entry{{ID: 3, Offset: 5, Length: 7, Run: 2}, {ID: 9, Offset: 12, Length: 1}}))
	f.Add([]byte{1, 0, 1, 1, 1})
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := readDirectory(b)
		if err != nil {
			return
		}
		again, err := readDirectory(appendDirectory(nil, list))
		if err != nil || !cmp.Equal(list, again) {
			t.Errorf("%v came back as %v, %v", list, again, err)
		}
		find(list, uint64(len(b)))
	})
}

// FuzzPMTiles opens archives of anybody's making and asks for tiles.
func FuzzPMTiles(f *testing.F) {
	root, err := gzipped(appendDirectory(nil, []entry{{ID: 0, Offset: 0, Length: 4, Run: 1}, {ID: 1, Offset: 0, Length: 30}}))
	if err != nil {
		f.Fatal(err)
	}
	for _, kind := range []uint8{typeMVT, 2, 9} {
		h := header{Root: section{headerSize, uint64(len(root))}, Leaves: section{headerSize, uint64(len(root))}, Data: section{headerSize, 10},
			Internal: compressionGzip, Tiles: compressionNone, Type: kind, MaxZoom: 5}
		f.Add(append(h.encode(), root...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := newPMTiles(t.Context(), bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		for _, c := range []tiles.Coord{{}, {Z: 1, X: 1}, {Z: 5, X: 3, Y: 9}} {
			if s, err := p.Tile(t.Context(), c); err == nil && len(s.Bytes) > len(b)<<10 {
				t.Errorf("%d bytes out of %d", len(s.Bytes), len(b))
			}
		}
	})
}

// Directories of many tiles have leaves, and every tile is found through them.
func TestLeaves(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/a.pmtiles"
	b, err := beginPMTiles(Part(path), partLog(path), []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	const n = 60_000
	rng := rand.New(rand.NewPCG(3, 4))
	id, want := uint64(0), map[uint64]string{}
	for range n {
		id += 1 + rng.Uint64N(3)
		c, _ := CoordOf(id)
		data := []byte(strings.Repeat("x", 1+rng.IntN(300)))
		want[id] = string(data)
		if err := b.put(id, c, data); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.checkpoint(id + 1); err != nil {
		t.Fatal(err)
	}
	if err := b.finish(t.Context(), Description{Format: FormatVector, MaxZoom: 24, Bounds: world()}); err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), Part(path))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	p := a.(*pmtiles)
	if p.header.Leaves.Length == 0 || p.header.Addressed != n || p.header.Contents != 300 || p.header.Entries > n || p.header.Root.Length > maxRoot {
		t.Errorf("%+v", p.header)
	}
	for id := range id + 10 {
		c, _ := CoordOf(id)
		s, err := a.Tile(t.Context(), c)
		if err != nil || string(s.Bytes) != want[id] {
			t.Fatalf("tile %d: %d bytes, want %d, %v", id, len(s.Bytes), len(want[id]), err)
		}
	}
}
