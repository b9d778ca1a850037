package arcgis

import (
	"cmp"
	"math"

	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/tiles/styles"
)

// pointsPerPixel turns the sizes of styles into those of Esri's symbols.
const pointsPerPixel = 0.75

// scaleOf is the denominator of a zoom's scale at 96 dots an inch, for tiles of 512
// pixels; 0 where there is no bound.
func scaleOf(zoom float64) float64 {
	if zoom <= 0 {
		return 0
	}
	return math.Round(scaleOfZero/math.Exp2(zoom)*100) / 100
}

func unitsOf(srid spatial.SRID) string {
	if s, ok := crs.Lookup(srid); ok && !s.Geographic {
		return "esriMeters"
	}
	return "esriDecimalDegrees"
}

// drawing is the style as Esri's drawingInfo. Icons become dots of their colour,
// and widths are those of zoom 14.
func (l *layer) drawing(s styles.Style, lang string) object {
	symbol := func(color string, width float64) object {
		return l.symbol(s, cmp.Or(color, s.Color), cmp.Or(width, s.Width))
	}
	info := object{"transparency": int(math.Round(100 * (1 - s.Opacity))), "labelingInfo": l.labels(s)}
	by, ok := l.find(s.By)
	if !ok || s.By == "" || len(s.Categories) == 0 {
		info["renderer"] = object{"type": "simple", "symbol": symbol("", 0), "label": "", "description": ""}
		return info
	}
	classes := []object{}
	for _, c := range s.Categories {
		classes = append(classes, object{
			"value": string(c.Value), "label": cmp.Or(c.Label.In(lang), string(c.Value)), "description": "", "symbol": symbol(c.Color, c.Width),
		})
	}
	info["renderer"] = object{
		"type": "uniqueValue", "field1": l.fields[by].Name, "field2": nil, "field3": nil, "fieldDelimiter": ", ",
		"defaultSymbol": symbol("", 0), "defaultLabel": spatial.Text{VI: "Khác", EN: "Other"}.In(lang), "uniqueValueInfos": classes,
	}
	return info
}

func (l *layer) symbol(s styles.Style, color string, width float64) object {
	line := func(color string, width float64) object {
		style := "esriSLSSolid"
		if len(s.Dash) > 0 {
			style = "esriSLSDash"
		}
		return object{"type": "esriSLS", "style": style, "color": rgba(color), "width": styles.Round6(width * pointsPerPixel)}
	}
	name, _ := geometryTypeOf(l.c.GeometryType)
	switch name {
	case "esriGeometryPolyline":
		return line(color, width)
	case "esriGeometryPolygon":
		outline := s.Outline
		if color != s.Color {
			outline = styles.Darker(color)
		}
		return object{"type": "esriSFS", "style": "esriSFSSolid", "color": rgba(color), "outline": line(cmp.Or(outline, styles.Darker(color)), min(s.Width, 3))}
	}
	size := 2 * width // the width of a circle is its radius
	if s.Kind == styles.KindSymbol {
		size = 10
	}
	return object{
		"type": "esriSMS", "style": "esriSMSCircle", "color": rgba(color), "size": styles.Round6(size * pointsPerPixel), "angle": 0, "xoffset": 0, "yoffset": 0,
		"outline": object{"type": "esriSLS", "style": "esriSLSSolid", "color": rgba(cmp.Or(s.Outline, "#ffffff")), "width": pointsPerPixel},
	}
}

func rgba(color string) [4]uint8 {
	r, g, b, ok := styles.ParseColor(color)
	if !ok {
		return [4]uint8{128, 128, 128, 255}
	}
	return [4]uint8{r, g, b, 255}
}

// labels writes the label property; nil for none.
func (l *layer) labels(s styles.Style) []object {
	at, ok := l.find(s.Label)
	if !ok || s.Label == "" {
		return nil
	}
	placement := "esriServerPolygonPlacementAlwaysHorizontal"
	switch name, _ := geometryTypeOf(l.c.GeometryType); name {
	case "esriGeometryPolyline":
		placement = "esriServerLinePlacementAboveAlong"
	case "esriGeometryPoint", "esriGeometryMultipoint":
		placement = "esriServerPointLabelPlacementBelowCenter"
	}
	name := l.fields[at].Name
	return []object{{
		"labelPlacement": placement, "labelExpression": "[" + name + "]", "labelExpressionInfo": object{"expression": `$feature["` + name + `"]`},
		"useCodedValues": true, "minScale": scaleOf(s.LabelMinZoom), "maxScale": 0,
		"symbol": object{
			"type": "esriTS", "color": rgba(cmp.Or(s.LabelColor, "#2e3640")), "haloColor": rgba("#ffffff"), "haloSize": 1,
			"verticalAlignment": "middle", "horizontalAlignment": "center",
			"font": object{"family": "Noto Sans", "size": 9, "style": "normal", "weight": "normal", "decoration": "none"},
		},
	}}
}
