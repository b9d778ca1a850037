package cell_test

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
	"gisd/tiles/mvt/mvttest"
)

// A parcel in SRID 3857 is packed into its cell of zoom 14, and a tile of zoom
// 16 is cut from it.
func Example() {
	set := tiles.WebMercatorQuad()
	band, _ := cell.BandOf(16)
	parcel := orb.Bound{Min: orb.Point{11_870_100, 1_230_100}, Max: orb.Point{11_870_130, 1_230_140}}
	geom, err := ewkb.Marshal(parcel.ToPolygon(), 3857)
	if err != nil {
		fmt.Println(err)
		return
	}
	var shape mvt.Shape
	if err := band.Lattice(set).Read(&shape, geom); err != nil {
		fmt.Println(err)
		return
	}
	lo, hi, _ := shape.Bounds()
	at, _ := band.Covering(lo, hi)

	b := cell.NewBuilder()
	if err := b.Reset(band, at, []string{"use"}); err != nil {
		fmt.Println(err)
		return
	}
	if b.Geometry(&shape) {
		if err := b.String(0, []byte("đất ở")); err != nil {
			fmt.Println(err)
			return
		}
		b.EndFeature(cell.Meta{ID: 17})
	}
	bytes, err := b.Append(nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	record, err := cell.Open(bytes)
	if err != nil {
		fmt.Println(err)
		return
	}
	c := cell.NewCutter()
	n, err := c.Cut(record, tiles.Coord{Z: 16, X: 52179, Y: 30756}, cell.Options{Layer: "parcel", Buffer: tiles.TileBuffer})
	if err != nil {
		fmt.Println(err)
		return
	}
	layers, err := mvttest.Check(c.Tile())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(n, layers[0].Features[0].ID, layers[0].Features[0].Properties["use"])
	// Output: 1 17 đất ở
}
