package geojson_test

import (
	"encoding/binary"
	"fmt"

	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/importers/geojson"
	"gisd/spatial"
)

func ExampleAppendFeature() {
	// lon, lat in degrees
	g, err := ewkb.Marshal(geom.NewPointFlat(geom.XY, []float64{106.6699906654, 11.0509}), binary.LittleEndian)
	if err != nil {
		fmt.Println(err)
		return
	}
	fields := []spatial.Field{{Name: "tên", Type: spatial.FieldString}, {Name: "tầng", Type: spatial.FieldInteger}}
	b, err := geojson.AppendFeature(nil, fields, &spatial.Feature{
		ID: "7", Geometry: spatial.Geometry{SRID: 4326, EWKB: g}, Properties: []any{"Chợ Thủ", int64(2)},
	}, 9)
	fmt.Println(string(b), err)
	// Output:
	// {"type":"Feature","id":"7","geometry":{"type":"Point","coordinates":[106.669990665,11.0509]},"properties":{"tên":"Chợ Thủ","tầng":2}} <nil>
}
