package geoparquet

import (
	"context"
	"errors"
	"fmt"
	"os"

	"gisd/importers"
	"gisd/spatial"
)

// Format finds Parquet files in an input.
type Format struct{}

// Name implements importers.Format.
func (Format) Name() string { return "geoparquet" }

const magic = "PAR1"

// Keys of the metadata in which the writer notes a CRS that it has no PROJJSON for.
const (
	keyCRS = "gisd:crs"
	keyWKT = "gisd:crs_wkt"
)

// Layers implements importers.Format: each file is one layer. A damaged file
// among others is a layer that cannot be opened, so that the others can.
func (Format) Layers(ctx context.Context, in *importers.Input) ([]importers.Layer, error) {
	var layers []importers.Layer
	for _, f := range in.Files {
		if in.Named != "" && f.Name != in.Named {
			continue
		}
		head, err := f.Head(len(magic))
		if err != nil {
			return nil, fmt.Errorf("geoparquet: open %s: %w", f.Name, err)
		}
		if s := string(head); s != magic && s != "PARE" {
			continue
		}
		layer := importers.Layer{Name: f.Base(), Format: "geoparquet", File: f.Name, Spatial: true,
			Open: func(ctx context.Context, _ importers.SourceOptions) (importers.Source, error) { return open(ctx, f) }}
		src, err := open(ctx, f)
		switch {
		case err == nil:
			layer.Spatial = src.Schema().GeometryType != spatial.GeometryNone
			src.Close()
		case in.Named != "" || ctx.Err() != nil:
			return nil, err
		}
		layers = append(layers, layer)
	}
	return layers, nil
}

// tail checks the end of the file, which the directory of a Parquet file stands
// before, so that a download cut short is told from a damaged file.
func tail(f *os.File, size int64) error {
	var end [4]byte
	if size >= 12 {
		if _, err := f.ReadAt(end[:], size-4); err != nil {
			return err
		}
	}
	switch string(end[:]) {
	case magic:
		return nil
	case "PARE":
		return errors.New("it is encrypted; write it again without encryption")
	}
	return errors.New("the file is cut short: a Parquet file ends with PAR1")
}

func fail(f importers.File, err error) error {
	if _, ok := errors.AsType[*spatial.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "geoparquet: read", Message: fmt.Sprintf("%s: %v", f.Name, err), Err: err}
}
