package tiles

import (
	"gisd/spatial"
)

// TileMatrixSetDocument is a tile matrix set in JSON (OGC 17-083r4 §8,
// /req/json-tilematrixset).
type TileMatrixSetDocument struct {
	ID              string       `json:"id"`
	Title           string       `json:"title"`
	URI             string       `json:"uri,omitempty"`
	CRS             string       `json:"crs"`
	OrderedAxes     [2]string    `json:"orderedAxes"`
	WellKnownScales string       `json:"wellKnownScaleSet,omitempty"`
	TileMatrices    []TileMatrix `json:"tileMatrices"`
}

// TileMatrix is one zoom. Cells are those of a map drawn at 256 a tile; the
// point of origin is the top left corner, x first.
type TileMatrix struct {
	ID               string     `json:"id"`
	ScaleDenominator float64    `json:"scaleDenominator"`
	CellSize         float64    `json:"cellSize"` // CRS units
	CornerOfOrigin   string     `json:"cornerOfOrigin"`
	PointOfOrigin    [2]float64 `json:"pointOfOrigin"`
	TileWidth        int        `json:"tileWidth"`
	TileHeight       int        `json:"tileHeight"`
	MatrixWidth      uint32     `json:"matrixWidth"`
	MatrixHeight     uint32     `json:"matrixHeight"`
}

// cellsPerTile is the conventional width of a tile in pixels, and pixelMetres
// the standardized size of one (OGC 17-083r4 §6.2.1.1).
const (
	cellsPerTile = 256
	pixelMetres  = 0.00028
)

// Document describes the set; uri names a set that is not registered.
func (s TileMatrixSet) Document(uri string) TileMatrixSetDocument {
	if s.URI != "" {
		uri = s.URI
	}
	d := TileMatrixSetDocument{ID: s.ID, Title: s.Title, URI: uri, CRS: s.CRS, OrderedAxes: s.Axes, WellKnownScales: s.ScaleSet}
	for z := s.FirstZoom; z <= MaxZoom; z++ {
		columns, rows := s.MatrixSize(z)
		cell := s.TileWidth(z) / cellsPerTile
		d.TileMatrices = append(d.TileMatrices, TileMatrix{
			ID: s.MatrixID(z), CellSize: cell, ScaleDenominator: cell * s.unitMetres() / pixelMetres,
			CornerOfOrigin: "topLeft", PointOfOrigin: [2]float64{s.MinX, s.MaxY},
			TileWidth: cellsPerTile, TileHeight: cellsPerTile, MatrixWidth: columns, MatrixHeight: rows,
		})
	}
	return d
}

func (s TileMatrixSet) unitMetres() float64 {
	if s.SRID == spatial.SRIDWGS84 {
		return degreeMetres
	}
	return 1
}
