package mvt_test

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"gisd/tiles/mvt"
	"gisd/tiles/mvt/mvttest"
)

// A square kilometre in SRID 3857 on a tile of zoom 14.
func ExampleEncoder() {
	const tileWidth = 2446.0 // metres
	grid := mvt.Grid{MinX: 11_870_000, MaxY: 1_230_000, Scale: mvt.DefaultExtent / tileWidth, Buffer: mvt.DefaultBuffer}

	square := orb.Bound{Min: orb.Point{11_870_500, 1_228_000}, Max: orb.Point{11_871_500, 1_229_000}}
	geom, err := ewkb.Marshal(square.ToPolygon(), 3857)
	if err != nil {
		fmt.Println(err)
		return
	}

	e := mvt.NewEncoder()
	if err := e.BeginLayer("zone", grid, []string{"use", "area"}); err != nil {
		fmt.Println(err)
		return
	}
	if onTile, err := e.Geometry(geom); err != nil || !onTile {
		fmt.Println(onTile, err)
		return
	}
	if err := e.String(0, []byte("đất ở")); err != nil {
		fmt.Println(err)
		return
	}
	e.Integer(1, 1_000_000)
	e.EndFeature(17)
	e.EndLayer()

	layers, err := mvttest.Check(e.Tile())
	if err != nil {
		fmt.Println(err)
		return
	}
	f := layers[0].Features[0]
	fmt.Println(f.ID, f.Properties["use"], f.Properties["area"], f.Parts)
	// Output:
	// 17 đất ở 1000000 [[[837 3349] [837 1675] [2512 1675] [2512 3349]]]
}
