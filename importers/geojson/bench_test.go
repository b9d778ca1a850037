package geojson_test

import (
	"encoding/binary"
	"testing"

	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/importers/geojson"
)

// BenchmarkAppendGeometry writes a parcel of nine positions in degrees.
func BenchmarkAppendGeometry(b *testing.B) {
	flat := []float64{}
	for i := range 8 {
		flat = append(flat, 106.653307123+float64(i)*1.23457e-4, 11.470256789+float64(i*i)*1.98765e-5)
	}
	flat = append(flat, flat[0], flat[1])
	raw, err := ewkb.Marshal(geom.NewPolygonFlat(geom.XY, flat, []int{len(flat)}), binary.LittleEndian)
	if err != nil {
		b.Fatal(err)
	}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		if out, err = geojson.AppendGeometry(out[:0], raw, 9); err != nil {
			b.Fatal(err)
		}
	}
}
