package tiles

import (
	"math"

	"gisd/spatial"
)

// mayShow reports whether the collection can have anything on the tile. It has
// not below its first zoom, nor where the tile with its buffer lies outside its
// extent; such tiles are answered without the database. An unknown extent may
// show everywhere.
func mayShow(c *spatial.Collection, at Coord) bool {
	if c.Version == 0 || int(at.Z) < c.MinZoom {
		return false
	}
	e := c.Extent
	if e.SRID != spatial.SRIDWGS84 {
		return true
	}
	if e.Empty() {
		return false
	}
	box := lonLat(WebMercatorQuad().Envelope(at, Extent, TileBuffer))
	if e.MinY > box.MaxY || e.MaxY < box.MinY {
		return false
	}
	if e.MinX > e.MaxX { // across the antimeridian
		return box.MaxX >= e.MinX || box.MinX <= e.MaxX
	}
	return e.MinX <= box.MaxX && e.MaxX >= box.MinX
}

// lonLat converts a box of SRID 3857 to SRID 4326, rounded outwards.
func lonLat(e spatial.Envelope) spatial.Envelope {
	const degree, tiny = 180 / math.Pi, 1e-9
	lat := func(y float64) float64 { return degree * math.Atan(math.Sinh(y/6378137)) }
	return spatial.Envelope{SRID: spatial.SRIDWGS84,
		MinX: e.MinX/6378137*degree - tiny, MaxX: e.MaxX/6378137*degree + tiny,
		MinY: lat(e.MinY) - tiny, MaxY: lat(e.MaxY) + tiny}
}
