package mvt_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/tiles/mvt"
	"gisd/tiles/mvt/mvttest"
)

// FuzzGeometry: any bytes give an error or a tile that reads back under the
// rules of MVT 2.1, the same for the same input, within its clip box, its
// polygons valid.
func FuzzGeometry(f *testing.F) {
	for _, text := range []string{
		"POINT(10 4086)", "MULTIPOINT(1 4096, 5000 0)", "LINESTRING(4000 4000, 5000 4000, 5000 3000, 4000 3000)",
		"POLYGON((0 4096, 10 4096, 10 4086, 0 4086, 0 4096), (2 4094, 8 4094, 8 4088, 2 4088, 2 4094))",
		"MULTIPOLYGON(((-900 -900, 9000 -900, 9000 9000, -900 -900)), ((1 1, 1.2 1, 1 1.2, 1 1)))",
		"GEOMETRYCOLLECTION(POLYGON((0 0, 9 0, 9 9, 0 0)), POINT(5 5))",
		"POLYGON((0 0, 8000 4000, 0 4000, 8000 0, 0 0))",
		"POLYGON((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 5 1, 5 5, 1 5, 1 1), (5 5, 8 5, 8 8, 5 8, 5 5), (0 0, 5 5, 9 9, 0 0))",
	} {
		f.Add(ewkbOf(f, text, ewkb.NDR), uint16(0))
		f.Add(ewkbOf(f, text, ewkb.XDR), uint16(700))
	}
	f.Fuzz(func(t *testing.T, b []byte, shrink uint16) {
		g := units
		g.Scale /= 1 + float64(shrink)
		g.Cell = 1 << (len(b) % 3)
		encode := func() []byte {
			e := mvt.NewEncoder()
			if err := e.BeginLayer("l", g, []string{"k"}); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				ok, err := e.Geometry(b)
				if err != nil {
					if !errors.Is(err, mvt.ErrEWKB) {
						t.Fatal(err)
					}
					continue
				}
				if ok {
					e.Integer(0, int64(len(b)))
					e.EndFeature(uint64(len(b)))
				}
			}
			e.EndLayer()
			return e.Tile()
		}
		tile := encode()
		if !bytes.Equal(tile, encode()) {
			t.Fatal("the same input gave other bytes")
		}
		layers, err := check(tile, 64)
		if err != nil {
			t.Fatalf("%v\n%x", err, tile)
		}
		for _, f := range layers["l"] {
			if err := mvttest.Valid(f); err != nil {
				t.Fatalf("%v\n%v", err, f.Parts)
			}
		}
	})
}
