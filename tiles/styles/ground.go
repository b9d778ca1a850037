package styles

import (
	_ "embed"
	"gisd/tiles/styles/glyphs"
)

// overview is a coarse outline of Vietnam with its islands, drawn by hand from
// public knowledge for zooms below a province: WGS 84 lon, lat degrees. It is
// an orientation and no boundary document.
//
//go:embed overview.geojson
var overview []byte

const (
	seaColor    = "#dbe6ec"
	groundColor = "#f4f2ec"
	overviewID  = "overview"
)

// The overview gives way to the collections between these zooms.
const (
	overviewFades = 8.0
	overviewEnds  = 10.0
)

func fading(opacity float64) expression {
	return expression{"interpolate", expression{"linear"}, expression{"zoom"}, overviewFades, opacity, overviewEnds, 0}
}

func kindIs(kind string) expression {
	return expression{"==", expression{"get", "kind"}, kind}
}

// addGround lays what lies under the collections: sea and land, and the
// basemap over them when there is one.
func (d *Document) addGround(basemap Basemap) {
	d.Sources[overviewID] = Source{Type: "geojson", Data: overview}
	d.Layers = append(d.Layers,
		Layer{ID: "background", Type: "background", Paint: map[string]any{
			"background-color": expression{
				"interpolate", expression{"linear"}, expression{"zoom"},
				overviewFades, seaColor, overviewEnds, groundColor,
			},
		}},
		Layer{
			ID: "overview-land", Type: "fill", Source: overviewID, MaxZoom: overviewEnds, Filter: kindIs("land"),
			Paint: map[string]any{"fill-color": groundColor, "fill-opacity": fading(1)},
		},
		Layer{
			ID: "overview-coast", Type: "line", Source: overviewID, MaxZoom: overviewEnds, Filter: kindIs("land"),
			Layout: map[string]any{"line-join": "round"},
			Paint:  map[string]any{"line-color": "#a9b7be", "line-width": 1, "line-opacity": fading(1)},
		},
		Layer{
			ID: "overview-islands", Type: "circle", Source: overviewID, Filter: kindIs("island"),
			Paint: map[string]any{
				"circle-color": groundColor, "circle-stroke-color": "#8d9da6", "circle-stroke-width": 1,
				"circle-radius": expression{"interpolate", expression{"linear"}, expression{"zoom"}, 3, 1, 8, 3},
			},
		},
	)
	if basemap.TileURL == "" {
		return
	}
	d.Sources["basemap"] = Source{
		Type: "raster", Tiles: []string{basemap.TileURL}, TileSize: 256, MaxZoom: 19, Attribution: basemap.Attribution,
	}
	d.Layers = append(d.Layers, Layer{
		ID: "basemap", Type: "raster", Source: "basemap",
		Paint: map[string]any{"raster-saturation": -0.5, "raster-opacity": 0.75},
	})
}

// addOverviewLabels writes the names of the national overview over everything.
// The metadata tell a map that these texts exist in both languages, as the
// properties "vi" and "en".
func (d *Document) addOverviewLabels() {
	label := func(id, kind string, minZoom, maxZoom float64, font string, size any, color string, spacing float64) Layer {
		return Layer{
			ID: id, Type: "symbol", Source: overviewID, MinZoom: minZoom, MaxZoom: maxZoom, Filter: kindIs(kind),
			Layout: map[string]any{
				"text-field": expression{"get", "vi"}, "text-font": []string{font}, "text-size": size,
				"text-letter-spacing": spacing, "text-max-width": 12,
			},
			Paint: map[string]any{
				"text-color": color, "text-halo-color": "rgba(255,255,255,0.85)", "text-halo-width": 1.2,
			},
			Metadata: map[string]any{"gisd:languages": true},
		}
	}
	grow := func(low, high float64) expression {
		return expression{"interpolate", expression{"linear"}, expression{"zoom"}, 3, low, 8, high}
	}
	// The two archipelagos are always legible: nothing may push them away.
	islands := label("overview-archipelagos", "archipelago", 0, 24, glyphs.FontItalic, grow(9.5, 14), "#3c5566", 0)
	islands.Layout["text-allow-overlap"] = true
	d.Layers = append(d.Layers,
		label("overview-sea", "sea", 3.5, 9, glyphs.FontItalic, grow(10, 16), "#6d8fa3", 0.2),
		label("overview-cities", "city", 5, overviewFades, glyphs.FontRegular, grow(10, 13), "#3a434b", 0),
		label("overview-country", "country", 2, 7, glyphs.FontBold, grow(10, 17), "#56616a", 0.15),
		islands,
	)
}
