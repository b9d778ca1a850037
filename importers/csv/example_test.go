package csv_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gisd/importers"
	"gisd/importers/csv"
)

// A list of parcel corners as surveys write it: X is the northing, and the
// number of a parcel stands in its first row.
func Example() {
	dir, err := os.MkdirTemp("", "csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "goc_thua.csv")
	text := "Số thửa;Điểm;X;Y\n17;1;1222000,5;599200,5\n;2;1222010,5;599200,5\n;3;1222010,5;599220,5\n"
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
	layers, err := csv.Format{}.Layers(ctx, in)
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
	fmt.Println(s.Layer, s.GeometryType, s.Count, s.Fields[0].Name, s.Fields[0].Type)
	fmt.Println(s.CRS.Reason)
	// Output:
	// goc_thua Polygon 1 Số thửa integer
	// column "X" holds northings and "Y" eastings, as surveys in Viet Nam write them; read as easting = "Y", northing = "X"
}
