package sheets

import (
	"gisd/tiles/styles"
	"gisd/tiles/styles/icons"
	"strings"
)

// TypeSLD is the media type of WriteSLD's documents.
const TypeSLD = "application/vnd.ogc.sld+xml;version=1.1"

// WriteSLD writes the sheets as one Styled Layer Descriptor 1.1 (OGC 05-078r4)
// with Symbology Encoding 1.1 (OGC 05-077r4), a named layer each. Sizes are
// pixels, and those of zoom 14: SLD has no widths that grow with the scale. The
// icon of a symbol stands inside the document; a program that cannot draw it
// takes the circle behind it.
func WriteSLD(sheets ...Sheet) []byte {
	w := &xmlWriter{}
	w.line(`<?xml version="1.0" encoding="UTF-8"?>`)
	w.element("StyledLayerDescriptor", []string{
		"version", "1.1.0", "xmlns", "http://www.opengis.net/sld", "xmlns:se", "http://www.opengis.net/se",
		"xmlns:ogc", "http://www.opengis.net/ogc", "xmlns:xlink", "http://www.w3.org/1999/xlink",
		"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance",
		"xsi:schemaLocation", "http://www.opengis.net/sld http://schemas.opengis.net/sld/1.1.0/StyledLayerDescriptor.xsd",
	}, func() {
		for _, s := range sheets {
			(&sldWriter{w, s}).layer()
		}
	})
	return []byte(w.b.String())
}

type sldWriter struct {
	*xmlWriter
	Sheet
}

func (w *sldWriter) layer() {
	w.element("NamedLayer", nil, func() {
		w.text("se:Name", w.Collection.ID)
		w.element("UserStyle", nil, func() {
			w.text("se:Name", w.Collection.ID)
			w.element("se:Description", nil, func() { w.text("se:Title", w.title()) })
			for _, kind := range w.kinds() {
				w.element("se:FeatureTypeStyle", nil, func() { w.rules(kind) })
			}
			if w.Style.Label != "" {
				w.element("se:FeatureTypeStyle", nil, w.label)
			}
		})
	})
}

func (w *sldWriter) rules(kind styles.Kind) {
	categories := w.categories()
	for _, c := range categories {
		title := c.Label.In(w.Lang)
		if title == "" {
			title = string(c.Value)
		}
		w.rule(title, func() {
			w.element("ogc:Filter", nil, func() {
				w.element("ogc:PropertyIsEqualTo", nil, func() {
					w.text("ogc:PropertyName", w.Style.By)
					w.text("ogc:Literal", string(c.Value))
				})
			})
		}, kind, look(w.Style, c))
	}
	var filter func()
	title := w.title()
	if len(categories) > 0 {
		filter, title = func() { w.element("se:ElseFilter", nil, nil) }, other(w.Lang)
	}
	w.rule(title, filter, kind, w.Style)
}

// other names the features that no category matches.
func other(lang string) string {
	if lang == "vi" {
		return "Khác"
	}
	return "Other"
}

func (w *sldWriter) rule(title string, filter func(), kind styles.Kind, look styles.Style) {
	w.element("se:Rule", nil, func() {
		w.text("se:Name", title)
		w.element("se:Description", nil, func() { w.text("se:Title", title) })
		if filter != nil {
			filter()
		}
		w.scales(look.MinZoom, look.MaxZoom)
		switch kind {
		case styles.KindLine:
			w.lines(look)
		case styles.KindCircle, styles.KindSymbol:
			w.point(kind, look)
		default:
			w.element("se:PolygonSymbolizer", nil, func() {
				w.fill(look.Color, look.Opacity)
				w.stroke(look.Outline, min(look.Width, 3), 0.9, look.Dash)
			})
		}
	})
}

// scales limit a rule to its zooms; the whole range needs no limit.
func (w *sldWriter) scales(minZoom, maxZoom float64) {
	if maxZoom > 0 && maxZoom < 24 {
		w.text("se:MinScaleDenominator", short(scaleOf(maxZoom)))
	}
	if minZoom > 0 {
		w.text("se:MaxScaleDenominator", short(scaleOf(minZoom)))
	}
}

func (w *sldWriter) lines(look styles.Style) {
	if look.Casing != "" {
		w.element("se:LineSymbolizer", nil, func() { w.stroke(look.Casing, look.Width+casingMore, look.Opacity, nil) })
	}
	w.element("se:LineSymbolizer", nil, func() { w.stroke(look.Color, look.Width, look.Opacity, look.Dash) })
}

func (w *sldWriter) point(kind styles.Kind, look styles.Style) {
	w.element("se:PointSymbolizer", nil, func() {
		w.element("se:Graphic", nil, func() {
			size := 2 * look.Width
			if kind == styles.KindSymbol {
				size = icons.Size(look.Icon) * look.Width
				w.element("se:ExternalGraphic", nil, func() {
					w.text("se:InlineContent", icons.Base64(look.Icon), "encoding", "base64")
					w.text("se:Format", "image/svg+xml")
				})
			}
			w.element("se:Mark", nil, func() {
				w.text("se:WellKnownName", "circle")
				w.fill(look.Color, look.Opacity)
				if look.Outline != "" {
					w.stroke(look.Outline, 1, 1, nil)
				}
			})
			w.text("se:Size", short(size))
			if look.Rotate != "" {
				w.element("se:Rotation", nil, func() { w.text("ogc:PropertyName", look.Rotate) })
			}
		})
	})
}

func (w *sldWriter) fill(color string, opacity float64) {
	w.element("se:Fill", nil, func() {
		w.text("se:SvgParameter", color, "name", "fill")
		w.text("se:SvgParameter", short(opacity), "name", "fill-opacity")
	})
}

func (w *sldWriter) stroke(color string, width, opacity float64, dash []float64) {
	w.element("se:Stroke", nil, func() {
		w.text("se:SvgParameter", color, "name", "stroke")
		w.text("se:SvgParameter", short(width), "name", "stroke-width")
		w.text("se:SvgParameter", short(opacity), "name", "stroke-opacity")
		w.text("se:SvgParameter", "round", "name", "stroke-linejoin")
		if len(dash) > 0 {
			var lengths []string
			for _, d := range dash {
				lengths = append(lengths, short(d*width))
			}
			w.text("se:SvgParameter", strings.Join(lengths, " "), "name", "stroke-dasharray")
		}
	})
}

const (
	labelColor = "#2e3640"
	haloColor  = "#ffffff"
)

func (w *sldWriter) label() {
	s := w.Style
	color := s.LabelColor
	if color == "" {
		color = labelColor
	}
	w.element("se:Rule", nil, func() {
		w.text("se:Name", "label")
		w.scales(s.LabelMinZoom, s.MaxZoom)
		w.element("se:TextSymbolizer", nil, func() {
			w.element("se:Label", nil, func() { w.text("ogc:PropertyName", s.Label) })
			w.element("se:Font", nil, func() {
				w.text("se:SvgParameter", "Liberation Sans", "name", "font-family")
				w.text("se:SvgParameter", "12", "name", "font-size")
			})
			w.element("se:LabelPlacement", nil, func() {
				if s.Kind == styles.KindLine {
					w.element("se:LinePlacement", nil, nil)
					return
				}
				w.element("se:PointPlacement", nil, func() {
					w.element("se:AnchorPoint", nil, func() {
						y := "0.5"
						if s.Kind != styles.KindFill {
							y = "1.5"
						}
						w.text("se:AnchorPointX", "0.5")
						w.text("se:AnchorPointY", y)
					})
				})
			})
			w.element("se:Halo", nil, func() {
				w.text("se:Radius", "1.4")
				w.fill(haloColor, 0.9)
			})
			w.fill(color, 1)
		})
	})
}
