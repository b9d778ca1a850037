package shape

import (
	"encoding/binary"
	"fmt"

	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// Shaper decodes geometries and turns them into one system. It serves one
// goroutine.
type Shaper struct {
	to         spatial.SRID
	transforms map[spatial.SRID]*crs.Patches
}

// New prepares for answers in a system that spatial/crs knows; another one is an
// error of code invalid when the first geometry comes.
func New(to spatial.SRID) *Shaper {
	return &Shaper{to: to, transforms: map[spatial.SRID]*crs.Patches{}}
}

// Geometry is g in the system of the answer, x first; nil for no geometry and for
// one that is empty. Z and M stay as they are. g is not changed.
func (s *Shaper) Geometry(g spatial.Geometry) (geom.T, error) {
	if g.Empty() {
		return nil, nil
	}
	t, err := s.transform(g.SRID)
	if err != nil {
		return nil, err
	}
	out, err := ewkb.Unmarshal(g.EWKB)
	if err != nil {
		return nil, fmt.Errorf("shape: decode: %w", err)
	}
	return out, convert(out, t)
}

// EWKB is Geometry as little-endian EWKB without an SRID.
func (s *Shaper) EWKB(g spatial.Geometry) ([]byte, error) {
	out, err := s.Geometry(g)
	if out == nil || err != nil {
		return nil, err
	}
	b, err := ewkb.Marshal(out, binary.LittleEndian)
	if err != nil {
		return nil, fmt.Errorf("shape: encode: %w", err)
	}
	return b, nil
}

func convert(g geom.T, t *crs.Patches) error {
	if collection, ok := g.(*geom.GeometryCollection); ok {
		for _, part := range collection.Geoms() {
			if err := convert(part, t); err != nil {
				return err
			}
		}
		return nil
	}
	if t.Identity() || g.Empty() {
		return nil
	}
	if err := t.Flat(g.FlatCoords(), g.Stride()); err != nil {
		return fmt.Errorf("shape: transform: %w", err)
	}
	return nil
}

func (s *Shaper) transform(from spatial.SRID) (*crs.Patches, error) {
	if t, ok := s.transforms[from]; ok {
		return t, nil
	}
	t, err := crs.NewPatches(from, s.to)
	if err != nil {
		return nil, err
	}
	s.transforms[from] = t
	return t, nil
}
