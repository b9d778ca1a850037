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

// baseOut is the band on whose lattice the parts of BaseZoom are.
func baseOut() cell.Band { return bandOf(BaseZoom - 1) }

// baseBand is the band of BaseZoom; its lattice is finer than that of the parts
// by baseShift bits.
func baseBand() cell.Band {
	b, _ := cell.BandOf(BaseZoom)
	return b
}

func baseShift() uint { return baseBand().Bits() - baseOut().Bits() }

// writing says how shapes become a record.
type writing struct {
	sources []source // of features with a Source
	keys    []string // of their values
	effort  effort
	shift   uint   // how much coarser the shapes are than the band's lattice
	part    bool   // no tile is cut from it
	before  []byte // an earlier record of the cell; nil where there is none
}

// write packs shapes of a cell. There is no record where nothing comes within the
// cell.
func (w *worker) write(band cell.Band, at tiles.Coord, s *generalise.Shapes, o writing) ([]byte, int, error) {
	w.keys = append(w.keys[:0], CountProperty)
	if w.b.Value != "" {
		w.keys = append(w.keys, w.b.Value)
	}
	own := len(w.keys)
	if o.effort.step == generalise.StepNone {
		w.keys = append(w.keys, o.keys[:min(len(o.keys), maxKeys-own)]...)
	}
	if err := w.builder.Reset(band, at, w.keys); err != nil {
		return nil, 0, err
	}
	if o.part {
		w.builder.Unproven()
	}
	if len(o.before) > 0 {
		r, err := cell.Open(o.before)
		if err == nil {
			err = w.builder.Before(r)
		}
		if err != nil {
			return nil, 0, err
		}
	}
	for i, f := range s.Features {
		from, to := s.PartRange(i)
		if o.effort.step == generalise.StepRank && w.b.ranks[group{f.Owner, f.Value}] < o.effort.minRank {
			continue
		}
		w.shape.Reset()
		for k := from; k < to; k++ {
			start := len(w.shape.Positions)
			for _, p := range s.Ring(k) {
				w.shape.Positions = append(w.shape.Positions, mvt.Position{X: int64(p.X) << o.shift, Y: int64(p.Y) << o.shift})
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
		if v := w.b.values.encoded(f.Value); own > 1 && v != nil {
			w.builder.Value(1, v)
		}
		id := uint64(0)
		if f.Source >= 0 {
			id = o.sources[f.Source].id
			for k, v := range o.sources[f.Source].values {
				if v != nil && own+k < len(w.keys) {
					w.builder.Value(own+k, v)
				}
			}
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

// unpack reads a record that write made back into src, shift bits coarser than
// the record's lattice.
func (w *worker) unpack(r cell.Record, shift uint) error {
	w.reset()
	keys := r.Keys()
	c := w.columns(keys)
	c.others = slices.DeleteFunc(c.others, func(i int) bool { return i == 0 }) // the count
	for _, i := range c.others {
		w.others = append(w.others, keys[i])
	}
	dst := &w.src
	return r.Each(func(f *cell.Feature) error {
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
		if c.value >= 0 {
			g.Value = w.b.values.number(f.Values[c.value])
		}
		if count := f.Values[0]; len(count) > 1 {
			n, _ := binary.Uvarint(count[1:]) // behind the tag of a uint
			g.Count = int32(n)
		}
		kind, at := dst.Parts[first].Kind, dst.Ring(first)[0]
		if w.merged(g, kind, at) != f.ID {
			g.Dust = true
			if w.merged(g, kind, at) != f.ID {
				g.Dust, g.Source = false, w.source(f.ID, f.Values, c.others)
			}
		}
		dst.EndFeature(g)
		return nil
	})
}

// inOrder replaces dst by the features of src: polygons, dust, lines and points,
// each by owner, value and id. What a pass makes of borders does not depend on the
// order, where rings begin does.
func (w *worker) inOrder(dst, src *generalise.Shapes) {
	dst.Reset()
	dst.Points, dst.Parts = slices.Grow(dst.Points, len(src.Points)), slices.Grow(dst.Parts, len(src.Parts))
	dst.Features = slices.Grow(dst.Features, len(src.Features))
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
	id := func(f generalise.Feature) uint64 {
		if f.Source < 0 {
			return 0
		}
		return w.sources[f.Source].id
	}
	order := make([]int, len(src.Features))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		f, g := src.Features[i], src.Features[j]
		return cmp.Or(cmp.Compare(class(i), class(j)), cmp.Compare(f.Owner, g.Owner), cmp.Compare(f.Value, g.Value), cmp.Compare(id(f), id(g)))
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

// keep is the record of a part of BaseZoom for a zoom of that step; without
// features there is none.
func (w *worker) keep(at tiles.Coord, p *part, step generalise.Step) ([]byte, error) {
	record, _, err := w.write(baseBand(), at, &p.shapes, writing{
		sources: p.sources, keys: p.keys, effort: effort{step: keptStep(step)}, shift: baseShift(), part: true,
	})
	return record, err
}

// keptStep is the step that a part is written for: of those beyond
// generalise.StepAttributes it has everything.
func keptStep(s generalise.Step) generalise.Step { return min(s, generalise.StepAttributes) }

// kept reads the part of a cell back: of BaseZoom the record that keep made, of
// a zoom below it the cell's own. Without a record it is empty.
func (w *worker) kept(record []byte) (*part, error) {
	if len(record) == 0 {
		return &part{}, nil
	}
	r, err := cell.Open(record)
	if err != nil {
		return nil, err
	}
	shift := uint(0)
	if r.Band() == baseBand() {
		shift = baseShift()
	}
	if err := w.unpack(r, shift); err != nil {
		return nil, err
	}
	side := int32(1) << (r.Band().Bits() - uint(r.Band().First) - shift)
	return w.core(generalise.Cell{X: int32(r.Coord().X) * side, Y: int32(r.Coord().Y) * side, Side: side}, &w.src), nil
}
