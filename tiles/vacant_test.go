package tiles_test

import (
	"context"
	"testing"

	"gisd/spatial"
	"gisd/tiles"
)

// west has features in the western half of a block of zoom 6 alone.
type west struct {
	source
	probes int
}

var block = tiles.Coord{Z: 6, X: 50, Y: 30}

func (w *west) Vacant(_ context.Context, _ *spatial.Collection, c tiles.Coord) (bool, error) {
	w.probes++
	return !w.meets(c), nil
}

// meets reports whether the tile and the western half have anything in common.
func (*west) meets(c tiles.Coord) bool {
	half := tiles.Coord{Z: block.Z + 1, X: 2 * block.X} // its columns from here to the next
	if c.Z < half.Z {
		up := half.Z - c.Z
		return half.X>>up == c.X && block.Y>>(block.Z-c.Z) == c.Y
	}
	return c.X>>(c.Z-half.Z) == half.X && c.Y>>(c.Z-block.Z) == block.Y
}

func (w *west) Layer(ctx context.Context, r tiles.LayerRequest) ([]byte, error) {
	b, err := w.source.Layer(ctx, r)
	if !w.meets(r.Coord) {
		return nil, err
	}
	return b, err
}

// TestVacantBlocks: what lies around an empty tile is found vacant once, and
// answered without the source until an edit touches it.
func TestVacantBlocks(t *testing.T) {
	t.Parallel()
	src := &west{}
	world := collection("a")
	world.MinZoom, world.Extent = 0, spatial.Envelope{SRID: 4326, MinX: -180, MinY: -85, MaxX: 180, MaxY: 85}
	cat := catalogueOf(world)
	s := tiles.NewService(tiles.Config{Prober: src}, cat, src, &memory{}, nil)
	const deep = 6 // zooms below the block: 64 tiles a side
	ask := func(x, y uint32) bool {
		t.Helper()
		c := tiles.Coord{Z: block.Z + deep, X: block.X<<deep + x, Y: block.Y<<deep + y}
		a, err := s.Tile(t.Context(), tiles.Request{IDs: "a", Coord: c})
		if err != nil {
			t.Fatal(err)
		}
		if a.Tile.Empty() == src.meets(c) {
			t.Fatalf("%v is empty: %v", c, a.Tile.Empty())
		}
		return true
	}
	for y := range uint32(64) {
		for x := range uint32(64) {
			ask(x, y)
		}
	}
	drawn := int(src.calls.Load())
	const half = 64 * 64 / 2
	if most := half + 8*4; drawn > most { // a tile of each block of 8 by 8 in the east
		t.Errorf("%d tiles drawn, want at most %d", drawn, most)
	}
	if src.probes > 2*8*4 {
		t.Errorf("%d looks for vacancy", src.probes)
	}
	corner := tiles.Coord{Z: block.Z + deep, X: block.X<<deep + 63, Y: block.Y << deep}
	s.Forget(t.Context(), "a", func(c tiles.Coord) bool {
		return c.Z <= corner.Z && corner.X>>(corner.Z-c.Z) == c.X && corner.Y>>(corner.Z-c.Z) == c.Y
	}, nil)
	ask(63, 0)
	if n := int(src.calls.Load()); n != drawn+1 {
		t.Errorf("%d tiles drawn after an edit, want 1", n-drawn)
	}
	ask(63, 63)
	if n := int(src.calls.Load()); n != drawn+1 {
		t.Error("a block that no edit touched is forgotten")
	}
	next := *world
	next.Version = 2
	cat.mu.Lock()
	cat.m["a"] = &next
	cat.mu.Unlock()
	ask(62, 62)
	if n := int(src.calls.Load()); n != drawn+2 {
		t.Error("the vacancy of a version holds for the next")
	}
}
