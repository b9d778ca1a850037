package tiles

import (
	"math"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// MatrixLimits are the tiles of one tile matrix on which a tileset can have
// anything, buffers included, edges inside (OGC 17-083r4 §7.1.2).
type MatrixLimits struct {
	TileMatrix string `json:"tileMatrix"`
	MinTileRow uint32 `json:"minTileRow"`
	MaxTileRow uint32 `json:"maxTileRow"`
	MinTileCol uint32 `json:"minTileCol"`
	MaxTileCol uint32 `json:"maxTileCol"`
}

// Limits lists the tile matrices with tiles, from the coarsest to the finest.
// What lies outside does not exist: nothing of the collections is there.
func (t *Tileset) Limits(s TileMatrixSet) ([]MatrixLimits, error) {
	first, last := t.zooms(s)
	list := []MatrixLimits{}
	for z := first; z <= last; z++ {
		l, ok, err := t.LimitsAt(s, z)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, l)
		}
	}
	return list, nil
}

// zooms is the range in which any of the collections has tiles; it is empty
// (first > last) where none has.
func (t *Tileset) zooms(s TileMatrixSet) (first, last uint32) {
	first = MaxZoom + 1
	for _, c := range t.Collections {
		if c.Version > 0 {
			first, last = min(first, uint32(max(c.MinZoom, 0))), max(last, uint32(min(max(c.MaxZoom, 0), MaxZoom)))
		}
	}
	return max(first, s.FirstZoom), last
}

// HasZoom reports whether the tileset has tiles at the zoom at all.
func (t *Tileset) HasZoom(s TileMatrixSet, z uint32) bool {
	first, last := t.zooms(s)
	return z >= first && z <= last
}

// LimitsAt are the limits at one zoom; false where the tileset has no tile.
func (t *Tileset) LimitsAt(s TileMatrixSet, z uint32) (MatrixLimits, bool, error) {
	l := MatrixLimits{TileMatrix: s.MatrixID(z), MinTileRow: math.MaxUint32, MinTileCol: math.MaxUint32}
	found := false
	if !t.HasZoom(s, z) {
		return l, false, nil
	}
	for _, c := range t.Collections {
		if c.Version == 0 || int(z) < c.MinZoom {
			continue
		}
		box, err := s.cover(c.Extent)
		if err != nil {
			return l, false, err
		}
		if one, ok := s.limits(box, z); ok {
			found = true
			l.MinTileRow, l.MaxTileRow = min(l.MinTileRow, one.MinTileRow), max(l.MaxTileRow, one.MaxTileRow)
			l.MinTileCol, l.MaxTileCol = min(l.MinTileCol, one.MinTileCol), max(l.MaxTileCol, one.MaxTileCol)
		}
	}
	return l, found, nil
}

// LimitsOf are the tiles of a zoom that a box in SRID 4326 meets with their
// buffers; false where it meets none.
func (s TileMatrixSet) LimitsOf(box spatial.Envelope, z uint32) (MatrixLimits, bool, error) {
	cover, err := s.cover(box)
	if err != nil {
		return MatrixLimits{}, false, err
	}
	l, ok := s.limits(cover, z)
	return l, ok, nil
}

// Holds reports whether a tile is within the limits of its tile matrix.
func (l MatrixLimits) Holds(c Coord) bool {
	return c.X >= l.MinTileCol && c.X <= l.MaxTileCol && c.Y >= l.MinTileRow && c.Y <= l.MaxTileRow
}

// cover is the box of an extent (SRID 4326) in the CRS of the set, rounded
// outwards; all of the grid where the extent is unknown.
func (s TileMatrixSet) cover(extent spatial.Envelope) (spatial.Envelope, error) {
	if extent.SRID != spatial.SRIDWGS84 {
		w := s.TileWidth(s.FirstZoom)
		return spatial.Envelope{SRID: s.SRID, MinX: s.MinX, MaxX: s.MinX + w*float64(s.Columns), MinY: s.MaxY - w*float64(s.Rows), MaxY: s.MaxY}, nil
	}
	if extent.MinX > extent.MaxX { // across the antimeridian
		extent.MinX, extent.MaxX = -180, 180
	}
	t, err := crs.NewTransform(spatial.SRIDWGS84, s.SRID)
	if err != nil {
		return spatial.Envelope{}, err
	}
	return t.Envelope(extent)
}

// limits are the tiles of a zoom that a box in the CRS of the set meets with
// their buffers.
func (s TileMatrixSet) limits(box spatial.Envelope, z uint32) (MatrixLimits, bool) {
	columns, rows := s.MatrixSize(z)
	if box.Empty() || columns == 0 {
		return MatrixLimits{}, false
	}
	const tileBuffer = float64(TileBuffer) / Extent
	w := s.TileWidth(z)
	minX, maxX, okX := span((box.MinX-s.MinX)/w-tileBuffer, (box.MaxX-s.MinX)/w+tileBuffer, columns)
	minY, maxY, okY := span((s.MaxY-box.MaxY)/w-tileBuffer, (s.MaxY-box.MinY)/w+tileBuffer, rows)
	return MatrixLimits{TileMatrix: s.MatrixID(z), MinTileRow: minY, MaxTileRow: maxY, MinTileCol: minX, MaxTileCol: maxX}, okX && okY
}

// span is the range of tiles of n that lo to hi, in tiles, meets.
func span(lo, hi float64, n uint32) (first, last uint32, ok bool) {
	lo, hi = math.Max(math.Floor(lo), 0), math.Min(math.Floor(hi), float64(n-1))
	if !(lo <= hi) {
		return 0, 0, false
	}
	return uint32(lo), uint32(hi), true
}
