package kml_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gisd/importers"
	"gisd/importers/kml"
)

func Example() {
	dir, err := os.MkdirTemp("", "kml-example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "cho.kml")
	// lon, lat in degrees
	text := `<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>Chợ Thủ</name><Point><coordinates>106.67,11.05</coordinates></Point></Placemark></kml>`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	in, err := importers.OpenInput(ctx, path, nil, importers.DefaultLimits())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer in.Close()
	layers, err := kml.Format{}.Layers(ctx, in)
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
	err = src.Read(ctx, func(r *importers.Record) error {
		fmt.Println(s.Layer, s.GeometryType, s.Fields[0].Name, string(r.Values[0].Bytes))
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// cho Point Name Chợ Thủ
}
