package arcgis

import (
	"math"

	"gisd/spatial"
	"gisd/tiles"
)

// The grid of vector tiles: web Mercator, 512 pixels a side, 96 dots an inch.
const (
	mercatorEdge     = 20037508.342787001
	resolutionOfZero = 2 * mercatorEdge / 512
	scaleOfZero      = 295828763.7957775
)

// vectorTileServer describes the tiles of a collection; they and their style are
// below this address too.
func (r *request) vectorTileServer() error {
	c, err := r.find()
	if err != nil {
		return err
	}
	if c.GeometryType == spatial.GeometryNone {
		return spatial.NotFound("arcgis: tiles", "The collection has no geometry, and so no tiles.")
	}
	if r.format == "html" {
		return r.describedPage(c, nil, "", "VectorTileServer")
	}
	lods := []object{}
	for z := range tiles.MaxZoom + 1 {
		lods = append(lods, object{"level": z, "resolution": resolutionOfZero / math.Exp2(float64(z)), "scale": scaleOfZero / math.Exp2(float64(z))})
	}
	box := extentIn(c.Extent, spatial.SRIDWebMercator)
	if box == nil {
		box = &extent{-mercatorEdge, -mercatorEdge, mercatorEdge, mercatorEdge, referenceOf(spatial.SRIDWebMercator)}
	}
	return r.json(object{
		"currentVersion": version, "name": r.titleOf(c), "copyrightText": c.Attribution, "capabilities": "TilesOnly", "type": "indexedVector",
		"defaultStyles": "resources/styles", "tiles": []string{"tile/{z}/{y}/{x}.pbf"}, "exportTilesAllowed": false, "maxExportTilesCount": 0,
		"initialExtent": box, "fullExtent": box, "minScale": scaleOfZero, "maxScale": scaleOfZero / math.Exp2(tiles.MaxZoom),
		"minzoom": c.MinZoom, "maxzoom": c.MaxZoom, "minLOD": c.MinZoom, "maxLOD": c.MaxZoom,
		"tileInfo": object{
			"rows": 512, "cols": 512, "dpi": 96, "format": "pbf", "origin": object{"x": -mercatorEdge, "y": mercatorEdge},
			"spatialReference": referenceOf(spatial.SRIDWebMercator), "lods": lods,
		},
		"resourceInfo": object{"styleVersion": 8, "tileCompression": "gzip"},
	})
}
