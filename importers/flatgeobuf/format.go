package flatgeobuf

import (
	"context"
	"errors"
	"fmt"

	"gisd/importers"
	"gisd/spatial"
)

// Format finds FlatGeobuf files in an input.
type Format struct{}

// Name implements importers.Format.
func (Format) Name() string { return "flatgeobuf" }

// Layers implements importers.Format: each file is one layer, named by its
// header, else by itself. A damaged file among others is a layer that cannot be
// opened, so that the others can.
func (Format) Layers(ctx context.Context, in *importers.Input) ([]importers.Layer, error) {
	var layers []importers.Layer
	for _, f := range in.Files {
		if in.Named != "" && f.Name != in.Named {
			continue
		}
		head, err := f.Head(len(magic))
		if err != nil {
			return nil, fmt.Errorf("flatgeobuf: open %s: %w", f.Name, err)
		}
		if !isMagic(head, f.Ext()) {
			continue
		}
		src, err := open(ctx, f)
		if err != nil && (in.Named != "" || ctx.Err() != nil) {
			return nil, err
		}
		layer := importers.Layer{Name: f.Base(), Format: "flatgeobuf", File: f.Name, Spatial: true,
			Open: func(ctx context.Context, _ importers.SourceOptions) (importers.Source, error) { return open(ctx, f) }}
		if err == nil {
			layer.Name, layer.Spatial = src.Schema().Layer, src.Schema().GeometryType != spatial.GeometryNone
			src.Close()
		}
		layers = append(layers, layer)
	}
	return layers, nil
}

// isMagic takes a file whose second half of the mark is damaged by its
// extension.
func isMagic(head []byte, ext string) bool {
	if len(head) < len(magic) || string(head[:3]) != magic[:3] || head[3] > 31 {
		return false
	}
	return string(head[4:]) == magic[4:] || ext == ".fgb"
}

func fail(f importers.File, err error) error {
	if _, ok := errors.AsType[*spatial.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "flatgeobuf: read", Message: fmt.Sprintf("%s: %v", f.Name, err), Err: err}
}
