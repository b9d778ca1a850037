package dxf

import (
	"errors"
	"fmt"
	"io"
)

const (
	maxGroups     = 3 << 19  // of one entity
	maxTexts      = 16 << 20 // bytes of text in one entity
	maxVertices   = 1 << 20  // of one POLYLINE
	maxAttributes = 4096     // of one INSERT
)

// group is a tag kept in memory; from and to bound its text in the entity.
type group struct {
	code     int32
	from, to int32
	number   float64
}

// vertex is what counts of a VERTEX entity.
type vertex struct {
	at    vec
	bulge float64
	flags int32
	faces [4]int32 // 1-based, negative where the edge after it is invisible
}

// entity is one entity with all its groups, for a POLYLINE with its vertices,
// for an INSERT with its attributes.
type entity struct {
	kind     string
	groups   []group
	texts    []byte
	vertices []vertex
	attribs  []entity
	tooLarge bool // something is missing
}

func (e *entity) reset(kind string) {
	e.kind, e.groups, e.texts, e.tooLarge = kind, e.groups[:0], e.texts[:0], false
	e.vertices, e.attribs = e.vertices[:0], e.attribs[:0]
}

func (e *entity) add(t tag) {
	if len(e.groups) >= maxGroups || len(e.texts)+len(t.text) > maxTexts {
		e.tooLarge = true
		return
	}
	g := group{code: int32(t.code)}
	if kind := kindOf(t.code); kind == kindString || kind == kindChunk {
		g.from = int32(len(e.texts))
		e.texts = append(e.texts, t.text...)
		g.to = int32(len(e.texts))
	} else {
		g.number = t.float()
	}
	e.groups = append(e.groups, g)
}

// cost is about the memory that the entity holds.
func (e *entity) cost() int {
	n := 160 + 24*cap(e.groups) + cap(e.texts) + 64*cap(e.vertices)
	for i := range e.attribs {
		n += e.attribs[i].cost()
	}
	return n
}

func (e *entity) text(g group) []byte { return e.texts[g.from:g.to] }

// firstXData is the code where what belongs to the entity itself ends.
const firstXData = 1000

// find returns the first group of the code.
func (e *entity) find(code int32) (group, bool) {
	for _, g := range e.groups {
		if g.code == code {
			return g, true
		}
		if g.code >= firstXData {
			break
		}
	}
	return group{}, false
}

func (e *entity) has(code int32) bool {
	_, ok := e.find(code)
	return ok
}

func (e *entity) float(code int32, otherwise float64) float64 {
	if g, ok := e.find(code); ok {
		return g.number
	}
	return otherwise
}

func (e *entity) int(code int32, otherwise int) int {
	if g, ok := e.find(code); ok {
		return saturate(g.number)
	}
	return otherwise
}

func (e *entity) string(code int32) []byte {
	if g, ok := e.find(code); ok {
		return e.text(g)
	}
	return nil
}

// point reads a position from the codes c, c+10 and c+20.
func (e *entity) point(c int32) vec {
	return vec{e.float(c, 0), e.float(c+10, 0), e.float(c+20, 0)}
}

// entityReader reads the entities of a section or block.
type entityReader struct {
	tags *tagReader
	// pending is the kind of the entity that comes next, at its offset.
	pending string
	at      int64
	err     error
	part    entity // a VERTEX on its way into its POLYLINE
}

// begin reads up to the first entity.
func (r *entityReader) begin() {
	for {
		from := r.tags.offset
		t, err := r.tags.next()
		if errors.Is(err, io.EOF) {
			r.pending = "EOF" // the section is empty and lacks its end
			return
		}
		if err != nil {
			r.err = err
			return
		}
		if t.code == 0 {
			r.pending, r.at = string(t.text), from
			return
		}
	}
}

// ended turns the end of the file within a section into an error.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return errCut
	}
	return err
}

// read fills e with the next entity and what belongs to it; io.EOF at the end of
// the section or block.
func (r *entityReader) read(e *entity) error {
	if r.err != nil {
		return r.err
	}
	switch r.pending {
	case "ENDSEC", "ENDBLK", "EOF", "SECTION":
		return io.EOF
	}
	if err := r.one(e); err != nil {
		return err
	}
	switch {
	case e.kind == "POLYLINE":
		return r.polylineVertices(e)
	case e.kind == "INSERT" && e.int(66, 0) != 0:
		return r.attributes(e)
	}
	return nil
}

func (r *entityReader) polylineVertices(e *entity) error {
	for r.pending == "VERTEX" {
		if err := r.one(&r.part); err != nil {
			return err
		}
		p := &r.part
		if len(e.vertices) >= maxVertices || p.tooLarge {
			e.tooLarge = true
			continue
		}
		v := vertex{at: p.point(10), bulge: p.float(42, 0), flags: int32(p.int(70, 0))}
		for i := range v.faces {
			v.faces[i] = int32(p.int(71+int32(i), 0))
		}
		e.vertices = append(e.vertices, v)
	}
	return r.sequenceEnd()
}

func (r *entityReader) attributes(e *entity) error {
	for r.pending == "ATTRIB" {
		n := len(e.attribs)
		if n >= maxAttributes {
			e.tooLarge = true
			if err := r.one(&r.part); err != nil {
				return err
			}
			continue
		}
		if n < cap(e.attribs) {
			e.attribs = e.attribs[:n+1]
		} else {
			e.attribs = append(e.attribs, entity{})
		}
		if err := r.one(&e.attribs[n]); err != nil {
			return err
		}
	}
	return r.sequenceEnd()
}

func (r *entityReader) sequenceEnd() error {
	if r.pending == "SEQEND" {
		return r.one(&r.part)
	}
	return nil
}

func (r *entityReader) one(e *entity) error {
	e.reset(r.pending)
	for {
		from := r.tags.offset
		t, err := r.tags.next()
		if err != nil {
			r.err = ended(err)
			if r.err == errCut { //nolint:errorlint // made by ended
				r.err = fmt.Errorf("%w: it ends within a %s", errCut, e.kind)
			}
			return r.err
		}
		if t.code == 0 {
			r.pending, r.at = string(t.text), from
			return nil
		}
		e.add(t)
	}
}
