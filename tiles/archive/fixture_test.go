package archive_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/archive"
	"gisd/tiles/cache"
)

// shelf is a catalogue of one collection.
type shelf struct{ one *spatial.Collection }

func (s shelf) Collection(id string, _ spatial.Access) (*spatial.Collection, error) {
	if id != s.one.ID {
		return nil, spatial.NotFound("test", "no such collection")
	}
	return s.one, nil
}

// source draws something on each tile of a diagonal and nothing elsewhere; every
// third tile is like the others.
type source struct {
	drawn *atomic.Int64
	stop  func(n int64) error // what becomes of the nth tile
}

func (s source) Layer(_ context.Context, r tiles.LayerRequest) ([]byte, error) {
	if s.stop != nil {
		if err := s.stop(s.drawn.Add(1)); err != nil {
			return nil, err
		}
	}
	return content(r.Coord), nil
}

func content(c tiles.Coord) []byte {
	if (c.X+c.Y)%5 == 1 && c.Z > 2 {
		return nil
	}
	if (c.X+c.Y)%3 == 0 {
		return bytes.Repeat([]byte("everywhere"), 50)
	}
	return bytes.Repeat(fmt.Appendf(nil, "tile %v,", c), 40)
}

// here is the extent of the collection, some 14 by 14 tiles at zoom 14.
var here = spatial.Envelope{SRID: 4326, MinX: 106.5, MinY: 11, MaxX: 106.8, MaxY: 11.3}

// export is one of the zooms 0 to 14.
func export(t testing.TB, stop func(int64) error) *archive.Export {
	t.Helper()
	at := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	c := &spatial.Collection{ID: "parcels", Title: spatial.Text{VI: "Thửa đất", EN: "Parcels"}, Attribution: "Sở Xây dựng",
		MaxZoom: 18, Version: 3, VersionAt: at, UpdatedAt: at, GeometryType: spatial.GeometryPolygon, SRID: 9210, Extent: here,
		Fields: []spatial.Field{{Name: "area", Column: "area", Type: spatial.FieldNumber}}}
	memory, err := cache.NewMemory(1<<20, nil)
	if err != nil {
		t.Fatal(err)
	}
	service := tiles.NewService(tiles.Config{}, shelf{c}, source{new(atomic.Int64), stop}, memory, nil)
	t.Cleanup(service.Wait)
	set, err := service.Tileset("parcels", spatial.SystemAccess("test"))
	if err != nil {
		t.Fatal(err)
	}
	return &archive.Export{Drawer: service, Request: tiles.Request{IDs: "parcels", Access: spatial.SystemAccess("test")},
		Tileset: set, Title: set.TileJSON("", "vi"), First: 0, Last: 14, Workers: 2}
}

// open opens an archive for the time of the test.
func open(t testing.TB, path string) archive.Archive {
	t.Helper()
	a, err := archive.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// tile reads one and unfolds it.
func tile(t testing.TB, a archive.Archive, c tiles.Coord) []byte {
	t.Helper()
	s, err := a.Tile(t.Context(), c)
	if err != nil {
		t.Fatalf("%v: %v", c, err)
	}
	if s.Empty() {
		return nil
	}
	if s.Encoding != tiles.Gzip || s.Type != tiles.ContentType {
		t.Fatalf("%v: encoding %v, type %s", c, s.Encoding, s.Type)
	}
	r, err := gzip.NewReader(bytes.NewReader(s.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// around are the tiles of the extent and their neighbours, of every zoom.
func around(t testing.TB) []tiles.Coord {
	t.Helper()
	var list []tiles.Coord
	for z := uint32(0); z <= 15; z++ {
		l, ok, err := tiles.WebMercatorQuad().LimitsOf(here, z)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		for x := max(l.MinTileCol, 1) - 1; x <= min(l.MaxTileCol+1, 1<<z-1); x++ {
			for y := max(l.MinTileRow, 1) - 1; y <= min(l.MaxTileRow+1, 1<<z-1); y++ {
				list = append(list, tiles.Coord{Z: z, X: x, Y: y})
			}
		}
	}
	return list
}
