package cell

import (
	"fmt"
	"slices"

	"gisd/tiles/mvt"
)

// Feature is a feature of a record as it was added, but for stretches outside
// the cell.
type Feature struct {
	Meta
	Shape  mvt.Shape // lattice positions over the whole square; rings are open
	Values [][]byte  // by key, as Tile.Value; nil is absent

	proof proof // the same for the same shape
}

// Each calls fn with one feature after the other, in no promised order, until
// it fails. f is used again for the next; Values belong to the record.
func (r Record) Each(fn func(f *Feature) error) error {
	var f Feature
	o := r.band.origin(r.coord)
	for i := range r.features {
		body, _, ok := r.body(i)
		if !ok || !r.feature(&f, i, body, placing{x: o.X, y: o.Y}) {
			return fmt.Errorf("%w: feature %d of cell %v", ErrRecord, i, r.coord)
		}
		if err := fn(&f); err != nil {
			return err
		}
	}
	return nil
}

func (r *Record) feature(f *Feature, i int, body []byte, to placing) bool {
	c := cursor{b: body}
	h := r.head(&c, i)
	f.Meta, f.proof = h.Meta, proof{r.band.sound(h.flags), h.drawn}
	f.Shape.Reset()
	c.geometry(&f.Shape, h.flags, r.base(i), to)
	f.Values = f.Values[:0]
	for range r.keys {
		var v []byte
		switch code := c.uvarint(); code {
		case valueAbsent:
		case valueInline:
			v = c.bytes(c.uvarint())
		default:
			var ok bool
			if v, ok = r.value(code - valueShared); !ok {
				return false
			}
		}
		f.Values = append(f.Values, v)
	}
	return !c.bad
}

// Touching is Each for the features whose box in the index meets the one from lo
// to hi, lattice positions over the whole square, edges inside: all that do, and
// some that only come near.
func (r Record) Touching(lo, hi mvt.Position, fn func(f *Feature) error) error {
	var f Feature
	o := r.band.origin(r.coord)
	view := r.band.packBox(frame{lo.X - o.X, lo.Y - o.Y, hi.X - o.X, hi.Y - o.Y})
	for i := range r.features {
		if !meets(r.blocks[i/perBlock*blockSize:][:4], &view) || !meets(r.boxes[4*i:4*i+4], &view) {
			continue
		}
		body, _, ok := r.body(i)
		if !ok || !r.feature(&f, i, body, placing{x: o.X, y: o.Y}) {
			return fmt.Errorf("%w: feature %d of cell %v", ErrRecord, i, r.coord)
		}
		if err := fn(&f); err != nil {
			return err
		}
	}
	return nil
}

// Merge adds the features of a record of the same cell, but not those that drop
// reports by their id: with what an edit changed, it makes the cell's new record
// without its other rows. Properties go by name; those that the builder does not
// know are left out.
func (b *Builder) Merge(r Record, drop func(id uint64) bool) error {
	if r.coord != b.coord || r.band != b.band {
		return fmt.Errorf("cell: merge: a record of cell %v into %v", r.coord, b.coord)
	}
	keys := make([]int, len(r.keys))
	for i, k := range r.keys {
		keys[i] = slices.Index(b.keys, k)
	}
	return r.Each(func(f *Feature) error {
		if drop(f.ID) || !b.Geometry(&f.Shape) {
			return nil
		}
		for i, v := range f.Values {
			if v != nil && keys[i] >= 0 {
				b.Value(keys[i], v)
			}
		}
		b.end(f.Meta, &f.proof)
		return nil
	})
}
