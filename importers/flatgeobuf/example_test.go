package flatgeobuf_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/importers"
	"gisd/importers/flatgeobuf"
	"gisd/spatial"
)

// A layer is written and read again. Coordinates are easting, northing in
// metres, in memory as in the file; the header carries their EPSG code.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "wells.fgb")
	if err := writeWells(ctx, path, dir); err != nil {
		fmt.Println(err)
		return
	}
	in, err := importers.OpenInput(ctx, path, nil, importers.DefaultLimits())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer in.Close()
	layers, err := flatgeobuf.Format{}.Layers(ctx, in)
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
		g, err := ewkb.Unmarshal(r.Geometry)
		if err != nil {
			return err
		}
		fmt.Printf("%.0f %s\n", g.FlatCoords(), r.Values[0].Bytes)
		return nil
	})
	fmt.Println(err)
	// Output:
	// wells Point EPSG:9210 2
	// [600100 1222000] G1
	// [600200 1222150] G2
	// <nil>
}

func writeWells(ctx context.Context, path, scratch string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := flatgeobuf.Exporter{}.Create(ctx, f, scratch, &importers.Header{Layer: "wells", SRID: 9210,
		Geometry: spatial.GeometryPoint, Dimensions: spatial.XY, Fields: []spatial.Field{{Name: "code", Type: spatial.FieldString}}})
	if err != nil {
		return err
	}
	for i, at := range [][]float64{{600100, 1222000}, {600200, 1222150}} {
		g, err := ewkb.Marshal(geom.NewPointFlat(geom.XY, at), binary.LittleEndian)
		if err != nil {
			return err
		}
		code := fmt.Appendf(nil, "G%d", i+1)
		if err := w.Write(&importers.Record{Geometry: g, Values: []importers.Value{{Valid: true, Bytes: code}}}); err != nil {
			return err
		}
	}
	return w.Close()
}
