package sheets

import (
	"fmt"
	"gisd/tiles/styles"
	"gisd/tiles/styles/icons"
	"math"
	"strconv"
	"strings"
)

// symbol reads the symbol layers that have a counterpart here.
func (r *qmlReader) symbol(s *node) styles.Style {
	look := styles.Style{}
	alpha := 1.0
	if v := s.attrs["alpha"]; v != "" {
		alpha = atof(v)
	}
	for _, l := range s.all("layer") {
		if l.attrs["enabled"] == "0" {
			continue
		}
		o := optionsOf(l)
		switch class := l.attrs["class"]; class {
		case "SimpleFill":
			if look.Color != "" {
				r.note("of several fills of a symbol the first is used")
				continue
			}
			r.simpleFill(&look, o)
		case "SimpleLine":
			r.simpleLine(&look, o, s.attrs["type"])
		case "SimpleMarker", "FilledMarker":
			r.marker(&look, o)
		case "SvgMarker", "RasterMarker":
			r.picture(&look, o)
		default:
			r.note(class + " is drawn plain")
			r.plain(&look, o, s.attrs["type"])
		}
		if field := angleOf(l); field != "" {
			look.Rotate = field
		}
	}
	look.Opacity = styles.Round6(math.Round(100*look.Opacity*alpha) / 100)
	return look
}

func (r *qmlReader) simpleFill(look *styles.Style, o map[string]string) {
	look.Kind = styles.KindFill
	look.Color, look.Opacity = r.color(o["color"])
	switch o["style"] {
	case "", "solid":
	case "no":
		look.Opacity = 0.01
	default:
		r.note("fill patterns are drawn as plain colour")
	}
	if o["outline_style"] != "no" {
		look.Outline, _ = r.color(o["outline_color"])
		look.Width = r.pixels(o["outline_width"], o["outline_width_unit"])
	}
}

func (r *qmlReader) simpleLine(look *styles.Style, o map[string]string, symbolType string) {
	color, opacity := r.color(o["line_color"])
	width := r.pixels(o["line_width"], o["line_width_unit"])
	if symbolType == "fill" { // an outline of its own
		look.Kind, look.Outline, look.Width = styles.KindFill, color, width
		if look.Color == "" {
			look.Color, look.Opacity = color, 0.01
		}
		return
	}
	if look.Kind == styles.KindLine && look.Width > width { // the wider line below is a casing
		look.Casing = look.Color
	}
	look.Kind, look.Color, look.Opacity, look.Width, look.Dash = styles.KindLine, color, opacity, width, nil
	if o["use_custom_dash"] == "1" && width > 0 {
		for part := range strings.SplitSeq(o["customdash"], ";") {
			look.Dash = append(look.Dash, styles.Round6(r.pixels(part, o["customdash_unit"])/width))
		}
	} else if style := o["line_style"]; style != "" && style != "solid" && style != "no" {
		look.Dash = map[string][]float64{"dash": {4, 2}, "dot": {1, 2}, "dash dot": {4, 2, 1, 2}, "dash dot dot": {4, 2, 1, 2, 1, 2}}[style]
	}
}

func (r *qmlReader) marker(look *styles.Style, o map[string]string) {
	if shape := o["name"]; shape != "" && shape != "circle" {
		r.note("points are drawn as circles, not as " + shape)
	}
	look.Kind = styles.KindCircle
	look.Color, look.Opacity = r.color(o["color"])
	if o["outline_style"] != "no" {
		look.Outline, _ = r.color(o["outline_color"])
	}
	look.Width = r.pixels(o["size"], o["size_unit"]) / 2
}

func (r *qmlReader) picture(look *styles.Style, o map[string]string) {
	content, _ := strings.CutPrefix(o["name"], "base64:")
	size := r.pixels(o["size"], o["size_unit"])
	look.Color, look.Opacity = r.color(o["color"])
	if icon, ok := icons.FromBase64(content); ok {
		look.Kind, look.Icon, look.Width = styles.KindSymbol, icon, styles.Round6(size/icons.Size(icon))
		return
	}
	r.note("pictures of points are drawn as circles: give the style an \"icon\" for one of this server's")
	look.Kind, look.Width = styles.KindCircle, size/2
}

// plain stands in for a symbol layer that has no counterpart.
func (r *qmlReader) plain(look *styles.Style, o map[string]string, symbolType string) {
	if look.Color != "" {
		return
	}
	look.Kind = map[string]styles.Kind{"fill": styles.KindFill, "line": styles.KindLine, "marker": styles.KindCircle}[symbolType]
	look.Opacity, look.Color = 1, "#808080"
	for _, name := range []string{"color", "color1", "line_color"} {
		if o[name] != "" {
			look.Color, look.Opacity = r.color(o[name])
			return
		}
	}
}

// optionsOf are a symbol layer's options, from Option or prop elements.
func optionsOf(layer *node) map[string]string {
	o := map[string]string{}
	for _, p := range layer.all("prop") {
		o[p.attrs["k"]] = p.attrs["v"]
	}
	for _, p := range layer.child("Option").all("Option") {
		o[p.attrs["name"]] = p.attrs["value"]
	}
	return o
}

// angleOf is the field that turns a marker.
func angleOf(layer *node) string {
	for _, o := range layer.child("data_defined_properties").find("Option") {
		if o.attrs["name"] != "angle" {
			continue
		}
		values := map[string]string{}
		for _, v := range o.all("Option") {
			values[v.attrs["name"]] = v.attrs["value"]
		}
		if values["active"] == "true" {
			return values["field"]
		}
	}
	return ""
}

// pixels converts a length of QGIS; 96 pixels make an inch.
func (r *qmlReader) pixels(text, unit string) float64 {
	v := atof(text)
	switch unit {
	case "Pixel":
	case "Point":
		v *= 96. / 72
	case "Inch":
		v *= 96
	case "", "MM":
		v *= 96 / 25.4
	default:
		r.note("lengths in " + unit + " are drawn as pixels")
	}
	return min(math.Round(v*100)/100, 50)
}

// color reads "r,g,b,a", with whatever newer versions put behind it.
func (r *qmlReader) color(text string) (string, float64) {
	parts := strings.Split(text, ",")
	var v [4]uint8
	v[3] = 255
	for i := range min(len(parts), 4) {
		n, err := strconv.ParseUint(strings.TrimSpace(parts[i]), 10, 8)
		if err != nil || len(parts) < 3 {
			if _, _, _, ok := styles.ParseColor(text); ok {
				return strings.ToLower(text), 1
			}
			return "#808080", 1
		}
		v[i] = uint8(n)
	}
	return fmt.Sprintf("#%02x%02x%02x", v[0], v[1], v[2]), math.Round(float64(v[3])/255*100) / 100
}
