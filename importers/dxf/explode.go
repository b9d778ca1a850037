package dxf

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
)

const (
	// maxVisits bounds what inserted blocks come to, an entity and 16 positions
	// counted alike; maxDepth the nesting of blocks, maxPositions one feature.
	maxVisits    = 4_000_000
	maxDepth     = 32
	maxPositions = 1 << 20
)

// exploder turns entities into features, those of blocks where they are
// inserted.
type exploder struct {
	ctx       context.Context //nolint:containedctx // lives for one pass
	d         *drawing
	cache     *blockCache
	tolerance float64 // in drawing units
	emit      func(*feature) error
	// wanted tells by layer whether a feature is of use; nil takes all.
	wanted func(layer []byte, paper bool) bool
	spans  []span // what to read of the entities; nil is all
	at     span   // of the entity that is being exploded
	e      entity // that entity
	visits int
	f      feature         // the one on its way out
	merged feature         // what the geometry of a block gathers in
	open   map[string]bool // blocks that are being inserted
	path   []vec
}

// placement is where the entities of a block go.
type placement struct {
	m         matrix
	moved     bool // m is not the identity
	layer     []byte
	color     color
	linetype  []byte
	paper     bool
	hidden    bool
	depth     int
	block     []byte
	handle    []byte
	attribs   []attribute
	tolerance float64
}

// run reads the drawing's entities from the first to the last.
func (x *exploder) run() error {
	file, err := os.Open(x.d.file.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	x.cache, x.open = newBlockCache(x.d, file), map[string]bool{}
	if x.spans != nil {
		tags := x.d.reader(file, 0)
		for _, s := range x.spans {
			if err := tags.seek(s.from); err != nil {
				return err
			}
			if err := x.section(tags, s.to); err != nil {
				return err
			}
		}
		return nil
	}
	for _, at := range x.d.sections {
		if err := x.section(x.d.reader(file, at), math.MaxInt64); err != nil {
			return err
		}
	}
	return nil
}

// span is a stretch of the file that begins and ends between two entities.
type span struct{ from, to int64 }

// section explodes the entities from the reader's place up to an offset or the
// section's end.
func (x *exploder) section(tags *tagReader, to int64) error {
	r := entityReader{tags: tags}
	r.begin()
	for n := 0; r.at < to; n++ {
		if n&1023 == 0 && x.ctx.Err() != nil {
			return x.ctx.Err()
		}
		x.at.from = r.at
		err := r.read(&x.e)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		x.at.to = r.at
		if err := x.entity(&x.e); err != nil {
			return err
		}
	}
	return nil
}

// visit counts entities of inserted blocks.
func (x *exploder) visit(n int) error {
	before := x.visits >> 10
	if x.visits += n; x.visits > maxVisits {
		return tooLarge("%s: with its blocks inserted the drawing comes to more than %d entities; purge its blocks or explode them", x.d.file.Name, maxVisits)
	}
	if x.visits>>10 != before {
		return x.ctx.Err()
	}
	return nil
}

// entity handles one entity of the drawing itself.
func (x *exploder) entity(e *entity) error {
	top := placement{m: identity(), color: color{aci: 7, rgb: -1}, paper: e.int(67, 0) == 1, tolerance: x.tolerance}
	switch e.kind {
	case "INSERT":
		return x.insert(e, &top)
	case "DIMENSION":
		return x.drawn(e, &top)
	}
	if x.wanted != nil && !x.wanted(e.layer(), top.paper) {
		return nil
	}
	return x.plain(e, &top, nil)
}

func (e *entity) layer() []byte {
	if l := e.string(8); len(l) > 0 {
		return l
	}
	return []byte("0")
}

// begin fills what every feature has from its entity; what stands on layer 0 of
// a block takes the layer of its INSERT.
func (x *exploder) begin(f *feature, e *entity, p *placement) {
	f.reset(e.kind)
	f.layer, f.color, f.linetype, f.handle = e.layer(), e.color(), e.string(6), e.string(5)
	f.paper, f.block, f.attribs, f.tooLarge = p.paper, p.block, p.attribs, e.tooLarge
	if p.depth > 0 {
		if p.handle != nil {
			f.handle = p.handle
		}
		if string(f.layer) == "0" {
			f.layer = p.layer
		}
	}
	f.hidden = p.hidden || e.int(60, 0) == 1 || e.kind == "ATTRIB" && e.int(70, 0)&1 != 0
	l, known := x.d.layers[folded(f.layer)]
	if known && l.hidden {
		f.hidden = true
	}
	if f.color.rgb < 0 {
		switch f.color.aci {
		case byBlock:
			f.color = p.color
		case byLayer:
			f.color = color{aci: 7, rgb: -1}
			if known {
				f.color = color{aci: l.aci, rgb: l.rgb}
			}
		}
	}
	switch folded(f.linetype) {
	case "BYBLOCK":
		f.linetype = p.linetype
	case "", "BYLAYER":
		f.linetype = []byte(l.linetype)
	}
	f.thickness = e.float(39, 0)
	f.xdata = e
}

// plain handles an entity that is no block. With into set it is part of one:
// geometry goes there, only text comes out by itself.
func (x *exploder) plain(e *entity, p *placement, into *shape) error {
	x.begin(&x.f, e, p)
	isText, ok := x.build(e, &x.f, p.tolerance)
	if !ok {
		return nil
	}
	if err := x.deliver(p, into, isText); err != nil {
		return err
	}
	if e.kind != "DIMENSION" && e.kind != "MULTILEADER" && e.kind != "MLEADER" {
		return nil
	}
	for _, second := range [...]bool{false, true} {
		x.begin(&x.f, e, p)
		if e.kind == "DIMENSION" && x.arrowhead(e, &x.f.shape, second) {
			if err := x.deliver(p, into, false); err != nil {
				return err
			}
		}
	}
	x.begin(&x.f, e, p)
	if !x.caption(e, &x.f) {
		return nil
	}
	return x.deliver(p, into, true)
}

// deliver places what was built in f and hands it on.
func (x *exploder) deliver(p *placement, into *shape, isText bool) error {
	f := &x.f
	if p.depth > 0 {
		if err := x.visit(len(f.shape.pos) / 16); err != nil {
			return err
		}
	}
	if f.tooLarge || len(f.shape.pos) > maxPositions {
		f.tooLarge = true
		f.shape.reset()
		return x.emit(f)
	}
	if p.moved {
		f.shape.transform(&p.m)
		if isText {
			f.turn(&p.m)
		}
	}
	switch {
	case f.shape.empty():
		return nil
	case into == nil || isText:
		return x.emit(f)
	case len(into.pos)+len(f.shape.pos) > maxPositions:
		return tooLarge("%s: block %q comes to more than %d positions", x.d.file.Name, f.block, maxPositions)
	}
	into.add(&f.shape)
	return nil
}

// turn brings height and rotation of a text along.
func (f *feature) turn(m *matrix) {
	sin, cos := math.Sincos(radians(f.rotation))
	d := m.direction(vec{cos, sin, 0})
	up := m.direction(vec{-sin, cos, 0})
	f.rotation = math.Atan2(d.y, d.x) * 180 / math.Pi
	f.height *= up.length()
}
