package dxf

import (
	"bytes"
	"context"
	"fmt"

	"gisd/importers"
	"gisd/spatial"
)

// Format finds DXF drawings in an input.
type Format struct{}

const formatName = "dxf"

// wholeName is the layer of all entities.
const wholeName = "entities"

// Name implements importers.Format.
func (Format) Name() string { return formatName }

// Layers implements importers.Format: one layer for each CAD layer that has
// entities, one for what stands on layouts, and "entities" with all of them. A
// drawing of no or very many layers has only the last.
func (Format) Layers(ctx context.Context, in *importers.Input) ([]importers.Layer, error) {
	var layers []importers.Layer
	for _, f := range in.Files {
		if in.Named != "" && f.Name != in.Named {
			continue
		}
		head, err := f.Head(4 << 10)
		if err != nil {
			return nil, fmt.Errorf("dxf: open %s: %w", f.Name, err)
		}
		if !sniff(head) {
			continue
		}
		found, err := layersOf(ctx, f)
		if err != nil {
			return nil, err
		}
		layers = append(layers, found...)
	}
	return layers, nil
}

// sniff tells a drawing by its first group, which opens a section; comments
// (999) may stand before it.
func sniff(head []byte) bool {
	if bytes.HasPrefix(head, []byte(sentinel)) {
		return true
	}
	r := newTagReader(bytes.NewReader(head), 0, int64(len(head)), formText)
	t, err := r.next()
	return err == nil && t.is(0, "SECTION")
}

func layersOf(ctx context.Context, f importers.File) ([]importers.Layer, error) {
	d, err := readDrawing(ctx, f)
	if err != nil {
		return nil, err
	}
	v, err := d.look(ctx)
	if err != nil {
		return nil, err
	}
	names := newDecoders(v.sampled(v.whole, "")[columnNames].Decoder(), v.unicode(), false)
	var layers []importers.Layer
	used := map[string]int{wholeName: 0}
	list := v.listed()
	for _, l := range list {
		name := "paper space"
		if !l.paper {
			name = string(names.decode(rawText{bytes: l.name}))
		}
		name = unused(name, used)
		used[name] = 0
		layers = append(layers, v.layer(l, name))
	}
	all := v.layer(v.whole, wholeName)
	all.Whole = len(list) > 0
	return append(layers, all), nil
}

func (v *survey) layer(l *layerSurvey, name string) importers.Layer {
	return importers.Layer{Name: name, Format: formatName, File: v.d.file.Name, Spatial: true,
		Open: func(_ context.Context, o importers.SourceOptions) (importers.Source, error) {
			return v.open(l, name, o), nil
		}}
}

// open makes the source of a layer; all that is needed is known already.
func (v *survey) open(l *layerSurvey, name string, o importers.SourceOptions) *source {
	s := &source{v: v, l: l, layout: v.layoutOf(l, o.Encoding)}
	s.schema = importers.Schema{Layer: name, Format: formatName, GeometryType: spatial.GeometryAny, Dimensions: spatial.XY,
		CRS: v.d.geodata.crs(), Fields: s.layout.infos, Count: l.count, Bytes: v.d.file.Size}
	text := s.layout.infos[fieldText].Text
	s.schema.Encoding, s.schema.EncodingReason = text.Encoding, text.Reason
	if l.hasZ {
		s.schema.Dimensions = spatial.XYZ
	}
	if v.note != (spatial.Text{}) {
		s.schema.Notes = append(s.schema.Notes, v.note)
	}
	return s
}
