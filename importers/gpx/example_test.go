package gpx_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gisd/importers"
	"gisd/importers/gpx"
)

func Example() {
	dir, err := os.MkdirTemp("", "gpx-example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "a.gpx")
	text := `<gpx version="1.1"><trk><name>Đo đường</name><trkseg><trkpt lat="11.05" lon="106.67"><ele>7</ele></trkpt><trkpt lat="11.06" lon="106.68"/></trkseg></trk></gpx>`
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
	layers, err := gpx.Format{}.Layers(ctx, in)
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
		s := src.Schema()
		fmt.Println(s.Layer, s.GeometryType, s.Count)
		src.Close()
	}
	// Output:
	// tracks MultiLineString 1
	// track_points Point 2
}
