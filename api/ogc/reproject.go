package ogc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// projector turns geometries into the system of one answer. It serves one
// request and one goroutine.
type projector struct {
	to         wire
	transforms map[spatial.SRID]*crs.Transform
	scratch    []float64
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
	w := walker{data: g.EWKB, projector: p, transform: t}
	if err := w.geometry(0); err != nil {
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

// EWKB type flags as PostGIS writes them.
const (
	ewkbZ    = 0x80000000
	ewkbM    = 0x40000000
	ewkbSRID = 0x20000000
	deepest  = 32 // collections within collections
)

var errEWKB = errors.New("the stored geometry is damaged")

// walker goes through EWKB and converts each run of coordinates where it stands.
type walker struct {
	data      []byte
	at        int
	order     binary.ByteOrder
	stride    int
	projector *projector
	transform *crs.Transform
}

func (w *walker) geometry(depth int) error {
	if w.at+5 > len(w.data) || depth > deepest {
		return errEWKB
	}
	w.order = binary.ByteOrder(binary.BigEndian)
	if w.data[w.at] == 1 {
		w.order = binary.LittleEndian
	}
	kind := w.order.Uint32(w.data[w.at+1:])
	w.at += 5
	if kind&ewkbSRID != 0 {
		w.at += 4
	}
	w.stride = 2
	if kind&ewkbZ != 0 {
		w.stride++
	}
	if kind&ewkbM != 0 {
		w.stride++
	}
	switch kind & 0xff {
	case 1:
		return w.points(1)
	case 2:
		return w.sequence()
	case 3:
		return w.repeat(w.sequence)
	case 4, 5, 6, 7:
		return w.repeat(func() error { return w.geometry(depth + 1) })
	}
	return errEWKB
}

func (w *walker) count() (int, error) {
	if w.at+4 > len(w.data) {
		return 0, errEWKB
	}
	n := int(w.order.Uint32(w.data[w.at:]))
	w.at += 4
	if n > len(w.data)-w.at {
		return 0, errEWKB
	}
	return n, nil
}

func (w *walker) repeat(each func() error) error {
	n, err := w.count()
	for range n {
		if err != nil {
			return err
		}
		err = each()
	}
	return err
}

func (w *walker) sequence() error {
	n, err := w.count()
	if err != nil {
		return err
	}
	return w.points(n)
}

func (w *walker) points(n int) error {
	size := n * w.stride * 8
	if size < 0 || w.at+size > len(w.data) {
		return errEWKB
	}
	run := w.data[w.at : w.at+size]
	w.at += size
	flat := w.projector.scratch[:0]
	for i := 0; i < len(run); i += 8 {
		flat = append(flat, math.Float64frombits(w.order.Uint64(run[i:])))
	}
	w.projector.scratch = flat
	if n == 1 && math.IsNaN(flat[0]) {
		return nil // POINT EMPTY
	}
	if err := w.transform.Flat(flat, w.stride); err != nil {
		return err
	}
	if w.projector.to.latLon {
		for i := 0; i < len(flat); i += w.stride {
			flat[i], flat[i+1] = flat[i+1], flat[i]
		}
	}
	for i, v := range flat {
		w.order.PutUint64(run[i*8:], math.Float64bits(v))
	}
	return nil
}
