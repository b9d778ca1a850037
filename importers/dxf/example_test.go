package dxf_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gisd/importers"
	"gisd/importers/dxf"
)

// A drawing is listed by its CAD layers; "entities" repeats them all.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "dxf")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "plan.dxf")
	drawing := tags("0 SECTION|2 HEADER|9 $ACADVER|1 AC1021|0 ENDSEC|0 SECTION|2 ENTITIES" +
		"|0 LWPOLYLINE|8 Đất ở|90 3|70 1|10 600000|20 1220000|10 600010|20 1220000|10 600000|20 1220010" +
		"|0 TEXT|8 Nhãn|10 600002|20 1220002|40 2.5|1 ODT 120 m\\U+00B2|0 ENDSEC|0 EOF")
	if err := os.WriteFile(path, []byte(drawing), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	in, err := importers.OpenInput(ctx, path, nil, importers.DefaultLimits())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer in.Close()
	layers, err := dxf.Format{}.Layers(ctx, in)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range layers {
		src, err := l.Open(ctx, importers.SourceOptions{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(l.Name, src.Schema().Count, l.Whole)
	}
	// Output:
	// Đất ở 1 false
	// Nhãn 1 false
	// entities 2 true
}
