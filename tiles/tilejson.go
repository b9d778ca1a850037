package tiles

import (
	"encoding/json"

	"gisd/spatial"
)

// TileJSON is a document of TileJSON 3.0.0. Bounds and Center are lon, lat
// degrees: west, south, east, north, and a zoom behind the centre.
type TileJSON struct {
	Version      string        `json:"tilejson"`
	Name         string        `json:"name,omitempty"`
	Description  string        `json:"description,omitempty"`
	Attribution  string        `json:"attribution,omitempty"`
	Scheme       string        `json:"scheme"`
	Tiles        []string      `json:"tiles"`
	MinZoom      int           `json:"minzoom"`
	MaxZoom      int           `json:"maxzoom"`
	Bounds       []float64     `json:"bounds,omitempty"`
	Center       []float64     `json:"center,omitempty"`
	VectorLayers []VectorLayer `json:"vector_layers"`
}

// VectorLayer describes one layer. Fields says "String", "Number" or "Boolean"
// of each property, in the order of the catalogue.
type VectorLayer struct {
	ID          string     `json:"id"`
	Description string     `json:"description,omitempty"`
	MinZoom     int        `json:"minzoom"`
	MaxZoom     int        `json:"maxzoom"`
	Fields      FieldTypes `json:"fields"`
	// GeometryType is no member of TileJSON 3.0: what the catalogue promises.
	GeometryType spatial.GeometryType `json:"geometry_type"`
	// Generalisation is no member either: by zoom, what was done to small scales,
	// see generalise.Choice.
	Generalisation json.RawMessage `json:"generalisation,omitempty"`
}

// FieldType names a property and its type in tiles.
type FieldType struct{ Name, Type string }

// FieldTypes is a JSON object that keeps its order.
type FieldTypes []FieldType

// MarshalJSON implements json.Marshaler.
func (f FieldTypes) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, t := range f {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := json.Marshal(t.Name)
		if err != nil {
			return nil, err
		}
		b = append(append(b, name...), ':', '"')
		b = append(append(b, t.Type...), '"')
	}
	return append(b, '}'), nil
}

// tileField is the type a property has in a tile: dates, times and JSON
// documents travel as text.
func tileField(t spatial.FieldType) string {
	switch t {
	case spatial.FieldInteger, spatial.FieldNumber:
		return "Number"
	case spatial.FieldBoolean:
		return "Boolean"
	}
	return "String"
}
