package geojson

import (
	"bytes"
	"context"
	"fmt"

	"gisd/importers"
	"gisd/spatial"
)

// Format finds GeoJSON in an input.
type Format struct{}

// Name implements importers.Format.
func (Format) Name() string { return "geojson" }

// Layers implements importers.Format: one layer for each file that begins as
// GeoJSON does.
func (Format) Layers(_ context.Context, in *importers.Input) ([]importers.Layer, error) {
	var layers []importers.Layer
	for _, f := range in.Files {
		if in.Named != "" && f.Name != in.Named {
			continue
		}
		head, err := f.Head(64 << 10)
		if err != nil {
			return nil, fmt.Errorf("geojson: open %s: %w", f.Name, err)
		}
		kind, name := sniff(head)
		if kind == "" {
			continue
		}
		if kind == notGeoJSON {
			if in.Named == "" {
				continue
			}
			return nil, &spatial.Error{Code: spatial.CodeUnsupported, Op: "geojson: open", Message: f.Name + otherJSON(head)}
		}
		if name == "" {
			name = f.Base()
		}
		layers = append(layers, importers.Layer{Name: name, Format: kind, File: f.Name, Spatial: true,
			Open: func(ctx context.Context, _ importers.SourceOptions) (importers.Source, error) {
				return open(ctx, f, kind)
			}})
	}
	return layers, nil
}

const notGeoJSON = "json"

// otherJSON says what JSON is that is no GeoJSON, and what to do about it.
func otherJSON(head []byte) string {
	switch {
	case bytes.Contains(head, []byte(`"esriGeometry`)), bytes.Contains(head, []byte(`"esriFieldType`)):
		return " is JSON of ArcGIS, not GeoJSON: ask its service for f=geojson, or export the layer to GeoJSON"
	case bytes.Contains(head, []byte(`"Topology"`)):
		return " is TopoJSON, not GeoJSON: convert it"
	}
	return " is JSON, but not GeoJSON: it is no FeatureCollection, Feature or geometry"
}

// sniff judges the first bytes of a file: "geojson", "geojsonl" for several
// objects one after the other, notGeoJSON for other JSON, "" for anything else.
// The head may end anywhere.
func sniff(head []byte) (kind, name string) {
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n\x1e")
	if len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' {
		return "", ""
	}
	if trimmed[0] == '[' {
		if len(trimmed) > 1 && bytes.IndexByte([]byte(" \t\r\n{[]\"-0123456789tfn"), trimmed[1]) >= 0 {
			return notGeoJSON, ""
		}
		return "", ""
	}
	s := newScanner(bytes.NewReader(trimmed))
	s.pos = 0
	if _, err := s.peek(); err != nil {
		return "", ""
	}
	s.pos++
	kind = notGeoJSON
	esri := false
	for {
		c, err := s.peek()
		if err != nil {
			break
		}
		if c == '}' {
			s.pos++
			if next, err := s.peek(); err == nil && next == '{' && kind == "geojson" {
				kind = "geojsonl"
			}
			break
		}
		if c == ',' {
			s.pos++
			continue
		}
		if c != '"' {
			return "", "" // an object of something else: a text file that begins with a brace
		}
		key, err := s.value()
		if err != nil {
			break
		}
		member := string(key)
		if s.take(':') != nil {
			break
		}
		if c, err = s.peek(); err != nil {
			break
		}
		if member == `"features"` && c == '[' && !esri {
			// Known by its name alone; "type" may come after it.
			if kind == notGeoJSON {
				kind = "geojson"
			}
		}
		value, err := s.value()
		if err != nil {
			break
		}
		switch member {
		case `"type"`:
			switch t := string(value); {
			case t == `"FeatureCollection"`, t == `"Feature"`, len(value) > 2 && value[0] == '"' && kindOf(value[1:len(value)-1]) != 0:
				kind = "geojson"
			default:
				return notGeoJSON, ""
			}
		case `"name"`:
			if value[0] == '"' {
				name = string(unquote(nil, value))
			}
		case `"geometryType"`, `"spatialReference"`, `"displayFieldName"`, `"fieldAliases"`:
			esri = true
		}
	}
	if bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf"), []byte{0x1e}) && kind == "geojson" {
		kind = "geojsonl"
	}
	return kind, name
}
