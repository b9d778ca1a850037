package mvt_test

import (
	"encoding/binary"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"gisd/tiles/mvt"
	"gisd/tiles/mvt/mvttest"
)

// TestCrowdedMultipolygon draws 10 000 squares in the hole of a frame, some of
// which touch so that all have to be repaired, and wants all of the area.
func TestCrowdedMultipolygon(t *testing.T) {
	t.Parallel()
	const side = 100
	box := func(x, y, w float64) orb.Ring {
		return orb.Ring{{x, y}, {x + w, y}, {x + w, y + w}, {x, y + w}, {x, y}}
	}
	shape := orb.MultiPolygon{{box(10, 10, 4080), box(20, 20, 4060)}}
	want := int64(4080*4080 - 4060*4060)
	for i := range side * side {
		w := 20.0
		if i%17 == 0 {
			w = 40 // to the next one's edge or corner
		}
		want += int64(w * w)
		shape = append(shape, orb.Polygon{box(40+40*float64(i%side), 40+40*float64(i/side), w)})
	}
	b, err := ewkb.Marshal(shape, 3857, binary.LittleEndian)
	if err != nil {
		t.Fatal(err)
	}
	e := mvt.NewEncoder()
	if err := e.BeginLayer("l", units, nil); err != nil {
		t.Fatal(err)
	}
	if ok, err := e.Geometry(b); !ok || err != nil {
		t.Fatal(ok, err)
	}
	e.EndFeature(1)
	e.EndLayer()
	layers, err := mvttest.Check(e.Tile())
	if err != nil {
		t.Fatal(err)
	}
	var got int64
	for _, ring := range layers[0].Features[0].Parts {
		got += mvttest.Area2(ring) / 2
	}
	if got != want {
		t.Errorf("an area of %d, want %d", got, want)
	}
}
