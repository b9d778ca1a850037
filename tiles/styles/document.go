package styles

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"gisd/spatial"
)

// Document is a MapLibre style (style specification, version 8).
type Document struct {
	Version  int               `json:"version"`
	Name     string            `json:"name"`
	Center   [2]float64        `json:"center"` // lon, lat degrees
	Zoom     float64           `json:"zoom"`
	Glyphs   string            `json:"glyphs"`
	Sprite   string            `json:"sprite"`
	Sources  map[string]Source `json:"sources"`
	Layers   []Layer           `json:"layers"`
	Metadata Metadata          `json:"metadata"`
}

// Source is a vector, raster or GeoJSON source of a style.
type Source struct {
	Type        string          `json:"type"`
	URL         string          `json:"url,omitempty"` // of what describes the source, in place of the rest
	Tiles       []string        `json:"tiles,omitempty"`
	TileSize    int             `json:"tileSize,omitempty"`
	MinZoom     int             `json:"minzoom,omitempty"`
	MaxZoom     int             `json:"maxzoom,omitempty"`
	Bounds      []float64       `json:"bounds,omitempty"` // west, south, east, north degrees
	Attribution string          `json:"attribution,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"`
}

// Layer is one style layer. Its metadata tie it to a collection.
type Layer struct {
	ID          string         `json:"id"`
	Type        string         `json:"type"`
	Source      string         `json:"source,omitempty"`
	SourceLayer string         `json:"source-layer,omitempty"`
	MinZoom     float64        `json:"minzoom,omitempty"`
	MaxZoom     float64        `json:"maxzoom,omitempty"`
	Filter      any            `json:"filter,omitempty"`
	Layout      map[string]any `json:"layout,omitempty"`
	Paint       map[string]any `json:"paint,omitempty"`
	Metadata    map[string]any `json:"metadata,omitempty"`
	order       int
}

// Input is what a style document is made from.
type Input struct {
	ID          string
	Base        string // where the server is, without a slash at the end
	TileQuery   string // repeated in tile addresses, "key=…"; "" is none
	Collections []*spatial.Collection
	CodeLists   map[string][]spatial.CodeValue // those that the collections' fields name
	Basemap     Basemap
	Tilesets    []*spatial.Tileset // that are not drawn here
	// Direct is the address at which browsers ask another server for tiles.
	Direct func(*spatial.Tileset) string
	// Alone leaves the ground out, for a layer that is put on somebody else's map,
	// and shows what is hidden until turned on.
	Alone bool
}

// Basemap is an optional raster ground: an XYZ address in Web Mercator.
type Basemap struct {
	TileURL     string
	Attribution string
}

// A vector source carries at most this many collections, which keeps tiles and
// addresses small; a group of more is split.
const maxPerSource = 8

// Build makes the style of the collections, which are those the caller may
// read. A collection whose stored style is faulty is drawn by its default.
func Build(in Input) *Document {
	box := bounds(in.Collections)
	if in.Alone && len(in.Collections) == 0 && len(in.Tilesets) > 0 {
		box = in.Tilesets[0].Extent
	}
	d := &Document{
		Version: 8,
		Name:    in.ID,
		Glyphs:  in.Base + "/fonts/{fontstack}/{range}.pbf",
		Sprite:  in.Base + "/sprites/default",
		Sources: map[string]Source{},
		Metadata: Metadata{
			Bounds:      []float64{box.MinX, box.MinY, box.MaxX, box.MaxY},
			Groups:      []GroupInfo{},
			Collections: []CollectionInfo{},
			CodeLists:   map[string]map[string]spatial.Text{},
		},
	}
	d.Center = [2]float64{Round6((box.MinX + box.MaxX) / 2), Round6((box.MinY + box.MaxY) / 2)}
	d.Zoom = zoomFor(box)
	if !in.Alone {
		d.addGround(in.Basemap)
	}

	var layers []Layer
	for source, members := range sourcesOf(in.Collections) {
		d.Sources[source] = vectorSource(in, members)
		for _, c := range members {
			s := Resolve(c, in.CodeLists)
			s.Hidden = s.Hidden && !in.Alone
			layers = append(layers, collectionLayers(c, s, source)...)
		}
	}
	for position, c := range in.Collections {
		s := Resolve(c, in.CodeLists)
		d.Metadata.add(c, s, in.CodeLists)
		// Of two collections with the same order, the one that is listed first is on top.
		for i := range layers {
			if layers[i].SourceLayer == c.ID {
				layers[i].order = layers[i].order*1000 - position
			}
		}
	}
	layers = append(layers, d.addTilesets(in)...)
	d.Metadata.sortGroups()
	slices.SortStableFunc(layers, func(a, b Layer) int { return a.order - b.order })
	d.Layers = append(d.Layers, layers...)
	if !in.Alone {
		d.addOverviewLabels()
	}
	return d
}

// Bytes returns the document as JSON.
func (d *Document) Bytes() ([]byte, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("styles: write style %q: %w", d.Name, err)
	}
	return b, nil
}

// Resolve is the style of a collection with all that it leaves open: defaults,
// and the categories of its palette or code list, by id. A faulty one is drawn by
// its default.
func Resolve(c *spatial.Collection, lists map[string][]spatial.CodeValue) Style {
	s, err := Parse(c.Style)
	if err != nil {
		s = Style{}
	}
	s = s.withDefaults(c)
	if s.By == "" || len(s.Categories) > 0 {
		return s
	}
	if s.Palette == PaletteLandUse {
		s.Categories = slices.Clone(landUse[:])
		return s
	}
	f, ok := c.Field(s.By)
	if !ok {
		return s
	}
	for _, v := range lists[f.CodeList] {
		if v.Color != "" && len(s.Categories) < maxCategories {
			s.Categories = append(s.Categories, Category{Value: Value(v.Code), Color: v.Color, Label: v.Label})
		}
	}
	return s
}

// sourcesOf spreads collections over sources by group and last zoom: a group
// that is switched off is not fetched, and one that is shown takes one request
// a tile.
func sourcesOf(collections []*spatial.Collection) map[string][]*spatial.Collection {
	out := map[string][]*spatial.Collection{}
	for _, c := range collections {
		if c.Version == 0 || c.GeometryType == spatial.GeometryNone {
			continue
		}
		for part := 0; ; part++ {
			name := fmt.Sprintf("%s-%d", strings.TrimSpace(groupOf(c)), c.MaxZoom)
			if part > 0 {
				name = fmt.Sprintf("%s-%d", name, part)
			}
			if len(out[name]) < maxPerSource {
				out[name] = append(out[name], c)
				break
			}
		}
	}
	return out
}

func vectorSource(in Input, members []*spatial.Collection) Source {
	ids := make([]string, len(members))
	minZoom, box := 24, spatial.EmptyEnvelope(4326)
	var credits []string
	for i, c := range members {
		ids[i] = c.ID
		minZoom = min(minZoom, c.MinZoom)
		if !c.Extent.Empty() {
			box = box.Extend(c.Extent.MinX, c.Extent.MinY).Extend(c.Extent.MaxX, c.Extent.MaxY)
		}
		if c.Attribution != "" && !slices.Contains(credits, c.Attribution) {
			credits = append(credits, c.Attribution)
		}
	}
	address := in.Base + "/tiles/" + strings.Join(ids, ",") + "/{z}/{x}/{y}.mvt"
	if in.TileQuery != "" {
		address += "?" + in.TileQuery
	}
	s := Source{
		Type: "vector", Tiles: []string{address},
		MinZoom: minZoom, MaxZoom: members[0].MaxZoom,
		Attribution: strings.Join(credits, " · "),
	}
	if !box.Empty() {
		s.Bounds = []float64{box.MinX, max(box.MinY, -85), box.MaxX, min(box.MaxY, 85)}
	}
	return s
}

// national is what the map shows while there is nothing else: Vietnam with its
// islands, SRID 4326.
var national = spatial.Envelope{SRID: 4326, MinX: 102, MinY: 6.5, MaxX: 117.5, MaxY: 23.5}

func bounds(collections []*spatial.Collection) spatial.Envelope {
	box := spatial.EmptyEnvelope(4326)
	for _, c := range collections {
		if !c.Extent.Empty() {
			box = box.Extend(c.Extent.MinX, c.Extent.MinY).Extend(c.Extent.MaxX, c.Extent.MaxY)
		}
	}
	if box.Empty() {
		return national
	}
	return box
}

// zoomFor is the zoom at which the box fits a window some 1,000 px wide.
func zoomFor(box spatial.Envelope) float64 {
	span := max(box.MaxX-box.MinX, 1.4*(box.MaxY-box.MinY), 1e-4)
	return math.Round(10*min(max(math.Log2(360*2/span), 2), 16)) / 10
}

// Round6 leaves six decimals: more would not be seen, and make documents long.
func Round6(v float64) float64 { return math.Round(v*1e6) / 1e6 }
