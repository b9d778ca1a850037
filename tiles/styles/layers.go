package styles

import (
	"cmp"

	"gisd/spatial"
	"gisd/tiles/styles/glyphs"
)

// labelOrder puts every label over every drawing.
const labelOrder = 1000

type expression = []any

// collectionLayers makes the style layers of one collection. The first has the
// collection's id; the others add ":outline", ":casing", ":arrow", ":label".
func collectionLayers(c *spatial.Collection, s Style, source string) []Layer {
	b := layerBuilder{collection: c, style: s, source: source}
	if c.GeometryType == spatial.GeometryAny {
		return b.mixed()
	}
	switch s.Kind {
	case KindLine:
		b.line(c.ID, nil)
	case KindCircle:
		b.circle(c.ID, nil)
	case KindSymbol:
		b.symbol()
	default:
		b.fill(c.ID, nil)
	}
	if s.Kind != KindSymbol {
		b.label(s.Kind)
	}
	return b.layers
}

type layerBuilder struct {
	collection *spatial.Collection
	style      Style
	source     string
	layers     []Layer
}

// mixed draws each kind of geometry in its own way.
func (b *layerBuilder) mixed() []Layer {
	id := b.collection.ID
	only := func(t string) expression { return expression{"==", expression{"geometry-type"}, t} }
	b.fill(id, only("Polygon"))
	b.line(id+":line", only("LineString"))
	b.circle(id+":point", only("Point"))
	b.label(KindCircle)
	return b.layers
}

func (b *layerBuilder) add(l Layer, part string, order int) {
	l.Source, l.SourceLayer = b.source, b.collection.ID
	l.MinZoom, l.MaxZoom = max(l.MinZoom, b.style.MinZoom), b.style.MaxZoom
	l.Metadata = map[string]any{"gisd:collection": b.collection.ID, "gisd:part": part}
	l.order = order
	if b.style.Hidden {
		if l.Layout == nil {
			l.Layout = map[string]any{}
		}
		l.Layout["visibility"] = "none"
	}
	if zoom := b.categoryZoom(); zoom != nil {
		if l.Filter == nil {
			l.Filter = zoom
		} else {
			l.Filter = expression{"all", l.Filter, zoom}
		}
	}
	b.layers = append(b.layers, l)
}

func (b *layerBuilder) fill(id string, filter any) {
	s := b.style
	b.add(Layer{
		ID: id, Type: "fill", Filter: filter,
		Paint: map[string]any{
			"fill-color":     b.color(),
			"fill-opacity":   s.Opacity,
			"fill-antialias": false,
		},
	}, "fill", s.Order)
	outline := map[string]any{
		"line-color":   b.outline(),
		"line-width":   byZoom(min(s.Width, 3)),
		"line-opacity": expression{"interpolate", expression{"linear"}, expression{"zoom"}, s.MinZoom, 0.35, s.MinZoom + 3, 0.9},
	}
	if len(s.Dash) > 0 {
		outline["line-dasharray"] = s.Dash
	}
	b.add(Layer{
		ID: b.collection.ID + ":outline", Type: "line", Filter: filter,
		Layout: map[string]any{"line-join": "round"}, Paint: outline,
	}, "outline", s.Order)
}

func (b *layerBuilder) line(id string, filter any) {
	s := b.style
	width := b.number(s.Width, func(c Category) float64 { return c.Width })
	round := func() map[string]any { return map[string]any{"line-cap": "round", "line-join": "round"} }
	if s.Casing != "" {
		b.add(Layer{
			ID: b.collection.ID + ":casing", Type: "line", Filter: filter, Layout: round(),
			Paint: map[string]any{"line-color": s.Casing, "line-width": byZoom(expression{"+", width, 1.6}), "line-opacity": s.Opacity},
		}, "casing", s.Order)
	}
	paint := map[string]any{"line-color": b.color(), "line-width": byZoom(width), "line-opacity": s.Opacity}
	layout := round()
	if len(s.Dash) > 0 {
		paint["line-dasharray"] = s.Dash
		layout["line-cap"] = "butt"
	}
	b.add(Layer{ID: id, Type: "line", Filter: filter, Layout: layout, Paint: paint}, "line", s.Order)
	if !s.Arrows {
		return
	}
	b.add(Layer{
		ID: b.collection.ID + ":arrow", Type: "symbol", Filter: filter, MinZoom: 14,
		Layout: map[string]any{
			"symbol-placement": "line", "symbol-spacing": 120, "icon-image": "arrow",
			"icon-size": 0.6, "icon-allow-overlap": true, "icon-rotation-alignment": "map",
		},
		Paint: map[string]any{"icon-opacity": 0.85},
	}, "arrow", s.Order)
}

func (b *layerBuilder) circle(id string, filter any) {
	s := b.style
	b.add(Layer{
		ID: id, Type: "circle", Filter: filter,
		Paint: map[string]any{
			"circle-color":        b.color(),
			"circle-opacity":      s.Opacity,
			"circle-radius":       byZoom(b.number(s.Width, func(c Category) float64 { return c.Width })),
			"circle-stroke-color": s.Outline,
			"circle-stroke-width": expression{"interpolate", expression{"linear"}, expression{"zoom"}, 9, 0.4, 14, 1.2},
		},
	}, "circle", s.Order)
}

func (b *layerBuilder) symbol() {
	s := b.style
	icon := any(s.Icon)
	if b.categorized(func(c Category) bool { return c.Icon != "" }) {
		icon = b.match(s.Icon, func(c Category) any { return cmp.Or(c.Icon, s.Icon) })
	}
	layout := map[string]any{
		"icon-image":         icon,
		"icon-size":          expression{"interpolate", expression{"linear"}, expression{"zoom"}, 8, 0.45 * s.Width, 12, 0.7 * s.Width, 15, s.Width},
		"icon-allow-overlap": expression{"step", expression{"zoom"}, false, 13, true},
	}
	if s.Rotate != "" {
		layout["icon-rotate"] = expression{"to-number", expression{"get", s.Rotate}, 0}
		layout["icon-rotation-alignment"] = "map"
	}
	l := Layer{ID: b.collection.ID, Type: "symbol", Layout: layout}
	if s.Label != "" {
		// In one layer, so that no name stands without its icon.
		b.text(&l, KindSymbol)
		layout["text-field"] = expression{"step", expression{"zoom"}, "", s.LabelMinZoom, layout["text-field"]}
	}
	b.add(l, "symbol", s.Order)
}

func (b *layerBuilder) label(kind Kind) {
	s := b.style
	if s.Label == "" {
		return
	}
	l := Layer{ID: b.collection.ID + ":label", Type: "symbol", MinZoom: s.LabelMinZoom, Layout: map[string]any{}}
	b.text(&l, kind)
	b.add(l, "label", labelOrder+s.Order)
}

// text writes the label property in the manner of the kind.
func (b *layerBuilder) text(l *Layer, kind Kind) {
	s, layout := b.style, l.Layout
	layout["text-field"] = expression{"to-string", expression{"get", s.Label}}
	layout["text-font"] = []string{glyphs.FontRegular}
	layout["text-size"] = expression{"interpolate", expression{"linear"}, expression{"zoom"}, 8, 10.5, 16, 13}
	layout["text-max-width"] = 9
	layout["text-padding"] = 4
	switch kind {
	case KindLine:
		layout["symbol-placement"] = "line"
		layout["symbol-spacing"] = 320
	case KindCircle, KindSymbol:
		layout["text-anchor"] = "top"
		layout["text-offset"] = []float64{0, 0.9}
		layout["text-optional"] = true
	}
	l.Paint = map[string]any{
		"text-color":      cmp.Or(s.LabelColor, "#2e3640"),
		"text-halo-color": "rgba(255,255,255,0.9)",
		"text-halo-width": 1.4,
	}
}
