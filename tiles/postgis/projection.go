package postgis

import (
	"errors"

	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
)

// errBeyond marks a feature with a vertex that the tile matrix set cannot show.
var errBeyond = errors.New("tiles/postgis: a vertex is beyond the reach of the projection")

// fitError is how far, in tile units, a fitted projection may be off.
const fitError = 1.0 / 16

// Below coarseBelow features less than coarseCell units wide, half a pixel of a
// map, share a square. From there on every feature is drawn for itself.
const (
	coarseBelow = 12
	coarseCell  = 4
)

// maxLatitude keeps vertices at the poles drawable: they go far beyond the
// square of the tile matrix set, but not to infinity.
const maxLatitude = 89.9

// tileView is one tile as one collection's rows see it.
type tileView struct {
	grid mvt.Grid
	box  spatial.Envelope // what to ask the database for
	none bool             // nothing can be there
}

// view converts the tile's box to the storage CRS and fits the projection.
func (p *plan) view(c tiles.Coord) (tileView, error) {
	set := p.set
	width := set.TileWidth(c.Z)
	tile := set.Envelope(c, tiles.Extent, 0)
	v := tileView{
		grid: mvt.Grid{MinX: tile.MinX, MaxY: tile.MaxY, Scale: tiles.Extent / width},
		box:  set.Envelope(c, tiles.Extent, tiles.TileBuffer),
	}
	band, banded := cell.BandOf(c.Z)
	banded = banded && set.Matrix() == "" // cells are of WebMercatorQuad
	if banded {                           // the same bytes as a tile that is cut from a cell
		v.grid = band.Grid(set, c)
	}
	v.grid.Extent, v.grid.Buffer = tiles.Extent, tiles.TileBuffer
	if c.Z < coarseBelow {
		v.grid.Cell = coarseCell
	}
	if !p.extent.Empty() {
		// Far from the data a national system has no meaning.
		if v.box = intersect(v.box, p.extent); v.box.Empty() {
			v.none = true
			return v, nil
		}
	}
	if p.exact == nil {
		return v, nil
	}
	if banded {
		v.grid.Project = p.regions.projector()
	} else {
		// A quarter of a tile more, for the vertices of what crosses the edge.
		fitBox := set.Envelope(c, tiles.Extent, tiles.Extent/4)
		if !p.extent.Empty() {
			fitBox = intersect(fitBox, p.extent)
		}
		v.grid.Project = p.projector(fitBox, width/tiles.Extent*fitError)
	}
	var err error
	if v.box, err = p.back.Envelope(v.box); err != nil {
		return v, err
	}
	v.none = v.box.Empty()
	return v, nil
}

func (p *plan) projector(box spatial.Envelope, maxErr float64) func([]float64) error {
	fitted, ok := crs.FitTransform(p.exact, p.back, box, maxErr)
	return func(xy []float64) error {
		if p.geo {
			for i := 1; i < len(xy); i += 2 {
				xy[i] = min(max(xy[i], -maxLatitude), maxLatitude)
			}
		}
		if ok {
			if fitted.Flat(xy, 2) >= 0 {
				return errBeyond
			}
			return nil
		}
		if p.exact.Flat(xy, 2) != nil {
			return errBeyond
		}
		return nil
	}
}

func intersect(a, b spatial.Envelope) spatial.Envelope {
	a.MinX, a.MinY = max(a.MinX, b.MinX), max(a.MinY, b.MinY)
	a.MaxX, a.MaxY = min(a.MaxX, b.MaxX), min(a.MaxY, b.MaxY)
	if a.MinX > a.MaxX || a.MinY > a.MaxY {
		return spatial.EmptyEnvelope(a.SRID)
	}
	return a
}
