package overview

import (
	"slices"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
	"gisd/tiles/mvt"
)

// What a pass does, in positions of the zoom's lattice: half units of its tiles,
// of which a pixel of a tile drawn at 512 has sixteen.
const (
	pixel       = 16
	tolerance   = pixel / 4
	dustCell    = 2 * pixel
	dustUnit    = 2 // positions of a unit
	clusterSide = 32 * pixel
)

// maxKeys is how many property names a record holds.
const maxKeys = 255

// worker makes one cell after the other; its memory is used again.
type worker struct {
	b        *build
	g        *generalise.Generaliser
	src, dst generalise.Shapes
	clipped  generalise.Shapes
	near     []*part // of the cell at hand
	sources  []source
	known    map[uint64]int32 // sources by id
	others   []string         // keys of the sources' values
	shape    mvt.Shape
	builder  *cell.Builder
	cutter   *cell.Cutter
	keys     []string
	name     []byte
}

func newWorker(b *build) *worker {
	return &worker{b: b, g: generalise.New(), builder: cell.NewBuilder(), cutter: cell.NewCutter(), known: map[uint64]int32{}}
}

func (w *worker) reset() {
	w.src.Reset()
	w.sources, w.others = w.sources[:0], w.others[:0]
	clear(w.known)
}

// source numbers a feature that stands for itself; pieces of one are one. Its
// values are those of the columns.
func (w *worker) source(id uint64, values [][]byte, columns []int) int32 {
	i, ok := w.known[id]
	if !ok {
		i = int32(len(w.sources))
		w.known[id] = i
		s := source{id: id}
		for _, column := range columns {
			s.values = append(s.values, values[column])
		}
		w.sources = append(w.sources, s)
	}
	return i
}

// base makes the part of a record of BaseZoom, for a zoom of that step and on its
// lattice.
func (w *worker) base(r cell.Record, step generalise.Step) (*part, error) {
	w.reset()
	if err := w.read(r, step); err != nil {
		return nil, err
	}
	in, out, at := r.Band(), bandOf(BaseZoom-1), r.Coord()
	shift := in.Bits() - out.Bits()
	side := int32(1) << (in.Bits() - uint(at.Z))
	// The record knows what comes within its buffer; two positions less are sure.
	margin := int32(tiles.TileBuffer)<<(in.Last-in.First+1) - 8
	w.choose(out.First, step)
	if _, err := w.g.Run(&w.dst, &w.src, generalise.Options{
		Cell:      generalise.Cell{X: int32(at.X) * side, Y: int32(at.Y) * side, Side: side, Margin: margin},
		Tolerance: tolerance * float64(int(1)<<shift),
		Dissolve:  true,
		MinArea:   pixel * pixel * float64(int(1)<<(2*shift)),
		DustCell:  dustCell << shift,
		Shift:     shift,
	}); err != nil {
		return nil, err
	}
	return w.core(generalise.Cell{X: int32(at.X) * side >> shift, Y: int32(at.Y) * side >> shift, Side: side >> shift}, &w.dst), nil
}

// core is what the core of a cell holds of shapes, in the order that a record
// gives back.
func (w *worker) core(c generalise.Cell, of *generalise.Shapes) *part {
	p := &part{keys: slices.Clone(w.others)}
	generalise.Clip(&w.clipped, of, c)
	w.inOrder(&p.shapes, &w.clipped)
	for i := range p.shapes.Features {
		if f := &p.shapes.Features[i]; f.Source >= 0 {
			p.sources = append(p.sources, w.sources[f.Source])
			f.Source = int32(len(p.sources) - 1)
		}
	}
	return p
}

// read takes the features of a record of BaseZoom.
func (w *worker) read(r cell.Record, step generalise.Step) error {
	c := w.columns(r.Keys())
	if step != generalise.StepNone {
		c.others = nil
	}
	for _, i := range c.others {
		w.others = append(w.others, r.Keys()[i])
	}
	return r.Each(func(f *cell.Feature) error {
		for _, p := range f.Shape.Parts {
			for _, q := range f.Shape.Positions[p.Start:p.End] {
				w.src.Add(generalise.Point{X: int32(q.X), Y: int32(q.Y)})
			}
			w.src.EndPart(generalise.Kind(p.Kind))
		}
		to := generalise.Feature{Owner: f.Owner, Rank: generalise.Rank(f.Rank), Count: 1, Source: w.source(f.ID, f.Values, c.others)}
		if c.value >= 0 {
			to.Value = w.b.values.number(f.Values[c.value])
		}
		w.src.EndFeature(to)
		return nil
	})
}

// choose says who stays alone at a zoom.
func (w *worker) choose(z uint32, step generalise.Step) {
	for i := range w.src.Features {
		f := &w.src.Features[i]
		from, to := w.src.PartRange(i)
		if f.Alone = false; f.Source >= 0 && from < to && step < generalise.StepDissolve {
			f.Alone = f.Rank >= alone(z, w.src.Parts[from].Kind)
		}
	}
}

// cell makes a cell of a zoom from the parts under and around it; before is an
// earlier record of it, or nil.
func (w *worker) cell(band cell.Band, at tiles.Coord, from level, e effort, before []byte) (madeCell, error) {
	if err := w.gather(at, from); err != nil {
		return madeCell{}, err
	}
	w.choose(at.Z, e.step)
	shift := from.bits - band.Bits()
	o := generalise.Options{
		Cell:      margined(band, at, from),
		Tolerance: tolerance * float64(int(1)<<(shift+e.coarse)),
		Dissolve:  true,
		MinArea:   pixel * pixel * float64(int(1)<<(2*shift)),
		DustCell:  dustCell << shift,
		DustUnit:  dustUnit,
		Shift:     shift,
	}
	// Points of one pixel are one, whatever the budget.
	o.Cluster = pixel << shift
	if e.step >= generalise.StepDissolve {
		o.MinArea *= float64(int(1) << (2 * e.coarse))
		o.DustCell <<= e.coarse
		o.Cluster = clusterSide << (shift + e.coarse)
	}
	var m madeCell
	if _, err := w.g.Run(&w.dst, &w.src, o); err != nil {
		return m, err
	}
	var err error
	m.record, m.features, err = w.write(band, at, &w.dst, writing{sources: w.sources, keys: w.others, effort: e, before: before})
	if err != nil || m.record == nil {
		return m, err
	}
	return m, w.measure(at, &m)
}

// margined is the square of a cell on the lattice of the level that it is made of.
func margined(band cell.Band, at tiles.Coord, from level) generalise.Cell {
	side := int32(1) << (from.bits - uint(at.Z))
	return generalise.Cell{X: int32(at.X) * side, Y: int32(at.Y) * side, Side: side, Margin: tiles.TileBuffer * dustUnit << (from.bits - band.Bits())}
}

// gather puts the parts of a cell and of those around it into src.
func (w *worker) gather(at tiles.Coord, from level) error {
	w.near = w.near[:0]
	d := from.zoom - at.Z
	for y := int64(at.Y)<<d - 1; y <= int64(at.Y+1)<<d; y++ {
		for x := int64(at.X)<<d - 1; x <= int64(at.X+1)<<d; x++ {
			if x < 0 || y < 0 {
				continue
			}
			p, err := from.part(w, tiles.Coord{Z: from.zoom, X: uint32(x), Y: uint32(y)})
			if err != nil {
				return err
			}
			if p != nil {
				w.near = append(w.near, p)
			}
		}
	}
	w.reset()
	for i, p := range w.near {
		w.take(p)
		w.near[i] = nil
	}
	return nil
}

func (w *worker) take(p *part) {
	if len(w.others) == 0 {
		w.others = append(w.others, p.keys...)
	}
	columns := make([]int, 0, len(w.others)) // of p, by our key
	for _, k := range w.others {
		if i := slices.Index(p.keys, k); i >= 0 {
			columns = append(columns, i)
		}
	}
	for i, f := range p.shapes.Features {
		first, last := p.shapes.PartRange(i)
		for k := first; k < last; k++ {
			w.src.Points = append(w.src.Points, p.shapes.Ring(k)...)
			w.src.EndPart(p.shapes.Parts[k].Kind)
		}
		if f.Source >= 0 {
			s := p.sources[f.Source]
			f.Source = w.source(s.id, s.values, columns)
		}
		w.src.EndFeature(f)
	}
}

// measure cuts the tile of the cell.
func (w *worker) measure(at tiles.Coord, m *madeCell) error {
	r, err := cell.Open(m.record)
	if err != nil {
		return err
	}
	w.cutter.Reset()
	if _, err := w.cutter.Cut(r, at, cell.Options{Layer: "layer", Buffer: tiles.TileBuffer}); err != nil {
		return err
	}
	m.bytes = len(w.cutter.Tile())
	return nil
}
