package dxf

import (
	"encoding/binary"
	"errors"
	"math"

	"gisd/importers/wkb"
	"gisd/spatial"
)

var errNotFinite = errors.New("a coordinate is no number: a DXF cannot hold it")

// geometry appends the entities of one geometry.
func (d *drawer) geometry(g []byte, layer string) error {
	var in wkb.Info
	if err := wkb.Inspect(g, d.h.Dimensions, &in); err != nil {
		return err
	}
	if in.NonFinite {
		return errNotFinite
	}
	if in.Empty() {
		d.empty++
		return nil
	}
	d.box = d.box.Extend(in.MinX, in.MinY).Extend(in.MaxX, in.MaxY)
	d.path, d.rings = d.path[:0], d.rings[:0]
	stride := wkb.Stride(d.h.Dimensions)
	hasZ := d.h.Dimensions == spatial.XYZ || d.h.Dimensions == spatial.XYZM
	wkb.Runs(g, d.h.Dimensions, func(kind uint32, _ int, run []byte) bool {
		if kind != wkb.Polygon {
			d.polygons(layer)
			d.path = appendRun(d.path[:0], run, stride, hasZ)
			if kind == wkb.Point {
				d.point(layer)
			} else {
				d.polyline(d.path, layer, false)
			}
			d.path = d.path[:0]
			return true
		}
		d.path = appendRun(d.path, run, stride, hasZ)
		d.rings = append(d.rings, len(d.path))
		return true
	})
	d.polygons(layer)
	return nil
}

func appendRun(dst []vec, run []byte, stride int, hasZ bool) []vec {
	at := func(i int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(run[8*i:])) }
	for i := 0; i+stride <= len(run)/8; i += stride {
		v := vec{x: at(i), y: at(i + 1)}
		if hasZ {
			if z := at(i + 2); z-z == 0 { // an unknown height is 0
				v.z = z
			}
		}
		dst = append(dst, v)
	}
	return dst
}

// polygons writes the rings collected so far.
func (d *drawer) polygons(layer string) {
	if len(d.rings) == 0 {
		return
	}
	switch level := levelOf(d.path); {
	case len(d.rings) == 1:
		d.polyline(d.path, layer, true)
	case level:
		d.hatch(layer)
	default:
		from := 0
		for _, end := range d.rings {
			d.polyline(d.path[from:end], layer, true)
			from = end
		}
	}
	d.path, d.rings = d.path[:0], d.rings[:0]
}

func levelOf(path []vec) bool {
	for _, v := range path {
		if v.z != path[0].z {
			return false
		}
	}
	return true
}

// entity appends what every entity begins with.
func (d *drawer) entity(kind, layer string) {
	d.handle++
	d.buf = appendGroup(d.buf, 0, kind)
	d.buf = appendHandle(d.buf, 5, d.handle)
	d.buf = appendHandle(d.buf, 330, handleModel)
	d.buf = appendGroup(d.buf, 100, "AcDbEntity")
	d.buf = appendGroup(d.buf, 8, layer)
}

func (d *drawer) position(code int, v vec, z bool) {
	d.buf = appendNumber(d.buf, code, v.x)
	d.buf = appendNumber(d.buf, code+10, v.y)
	if z {
		d.buf = appendNumber(d.buf, code+20, v.z)
	}
}

func (d *drawer) point(layer string) {
	v := d.path[0]
	if v.x != v.x { // POINT EMPTY within a collection
		return
	}
	d.entity("POINT", layer)
	d.buf = appendGroup(d.buf, 100, "AcDbPoint")
	d.position(10, v, true)
	d.extended("")
}

// polyline writes a line, or a ring without the repetition of its first
// position.
func (d *drawer) polyline(path []vec, layer string, ring bool) {
	n := len(path)
	if n == 0 {
		return
	}
	mark := ""
	closed := int64(0)
	switch again := n > 2 && path[0] == path[n-1]; {
	case ring:
		closed = 1
		if again {
			path = path[:n-1]
		}
	case again:
		mark = lineMark
	}
	if !levelOf(path) {
		d.polyline3D(path, layer, mark, closed)
		return
	}
	d.entity("LWPOLYLINE", layer)
	d.buf = appendGroup(d.buf, 100, "AcDbPolyline")
	d.buf = appendInt(d.buf, 90, int64(len(path)))
	d.buf = appendInt(d.buf, 70, closed)
	if z := path[0].z; z != 0 {
		d.buf = appendNumber(d.buf, 38, z)
	}
	for _, v := range path {
		d.position(10, v, false)
	}
	d.extended(mark)
}

func (d *drawer) polyline3D(path []vec, layer, mark string, closed int64) {
	d.entity("POLYLINE", layer)
	owner := d.handle
	d.buf = appendGroup(d.buf, 100, "AcDb3dPolyline")
	d.buf = appendInt(d.buf, 66, 1)
	d.position(10, vec{}, true)
	d.buf = appendInt(d.buf, 70, polyline3D|closed)
	d.extended(mark)
	for _, v := range path {
		d.entity("VERTEX", layer)
		d.buf = appendGroup(d.buf, 100, "AcDbVertex")
		d.buf = appendGroup(d.buf, 100, "AcDb3dPolylineVertex")
		d.position(10, v, true)
		d.buf = appendInt(d.buf, 70, 32)
	}
	d.handle++
	d.buf = appendGroup(d.buf, 0, "SEQEND")
	d.buf = appendHandle(d.buf, 5, d.handle)
	d.buf = appendHandle(d.buf, 330, owner)
	d.buf = appendGroup(d.buf, 100, "AcDbEntity")
	d.buf = appendGroup(d.buf, 8, layer)
}

// hatch writes the rings as one solid HATCH; which of them are holes follows
// from how they lie in one another.
func (d *drawer) hatch(layer string) {
	d.entity("HATCH", layer)
	d.buf = appendGroup(d.buf, 100, "AcDbHatch")
	d.position(10, vec{z: d.path[0].z}, true)
	d.position(210, vec{z: 1}, true)
	d.buf = appendGroup(d.buf, 2, "SOLID")
	d.buf = appendInt(d.buf, 70, 1)
	d.buf = appendInt(d.buf, 71, 0)
	d.buf = appendInt(d.buf, 91, int64(len(d.rings)))
	from := 0
	for _, end := range d.rings {
		ring := d.path[from:end]
		if n := len(ring); n > 1 && ring[0] == ring[n-1] {
			ring = ring[:n-1]
		}
		from = end
		d.buf = appendInt(d.buf, 92, 1|loopPolyline)
		d.buf = appendInt(d.buf, 72, 0)
		d.buf = appendInt(d.buf, 73, 1)
		d.buf = appendInt(d.buf, 93, int64(len(ring)))
		for _, v := range ring {
			d.position(10, v, false)
		}
		d.buf = appendInt(d.buf, 97, 0)
	}
	d.buf = appendInt(d.buf, 75, styleNormal)
	d.buf = appendInt(d.buf, 76, 1)
	d.buf = appendInt(d.buf, 98, 1)
	d.position(10, vec{}, false)
	d.extended("")
}
