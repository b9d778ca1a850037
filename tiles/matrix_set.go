package tiles

import (
	"math"

	"gisd/spatial"
)

// TileMatrixSet is a family of square quad-tree grids: zoom z cuts the square
// into 2^z by 2^z tiles (OGC 17-083r4 §6).
type TileMatrixSet struct {
	ID   string // "WebMercatorQuad"
	URI  string
	SRID spatial.SRID
	// MinX and MaxY are the top left corner of the square, Width its side, in
	// CRS units.
	MinX, MaxY, Width float64
}

// WebMercatorQuad is OGC 17-083r4 §D.1: SRID 3857, the world between 85.06° of
// latitude.
func WebMercatorQuad() TileMatrixSet {
	const half = math.Pi * 6378137
	return TileMatrixSet{
		ID:   "WebMercatorQuad",
		URI:  "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
		SRID: spatial.SRIDWebMercator,
		MinX: -half, MaxY: half, Width: 2 * half,
	}
}

// TileWidth is the side of a tile of the zoom in CRS units.
func (s TileMatrixSet) TileWidth(z uint32) float64 {
	return s.Width / float64(uint64(1)<<z)
}

// Envelope is the tile's box in s.SRID, grown by tileBuffer units of extent
// units a side, on all four sides. Edges belong to it.
func (s TileMatrixSet) Envelope(c Coord, extent, tileBuffer int) spatial.Envelope {
	w := s.TileWidth(c.Z)
	grow := w * float64(tileBuffer) / float64(extent)
	x, y := s.MinX+w*float64(c.X), s.MaxY-w*float64(c.Y)
	return spatial.Envelope{SRID: s.SRID, MinX: x - grow, MinY: y - w - grow, MaxX: x + w + grow, MaxY: y + grow}
}
