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
	to         wire
	transforms map[spatial.SRID]*crs.Transform
	walker     coords.Walker
	current    *crs.Transform
	convert    func(flat []float64, stride int) error // made once: geometries come by the million
}

// apply rewrites the geometry's coordinates in place and sets its SRID.
func (p *projector) apply(g *spatial.Geometry) error {
	if g.Empty() {
		return nil
	}
	t, err := p.transform(g.SRID)
	if err != nil {
		return err
	}
	if t.Identity() && !p.to.latLon {
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
	p.current = t
	err = p.walker.Rewrite(g.EWKB, p.convert)
	if err != nil {
		return fmt.Errorf("ogc: transform geometry: %w", err)
	}
	g.SRID = p.to.srid
	return nil
}

func (p *projector) transform(from spatial.SRID) (*crs.Transform, error) {
	if t, ok := p.transforms[from]; ok {
		return t, nil
	}
	t, err := crs.NewTransform(from, p.to.srid)
	if err != nil {
		return nil, err
	}
	if p.transforms == nil {
		p.transforms = map[spatial.SRID]*crs.Transform{}
	}
	p.transforms[from] = t
	return t, nil
}
