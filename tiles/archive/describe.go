package archive

import (
	"encoding/json"
	"fmt"
	"math"

	"gisd/tiles"
)

// Format is what the tiles of an archive are, by the name that MBTiles has for
// it.
type Format string

// The formats; a format is also the ending of a raster tile's address.
const (
	FormatVector Format = "pbf"
	FormatPNG    Format = "png"
	FormatJPEG   Format = "jpg"
	FormatWebP   Format = "webp"
)

// Vector reports whether the tiles are Mapbox Vector Tiles.
func (f Format) Vector() bool { return f == FormatVector }

// Description is what an archive says of itself. Bounds are west, south, east,
// north, Center is lon, lat, in degrees.
type Description struct {
	Name, Description, Attribution string
	Format                         Format
	MinZoom, MaxZoom               int
	Bounds                         [4]float64
	Center                         [2]float64
	CenterZoom                     int
	VectorLayers                   json.RawMessage // as in TileJSON; nil where there are none
	TileSize                       int             // pixels a side of raster tiles; 0 is not known
}

// maxLat is where the world of WebMercatorQuad ends, in degrees.
const maxLat = 85.0511287798066

func world() [4]float64 { return [4]float64{-180, -maxLat, 180, maxLat} }

// Describe makes the description of an archive of vector tiles with the zooms
// first to last.
func Describe(doc tiles.TileJSON, first, last int) (Description, error) {
	d := Description{Name: doc.Name, Description: doc.Description, Attribution: doc.Attribution, Format: FormatVector,
		MinZoom: first, MaxZoom: last, Bounds: world(), CenterZoom: first}
	if len(doc.Bounds) == 4 {
		d.Bounds = [4]float64(doc.Bounds)
		d.Bounds[1], d.Bounds[3] = max(d.Bounds[1], -maxLat), min(d.Bounds[3], maxLat)
	}
	if len(doc.Center) == 3 {
		d.Center, d.CenterZoom = [2]float64(doc.Center[:2]), int(doc.Center[2])
	}
	d.CenterZoom = min(max(d.CenterZoom, first), last)
	layers := make([]tiles.VectorLayer, len(doc.VectorLayers))
	for i, l := range doc.VectorLayers {
		l.MinZoom, l.MaxZoom, l.Generalisation = min(max(l.MinZoom, first), last), last, nil
		layers[i] = l
	}
	var err error
	if d.VectorLayers, err = json.Marshal(layers); err != nil {
		return d, fmt.Errorf("archive: describe: %w", err)
	}
	return d, nil
}

// within narrows the description to a region.
func (d *Description) within(box [4]float64) {
	d.Bounds = [4]float64{max(d.Bounds[0], box[0]), max(d.Bounds[1], box[1]), min(d.Bounds[2], box[2]), min(d.Bounds[3], box[3])}
	if d.Bounds[0] > d.Bounds[2] || d.Bounds[1] > d.Bounds[3] { // nothing is there
		d.Bounds = box
	}
	d.Center = [2]float64{(d.Bounds[0] + d.Bounds[2]) / 2, (d.Bounds[1] + d.Bounds[3]) / 2}
	zoom := d.MinZoom
	for zoom < d.MaxZoom && 360/math.Exp2(float64(zoom+1)) >= d.Bounds[2]-d.Bounds[0] {
		zoom++
	}
	d.CenterZoom = zoom
}

// pmtilesMetadata is the metadata of a PMTiles archive (version 3 §5); what it
// does not name is left alone.
type pmtilesMetadata struct {
	Name         string          `json:"name,omitempty"`
	Description  string          `json:"description,omitempty"`
	Attribution  string          `json:"attribution,omitempty"`
	Type         string          `json:"type,omitempty"`
	VectorLayers json.RawMessage `json:"vector_layers,omitempty"`
}

func (d *Description) json() ([]byte, error) {
	b, err := json.Marshal(pmtilesMetadata{d.Name, d.Description, d.Attribution, "overlay", d.VectorLayers})
	if err != nil {
		return nil, fmt.Errorf("archive: metadata: %w", err)
	}
	return b, nil
}
