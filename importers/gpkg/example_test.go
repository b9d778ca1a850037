package gpkg_test

import (
	"context"
	"fmt"

	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/importers"
	"gisd/importers/gpkg"
)

// A GeoPackage has several layers, some without geometry. Coordinates are
// easting, northing in metres here, as in the file; ids are its primary keys.
func Example() {
	ctx := context.Background()
	in, err := importers.OpenInput(ctx, "testdata/plan.gpkg", nil, importers.DefaultLimits())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer in.Close()
	layers, err := importers.Layers(ctx, in, []importers.Format{gpkg.Format{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range layers {
		fmt.Println(l.Name, "with geometry:", l.Spatial)
	}
	pipes, err := importers.ChooseLayer(layers, "pipe")
	if err != nil {
		fmt.Println(err)
		return
	}
	src, err := pipes.Open(ctx, importers.SourceOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer src.Close()
	fmt.Println(src.Schema().GeometryType, src.Schema().CRS.SRID)
	err = src.Read(ctx, func(r *importers.Record) error {
		g, err := ewkb.Unmarshal(r.Geometry)
		if err != nil {
			return err
		}
		fmt.Printf("%d %.0f %s, %d mm\n", r.ID.Int, g.FlatCoords(), r.Values[0].Bytes, r.Values[1].Int)
		return nil
	})
	fmt.Println(err)
	// Output:
	// pipe with geometry: true
	// material with geometry: false
	// LineString EPSG:9210
	// 1 [600100 1222000 600200 1222000] D1, 110 mm
	// 2 [600200 1222000 600200 1222150] D2, 63 mm
	// <nil>
}
