package generalise_test

import (
	"fmt"

	"gisd/tiles/generalise"
)

// Two parcels with a bent border between them, apart and dissolved.
func Example() {
	var src, dst generalise.Shapes
	for i, ring := range [][]generalise.Point{
		{{X: 110, Y: 110}, {X: 150, Y: 110}, {X: 151, Y: 130}, {X: 150, Y: 150}, {X: 110, Y: 150}},
		{{X: 150, Y: 110}, {X: 190, Y: 110}, {X: 190, Y: 150}, {X: 150, Y: 150}, {X: 151, Y: 130}},
	} {
		for _, p := range ring {
			src.Add(p)
		}
		src.EndPart(generalise.KindExterior)
		src.EndFeature(generalise.Feature{Source: int32(i), Owner: 25747, Value: 1})
	}
	g := generalise.New()
	for _, dissolve := range []bool{false, true} {
		o := generalise.Options{Cell: generalise.Cell{Side: 4096, Margin: 64}, Tolerance: 4, Dissolve: dissolve}
		if _, err := g.Run(&dst, &src, o); err != nil {
			fmt.Println(err)
			return
		}
		for i := range dst.Features {
			fmt.Println(len(dst.Ring(i)), "corners, stands for", max(dst.Features[i].Count, 1))
		}
	}
	// Output:
	// 4 corners, stands for 1
	// 4 corners, stands for 1
	// 4 corners, stands for 2
}
