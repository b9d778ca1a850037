package shapefile_test

import (
	"context"
	"fmt"

	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/importers"
	"gisd/importers/shapefile"
)

// The parts of a Shapefile are found beside each other; the .prj is matched by
// its parameters, whatever it calls itself. Coordinates are easting, northing in
// metres here, as in the file.
func Example() {
	ctx := context.Background()
	in, err := importers.OpenInput(ctx, "testdata/wells.shp", nil, importers.DefaultLimits())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer in.Close()
	layers, err := importers.Layers(ctx, in, []importers.Format{shapefile.Format{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	src, err := layers[0].Open(ctx, importers.SourceOptions{Encoding: "auto"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer src.Close()
	crs, err := importers.ResolveCRS(ctx, src, 0)
	fmt.Println(src.Schema().Layer, src.Schema().GeometryType, src.Schema().Encoding, crs.SRID, err)
	err = src.Read(ctx, func(r *importers.Record) error {
		g, err := ewkb.Unmarshal(r.Geometry)
		if err != nil {
			return err
		}
		fmt.Printf("%d %.2f %s, %.1f m\n", r.Number, g.FlatCoords(), r.Values[0].Bytes, r.Values[1].Float)
		return nil
	})
	fmt.Println(err)
	// Output:
	// wells Point utf-8 EPSG:9210 <nil>
	// 1 [600123.50 1222045.25] Giếng số 1, 45.5 m
	// 2 [600310.00 1221980.75] Giếng số 2, 60.0 m
	// <nil>
}
