package overview

import (
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/generalise"
	"gisd/tiles/mvt"
)

// What a pass does, in positions of the band's lattice: half units of a tile of
// its last zoom, of which a pixel of a tile drawn at 512 has sixteen.
const (
	pixel       = 16
	tolerance   = pixel / 4
	dustCell    = 2 * pixel
	clusterSide = 32 * pixel
	extentBits  = 13 // of a tile of the last zoom
)

// baseOut is the band on whose lattice the parts of BaseZoom are.
func baseOut() cell.Band {
	b, _ := cell.BandOf(BaseZoom - 1)
	return b
}

// worker makes one cell after the other; its memory is used again.
type worker struct {
	b        *build
	g        *generalise.Generaliser
	src, dst generalise.Shapes
	ids      []uint64
	shape    mvt.Shape
	builder  *cell.Builder
	cutter   *cell.Cutter
	keys     []string
	value    int // among keys; -1: none
	name     []byte
}

func newWorker(b *build) *worker {
	w := &worker{b: b, g: generalise.New(), builder: cell.NewBuilder(), cutter: cell.NewCutter(), value: -1, keys: []string{CountProperty}}
	if b.Value != "" {
		w.value = len(w.keys)
		w.keys = append(w.keys, b.Value)
	}
	return w
}

// base makes the part of a record: merged as the next band wants it, on the
// lattice of that band.
func (w *worker) base(r cell.Record) (*part, error) {
	w.src.Reset()
	w.ids = w.ids[:0]
	value := -1
	for i, k := range r.Keys() {
		if k == w.b.Value && k != "" {
			value = i
		}
	}
	if err := r.Each(func(f *cell.Feature) error {
		w.read(f, value)
		return nil
	}); err != nil {
		return nil, err
	}
	in, at := r.Band(), r.Coord()
	shift := in.Bits() - baseOut().Bits()
	side := int32(1) << (in.Bits() - uint(at.Z))
	// The record knows what comes within its buffer; two positions less are sure.
	margin := int32(tiles.TileBuffer)<<(in.Last-in.First+1) - 8
	return w.run(generalise.Options{
		Cell:      generalise.Cell{X: int32(at.X) * side, Y: int32(at.Y) * side, Side: side, Margin: margin},
		Tolerance: tolerance * float64(int(1)<<shift),
		Dissolve:  true,
		MinArea:   pixel * pixel * float64(int(1)<<(2*shift)),
		DustCell:  dustCell << shift,
		Shift:     shift,
	})
}

// read takes a feature of a record.
func (w *worker) read(f *cell.Feature, value int) {
	for _, p := range f.Shape.Parts {
		for _, q := range f.Shape.Positions[p.Start:p.End] {
			w.src.Add(generalise.Point{X: int32(q.X), Y: int32(q.Y)})
		}
		w.src.EndPart(generalise.Kind(p.Kind))
	}
	number := uint32(0)
	if value >= 0 {
		number = w.b.values.number(f.Values[value])
	}
	w.src.EndFeature(generalise.Feature{
		Source: int32(len(w.ids)), Owner: f.Owner, Value: number, Rank: generalise.Rank(f.Rank), Count: 1,
	})
	w.ids = append(w.ids, f.ID)
}

// run makes a pass from src to dst and returns what of it the core holds.
func (w *worker) run(o generalise.Options) (*part, error) {
	if _, err := w.g.Run(&w.dst, &w.src, o); err != nil {
		return nil, err
	}
	c := o.Cell
	return w.core(generalise.Cell{X: c.X >> o.Shift, Y: c.Y >> o.Shift, Side: c.Side >> o.Shift}), nil
}

// core is what of dst the core of the cell holds.
func (w *worker) core(c generalise.Cell) *part {
	p := &part{}
	generalise.Clip(&p.shapes, &w.dst, c)
	for i := range p.shapes.Features {
		if f := &p.shapes.Features[i]; f.Source >= 0 {
			p.ids = append(p.ids, w.ids[f.Source])
			f.Source = int32(len(p.ids) - 1)
		}
	}
	return p
}

// cell makes a cell of a band from the parts under and around it.
func (w *worker) cell(band cell.Band, at tiles.Coord, from level, coarse uint) (madeCell, error) {
	w.gather(at, from)
	shift := from.bits - band.Bits()
	side := int32(1) << (from.bits - uint(at.Z))
	m := madeCell{at: at}
	unit := int32(1) << (band.Last - band.First + 1) // of the cell's own tile
	var err error
	m.part, err = w.run(generalise.Options{
		Cell: generalise.Cell{
			X: int32(at.X) * side, Y: int32(at.Y) * side, Side: side,
			Margin: int32(tiles.TileBuffer) << (band.Last - band.First + 1) << shift,
		},
		Tolerance: tolerance * float64(int(1)<<(shift+coarse)),
		Dissolve:  true,
		MinArea:   pixel * pixel * float64(int(1)<<(2*(shift+coarse))),
		DustCell:  max(dustCell, 8*unit) << (shift + coarse),
		DustUnit:  unit,
		Shift:     shift,
		Cluster:   clusterSide << (shift + coarse),
	})
	if err != nil {
		return m, err
	}
	if err := w.pack(band, &m); err != nil || m.record == nil {
		m.largest = make([]int, band.Last-band.First+1)
		return m, err
	}
	return m, w.measure(band, &m)
}

// gather puts the parts of a cell and of those around it into src.
func (w *worker) gather(at tiles.Coord, from level) {
	w.src.Reset()
	w.ids = w.ids[:0]
	d := from.zoom - at.Z
	for y := int64(at.Y)<<d - 1; y <= int64(at.Y+1)<<d; y++ {
		for x := int64(at.X)<<d - 1; x <= int64(at.X+1)<<d; x++ {
			if x < 0 || y < 0 {
				continue
			}
			p := from.parts[tiles.Coord{Z: from.zoom, X: uint32(x), Y: uint32(y)}]
			if p == nil {
				continue
			}
			base := int32(len(w.ids))
			for i, f := range p.shapes.Features {
				first, last := p.shapes.PartRange(i)
				for k := first; k < last; k++ {
					w.src.Points = append(w.src.Points, p.shapes.Ring(k)...)
					w.src.EndPart(p.shapes.Parts[k].Kind)
				}
				if f.Source >= 0 {
					f.Source += base
				}
				w.src.EndFeature(f)
			}
			w.ids = append(w.ids, p.ids...)
		}
	}
}

// pack writes dst as the cell's record; there is none when dst is empty.
func (w *worker) pack(band cell.Band, m *madeCell) (err error) {
	m.record, m.features, err = w.write(band, m.at, &w.dst, w.ids, 0)
	return err
}

// measure cuts all tiles of the cell.
func (w *worker) measure(band cell.Band, m *madeCell) error {
	r, err := cell.Open(m.record)
	if err != nil {
		return err
	}
	for z := band.First; z <= band.Last; z++ {
		d, largest := z-band.First, 0
		for y := m.at.Y << d; y < (m.at.Y+1)<<d; y++ {
			for x := m.at.X << d; x < (m.at.X+1)<<d; x++ {
				w.cutter.Reset()
				if _, err := w.cutter.Cut(r, tiles.Coord{Z: z, X: x, Y: y}, cell.Options{Layer: "layer", Buffer: tiles.TileBuffer}); err != nil {
					return err
				}
				largest = max(largest, len(w.cutter.Tile()))
			}
		}
		m.largest = append(m.largest, largest)
	}
	return nil
}
