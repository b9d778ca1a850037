package tiles_test

import (
	"fmt"

	"gisd/spatial"
	"gisd/tiles"
)

func ExampleTileMatrixSet_Envelope() {
	c, err := tiles.ParseCoord("14", "13045", "7690")
	if err != nil {
		fmt.Println(err)
		return
	}
	e := tiles.WebMercatorQuad().Envelope(c, tiles.Extent, 0)
	fmt.Printf("%v: %.1f %.1f to %.1f %.1f\n", e.SRID, e.MinX, e.MinY, e.MaxX, e.MaxY)

	_, err = tiles.ParseCoord("1", "2", "0")
	fmt.Println(spatial.CodeOf(err))
	// Output:
	// EPSG:3857: 11870364.7 1225438.4 to 11872810.7 1227884.4
	// not_found
}
