package sheets

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"gisd/spatial"
	"gisd/tiles/styles"
	"gisd/tiles/styles/icons"
)

// reader collects what a style sheet says that this server cannot draw.
type reader struct {
	notes []string
}

func (r *reader) note(text string) {
	if !slices.Contains(r.notes, text) {
		r.notes = append(r.notes, text)
	}
}

func cannot(what string) error {
	return spatial.Invalid("styles: read", "The style cannot be taken over: "+what+".")
}

// ReadSLD takes over a Styled Layer Descriptor 1.0 or 1.1 with one layer: a
// symbol for all features, or one for each value of a property, and labels. What
// is drawn otherwise here is told in notes; what makes the style another, such as
// rules on ranges, is an error of code invalid.
func ReadSLD(b []byte) (styles.Style, []string, error) {
	root, err := readNodes(b)
	if err != nil {
		return styles.Style{}, nil, err
	}
	layers := append(root.all("NamedLayer"), root.all("UserLayer")...)
	if root.name != "StyledLayerDescriptor" || len(layers) == 0 {
		return styles.Style{}, nil, cannot("it is no SLD with a layer")
	}
	r := &sldReader{}
	if len(layers) > 1 {
		return styles.Style{}, nil, cannot("it holds " + strconv.Itoa(len(layers)) + " layers; one collection takes one")
	}
	named := layers[0].all("UserStyle")
	if len(named) == 0 {
		return styles.Style{}, nil, cannot("its layer has no UserStyle")
	}
	for _, style := range named[1:] {
		if style.child("IsDefault").content() == "1" {
			named[0] = style
		}
	}
	if len(named) > 1 {
		r.note("of " + strconv.Itoa(len(named)) + " styles the default one, or else the first, is used")
	}
	for _, rule := range named[0].find("Rule") {
		if err := r.rule(rule); err != nil {
			return styles.Style{}, nil, err
		}
	}
	return r.finish()
}

// sldReader keeps whole looks until it is known what they differ from.
type sldReader struct {
	reader
	style      styles.Style  // by and labels
	rest       *styles.Style // of features that no other rule is for
	categories []sldCategory
}

type sldCategory struct {
	value, label string
	look         styles.Style
}

// finish makes the rest the style and the others categories of it.
func (r *sldReader) finish() (styles.Style, []string, error) {
	var s styles.Style
	switch {
	case r.rest != nil:
		s = *r.rest
	case len(r.categories) > 0:
		r.note("features of other values, which the style does not draw, are drawn in grey")
		s = r.categories[0].look
		s.Color, s.MinZoom, s.MaxZoom = "#cccccc", 0, 0
	default:
		return styles.Style{}, nil, cannot("none of its rules draws points, lines or polygons")
	}
	s.By, s.Label, s.LabelColor, s.LabelMinZoom = r.style.By, r.style.Label, r.style.LabelColor, r.style.LabelMinZoom
	for _, c := range r.categories {
		if c.look.Kind != s.Kind {
			return styles.Style{}, nil, cannot("its rules draw several kinds of geometry")
		}
		one := styles.Category{Value: styles.Value(c.value), Color: c.look.Color}
		if c.look.Width != s.Width {
			one.Width = c.look.Width
		}
		if c.look.Icon != s.Icon {
			one.Icon = c.look.Icon
		}
		if c.look.MinZoom > s.MinZoom {
			one.MinZoom = c.look.MinZoom
		}
		if c.label != "" && c.label != c.value {
			one.Label = spatial.Text{VI: c.label}
		}
		s.Categories = append(s.Categories, one)
	}
	return s, r.notes, nil
}

// rule takes a rule without filter or with ElseFilter as the style of all, one
// with equality as a category.
func (r *sldReader) rule(rule *node) error {
	var look styles.Style
	kinds := 0
	for _, s := range rule.children {
		kind, ok := map[string]styles.Kind{"PolygonSymbolizer": styles.KindFill, "LineSymbolizer": styles.KindLine, "PointSymbolizer": styles.KindCircle}[s.name]
		switch {
		case s.name == "TextSymbolizer":
			r.label(rule, s)
		case s.name == "RasterSymbolizer":
			return cannot("it is for rasters")
		case ok:
			r.symbolizer(&look, kind, s)
			kinds++
		}
	}
	if kinds == 0 {
		return nil
	}
	if v := rule.child("MaxScaleDenominator").content(); v != "" {
		look.MinZoom = zoomOf(atof(v))
	}
	if v := rule.child("MinScaleDenominator").content(); atof(v) > 0 {
		look.MaxZoom = zoomOf(atof(v))
	}
	values, by, err := r.filter(rule)
	if err != nil {
		return err
	}
	if by == "" {
		if r.rest != nil {
			r.note("of several rules for all features the first is used")
			return nil
		}
		r.rest = &look
		return nil
	}
	if r.style.By != "" && r.style.By != by {
		return cannot("its rules look at several properties (" + r.style.By + ", " + by + ")")
	}
	r.style.By = by
	label := rule.child("Description", "Title").content()
	if label == "" {
		label = rule.child("Title").content() // SLD 1.0
	}
	for _, v := range values {
		r.categories = append(r.categories, sldCategory{v, label, look})
	}
	return nil
}

// filter reads equality with one value, or any of several of the same property.
func (r *sldReader) filter(rule *node) (values []string, by string, err error) {
	filter := rule.child("Filter")
	if filter.name == "" {
		return nil, "", nil
	}
	if len(filter.children) != 1 {
		return nil, "", cannot("a rule's filter is more than the value of a property")
	}
	tests := []*node{filter.children[0]}
	if tests[0].name == "Or" {
		tests = tests[0].children
	}
	for _, t := range tests {
		name := t.child("PropertyName").content()
		if t.name != "PropertyIsEqualTo" || name == "" || len(t.all("Literal")) != 1 || by != "" && by != name {
			return nil, "", cannot("the rule " + strconv.Quote(rule.child("Name").content()) + " is for more than the values of one property (" + t.name + ")")
		}
		by = name
		values = append(values, t.child("Literal").content())
	}
	return values, by, nil
}

func (r *sldReader) symbolizer(look *styles.Style, kind styles.Kind, s *node) {
	if look.Kind != "" && look.Kind != kind {
		r.note("a rule draws several kinds of geometry; the first is used")
		return
	}
	switch kind {
	case styles.KindFill:
		if look.Kind != "" {
			r.note("of several symbolizers of a polygon the first is used")
			return
		}
		look.Color, look.Opacity = r.fill(s)
		if s.child("Stroke").name != "" {
			look.Outline, look.Width, _, look.Dash = r.stroke(s)
		}
	case styles.KindLine:
		color, width, opacity, dash := r.stroke(s)
		if look.Kind != "" && look.Width > width { // the wider line below is a casing
			look.Casing = look.Color
		}
		look.Color, look.Width, look.Opacity, look.Dash = color, width, opacity, dash
	default:
		kind = r.graphic(look, s.child("Graphic"))
	}
	look.Kind = kind
}

func (r *sldReader) graphic(look *styles.Style, g *node) styles.Kind {
	size := atof(g.child("Size").content())
	mark := g.child("Mark")
	if name := g.child("Rotation", "PropertyName").content(); name != "" {
		look.Rotate = name
	}
	if mark.name != "" {
		look.Color, look.Opacity = r.fill(mark)
		if stroke := mark.child("Stroke"); stroke.name != "" {
			look.Outline, _, _, _ = r.stroke(mark)
		}
	}
	if icon, ok := icons.FromBase64(g.child("ExternalGraphic", "InlineContent").content()); ok {
		look.Icon, look.Width = icon, size/icons.Size(icon)
		return styles.KindSymbol
	}
	if g.child("ExternalGraphic").name != "" {
		r.note("pictures of points are drawn as circles: give the style an \"icon\" for one of this server's")
	}
	if shape := mark.child("WellKnownName").content(); mark.name != "" && shape != "" && shape != "circle" {
		r.note("points are drawn as circles, not as " + shape)
	}
	look.Width = size / 2
	return styles.KindCircle
}

// parameter is a SvgParameter, or CssParameter in SLD 1.0.
func parameter(n *node, name string) string {
	for _, c := range n.children {
		if (c.name == "SvgParameter" || c.name == "CssParameter") && c.attrs["name"] == name {
			if v := c.child("Literal").content(); v != "" {
				return v
			}
			return c.content()
		}
	}
	return ""
}

func (r *sldReader) fill(s *node) (color string, opacity float64) {
	f := s.child("Fill")
	if f.child("GraphicFill").name != "" {
		r.note("fill patterns are drawn as plain colour")
	}
	return r.color(parameter(f, "fill"), "#808080"), opacityOf(parameter(f, "fill-opacity"))
}

func (r *sldReader) stroke(s *node) (color string, width, opacity float64, dash []float64) {
	n := s.child("Stroke")
	if n.child("GraphicStroke").name != "" {
		r.note("patterned lines are drawn plain")
	}
	width = atof(parameter(n, "stroke-width"))
	if width == 0 {
		width = 1
	}
	for word := range strings.FieldsFuncSeq(parameter(n, "stroke-dasharray"), func(c rune) bool { return c == ' ' || c == ',' }) {
		dash = append(dash, styles.Round6(atof(word)/width))
	}
	return r.color(parameter(n, "stroke"), "#000000"), width, opacityOf(parameter(n, "stroke-opacity")), dash
}

func (r *sldReader) color(text, rest string) string {
	if text == "" {
		return rest
	}
	if _, _, _, ok := styles.ParseColor(text); ok {
		return strings.ToLower(text)
	}
	r.note("the colour " + strconv.Quote(text) + " is not #rrggbb and drawn as " + rest)
	return rest
}

func opacityOf(text string) float64 {
	if text == "" {
		return 1
	}
	return math.Min(math.Max(atof(text), 0), 1)
}

func (r *sldReader) label(rule, s *node) {
	name := s.child("Label", "PropertyName").content()
	if name == "" {
		r.note("labels that are no plain property are left out")
		return
	}
	r.style.Label = name
	if color := parameter(s.child("Fill"), "fill"); color != "" {
		if color = r.color(color, labelColor); color != labelColor {
			r.style.LabelColor = color
		}
	}
	if v := rule.child("MaxScaleDenominator").content(); v != "" {
		r.style.LabelMinZoom = zoomOf(atof(v))
	}
}
