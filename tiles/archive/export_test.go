package archive_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/testdata"
	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/archive"
)

func endings() []string { return []string{archive.EndingPMTiles, archive.EndingMBTiles} }

func TestExportHoldsWhatTheServerDraws(t *testing.T) {
	t.Parallel()
	for _, ending := range endings() {
		t.Run(ending, func(t *testing.T) {
			t.Parallel()
			e := export(t, nil)
			path := filepath.Join(t.TempDir(), "parcels"+ending)
			report, err := e.Write(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			a := open(t, path)
			found, contents := int64(0), map[string]bool{}
			for _, c := range around(t) {
				want := content(c)
				l, _, err := tiles.WebMercatorQuad().LimitsOf(here, c.Z)
				if err != nil {
					t.Fatal(err)
				}
				if c.Z > 14 || !l.Holds(c) {
					want = nil
				}
				got := tile(t, a, c)
				if !bytes.Equal(got, want) {
					t.Fatalf("%v: %.40q, want %.40q", c, got, want)
				}
				if got != nil {
					found++
					contents[string(got)] = true
				}
			}
			if report.Tiles != found || report.Contents != int64(len(contents)) || report.Resumed {
				t.Errorf("%+v, want %d tiles of %d contents", report, found, len(contents))
			}
			d := a.Description()
			want := archive.Description{Name: "Thửa đất", Attribution: "Sở Xây dựng", Format: archive.FormatVector, MaxZoom: 14,
				Bounds: [4]float64{106.5, 11, 106.8, 11.3}, Center: [2]float64{106.65, 11.15}, CenterZoom: 10, VectorLayers: d.VectorLayers}
			if diff := cmp.Diff(want, d); diff != "" {
				t.Errorf("description (-want +got):\n%s", diff)
			}
			layers := `[{"id":"parcels","minzoom":0,"maxzoom":14,"fields":{"area":"Number"},"geometry_type":"polygon"}]`
			if got := string(d.VectorLayers); !strings.EqualFold(got, layers) {
				t.Errorf("vector layers %s, want %s", got, layers)
			}
			if left := leftIn(t, filepath.Dir(path)); len(left) != 1 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func leftIn(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

var errCut = errors.New("cut off")

// An export that fails, is cancelled or loses the end of its journal goes on
// where it was, and ends as if nothing had happened.
func TestExportGoesOn(t *testing.T) {
	t.Parallel()
	for _, ending := range endings() {
		t.Run(ending, func(t *testing.T) {
			t.Parallel()
			whole := filepath.Join(t.TempDir(), "whole"+ending)
			if _, err := export(t, nil).Write(t.Context(), whole); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "cut"+ending)
			drawn := int64(0)
			for try, after := range []int64{40, 60, 50} {
				ctx, cancel := context.WithCancel(t.Context())
				e := export(t, func(n int64) error {
					if n < after {
						return nil
					}
					if try == 1 {
						cancel()
					}
					return errCut
				})
				e.Every = 5 * time.Millisecond
				_, err := e.Write(ctx, path)
				cancel()
				if !errors.Is(err, errCut) && !errors.Is(err, context.Canceled) {
					t.Fatalf("try %d: %v", try, err)
				}
				if _, err := os.Stat(path); err == nil {
					t.Fatal("there is an archive that is not complete")
				}
				drawn += after
			}
			rest := int64(0)
			e := export(t, func(n int64) error { rest = n; return nil })
			e.Workers = 1
			report, err := e.Write(t.Context(), path)
			if err != nil || !report.Resumed {
				t.Fatalf("%+v, %v", report, err)
			}
			if all := int64(len(around(t))); rest >= all-100 || rest == 0 {
				t.Errorf("%d tiles drawn at last, of %d: it began anew", rest, all)
			}
			a, b := open(t, whole), open(t, path)
			for _, c := range around(t) {
				if !bytes.Equal(tile(t, a, c), tile(t, b, c)) {
					t.Fatalf("%v differs", c)
				}
			}
			if ending == archive.EndingPMTiles && !bytes.Equal(read(t, whole), read(t, path)) {
				t.Error("the files differ")
			}
		})
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What another export left, or what lost its end, is not believed.
func TestExportBeginsAnew(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	for _, ending := range endings() {
		for name, spoil := range map[string]func(e *archive.Export, part string) error{
			"another region":  func(e *archive.Export, _ string) error { box := here; e.Box = &box; return nil },
			"another version": func(e *archive.Export, _ string) error { e.Tileset.Collections[0].Version++; return nil },
			"a short file":    func(_ *archive.Export, part string) error { return os.Truncate(part, 300) },
			"no file":         func(_ *archive.Export, part string) error { return os.Remove(part) },
		} {
			t.Run(ending+" "+name, func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "a"+ending)
				e := export(t, func(n int64) error {
					if n > 80 {
						return errCut
					}
					return nil
				})
				if _, err := e.Write(t.Context(), path); !errors.Is(err, errCut) {
					t.Fatal(err)
				}
				next := export(t, nil)
				if err := spoil(next, archive.Part(path)); err != nil {
					t.Fatal(err)
				}
				report, err := next.Write(t.Context(), path)
				if err != nil || report.Resumed {
					t.Fatalf("%+v, %v", report, err)
				}
				a := open(t, path)
				for _, c := range []tiles.Coord{{}, {Z: 14, X: 13040, Y: 7686}, {Z: 14, X: 13041, Y: 7687}} {
					if !bytes.Equal(tile(t, a, c), content(c)) {
						t.Errorf("%v differs", c)
					}
				}
			})
		}
	}
}

func TestExportOfARegion(t *testing.T) {
	t.Parallel()
	e := export(t, nil)
	e.Box = &spatial.Envelope{SRID: 4326, MinX: 106.6, MinY: 11.1, MaxX: 106.62, MaxY: 11.12}
	e.First, e.Last = 10, 13
	path := filepath.Join(t.TempDir(), "a.pmtiles")
	if _, err := e.Write(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	a := open(t, path)
	if d := a.Description(); d.MinZoom != 10 || d.MaxZoom != 13 || d.Bounds != [4]float64{106.6, 11.1, 106.62, 11.12} || d.CenterZoom != 13 {
		t.Errorf("%+v", d)
	}
	if tile(t, a, tiles.Coord{Z: 13, X: 6521, Y: 3841}) == nil || tile(t, a, tiles.Coord{Z: 13, X: 6525, Y: 3841}) != nil || tile(t, a, tiles.Coord{}) != nil {
		t.Error("tiles of another region")
	}
	e.Box = &spatial.Envelope{SRID: 4326, MinX: 100, MinY: 11.1, MaxX: 101, MaxY: 11.12}
	if _, err := e.Write(t.Context(), path); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("a region without tiles: %v", err)
	}
}

// Where the source knows that there is nothing, nothing is drawn.
func TestExportLeavesOutWhatIsVacant(t *testing.T) {
	t.Parallel()
	drawn, asked := int64(0), 0
	e := export(t, func(n int64) error { drawn = n; return nil })
	e.Workers = 1
	e.Vacant = func(_ context.Context, c tiles.Coord) (bool, error) {
		asked++
		return c.Z == 12, nil // not true of this source, which shows
	}
	path := filepath.Join(t.TempDir(), "a.mbtiles")
	if _, err := e.Write(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	a := open(t, path)
	below := 0
	for _, c := range around(t) {
		if c.Z > 12 && content(tiles.Coord{Z: 12, X: c.X >> (c.Z - 12), Y: c.Y >> (c.Z - 12)}) == nil && tile(t, a, c) != nil {
			below++
		}
	}
	if asked == 0 || below > 0 {
		t.Errorf("asked %d times; %d tiles below what is vacant; %d drawn", asked, below, drawn)
	}
}

func TestTwoExportsDoNotMeet(t *testing.T) {
	t.Parallel()
	for _, ending := range endings() {
		t.Run(ending, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "a"+ending)
			reached, goOn := make(chan struct{}), make(chan struct{})
			first := export(t, func(n int64) error {
				if n == 100 {
					close(reached)
					<-goOn
				}
				return nil
			})
			first.Every = time.Nanosecond
			failed := make(chan error)
			go func() {
				_, err := first.Write(t.Context(), path)
				failed <- err
			}()
			<-reached
			if _, err := export(t, nil).Write(t.Context(), path); spatial.CodeOf(err) != spatial.CodeConflict {
				t.Errorf("the second: %v", err)
			}
			close(goOn)
			if err := <-failed; err != nil {
				t.Errorf("the first: %v", err)
			}
		})
	}
}
