package styles

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strconv"

	"gisd/spatial"
	"gisd/tiles/styles/icons"
)

// Kind is how features are drawn.
type Kind string

// The kinds; KindSymbol draws a sprite.
const (
	KindFill   Kind = "fill"
	KindLine   Kind = "line"
	KindCircle Kind = "circle"
	KindSymbol Kind = "symbol"
)

// Style is the symbology of one collection; see the package documentation.
type Style struct {
	Kind         Kind       `json:"kind,omitempty"`
	Color        string     `json:"color,omitempty"`
	Opacity      float64    `json:"opacity,omitempty"` // 0 is the default of the kind
	Outline      string     `json:"outline,omitempty"`
	Width        float64    `json:"width,omitempty"` // px at zoom 14
	Casing       string     `json:"casing,omitempty"`
	Dash         []float64  `json:"dash,omitempty"` // in line widths
	Arrows       bool       `json:"arrows,omitempty"`
	By           string     `json:"by,omitempty"`
	Palette      string     `json:"palette,omitempty"` // "land-use": categories of the official codes
	Categories   []Category `json:"categories,omitempty"`
	Icon         string     `json:"icon,omitempty"`
	Rotate       string     `json:"rotate,omitempty"`
	Label        string     `json:"label,omitempty"`
	LabelMinZoom float64    `json:"labelMinzoom,omitempty"`
	LabelColor   string     `json:"labelColor,omitempty"`
	MinZoom      float64    `json:"minzoom,omitempty"`
	MaxZoom      float64    `json:"maxzoom,omitempty"`
	Order        int        `json:"order,omitempty"`
	Hidden       bool       `json:"hidden,omitempty"`
}

// Category draws the features whose By property has one value.
type Category struct {
	Value   Value        `json:"value"`
	Color   string       `json:"color,omitempty"`
	Icon    string       `json:"icon,omitempty"`
	Width   float64      `json:"width,omitempty"` // px at zoom 14
	MinZoom float64      `json:"minzoom,omitempty"`
	Label   spatial.Text `json:"label,omitzero"`
}

// Value is a property's value as the text it is compared by: JSON numbers and
// booleans are taken as they are written.
type Value string

// UnmarshalJSON accepts a string, a number or a boolean.
func (v *Value) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(v))
	}
	if bytes.ContainsAny(b, "{[") || string(b) == "null" {
		return fmt.Errorf("styles: a category's value is a string, number or boolean")
	}
	*v = Value(b)
	return nil
}

const maxCategories = 500

// Parse reads a collection's style strictly: an unknown member, colour, icon
// or number is spatial.CodeInvalid, all faults at once. Empty input is the
// zero Style.
func Parse(raw json.RawMessage) (Style, error) {
	var s Style
	if len(raw) == 0 || string(raw) == "null" {
		return s, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Style{}, spatial.Invalid("styles: parse", "The style is not understood: "+err.Error())
	}
	if faults := s.faults(); len(faults) > 0 {
		return Style{}, spatial.Invalid("styles: parse", "The style is not valid.", faults...)
	}
	return s, nil
}

var hexColor = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)

func (s Style) faults() []spatial.FieldError {
	var out []spatial.FieldError
	fault := func(name, reason string) {
		out = append(out, spatial.FieldError{Name: name, Reason: reason})
	}
	color := func(name, value string) {
		if value != "" && !hexColor.MatchString(value) {
			fault(name, "must be #rrggbb")
		}
	}
	icon := func(name, value string) {
		if value != "" && !slices.Contains(icons.Names(), value) {
			fault(name, "no such icon")
		}
	}
	between := func(name string, value, low, high float64) {
		if value < low || value > high {
			fault(name, fmt.Sprintf("must be %g to %g", low, high))
		}
	}
	if !slices.Contains([]Kind{"", KindFill, KindLine, KindCircle, KindSymbol}, s.Kind) {
		fault("kind", "must be fill, line, circle or symbol")
	}
	color("color", s.Color)
	color("outline", s.Outline)
	color("casing", s.Casing)
	color("labelColor", s.LabelColor)
	icon("icon", s.Icon)
	between("opacity", s.Opacity, 0, 1)
	between("width", s.Width, 0, 50)
	between("minzoom", s.MinZoom, 0, 24)
	between("maxzoom", s.MaxZoom, 0, 24)
	between("labelMinzoom", s.LabelMinZoom, 0, 24)
	if s.Palette != "" && s.Palette != PaletteLandUse {
		fault("palette", "must be "+PaletteLandUse)
	}
	if s.Palette != "" && s.By == "" {
		fault("by", "names the property that the palette is of")
	}
	if len(s.Categories) > maxCategories {
		fault("categories", fmt.Sprintf("at most %d", maxCategories))
	}
	if len(s.Categories) > 0 && s.By == "" {
		fault("by", "names the property that the categories are of")
	}
	for i, c := range s.Categories {
		at := "categories/" + strconv.Itoa(i)
		color(at+"/color", c.Color)
		icon(at+"/icon", c.Icon)
		between(at+"/width", c.Width, 0, 50)
		between(at+"/minzoom", c.MinZoom, 0, 24)
	}
	for i, d := range s.Dash {
		between("dash/"+strconv.Itoa(i), d, 0, 100)
	}
	return out
}

// palette is for collections without a colour of their own: calm, apart from
// each other, dark enough for lines on a light ground.
var palette = [...]string{
	"#4e79a7", "#e08a3c", "#59a14f", "#b07aa1", "#c9645f",
	"#5fa8a3", "#9c755f", "#8a8f3c", "#6b7fb8", "#c77f9e",
}

// labelsFrom is the zoom from which names are written, unless a style says so
// for an earlier one: further out a province is too small for them.
const labelsFrom = 9

// withDefaults fills in what the style leaves open.
func (s Style) withDefaults(c *spatial.Collection) Style {
	if s.Kind == "" {
		s.Kind = kindOf(c.GeometryType)
	}
	if s.Color == "" {
		h := fnv.New32a()
		h.Write([]byte(c.ID))
		s.Color = palette[h.Sum32()%uint32(len(palette))]
	}
	defaults := map[Kind]struct {
		opacity, width float64
		order          int
	}{
		KindFill: {0.55, 1, 100}, KindLine: {1, 2, 200}, KindCircle: {1, 5, 300}, KindSymbol: {1, 1, 400},
	}[s.Kind]
	if s.Opacity == 0 {
		s.Opacity = defaults.opacity
	}
	if s.Width == 0 {
		s.Width = defaults.width
	}
	if s.Order == 0 {
		s.Order = defaults.order
	}
	if s.Kind == KindFill && s.Outline == "" {
		s.Outline = Darker(s.Color)
	}
	if s.Kind == KindCircle && s.Outline == "" {
		s.Outline = "#ffffff"
	}
	if s.Kind == KindSymbol && s.Icon == "" {
		s.Icon = "dot"
	}
	if s.MinZoom == 0 {
		s.MinZoom = float64(c.MinZoom)
	}
	if s.MaxZoom == 0 {
		s.MaxZoom = 24
	}
	if s.LabelMinZoom == 0 {
		s.LabelMinZoom = max(s.MinZoom, labelsFrom)
	}
	return s
}

func kindOf(t spatial.GeometryType) Kind {
	switch t {
	case spatial.GeometryPoint, spatial.GeometryMultiPoint:
		return KindCircle
	case spatial.GeometryLineString, spatial.GeometryMultiLineString:
		return KindLine
	default:
		return KindFill
	}
}
