package coords_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/api/ogc/coords"
)

func TestRewrite(t *testing.T) {
	t.Parallel()
	shape := geom.NewGeometryCollection()
	shape.MustPush(
		geom.NewPointFlat(geom.XYZ, []float64{1, 2, 3}), geom.NewPointEmpty(geom.XYZ),
		geom.NewMultiPolygonFlat(geom.XYZ, []float64{0, 1, 9, 5, 1, 9, 5, 6, 9, 0, 1, 9}, [][]int{{12}}),
	)
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		b, err := ewkb.Marshal(shape, order)
		if err != nil {
			t.Fatal(err)
		}
		var w coords.Walker
		var kinds []uint32
		err = w.Rewrite(b, func(flat []float64, stride int) error {
			kinds = append(kinds, w.Kind())
			coords.Swap(flat, stride)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]uint32{1, 3}, kinds); diff != "" {
			t.Error(diff)
		}
		again, err := ewkb.Unmarshal(b)
		if err != nil {
			t.Fatal(err)
		}
		parts := again.(*geom.GeometryCollection).Geoms()
		if diff := cmp.Diff([]float64{2, 1, 3}, parts[0].FlatCoords()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]float64{1, 0, 9, 1, 5, 9, 6, 5, 9, 1, 0, 9}, parts[2].FlatCoords()); diff != "" {
			t.Error(diff)
		}
		if kind, z, m, err := coords.Type(b); kind != 7 || !z || m || err != nil {
			t.Errorf("%d %v %v %v", kind, z, m, err)
		}
		for cut := range len(b) {
			if w.Rewrite(b[:cut:cut], func([]float64, int) error { return nil }) == nil {
				t.Fatalf("%d of %d bytes are taken for a geometry", cut, len(b))
			}
		}
	}
}
