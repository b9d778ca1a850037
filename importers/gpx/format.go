package gpx

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"gisd/importers"
	"gisd/importers/markup"
	"gisd/spatial"
)

// Format finds GPX documents in an input.
type Format struct{}

// Name implements importers.Format.
func (Format) Name() string { return "gpx" }

// Layers implements importers.Format. A layer that would be empty is not listed.
// A damaged document among other files is a layer that cannot be opened, so that
// the others can.
func (Format) Layers(ctx context.Context, in *importers.Input) ([]importers.Layer, error) {
	var layers []importers.Layer
	for _, f := range in.Files {
		if in.Named != "" && f.Name != in.Named {
			continue
		}
		head, err := f.Head(64 << 10)
		if err != nil {
			return nil, fmt.Errorf("gpx: open %s: %w", f.Name, err)
		}
		if !isGPX(head, f.Ext()) {
			continue
		}
		found, err := scan(ctx, f)
		if err != nil {
			err = fail(f, err)
			if _, ours := errors.AsType[*spatial.Error](err); !ours || in.Named != "" {
				return nil, err
			}
			found = []importers.Layer{{Name: f.Base(), Format: "gpx", File: f.Name, Spatial: true,
				Open: func(context.Context, importers.SourceOptions) (importers.Source, error) { return nil, err }}}
		}
		if len(found) == 0 && in.Named != "" {
			return nil, &spatial.Error{Code: spatial.CodeUnsupported, Op: "gpx: read", Message: f.Name + " holds no waypoints, routes or tracks"}
		}
		layers = append(layers, found...)
	}
	return layers, nil
}

// isGPX looks at the root element; where there is something else before it that
// cannot be read, the ending of the file decides.
func isGPX(head []byte, ext string) bool {
	if !bytes.ContainsRune(head, '<') {
		return false
	}
	r, err := markup.NewReader(bytes.NewReader(head))
	if err != nil {
		return ext == ".gpx"
	}
	root, err := r.Root()
	if err != nil {
		return ext == ".gpx" && !errors.Is(err, io.EOF)
	}
	return root.Name == "gpx"
}

// scan reads the document once, for counts and for the fields that occur.
func scan(ctx context.Context, f importers.File) ([]importers.Layer, error) {
	var counts [layerKinds]int64
	var seen [layerKinds]uint64
	w := newWalker(func(layerKind) bool { return true }, func(f *feature) error {
		counts[f.kind]++
		seen[f.kind] |= f.element.seen()
		return nil
	})
	if err := w.file(ctx, f, new(atomic.Int64)); err != nil {
		return nil, err
	}
	var layers []importers.Layer
	for k := range layerKinds {
		if counts[k] == 0 {
			continue
		}
		s := &source{file: f, kind: k}
		s.schema = importers.Schema{
			Layer: k.name(), Format: "gpx", GeometryType: k.geometryType(), Dimensions: spatial.XY, Encoding: w.r.Encoding(),
			Count: counts[k], Bytes: f.Size, CRS: importers.CRS{SRID: spatial.SRIDWGS84, Reason: "GPX is WGS 84"},
		}
		for _, name := range k.places() {
			s.schema.Fields = append(s.schema.Fields, importers.FieldInfo{Name: name, Type: spatial.FieldInteger})
		}
		for i, p := range w.whole.t.list {
			if seen[k]&(1<<i) != 0 {
				s.fields = append(s.fields, i)
				s.schema.Fields = append(s.schema.Fields, importers.FieldInfo{Name: p.name, Type: p.kind})
			}
		}
		layers = append(layers, importers.Layer{Name: k.name(), Format: "gpx", File: f.Name, Spatial: true,
			Open: func(context.Context, importers.SourceOptions) (importers.Source, error) {
				return &source{file: s.file, kind: s.kind, schema: s.schema, fields: s.fields}, nil
			}})
	}
	return layers, nil
}
