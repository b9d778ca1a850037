package sheets

import (
	"fmt"
	"strconv"
	"strings"

	"gisd/spatial"
	"gisd/tiles/styles"
	"gisd/tiles/styles/icons"
)

// TypeQML is what WriteQML's documents are served as; the format has no
// registered type.
const TypeQML = "application/vnd.qgis.qml+xml"

// WriteQML writes the sheet as a layer style of QGIS 3: one symbol, or one for
// each category, and labels. Sizes are pixels, and those of zoom 14. A
// collection of mixed geometries is written as polygons; QGIS splits such a layer
// by geometry anyway.
func WriteQML(s Sheet) []byte {
	w := &qmlWriter{&xmlWriter{}, s}
	style := s.Style
	pairs := []string{"version", "3.22.0", "styleCategories", "Symbology|Labeling|Rendering",
		"labelsEnabled", flag(style.Label != ""), "hasScaleBasedVisibilityFlag", flag(style.MinZoom > 0 || style.MaxZoom < 24),
		"minScale", short(scaleOf(style.MinZoom)), "maxScale", "0"}
	if style.MaxZoom < 24 {
		pairs[len(pairs)-1] = short(scaleOf(style.MaxZoom))
	}
	w.line(`<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>`)
	w.element("qgis", pairs, func() {
		w.renderer()
		if style.Label != "" {
			w.labeling()
		}
		w.text("layerGeometryType", strconv.Itoa(w.geometryType()))
	})
	return []byte(w.b.String())
}

type qmlWriter struct {
	*xmlWriter
	Sheet
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// geometryType is QGIS's: 0 points, 1 lines, 2 polygons.
func (w *qmlWriter) geometryType() int {
	switch w.kinds()[0] {
	case styles.KindLine:
		return 1
	case styles.KindCircle, styles.KindSymbol:
		return 0
	}
	return 2
}

func (w *qmlWriter) renderer() {
	categories := w.categories()
	if len(categories) == 0 {
		w.element("renderer-v2", []string{"type", "singleSymbol", "forceraster", "0", "symbollevels", "0", "enableorderby", "0"}, func() {
			w.element("symbols", nil, func() { w.symbol(0, w.Style) })
		})
		return
	}
	pairs := []string{"type", "categorizedSymbol", "attr", fieldReference(w.Style.By), "forceraster", "0", "symbollevels", "0", "enableorderby", "0"}
	w.element("renderer-v2", pairs, func() {
		w.element("categories", nil, func() {
			for i, c := range categories {
				label := c.Label.In(w.Lang)
				if label == "" {
					label = string(c.Value)
				}
				w.element("category", []string{"value", string(c.Value), "symbol", strconv.Itoa(i), "label", label, "render", "true", "type", w.valueType()}, nil)
			}
			w.element("category", []string{"value", "", "symbol", strconv.Itoa(len(categories)), "label", other(w.Lang), "render", "true", "type", "NULL"}, nil)
		})
		w.element("symbols", nil, func() {
			for i, c := range categories {
				w.symbol(i, look(w.Style, c))
			}
			w.symbol(len(categories), w.Style)
		})
	})
}

// valueType is how QGIS compares the categories.
func (w *qmlWriter) valueType() string {
	if f, ok := w.Collection.Field(w.Style.By); ok {
		switch f.Type {
		case spatial.FieldInteger:
			return "long"
		case spatial.FieldNumber:
			return "double"
		case spatial.FieldBoolean:
			return "bool"
		}
	}
	return "string"
}

// fieldReference is a field as QGIS expressions name it; plain names need no
// quotes.
func fieldReference(name string) string {
	plain := name != ""
	for i, r := range name {
		plain = plain && (r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9')
	}
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func (w *qmlWriter) symbol(number int, look styles.Style) {
	kind, symbolType := w.kinds()[0], "fill"
	switch kind {
	case styles.KindLine:
		symbolType = "line"
	case styles.KindCircle, styles.KindSymbol:
		symbolType = "marker"
	}
	opacity := look.Opacity
	if kind == styles.KindFill {
		opacity = 1 // of the fill alone: outlines stay
	}
	w.element("symbol", []string{"name", strconv.Itoa(number), "type", symbolType, "alpha", short(opacity), "clip_to_extent", "1", "force_rhr", "0"}, func() {
		switch kind {
		case styles.KindLine:
			if look.Casing != "" {
				w.simpleLine(look.Casing, look.Width+casingMore, nil)
			}
			w.simpleLine(look.Color, look.Width, look.Dash)
		case styles.KindCircle:
			w.part("SimpleMarker", look.Rotate, "name", "circle", "color", rgba(look.Color, 1), "outline_color", rgba(look.Outline, 1), "outline_style", "solid",
				"outline_width", "1", "outline_width_unit", "Pixel", "size", short(2*look.Width), "size_unit", "Pixel")
		case styles.KindSymbol:
			w.part("SvgMarker", look.Rotate, "name", "base64:"+icons.Base64(look.Icon), "color", rgba(look.Color, 1), "outline_style", "no",
				"size", short(icons.Size(look.Icon)*look.Width), "size_unit", "Pixel")
		default:
			style := "solid"
			if len(look.Dash) > 0 {
				style = "dash"
			}
			w.part("SimpleFill", "", "color", rgba(look.Color, look.Opacity), "style", "solid", "outline_color", rgba(look.Outline, 0.9), "outline_style", style,
				"outline_width", short(min(look.Width, 3)), "outline_width_unit", "Pixel", "joinstyle", "round")
		}
	})
}

func (w *qmlWriter) simpleLine(color string, width float64, dash []float64) {
	pairs := []string{"line_color", rgba(color, 1), "line_width", short(width), "line_width_unit", "Pixel", "line_style", "solid", "capstyle", "round", "joinstyle", "round"}
	if len(dash) > 0 {
		var lengths []string
		for _, d := range dash {
			lengths = append(lengths, short(d*width))
		}
		pairs = append(pairs, "use_custom_dash", "1", "customdash", strings.Join(lengths, ";"), "customdash_unit", "Pixel")
		pairs[9] = "flat"
	}
	w.part("SimpleLine", "", pairs...)
}

// part is a symbol layer. The options stand twice: QGIS before 3.18 reads props.
func (w *qmlWriter) part(class, rotate string, pairs ...string) {
	w.element("layer", []string{"class", class, "enabled", "1", "locked", "0", "pass", "0"}, func() {
		w.element("Option", []string{"type", "Map"}, func() {
			for i := 0; i+1 < len(pairs); i += 2 {
				w.element("Option", []string{"name", pairs[i], "type", "QString", "value", pairs[i+1]}, nil)
			}
		})
		for i := 0; i+1 < len(pairs); i += 2 {
			w.element("prop", []string{"k", pairs[i], "v", pairs[i+1]}, nil)
		}
		if rotate != "" {
			w.rotation(rotate)
		}
	})
}

// rotation ties the angle to a property.
func (w *qmlWriter) rotation(property string) {
	option := func(name, kind, value string) {
		w.element("Option", []string{"name", name, "type", kind, "value", value}, nil)
	}
	w.element("data_defined_properties", nil, func() {
		w.element("Option", []string{"type", "Map"}, func() {
			option("name", "QString", "")
			w.element("Option", []string{"name", "properties", "type", "Map"}, func() {
				w.element("Option", []string{"name", "angle", "type", "Map"}, func() {
					option("active", "bool", "true")
					option("field", "QString", property)
					option("type", "int", "2")
				})
			})
			option("type", "QString", "collection")
		})
	})
}

func (w *qmlWriter) labeling() {
	s := w.Style
	color := s.LabelColor
	if color == "" {
		color = labelColor
	}
	placement := map[styles.Kind]string{styles.KindFill: "1", styles.KindLine: "2"}[s.Kind] // over, parallel; else around
	if placement == "" {
		placement = "0"
	}
	w.element("labeling", []string{"type", "simple"}, func() {
		w.element("settings", []string{"calloutType", "simple"}, func() {
			w.element("text-style", []string{"fieldName", s.Label, "isExpression", "0", "fontFamily", "Liberation Sans", "namedStyle", "Regular",
				"fontSize", "12", "fontSizeUnit", "Pixel", "textColor", rgba(color, 1), "textOpacity", "1"}, func() {
				w.element("text-buffer", []string{"bufferDraw", "1", "bufferSize", "1.4", "bufferSizeUnits", "Pixel", "bufferColor", rgba(haloColor, 0.9), "bufferOpacity", "0.9"}, nil)
			})
			w.element("placement", []string{"placement", placement, "dist", "2", "distUnits", "Pixel"}, nil)
			scales := []string{"drawLabels", "1", "scaleVisibility", flag(s.LabelMinZoom > 0 || s.MaxZoom < 24), "scaleMax", "0", "scaleMin", short(scaleOf(s.LabelMinZoom))}
			if s.MaxZoom < 24 {
				scales[5] = short(scaleOf(s.MaxZoom))
			}
			w.element("rendering", scales, nil)
		})
	})
}

// rgba is a colour as QGIS writes it.
func rgba(color string, opacity float64) string {
	r, g, b, ok := styles.ParseColor(color)
	if !ok {
		r, g, b = 128, 128, 128
	}
	return fmt.Sprintf("%d,%d,%d,%d", r, g, b, uint8(opacity*255+0.5))
}
