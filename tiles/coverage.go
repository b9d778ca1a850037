package tiles

import (
	"math"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// mayShow reports whether the collection can have anything on the tile. It has
// not below its first zoom, nor where the tile with its buffer lies outside its
// extent; such tiles are answered without the database. An unknown extent may
// show everywhere.
func mayShow(c *spatial.Collection, set TileMatrixSet, at Coord) bool {
	if c.Version == 0 || int(at.Z) < c.MinZoom {
		return false
	}
	e := c.Whole().Extent // features reach beyond the areas that their caller sees
	if e.SRID != spatial.SRIDWGS84 {
		return true
	}
	if e.Empty() {
		return false
	}
	box, ok := lonLat(set.Envelope(at, Extent, TileBuffer))
	if !ok {
		return true
	}
	if e.MinY > box.MaxY || e.MaxY < box.MinY {
		return false
	}
	if e.MinX > e.MaxX { // across the antimeridian
		return box.MaxX >= e.MinX || box.MinX <= e.MaxX
	}
	return e.MinX <= box.MaxX && e.MaxX >= box.MinX
}

// lonLat converts a box to SRID 4326, rounded outwards; false where that cannot
// be told.
func lonLat(e spatial.Envelope) (spatial.Envelope, bool) {
	switch e.SRID {
	case spatial.SRIDWGS84:
		return e, true
	case spatial.SRIDWebMercator:
		return fromMercator(e), true
	}
	t, err := crs.NewTransform(e.SRID, spatial.SRIDWGS84)
	if err != nil {
		return e, false
	}
	out, err := t.Envelope(e)
	return out, err == nil
}

func fromMercator(e spatial.Envelope) spatial.Envelope {
	const degree, tiny = 180 / math.Pi, 1e-9
	lat := func(y float64) float64 { return degree * math.Atan(math.Sinh(y/6378137)) }
	return spatial.Envelope{SRID: spatial.SRIDWGS84,
		MinX: e.MinX/6378137*degree - tiny, MaxX: e.MaxX/6378137*degree + tiny,
		MinY: lat(e.MinY) - tiny, MaxY: lat(e.MaxY) + tiny}
}
