package geoparquet_test

import (
	"context"
	"fmt"

	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/importers"
	"gisd/importers/geoparquet"
)

// Coordinates are easting, northing in the CRS that the file's PROJJSON names,
// whatever the axis order of that system.
func Example() {
	ctx := context.Background()
	in, err := importers.OpenInput(ctx, "testdata/linestring.parquet", nil, importers.DefaultLimits())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer in.Close()
	layers, err := importers.Layers(ctx, in, []importers.Format{geoparquet.Format{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	src, err := layers[0].Open(ctx, importers.SourceOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer src.Close()
	s := src.Schema()
	fmt.Println(s.Layer, s.GeometryType, s.CRS.SRID, s.Count)
	err = src.Read(ctx, func(r *importers.Record) error {
		if r.Geometry == nil {
			fmt.Println("none", r.Values[0].Int)
			return nil
		}
		g, err := ewkb.Unmarshal(r.Geometry)
		if err != nil {
			return err
		}
		fmt.Println(g.FlatCoords(), r.Values[0].Int)
		return nil
	})
	fmt.Println(err)
	// Output:
	// linestring LineString EPSG:3405 3
	// [1 2 3 4] 0
	// [] 1
	// none 2
	// <nil>
}
