package kml

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"gisd/importers"
	"gisd/importers/markup"
	"gisd/spatial"
)

// Format finds KML documents in an input.
type Format struct{}

// Name implements importers.Format.
func (Format) Name() string { return "kml" }

// Layers implements importers.Format: one layer for each Document or Folder that
// holds placemarks itself. A damaged document among other files is a layer that
// cannot be opened, so that the others can.
func (Format) Layers(ctx context.Context, in *importers.Input) ([]importers.Layer, error) {
	var layers []importers.Layer
	alone := in.Named != "" || strings.HasSuffix(strings.ToLower(in.Name), ".kmz")
	var barren error
	for _, f := range in.Files {
		if in.Named != "" && f.Name != in.Named {
			continue
		}
		head, err := f.Head(64 << 10)
		if err != nil {
			return nil, fmt.Errorf("kml: open %s: %w", f.Name, err)
		}
		if !isKML(head, f.Ext()) {
			continue
		}
		s, err := scanFile(ctx, f)
		if err != nil {
			err = fail(f, err)
			if _, ours := errors.AsType[*spatial.Error](err); !ours || in.Named != "" {
				return nil, err
			}
			layers = append(layers, importers.Layer{Name: f.Base(), Format: "kml", File: f.Name, Spatial: true,
				Open: func(context.Context, importers.SourceOptions) (importers.Source, error) { return nil, err }})
			continue
		}
		if len(s.layers) == 0 {
			barren = s.barren()
		}
		for _, l := range s.layers {
			schema := s.schema(l)
			layers = append(layers, importers.Layer{Name: l.name, Format: "kml", File: f.Name, Spatial: schema.GeometryType != spatial.GeometryNone,
				Open: func(context.Context, importers.SourceOptions) (importers.Source, error) {
					return &source{file: f, layer: l, schema: schema}, nil
				}})
		}
	}
	if len(layers) == 0 && alone && barren != nil {
		return nil, barren
	}
	return layers, nil
}

// barren says what a document holds instead of placemarks.
func (s *scan) barren() error {
	var what []string
	for _, name := range slices.Sorted(maps.Keys(s.other)) {
		what = append(what, fmt.Sprintf("%d × %s", s.other[name], name))
	}
	message := s.file.Name + " holds no placemarks"
	if len(what) > 0 {
		message += ", only " + strings.Join(what, ", ")
	}
	switch {
	case s.other["NetworkLink"] > 0:
		message += "; the features are in the files that its links name"
	case s.other["GroundOverlay"] > 0:
		message += "; a picture laid over the map has no features"
	}
	return &spatial.Error{Code: spatial.CodeUnsupported, Op: "kml: read", Message: message}
}

// isKML judges the first bytes of a file by the root element; where its name is
// one that others have too, the namespace or the ending of the file decides.
func isKML(head []byte, ext string) bool {
	if !bytes.ContainsRune(head, '<') {
		return false
	}
	r, err := markup.NewReader(bytes.NewReader(head))
	if err != nil {
		return ext == ".kml"
	}
	root, err := r.Root()
	switch {
	case err != nil:
		// A damaged document, or a first tag that is longer than the head.
		return ext == ".kml" && !errors.Is(err, io.EOF)
	case root.Name == "kml":
		return true
	case root.Name == "Document", root.Name == "Folder", root.Name == "Placemark":
		return ext == ".kml" || strings.Contains(root.Space, "/kml/")
	}
	return false
}
