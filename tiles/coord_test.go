package tiles_test

import (
	"testing"

	"gisd/spatial"
	"gisd/tiles"
)

func TestParseCoord(t *testing.T) {
	t.Parallel()
	tests := []struct {
		z, x, y string
		want    tiles.Coord
		ok      bool
	}{
		{"0", "0", "0", tiles.Coord{}, true},
		{"24", "16777215", "0", tiles.Coord{Z: 24, X: 1<<24 - 1}, true},
		{"10", "815", "480", here, true},
		{"25", "0", "0", tiles.Coord{}, false},
		{"1", "2", "0", tiles.Coord{}, false},
		{"1", "0", "2", tiles.Coord{}, false},
		{"-1", "0", "0", tiles.Coord{}, false},
		{"1", "+1", "0", tiles.Coord{}, false},
		{"1", "01", "0", tiles.Coord{}, false},
		{"1", "", "0", tiles.Coord{}, false},
		{"1.0", "0", "0", tiles.Coord{}, false},
		{"4", "99999999999999999999", "0", tiles.Coord{}, false},
		{"4", "4294967296", "0", tiles.Coord{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.z+"/"+tt.x+"/"+tt.y, func(t *testing.T) {
			t.Parallel()
			got, err := tiles.ParseCoord(tt.z, tt.x, tt.y)
			if tt.ok && (err != nil || got != tt.want) {
				t.Fatalf("= %v, %v; want %v", got, err, tt.want)
			}
			if !tt.ok && spatial.CodeOf(err) != spatial.CodeNotFound {
				t.Fatalf("= %v, %v; want not_found", got, err)
			}
			if tt.ok && got.String() != tt.z+"/"+tt.x+"/"+tt.y {
				t.Errorf("String() = %q", got.String())
			}
		})
	}
}

func FuzzParseCoord(f *testing.F) {
	f.Add("10", "815", "480")
	f.Add("0", "00", "-0")
	f.Fuzz(func(t *testing.T, z, x, y string) {
		c, err := tiles.ParseCoord(z, x, y)
		if err == nil && (!c.Valid() || c.String() != z+"/"+x+"/"+y) {
			t.Errorf("%q/%q/%q gave %v", z, x, y, c)
		}
	})
}

func TestEnvelopesMeet(t *testing.T) {
	t.Parallel()
	s := tiles.WebMercatorQuad()
	a := s.Envelope(tiles.Coord{Z: 18, X: 208700, Y: 123000}, 4096, 0)
	b := s.Envelope(tiles.Coord{Z: 18, X: 208701, Y: 123000}, 4096, 64)
	unit := s.TileWidth(18) / 4096
	if d := a.MaxX - (b.MinX + 64*unit); d < -1e-6 || d > 1e-6 {
		t.Errorf("neighbours are %g m apart", d)
	}
	if w := s.Envelope(tiles.Coord{}, 4096, 0); w.MaxX-w.MinX < 40075016 || w.MaxX-w.MinX > 40075017 {
		t.Errorf("the world is %g m wide", w.MaxX-w.MinX)
	}
}
