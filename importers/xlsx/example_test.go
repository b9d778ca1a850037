package xlsx_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/importers/xlsx"
	"gisd/spatial"
)

// A point is written as columns x and y, and found again by their names.
func Example() {
	dir, err := os.MkdirTemp("", "xlsx")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := roundTrip(context.Background(), dir); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Trạm bơm: x, y, Point, 1 record
}

func roundTrip(ctx context.Context, dir string) error {
	path := filepath.Join(dir, "tram_bom.xlsx")
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := &importers.Header{Layer: "Trạm bơm", Geometry: spatial.GeometryPoint, Dimensions: spatial.XY, SRID: 9210, Count: 1}
	w, err := xlsx.Exporter{}.Create(ctx, f, dir, h)
	if err != nil {
		return err
	}
	g := wkb.AppendFloat(wkb.AppendFloat(wkb.AppendHeader(nil, wkb.Point, spatial.XY), 599233.5), 1222000.25)
	if err := w.Write(&importers.Record{Number: 1, Geometry: g}); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	in, err := importers.OpenInput(ctx, path, nil, importers.DefaultLimits())
	if err != nil {
		return err
	}
	defer in.Close()
	layers, err := xlsx.Format{}.Layers(ctx, in)
	if err != nil {
		return err
	}
	src, err := layers[0].Open(ctx, importers.SourceOptions{})
	if err != nil {
		return err
	}
	defer src.Close()
	s := src.Schema()
	fmt.Printf("%s: %s, %s, %s, %d record\n", s.Layer, s.Fields[0].Name, s.Fields[1].Name, s.GeometryType, s.Count)
	return nil
}
