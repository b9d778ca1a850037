package styles

import (
	"cmp"
	"slices"
	"time"

	"gisd/spatial"
)

// Metadata is what a map needs beside the drawing: the layer list with its
// legends, the fields with their titles, units and code lists.
type Metadata struct {
	Bounds      []float64                          `json:"gisd:bounds"` // west, south, east, north degrees
	Groups      []GroupInfo                        `json:"gisd:groups"`
	Collections []CollectionInfo                   `json:"gisd:collections"`
	CodeLists   map[string]map[string]spatial.Text `json:"gisd:codeLists"`
}

// GroupInfo is a group of the layer list.
type GroupInfo struct {
	ID    string       `json:"id"`
	Title spatial.Text `json:"title"`
}

// CollectionInfo is one line of the layer list.
type CollectionInfo struct {
	ID           string         `json:"id"`
	Group        string         `json:"group"`
	Title        spatial.Text   `json:"title"`
	Description  spatial.Text   `json:"description,omitzero"`
	Attribution  string         `json:"attribution,omitempty"`
	GeometryType string         `json:"geometryType"`
	IDKind       spatial.IDKind `json:"idKind"`           // text: tiles carry the id as a property
	FeatureCount int64          `json:"featureCount"`     // -1: the caller sees only some of them
	Extent       []float64      `json:"extent,omitempty"` // west, south, east, north degrees
	Public       bool           `json:"public"`
	Draft        bool           `json:"draft,omitempty"`
	Hidden       bool           `json:"hidden,omitempty"` // off until turned on
	MinZoom      float64        `json:"minzoom"`
	SearchField  string         `json:"searchField,omitempty"`
	VersionAt    *time.Time     `json:"versionAt,omitempty"`
	Tileset      string         `json:"tileset,omitempty"` // "raster" or "vector": tiles that are not drawn here, with no features to ask for
	Fields       []FieldInfo    `json:"fields"`
	Legend       []LegendEntry  `json:"legend"`
}

// FieldInfo is a property as people see it.
type FieldInfo struct {
	Name     string            `json:"name"`
	Type     spatial.FieldType `json:"type"`
	Title    spatial.Text      `json:"title,omitzero"`
	Unit     string            `json:"unit,omitempty"` // UCUM
	CodeList string            `json:"codeList,omitempty"`
}

// LegendEntry is one swatch of a legend. Value is empty in the entry for all
// that no category matches.
type LegendEntry struct {
	Value   string       `json:"value,omitempty"`
	Label   spatial.Text `json:"label,omitzero"`
	Kind    Kind         `json:"kind"`
	Color   string       `json:"color"`
	Opacity float64      `json:"opacity"`
	Outline string       `json:"outline,omitempty"`
	Width   float64      `json:"width,omitempty"`
	Dash    []float64    `json:"dash,omitempty"`
	Icon    string       `json:"icon,omitempty"`
}

// Legend derives the legend: one entry a category, or a single one.
func (s Style) Legend() []LegendEntry {
	rest := LegendEntry{
		Kind: s.Kind, Color: s.Color, Opacity: s.Opacity, Outline: s.Outline,
		Width: s.Width, Dash: s.Dash,
	}
	if s.Kind == KindSymbol {
		rest.Icon = s.Icon
	}
	if len(s.Categories) == 0 {
		return []LegendEntry{rest}
	}
	out := make([]LegendEntry, 0, len(s.Categories))
	for _, c := range s.Categories {
		e := rest
		e.Value, e.Label = string(c.Value), c.Label
		if e.Label == (spatial.Text{}) {
			e.Label = spatial.Text{VI: e.Value, EN: e.Value}
		}
		e.Color = cmp.Or(c.Color, e.Color)
		e.Width = cmp.Or(c.Width, e.Width)
		if s.Kind == KindFill && c.Color != "" {
			e.Outline = Darker(c.Color)
		}
		if s.Kind == KindSymbol {
			e.Icon = cmp.Or(c.Icon, e.Icon)
		}
		out = append(out, e)
	}
	return out
}

func (m *Metadata) addGroup(id string) {
	if !slices.ContainsFunc(m.Groups, func(g GroupInfo) bool { return g.ID == id }) {
		m.Groups = append(m.Groups, GroupInfo{ID: id, Title: groupTitle(id)})
	}
}

func (m *Metadata) add(c *spatial.Collection, s Style, lists map[string][]spatial.CodeValue) {
	group := groupOf(c)
	m.addGroup(group)
	info := CollectionInfo{
		ID: c.ID, Group: group, Title: c.Title, Description: c.Description, Attribution: c.Attribution,
		GeometryType: string(c.GeometryType), IDKind: c.IDKind, FeatureCount: c.FeatureCount,
		Public: c.Published && c.Visibility == spatial.VisibilityPublic, Draft: !c.Published,
		Hidden: s.Hidden, MinZoom: s.MinZoom, SearchField: c.SearchField,
		Fields: make([]FieldInfo, 0, len(c.Fields)), Legend: s.Legend(),
	}
	if info.Title == (spatial.Text{}) {
		info.Title = spatial.Text{VI: c.ID, EN: c.ID}
	}
	if !c.Extent.Empty() {
		info.Extent = []float64{c.Extent.MinX, c.Extent.MinY, c.Extent.MaxX, c.Extent.MaxY}
	}
	if !c.VersionAt.IsZero() {
		at := c.VersionAt.UTC()
		info.VersionAt = &at
	}
	for _, f := range c.Fields {
		info.Fields = append(info.Fields, FieldInfo{Name: f.Name, Type: f.Type, Title: f.Title, Unit: f.Unit, CodeList: f.CodeList})
		if values := lists[f.CodeList]; len(values) > 0 && m.CodeLists[f.CodeList] == nil {
			labels := make(map[string]spatial.Text, len(values))
			for _, v := range values {
				labels[v.Code] = v.Label
			}
			m.CodeLists[f.CodeList] = labels
		}
	}
	m.Collections = append(m.Collections, info)
}
