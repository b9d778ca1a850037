package crs

import (
	"math"
	"sync"
	"sync/atomic"

	"gisd/spatial"
)

// A patch is one square of a grid over the source system: 8 192 m, or 1/16 degree.
// Both are powers of two, so that finding the square of a position rounds nothing.
const (
	patchMetres  = 8192
	patchDegrees = 1. / 16
	patchSlots   = 512 // of the table: a province of 80 by 80 km has 100 patches
	// seamDegrees keeps patches off the antimeridian, where longitudes leap: the
	// longest is less than half a degree wide within the 70 degrees that Fit takes.
	seamDegrees = 179
)

// PatchError bounds what Patches differ from the exact transform, in degrees and
// in metres: a tenth of the last of 9 decimals, and of 4.
const (
	PatchErrorDegrees = 1e-10
	PatchErrorMetres  = 1e-5
)

// Patches stands in for a Transform where millions of positions lie close together:
// each square of a fixed grid gets a polynomial of its own when the first position in
// it comes (Fit proves how far that is from the exact transform, at most PatchError;
// squares where it cannot take the exact one). Which polynomial converts a
// position depends on the position alone, so that a vertex that neighbours share
// stays shared whoever asks and in whichever order.
//
// Coordinates are x first in the units of the systems. Safe for goroutines.
type Patches struct {
	exact  *Transform
	size   float64 // of a patch, in units of the source
	maxErr float64
	table  [patchSlots]atomic.Pointer[patch]
}

// patch is one square, the edges at its west and south inside; fit is nil where the
// exact transform converts it.
type patch struct {
	column, row int32
	box         spatial.Envelope
	fit         *Approximation
}

// NewPatches prepares the conversion between two supported systems. An unsupported
// SRID is an error of code invalid.
func NewPatches(from, to spatial.SRID) (*Patches, error) {
	exact, err := NewTransform(from, to)
	if err != nil {
		return nil, err
	}
	p := &Patches{exact: exact, size: patchMetres, maxErr: PatchErrorMetres}
	if exact.from.Geographic {
		p.size = patchDegrees
	}
	if exact.to.Geographic {
		p.maxErr = PatchErrorDegrees
	}
	return p, nil
}

// Identity reports whether coordinates stay as they are.
func (p *Patches) Identity() bool { return p.exact.Identity() }

// Flat converts in place, as Transform.Flat does and with its errors.
func (p *Patches) Flat(xy []float64, stride int) error {
	if stride < 2 || p.exact.path != pathGeneral {
		return p.exact.Flat(xy, stride) // the other paths cost no more than a polynomial
	}
	var at *patch
	for i := 0; i+1 < len(xy); i += stride {
		x, y := xy[i], xy[i+1]
		if at == nil || !(x >= at.box.MinX && x < at.box.MaxX && y >= at.box.MinY && y < at.box.MaxY) {
			at = p.at(x, y)
		}
		if at == nil || at.fit == nil {
			if err := p.exact.Flat(xy[i:i+2], 2); err != nil {
				return p.exact.outsideAt(i/stride, x, y)
			}
			continue
		}
		xy[i], xy[i+1], _ = at.fit.Point(x, y) // inside its domain, where it cannot fail
	}
	return nil
}

// at is the patch of a position, nil where there is none so far out.
func (p *Patches) at(x, y float64) *patch {
	column, row := math.Floor(x/p.size), math.Floor(y/p.size)
	if !(math.Abs(column) < 1<<20 && math.Abs(row) < 1<<20) {
		return nil
	}
	slot := &p.table[(uint32(int32(column))*31+uint32(int32(row)))%patchSlots]
	if found := slot.Load(); found != nil && found.column == int32(column) && found.row == int32(row) {
		return found
	}
	made := &patch{column: int32(column), row: int32(row), box: spatial.Envelope{
		SRID: p.exact.from.SRID, MinX: column * p.size, MinY: row * p.size, MaxX: (column + 1) * p.size, MaxY: (row + 1) * p.size,
	}}
	fit := &Approximation{exact: p.exact, kx: 1, ky: 1, Domain: made.box}
	if !p.seam(made.box) && fit.fit(p.maxErr) {
		made.fit = fit
	}
	slot.Store(made)
	return made
}

// seam tells of a square whose longitudes may leap, and of one that cannot be
// converted whole.
func (p *Patches) seam(box spatial.Envelope) bool {
	for _, corner := range [...][2]float64{{box.MinX, box.MinY}, {box.MaxX, box.MinY}, {box.MinX, box.MaxY}, {box.MaxX, box.MaxY}} {
		n, ok := p.exact.toNormal(corner[0], corner[1])
		if !ok {
			return true
		}
		if lon, _ := n.lonLat(); math.Abs(lon) > seamDegrees {
			return true
		}
		if _, _, ok := p.exact.point(corner[0], corner[1]); !ok {
			return true
		}
	}
	return false
}

// PatchSet keeps the Patches that were asked for. The zero value is ready, and safe
// for goroutines; there are at most as many as pairs of supported systems.
type PatchSet struct{ pairs sync.Map }

// Between is NewPatches, made once for a pair.
func (s *PatchSet) Between(from, to spatial.SRID) (*Patches, error) {
	pair := [2]spatial.SRID{from, to}
	if made, ok := s.pairs.Load(pair); ok {
		return made.(*Patches), nil
	}
	made, err := NewPatches(from, to)
	if err != nil {
		return nil, err
	}
	kept, _ := s.pairs.LoadOrStore(pair, made)
	return kept.(*Patches), nil
}
