package ogc

import (
	"fmt"

	"gisd/api/ogc/coords"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// projector turns geometries into the system of one answer. It serves one
// request and one goroutine.
type projector struct {
	to      wire
	patches *crs.PatchSet
	walker  coords.Walker
	from    spatial.SRID
	current *crs.Patches                           // from there to the answer's system
	convert func(flat []float64, stride int) error // made once: geometries come by the million
}

// apply rewrites the geometry's coordinates in place and sets its SRID.
func (p *projector) apply(g *spatial.Geometry) error {
	if g.Empty() {
		return nil
	}
	if p.current == nil || p.from != g.SRID {
		var err error
		if p.current, err = p.patches.Between(g.SRID, p.to.srid); err != nil {
			return err
		}
		p.from = g.SRID
	}
	if p.current.Identity() && !p.to.latLon {
		return nil
	}
	if p.convert == nil {
		p.convert = func(flat []float64, stride int) error {
			if err := p.current.Flat(flat, stride); err != nil {
				return err
			}
			if p.to.latLon {
				coords.Swap(flat, stride)
			}
			return nil
		}
	}
	err := p.walker.Rewrite(g.EWKB, p.convert)
	if err != nil {
		return fmt.Errorf("ogc: transform geometry: %w", err)
	}
	g.SRID = p.to.srid
	return nil
}
