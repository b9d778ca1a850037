package archive_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/archive"
)

// written is an archive of the fixture's tiles.
func written(t *testing.T, ending string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a"+ending)
	e := export(t, nil)
	e.Last = 10
	if _, err := e.Write(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file that changes under the server is read anew; one that is gone, cut short
// or no archive is told of without a word of where it is.
func TestShelfFollowsTheFile(t *testing.T) {
	t.Parallel()
	for _, ending := range endings() {
		t.Run(ending, func(t *testing.T) {
			t.Parallel()
			path, s := written(t, ending), archive.NewShelf()
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
			whole, at := read(t, path), tiles.Coord{Z: 10, X: 815, Y: 480}
			first, err := s.Tile(t.Context(), path, at)
			if err != nil || first.Empty() {
				t.Fatal(err)
			}
			if none, err := s.Tile(t.Context(), path, tiles.Coord{Z: 10}); err != nil || !none.Empty() {
				t.Errorf("a tile that is not there: %v", err)
			}
			for name, content := range map[string][]byte{
				"half of it": whole[:len(whole)/2], "its beginning": whole[:100], "nothing": {}, "another file": []byte(strings.Repeat("plan ", 1000)),
				"damaged": append(bytes.Clone(whole[:120]), bytes.Repeat([]byte{0xff}, len(whole)-120)...),
			} {
				if err := os.WriteFile(path, content, 0o600); err != nil {
					t.Fatal(err)
				}
				got, err := s.Tile(t.Context(), path, at)
				if name == "half of it" && err == nil && bytes.Equal(got.Bytes, first.Bytes) {
					continue // SQLite may not need the rest
				}
				if spatial.CodeOf(err) != spatial.CodeUnavailable {
					t.Errorf("%s: %d bytes, %v", name, len(got.Bytes), err)
				}
			}
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			again, err := s.Tile(t.Context(), path, at)
			if err != nil || !bytes.Equal(again.Bytes, first.Bytes) {
				t.Errorf("mended: %v", err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Tile(t.Context(), path, at); spatial.CodeOf(err) != spatial.CodeUnavailable {
				t.Errorf("gone: %v", err)
			}
		})
	}
}

// More archives than are kept open, from many goroutines, one of them replaced
// again and again.
func TestShelfOfMany(t *testing.T) {
	t.Parallel()
	one, s := written(t, archive.EndingPMTiles), archive.NewShelf()
	defer s.Close()
	content, dir := read(t, one), t.TempDir()
	var paths []string
	for i := range 40 {
		path := filepath.Join(dir, fmt.Sprintf("%d.pmtiles", i))
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	want, err := s.Tile(t.Context(), one, tiles.Coord{})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := range 200 {
				path := paths[(g*7+i)%len(paths)]
				got, err := s.Tile(t.Context(), path, tiles.Coord{})
				if err != nil || !bytes.Equal(got.Bytes, want.Bytes) {
					t.Errorf("%s: %v", path, err)
					return
				}
			}
		})
	}
	group.Go(func() {
		for i := range 20 {
			next := filepath.Join(dir, "next")
			if err := os.WriteFile(next, content, 0o600); err != nil {
				t.Error(err)
			}
			_ = os.Chtimes(next, time.Time{}, time.Unix(int64(i), 0))
			if err := os.Rename(next, paths[0]); err != nil {
				t.Error(err)
			}
		}
	})
	group.Wait()
}

// picture is a PNG of so many pixels a side.
func picture(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
