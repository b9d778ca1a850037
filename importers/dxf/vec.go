package dxf

import "math"

// vec is a position or direction in drawing units, x first.
type vec struct{ x, y, z float64 }

func (a vec) plus(b vec) vec               { return vec{a.x + b.x, a.y + b.y, a.z + b.z} }
func (a vec) minus(b vec) vec              { return vec{a.x - b.x, a.y - b.y, a.z - b.z} }
func (a vec) times(f float64) vec          { return vec{a.x * f, a.y * f, a.z * f} }
func (a vec) length() float64              { return math.Sqrt(a.x*a.x + a.y*a.y + a.z*a.z) }
func (a vec) same(b vec) bool              { return a.x == b.x && a.y == b.y }
func (a vec) distance(b vec) float64       { return math.Hypot(a.x-b.x, a.y-b.y) }
func (a vec) towards(b vec, f float64) vec { return a.plus(b.minus(a).times(f)) }

func (a vec) cross(b vec) vec {
	return vec{a.y*b.z - a.z*b.y, a.z*b.x - a.x*b.z, a.x*b.y - a.y*b.x}
}

func (a vec) unit() vec {
	if l := a.length(); l > 0 {
		return a.times(1 / l)
	}
	return a
}

// matrix maps p to x*p.x + y*p.y + z*p.z + at.
type matrix struct{ x, y, z, at vec }

func identity() matrix { return matrix{x: vec{x: 1}, y: vec{y: 1}, z: vec{z: 1}} }

func (m *matrix) direction(p vec) vec {
	return m.x.times(p.x).plus(m.y.times(p.y)).plus(m.z.times(p.z))
}

func (m *matrix) apply(p vec) vec { return m.direction(p).plus(m.at) }

// after is the map that applies n first and then m.
func (m *matrix) after(n *matrix) matrix {
	return matrix{x: m.direction(n.x), y: m.direction(n.y), z: m.direction(n.z), at: m.apply(n.at)}
}

// stretch is the largest factor by which m lengthens an axis.
func (m *matrix) stretch() float64 {
	return max(m.x.length(), m.y.length(), m.z.length())
}

// ocs is the object coordinate system of an extrusion direction in world
// coordinates (DXF reference, "Arbitrary axis algorithm"); ok is false for the
// world's own.
func ocs(n vec) (m matrix, ok bool) {
	if n.x == 0 && n.y == 0 && n.z > 0 || n.length() == 0 || n.x-n.x != 0 || n.y-n.y != 0 || n.z-n.z != 0 {
		return identity(), false
	}
	n = n.unit()
	ax := vec{z: 1}.cross(n)
	if math.Abs(n.x) < 1.0/64 && math.Abs(n.y) < 1.0/64 {
		ax = vec{y: 1}.cross(n)
	}
	ax = ax.unit()
	return matrix{x: ax, y: n.cross(ax).unit(), z: n}, true
}

// extrusion is the object coordinate system of an entity.
func (e *entity) extrusion() (matrix, bool) {
	g, ok := e.find(210)
	if !ok {
		return identity(), false
	}
	return ocs(vec{g.number, e.float(220, 0), e.float(230, 1)})
}
