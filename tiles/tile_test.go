package tiles_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"gisd/tiles"
)

// drawn answers with the same bytes everywhere.
type drawn []byte

func (d drawn) Layer(context.Context, tiles.LayerRequest) ([]byte, error) { return bytes.Clone(d), nil }

// answerWith is the answer of a service whose source draws b.
func answerWith(t *testing.T, b []byte) (tiles.Answer, *weights) {
	t.Helper()
	c := &weights{}
	s := tiles.NewService(tiles.Config{}, catalogueOf(collection("a")), drawn(b), c, nil)
	got, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: here})
	if err != nil {
		t.Fatal(err)
	}
	return got, c
}

// weights notes how large a tile is when the cache is told.
type weights struct {
	memory
	sizes []int
}

func (w *weights) Reweigh(_ tiles.Key, t *tiles.Tile) { w.sizes = append(w.sizes, t.Size()) }

// compressible looks like a tile: few different bytes.
func compressible(n int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.IntN(16))
	}
	return b
}

func expand(t *testing.T, e *tiles.Encoded) []byte {
	t.Helper()
	r := io.Reader(bytes.NewReader(e.Bytes))
	var err error
	switch strings.Join(e.Coding, ",") {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "br":
		r = brotli.NewReader(r)
	case "zstd":
		var d *zstd.Decoder
		if d, err = zstd.NewReader(r); err == nil {
			defer d.Close()
			r = d
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	want := compressible(20_000)
	orders := [][]tiles.Encoding{
		{tiles.Identity, tiles.Gzip, tiles.Brotli, tiles.Zstd},
		{tiles.Zstd, tiles.Brotli, tiles.Gzip, tiles.Identity},
		{tiles.Brotli, tiles.Identity, tiles.Zstd, tiles.Gzip},
		{tiles.Gzip, tiles.Zstd, tiles.Identity},
	}
	for _, order := range orders {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			t.Parallel()
			a, cache := answerWith(t, want)
			tags := map[string]bool{}
			for _, e := range order {
				form := a.In(e)
				if got := expand(t, form); !bytes.Equal(got, want) {
					t.Fatalf("%q: %d bytes, want %d", e, len(got), len(want))
				}
				if got := strings.Join(form.Coding, ","); got != e.String() {
					t.Errorf("coding %q, want %q", got, e)
				}
				if form.Length[0] != fmt.Sprint(len(form.Bytes)) {
					t.Errorf("%q: length %v of %d bytes", e, form.Length, len(form.Bytes))
				}
				if a.In(e) != form {
					t.Errorf("%q is made again", e)
				}
				tags[form.ETag[0]] = true
				if etag, ok := a.Tile.Match([]string{`"x", W/` + form.ETag[0]}); !ok || etag != form.ETag[0] {
					t.Errorf("Match(%s) = %s, %v", form.ETag[0], etag, ok)
				}
			}
			if len(tags) != len(order) {
				t.Errorf("encodings share a strong validator (RFC 9110 §8.8.3.3): %v", tags)
			}
			if n := len(cache.sizes); n == 0 || cache.sizes[n-1] != a.Tile.Size() {
				t.Errorf("the cache was told of sizes %v, the tile has %d", cache.sizes, a.Tile.Size())
			}
		})
	}
}

// TestPlainBytesGo: a tile that is sent compressed alone takes the compressed
// size.
func TestPlainBytesGo(t *testing.T) {
	t.Parallel()
	a, _ := answerWith(t, make([]byte, 100_000))
	if a.In(tiles.Gzip); a.Tile.Size() > 10_000 {
		t.Errorf("%d bytes kept of zeros that compress", a.Tile.Size())
	}
	if n := len(a.In(tiles.Identity).Bytes); n != 100_000 || a.Tile.Size() < n {
		t.Errorf("plain again: %d bytes, size %d", n, a.Tile.Size())
	}
}

func TestWhatDoesNotCompressIsSentPlain(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 5000)
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	for name, b := range map[string][]byte{"noise": noise, "small": []byte("a tile of a few bytes")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, _ := answerWith(t, b)
			for _, e := range []tiles.Encoding{tiles.Zstd, tiles.Gzip, tiles.Identity} {
				if form := a.In(e); form.Coding != nil || !bytes.Equal(form.Bytes, b) {
					t.Errorf("%q: coding %v, %d bytes", e, form.Coding, len(form.Bytes))
				}
			}
		})
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	tile := tiles.NewTile([]byte("content"))
	plain, _ := tile.Match([]string{"*"})
	other, _ := tiles.NewTile([]byte("another")).Match([]string{"*"})
	again, _ := tiles.NewTile([]byte("content")).Match([]string{"*"})
	if plain == "" || plain == other || plain != again {
		t.Errorf("validators %s, of other content %s, of the same %s", plain, other, again)
	}
	tests := []struct {
		name  string
		lines []string
		want  bool
	}{
		{"itself", []string{plain}, true},
		{"weak", []string{"W/" + plain}, true},
		{"among others", []string{`"a"`, `"b" , ` + plain}, true},
		{"another encoding's", []string{strings.TrimSuffix(plain, `"`) + `-gz"`}, true},
		{"of other content", []string{other}, false},
		{"longer", []string{strings.TrimSuffix(plain, `"`) + `-gzz"`}, false},
		{"without quotes", []string{strings.Trim(plain, `"`)}, false},
		{"empty", []string{""}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, got := tile.Match(tt.lines); got != tt.want {
				t.Errorf("Match(%q) = %v", tt.lines, got)
			}
		})
	}
	if _, ok := tiles.NewTile(nil).Match([]string{"*"}); ok {
		t.Error("the empty tile has no representation to match")
	}
}

func TestPack(t *testing.T) {
	t.Parallel()
	var p tiles.Packer
	for name, b := range map[string][]byte{"large": compressible(30_000), "small": []byte("small"), "empty": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tile := tiles.NewTile(b)
			tile.Since = "123:45"
			packed, err := p.Pack(tile)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Unpack(packed)
			if err != nil {
				t.Fatal(err)
			}
			if got.Since != tile.Since || got.Len() != len(b) || got.Empty() != (len(b) == 0) {
				t.Errorf("came back since %q with %d bytes", got.Since, got.Len())
			}
			before, _ := tile.Match([]string{"*"})
			if after, _ := got.Match([]string{"*"}); after != before {
				t.Errorf("validator %s, before %s", after, before)
			}
			if again, err := p.Pack(got); err != nil || !bytes.Equal(again, packed) {
				t.Errorf("packed again: %d bytes, %v; before %d", len(again), err, len(packed))
			}
			for i := range packed {
				if _, err := p.Unpack(packed[:i]); err == nil {
					t.Fatalf("the first %d of %d bytes are read", i, len(packed))
				}
			}
			if n := len(packed); len(b) > 0 {
				broken := bytes.Clone(packed)
				broken[n-1] ^= 1
				if _, err := p.Unpack(broken); err == nil {
					t.Error("a broken tile is read")
				}
			}
		})
	}
}

func FuzzUnpack(f *testing.F) {
	var p tiles.Packer
	for _, b := range [][]byte{nil, []byte("x"), compressible(1000)} {
		packed, err := p.Pack(tiles.NewTile(b))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tile, err := p.Unpack(b)
		if err != nil {
			return
		}
		if _, err := p.Pack(tile); err != nil && !tile.Empty() {
			t.Skip() // a valid frame around bytes that do not expand
		}
	})
}

// TestEither: who takes zstd and br gets zstd at first and br from then on when
// the tile is asked for again and again; only one of the two is kept.
func TestEither(t *testing.T) {
	t.Parallel()
	want := compressible(20_000)
	a, _ := answerWith(t, want)
	first := a.In(tiles.Either)
	if got := strings.Join(first.Coding, ","); got != "zstd" {
		t.Errorf("at first in %q", got)
	}
	form := first
	for deadline := time.Now().Add(20 * time.Second); form.Coding[0] != "br"; form = a.In(tiles.Either) {
		if time.Now().After(deadline) {
			t.Fatal("never in br")
		}
		time.Sleep(time.Millisecond)
	}
	if !bytes.Equal(expand(t, form), want) || len(form.Bytes) >= len(want) {
		t.Errorf("br of %d bytes is something else", len(form.Bytes))
	}
	for deadline := time.Now().Add(20 * time.Second); a.Tile.Size() > len(form.Bytes)+len(first.Bytes); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes kept: both forms", a.Tile.Size())
		}
	}
	small, _ := answerWith(t, []byte("small"))
	for range 10 {
		if form := small.In(tiles.Either); form.Coding != nil || string(form.Bytes) != "small" {
			t.Fatalf("a small tile comes as %q in %v", form.Bytes, form.Coding)
		}
	}
}
