package styles

import (
	"cmp"
	"encoding/json"
	"slices"

	"gisd/spatial"
)

// addTilesets draws what is not drawn here: images between the ground and the
// collections, vector tiles among them, each kind of geometry in its own way. Of
// two, the one that is listed first is on top.
func (d *Document) addTilesets(in Input) (vector []Layer) {
	for _, t := range slices.Backward(in.Tilesets) {
		source := "tileset-" + t.ID
		hidden := t.Hidden && !in.Alone
		d.Sources[source] = foreignSource(in, t)
		if t.Vector() {
			vector = append(vector, foreignLayers(t, source, hidden)...)
			continue
		}
		l := Layer{ID: t.ID, Type: "raster", Source: source, Metadata: map[string]any{"gisd:collection": t.ID, "gisd:part": "raster"}}
		if hidden {
			l.Layout = map[string]any{"visibility": "none"}
		}
		d.Layers = append(d.Layers, l)
	}
	for _, t := range in.Tilesets {
		d.Metadata.addTileset(t)
	}
	return vector
}

// foreignSource asks the other server where browsers may, else this one.
func foreignSource(in Input, t *spatial.Tileset) Source {
	address := in.Base + "/tiles/" + t.ID + "/{z}/{x}/{y}" + t.Ending()
	if in.TileQuery != "" {
		address += "?" + in.TileQuery
	}
	if t.Direct() && in.Direct != nil {
		address = in.Direct(t)
	}
	s := Source{Type: "raster", Tiles: []string{address}, TileSize: t.TileSize, MinZoom: t.MinZoom, MaxZoom: t.MaxZoom, Attribution: t.Attribution,
		Bounds: []float64{t.Extent.MinX, max(t.Extent.MinY, -85.0511), t.Extent.MaxX, min(t.Extent.MaxY, 85.0511)}}
	if t.Vector() {
		s.Type, s.TileSize = "vector", 0
	}
	return s
}

// foreignLayers draws the layers of vector tiles by the defaults of collections.
func foreignLayers(t *spatial.Tileset, source string, hidden bool) []Layer {
	var list []struct {
		ID           string               `json:"id"`
		GeometryType spatial.GeometryType `json:"geometry_type"` // where gisd has written them
	}
	if json.Unmarshal(t.VectorLayers, &list) != nil {
		return nil
	}
	var layers []Layer
	for _, one := range list {
		c := &spatial.Collection{ID: t.ID + "/" + one.ID, GeometryType: cmp.Or(one.GeometryType, spatial.GeometryAny), MaxZoom: t.MaxZoom}
		s := Style{}.withDefaults(c)
		s.Hidden = hidden
		for _, l := range collectionLayers(c, s, source) {
			l.SourceLayer = one.ID
			l.Metadata["gisd:collection"] = t.ID
			l.order *= 1000
			layers = append(layers, l)
		}
	}
	return layers
}

func (m *Metadata) addTileset(t *spatial.Tileset) {
	group := cmp.Or(t.Group, OtherGroup)
	m.addGroup(group)
	info := CollectionInfo{
		ID: t.ID, Group: group, Title: t.Title, Description: t.Description, Attribution: t.Attribution, GeometryType: string(spatial.GeometryNone),
		Tileset: "raster", Extent: []float64{t.Extent.MinX, t.Extent.MinY, t.Extent.MaxX, t.Extent.MaxY},
		Public: t.Published && t.Visibility == spatial.VisibilityPublic, Draft: !t.Published, Hidden: t.Hidden, MinZoom: float64(t.MinZoom),
		Fields: []FieldInfo{}, Legend: []LegendEntry{},
	}
	if t.Vector() {
		info.Tileset = "vector"
	}
	if info.Title == (spatial.Text{}) {
		info.Title = spatial.Text{VI: t.ID, EN: t.ID}
	}
	m.Collections = append(m.Collections, info)
}
