package postgis

import (
	"math"
	"sync"

	"gisd/spatial"
	"gisd/spatial/crs"
	"gisd/tiles"
)

// The side of a region in units of the storage CRS. A polynomial of degree 3 is
// far within regionError() over it.
const (
	regionMetres  = 1 << 15
	regionDegrees = 0.25
)

// regionError is a sixteenth of the step of the finest cells' lattice, half a
// tile unit of zoom 18, in metres of SRID 3857.
func regionError() float64 {
	return tiles.WebMercatorQuad().TileWidth(18) / tiles.Extent / 2 * fitError
}

// maxRegions bounds the polynomials kept.
const maxRegions = 4096

// regions projects a storage CRS to SRID 3857 as one function of the position
// alone, whatever tile or cell asks: each region, a square of a grid over the
// storage CRS, has its polynomial, within regionError() of the exact transform, or
// takes the exact one where none fits. Cells that are built apart so meet
// exactly, and a tile cut from a cell is the one drawn from rows. It is safe for
// goroutines.
type regions struct {
	exact, back *crs.Transform
	side        float64
	geo         bool // storage is in degrees

	mu   sync.RWMutex
	fits map[region]*crs.Approximation // nil where the exact transform serves
}

type region struct{ x, y int64 }

func newRegions(exact, back *crs.Transform, geo bool) *regions {
	side := float64(regionMetres)
	if geo {
		side = regionDegrees
	}
	return &regions{exact: exact, back: back, side: side, geo: geo, fits: map[region]*crs.Approximation{}}
}

// projector returns a function for one goroutine: it converts x, y pairs in
// place and fails with errBeyond where one cannot be shown.
func (r *regions) projector() func(xy []float64) error {
	var (
		at    region
		fit   *crs.Approximation
		known bool
	)
	return func(xy []float64) error {
		for i := 0; i+1 < len(xy); i += 2 {
			x, y := xy[i], xy[i+1]
			if r.geo {
				y = min(max(y, -maxLatitude), maxLatitude)
			}
			if here := r.of(x, y); !known || here != at {
				at, fit, known = here, r.fit(here), true
			}
			var ok bool
			if fit != nil {
				xy[i], xy[i+1], ok = fit.Point(x, y)
			} else {
				var err error
				xy[i], xy[i+1], err = r.exact.Point(x, y)
				ok = err == nil
			}
			if !ok {
				return errBeyond
			}
		}
		return nil
	}
}

// of is the region of a position; positions that are no numbers have one too,
// whose transform refuses them.
func (r *regions) of(x, y float64) region {
	const most = 1 << 40
	clamp := func(v float64) int64 {
		v = math.Floor(v / r.side)
		if !(v > -most && v < most) {
			return most
		}
		return int64(v)
	}
	return region{clamp(x), clamp(y)}
}

func (r *regions) fit(at region) *crs.Approximation {
	r.mu.RLock()
	fit, ok := r.fits[at]
	r.mu.RUnlock()
	if ok {
		return fit
	}
	square := spatial.Envelope{
		SRID: r.exact.From().SRID,
		MinX: float64(at.x) * r.side, MinY: float64(at.y) * r.side,
		MaxX: float64(at.x+1) * r.side, MaxY: float64(at.y+1) * r.side,
	}
	if box, err := r.exact.Envelope(square); err == nil {
		if found, ok := crs.FitTransform(r.exact, r.back, box, regionError()); ok {
			fit = found
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.fits) >= maxRegions {
		clear(r.fits)
	}
	r.fits[at] = fit
	return fit
}
