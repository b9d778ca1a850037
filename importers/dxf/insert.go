package dxf

import (
	"bytes"
	"math"
)

// insert handles an INSERT of the drawing itself: for each cell of its array
// one feature with the geometry of the block, one for each text in it and one
// for each visible attribute.
func (x *exploder) insert(e *entity, top *placement) error {
	b, ok := x.d.blocks[folded(e.string(2))]
	if !ok {
		return nil
	}
	in := x.placementOf(e, top)
	for i := range e.attribs {
		a := &e.attribs[i]
		in.attribs = append(in.attribs, attribute{bytes.TrimSpace(a.string(2)), x.textOf(a)})
	}
	return x.cells(e, b, func(m matrix, offset vec) error {
		in.m, in.moved = m, true
		in.tolerance = x.tolerance / max(m.stretch(), 1e-9)
		return x.whole(e, b, in, offset)
	})
}

// whole emits one insertion.
func (x *exploder) whole(e *entity, b blockRef, in *placement, offset vec) error {
	merged := x.merged.shape
	merged.reset()
	err := x.explode(b, in, &merged)
	x.merged.shape = merged
	if err != nil {
		return err
	}
	if !merged.empty() {
		x.begin(&x.merged, e, &placement{paper: in.paper, color: color{aci: 7, rgb: -1}})
		x.merged.shape = merged
		x.merged.block, x.merged.attribs, x.merged.hidden = in.block, in.attribs, in.hidden
		x.merged.rotation, x.merged.turned = e.float(50, 0), true
		if err := x.emit(&x.merged); err != nil {
			return err
		}
	}
	at := placement{m: identity(), moved: true, layer: in.layer, color: in.color, linetype: in.linetype, paper: in.paper,
		hidden: in.hidden, depth: 1, block: in.block, attribs: in.attribs, tolerance: x.tolerance}
	at.m.at = offset
	for i := range e.attribs {
		if err := x.visit(1); err != nil {
			return err
		}
		a := &e.attribs[i]
		if err := x.plain(a, &at, nil); err != nil {
			return err
		}
	}
	return nil
}

// placementOf resolves what the entities of the block inherit of e.
func (x *exploder) placementOf(e *entity, outer *placement) *placement {
	var f feature
	x.begin(&f, e, outer)
	in := &placement{layer: f.layer, color: f.color, linetype: f.linetype, paper: outer.paper, hidden: f.hidden,
		depth: outer.depth + 1, block: outer.block, handle: outer.handle, attribs: outer.attribs}
	if outer.depth == 0 {
		in.block, in.handle = bytes.TrimSpace(e.string(2)), e.string(5)
	}
	return in
}

// cells calls visit for each place of the array that an INSERT is, with the map
// from the block's coordinates to those around the INSERT:
//
//	p -> ocs * (insertion + turn * (cell + scale * (p - base)))
func (x *exploder) cells(e *entity, b blockRef, visit func(m matrix, offset vec) error) error {
	columns, rows := e.int(70, 1), e.int(71, 1)
	dx, dy := e.float(44, 0), e.float(45, 0)
	sin, cos := math.Sincos(radians(e.float(50, 0)))
	turn := matrix{x: vec{cos, sin, 0}, y: vec{-sin, cos, 0}, z: vec{z: 1}, at: e.point(10)}
	world, tilted := e.extrusion()
	for row := range max(rows, 0) {
		for column := range max(columns, 0) {
			if err := x.visit(1); err != nil {
				return err
			}
			cell := vec{dx * float64(column), dy * float64(row), 0}
			scale := matrix{x: vec{x: e.float(41, 1)}, y: vec{y: e.float(42, 1)}, z: vec{z: e.float(43, 1)}, at: cell}
			scale.at = scale.apply(b.base.times(-1))
			m, offset := turn.after(&scale), turn.direction(cell)
			if tilted {
				m, offset = world.after(&m), world.direction(offset)
			}
			if err := visit(m, offset); err != nil {
				return err
			}
		}
	}
	return nil
}

// explode places the entities of a block: geometry into one shape, text out;
// without the shape each for itself.
func (x *exploder) explode(b blockRef, p *placement, into *shape) error {
	name := folded([]byte(b.name))
	if p.depth > maxDepth || x.open[name] {
		return nil // a block within itself; AutoCAD does not show it either
	}
	x.open[name] = true
	defer delete(x.open, name)
	return x.cache.each(name, b, func(e *entity) error {
		if err := x.visit(1); err != nil {
			return err
		}
		switch e.kind {
		case "INSERT":
			return x.nested(e, p, into)
		case "DIMENSION":
			return x.nestedDrawn(e, p, into)
		case "ATTDEF":
			if e.int(70, 0)&2 == 0 {
				return nil // stands for the attributes of the INSERT
			}
		}
		return x.plain(e, p, into)
	})
}

func (x *exploder) nested(e *entity, outer *placement, into *shape) error {
	b, ok := x.d.blocks[folded(e.string(2))]
	if !ok {
		return nil
	}
	in := x.placementOf(e, outer)
	return x.cells(e, b, func(m matrix, _ vec) error {
		in.m, in.moved = outer.m.after(&m), true
		in.tolerance = outer.tolerance / max(m.stretch(), 1e-9)
		return x.explode(b, in, into)
	})
}

// drawn handles a DIMENSION, which brings its picture as a block in world
// coordinates.
func (x *exploder) drawn(e *entity, top *placement) error {
	b, ok := x.d.blocks[folded(e.string(2))]
	if !ok {
		return x.plain(e, top, nil)
	}
	in := x.placementOf(e, top)
	in.m, in.moved, in.tolerance = picture(e), true, x.tolerance
	in.block = nil
	return x.explode(b, in, nil)
}

func (x *exploder) nestedDrawn(e *entity, outer *placement, into *shape) error {
	b, ok := x.d.blocks[folded(e.string(2))]
	if !ok {
		return x.plain(e, outer, into)
	}
	in := x.placementOf(e, outer)
	m := picture(e)
	in.m, in.moved, in.tolerance = outer.m.after(&m), true, outer.tolerance
	return x.explode(b, in, into)
}

// picture is where the block of a DIMENSION goes: moved where the dimension is
// a copy of another.
func picture(e *entity) matrix {
	m := identity()
	m.at = e.point(12)
	return m
}
