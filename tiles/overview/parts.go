package overview

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
	"gisd/tiles/mvt"
)

// Parts of BaseZoom are kept as records of cells of that zoom, so that an update
// need not make those around an edit again. Those of the levels above are what
// the core of a band's cell holds, and so stand in its record.

// baseBand is the band of BaseZoom; its lattice is finer than that of the parts
// by baseShift bits.
func baseBand() cell.Band {
	b, _ := cell.BandOf(BaseZoom)
	return b
}

func baseShift() uint { return baseBand().Bits() - baseOut().Bits() }

// write packs shapes of a cell; ids are those of features with a Source, shift
// is how much coarser the shapes are than the band's lattice. There is no record
// where nothing comes within the cell.
func (w *worker) write(band cell.Band, at tiles.Coord, s *generalise.Shapes, ids []uint64, shift uint) ([]byte, int, error) {
	if err := w.builder.Reset(band, at, w.keys); err != nil {
		return nil, 0, err
	}
	for i, f := range s.Features {
		from, to := s.PartRange(i)
		w.shape.Reset()
		for k := from; k < to; k++ {
			start := len(w.shape.Positions)
			for _, p := range s.Ring(k) {
				w.shape.Positions = append(w.shape.Positions, mvt.Position{X: int64(p.X) << shift, Y: int64(p.Y) << shift})
			}
			w.shape.Parts = append(w.shape.Parts, mvt.Part{Kind: mvt.Kind(s.Parts[k].Kind), Start: start, End: len(w.shape.Positions)})
		}
		if !w.builder.Geometry(&w.shape) {
			continue
		}
		kind := s.Parts[from].Kind
		if kind == generalise.KindPoint && f.Count > 1 {
			w.builder.Integer(0, int64(f.Count))
		}
		if v := w.b.values.encoded(f.Value); w.value >= 0 && v != nil {
			w.builder.Value(w.value, v)
		}
		id := uint64(0)
		if f.Source >= 0 {
			id = ids[f.Source]
		} else {
			id = w.merged(f, kind, s.Ring(from)[0])
		}
		w.builder.EndFeature(cell.Meta{ID: id, Owner: f.Owner, Rank: uint16(f.Rank)})
	}
	n := w.builder.Len()
	if n == 0 {
		return nil, 0, nil
	}
	record, err := w.builder.Append(nil)
	return record, n, err
}

// merged is the id of what was made of several: it follows from owner and value,
// that of a cluster from its place too.
func (w *worker) merged(f generalise.Feature, k generalise.Kind, p generalise.Point) uint64 {
	b := append(w.name[:0], byte(k))
	if f.Dust {
		b[0] |= 0x80
	}
	b = binary.LittleEndian.AppendUint32(b, f.Owner)
	b = binary.LittleEndian.AppendUint32(b, f.Value)
	if k == generalise.KindPoint {
		b = binary.LittleEndian.AppendUint32(b, uint32(p.X))
		b = binary.LittleEndian.AppendUint32(b, uint32(p.Y))
	}
	w.name = b
	return mvt.TextID(b)
}

// unpack reads a record that write made back into dst, shift bits coarser than
// the record's lattice, in the order in which a pass writes features, and returns
// the ids of those with a Source.
func (w *worker) unpack(to *generalise.Shapes, r cell.Record, shift uint) (ids []uint64, err error) {
	dst := &w.src
	dst.Reset()
	count, value := -1, -1
	for i, k := range r.Keys() {
		switch {
		case k == CountProperty && i == 0:
			count = i
		case k == w.b.Value && w.value >= 0:
			value = i
		}
	}
	err = r.Each(func(f *cell.Feature) error {
		if len(f.Shape.Parts) == 0 {
			return fmt.Errorf("%w: a feature without parts", cell.ErrRecord)
		}
		first := len(dst.Parts)
		for _, p := range f.Shape.Parts {
			for _, q := range f.Shape.Positions[p.Start:p.End] {
				dst.Add(generalise.Point{X: int32(q.X >> shift), Y: int32(q.Y >> shift)})
			}
			dst.EndPart(generalise.Kind(p.Kind))
		}
		g := generalise.Feature{Source: -1, Owner: f.Owner, Rank: generalise.Rank(f.Rank), Count: 1}
		if value >= 0 {
			g.Value = w.b.values.number(f.Values[value])
		}
		if count >= 0 && len(f.Values[count]) > 1 {
			n, _ := binary.Uvarint(f.Values[count][1:]) // behind the tag of a uint
			g.Count = int32(n)
		}
		kind, at := dst.Parts[first].Kind, dst.Ring(first)[0]
		if w.merged(g, kind, at) != f.ID {
			g.Dust = true
			if w.merged(g, kind, at) != f.ID {
				g.Dust, g.Source = false, int32(len(ids))
				ids = append(ids, f.ID)
			}
		}
		dst.EndFeature(g)
		return nil
	})
	inOrder(to, dst)
	return ids, err
}

// inOrder replaces dst by the features of src: polygons, dust, lines and points,
// each by owner and value. What a pass makes of borders does not depend on the
// order, where rings begin does.
func inOrder(dst, src *generalise.Shapes) {
	dst.Reset()
	class := func(i int) int {
		from, _ := src.PartRange(i)
		switch k := src.Parts[from].Kind; {
		case k == generalise.KindPoint:
			return 3
		case k == generalise.KindLine:
			return 2
		case src.Features[i].Dust:
			return 1
		}
		return 0
	}
	order := make([]int, len(src.Features))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		f, g := src.Features[i], src.Features[j]
		return cmp.Or(cmp.Compare(class(i), class(j)), cmp.Compare(f.Owner, g.Owner), cmp.Compare(f.Value, g.Value))
	})
	for _, i := range order {
		from, to := src.PartRange(i)
		for k := from; k < to; k++ {
			dst.Points = append(dst.Points, src.Ring(k)...)
			dst.EndPart(src.Parts[k].Kind)
		}
		dst.EndFeature(src.Features[i])
	}
}

// keep is the record of a part of BaseZoom; without features there is none.
func (w *worker) keep(at tiles.Coord, p *part) ([]byte, error) {
	record, _, err := w.write(baseBand(), at, &p.shapes, p.ids, baseShift())
	return record, err
}

// kept reads the part of a cell back: of BaseZoom the record that keep made, of
// a band the cell's own. Without a record it is empty.
func (w *worker) kept(record []byte) (*part, error) {
	p := &part{}
	if len(record) == 0 {
		return p, nil
	}
	r, err := cell.Open(record)
	if err != nil {
		return nil, err
	}
	if r.Band() == baseBand() {
		p.ids, err = w.unpack(&p.shapes, r, baseShift())
		return p, err
	}
	if w.ids, err = w.unpack(&w.dst, r, 0); err != nil {
		return nil, err
	}
	side := int32(1) << (r.Band().Bits() - uint(r.Band().First))
	return w.core(generalise.Cell{X: int32(r.Coord().X) * side, Y: int32(r.Coord().Y) * side, Side: side}), nil
}
