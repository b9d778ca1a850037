package cell

import (
	"fmt"
	"slices"
	"time"

	"gisd/tiles"
	"gisd/tiles/mvt"
)

// maxKeys bounds the properties of a feature.
const maxKeys = 255

// Meta is what a feature carries besides geometry and properties.
type Meta struct {
	ID    uint64 // as in the tile, see mvt.TextID and mvt.IntegerID
	Owner uint32 // whom the feature belongs to, nothing merges across it; 0 is nobody
	Rank  uint16 // importance, higher is kept longer; the same in every zoom
}

// Builder collects the features of one cell, in the order of calls
//
//	Reset { Geometry { String | Integer | Double | Bool | Date | Time | Value } EndFeature } Append
//
// The property calls are those of mvt.Encoder. It is not safe for goroutines;
// its memory is used again after Reset.
type Builder struct {
	band  Band
	coord tiles.Coord
	keys  []string
	near  frame // the cell with its buffer
	far   frame // what shorten leaves alone

	entries   []entry
	positions []mvt.Position // relative to the cell's top left corner
	parts     []mvt.Part
	values    []int32 // numbers in the dictionary, len(keys) a feature; -1 is absent
	dict      *mvt.Dictionary
	prover    mvt.Prover
	shape     mvt.Shape
	encoder   *mvt.Encoder // of a band of one zoom
	drawn     []byte       // what it drew
	before    map[uint64]*Feature
	unproven  bool
	out       writer
}

// entry is one feature; its parts and values begin where those of the entry
// before end.
type entry struct {
	Meta
	parts int // behind the last part
	box   frame
	sound uint8 // see proof
	drawn int   // bytes of Builder.drawn that are this entry's, up to the end that Builder.drawn had then
	end   int
}

// proof is what drawing a feature need not find out again.
type proof struct {
	sound uint8  // bit i: see mvt.Prover at zoom First+i
	drawn []byte // see flagDrawn; nil where it is not there
}

// NewBuilder returns a builder without a cell.
func NewBuilder() *Builder { return &Builder{dict: mvt.NewDictionary()} }

// Reset starts a cell. keys are the names of the properties, which the calls
// refer to by position.
func (b *Builder) Reset(band Band, c tiles.Coord, keys []string) error {
	if !slices.Contains(Bands(), band) || c.Z != band.First || !c.Valid() {
		return fmt.Errorf("cell: reset: %v is no cell of zooms %d to %d", c, band.First, band.Last)
	}
	if len(keys) > maxKeys {
		return fmt.Errorf("cell: reset: %d properties, at most %d are possible", len(keys), maxKeys)
	}
	b.band, b.coord, b.keys = band, c, append(b.keys[:0], keys...)
	side := int64(1) << band.cellBits()
	// Positions half a unit outside the buffer round onto its edge.
	b.near = frame{0, 0, side, side}.grown(band.buffer() + int64(1)<<band.shift(band.First))
	b.far = b.near.grown(band.buffer())
	b.entries, b.positions, b.parts, b.values = b.entries[:0], b.positions[:0], b.parts[:0], b.values[:0]
	b.dict.Reset()
	b.drawn, b.before, b.unproven = b.drawn[:0], nil, false
	if !band.single() {
		return nil
	}
	if b.encoder == nil {
		b.encoder = mvt.NewEncoder()
	}
	return b.encoder.BeginLayer("", mvt.Grid{Scale: 1, Shift: band.shift(band.First), Extent: tiles.Extent, Buffer: tiles.TileBuffer}, nil)
}

// Before hands over an earlier record of the cell: polygons that are as they were
// there need not be drawn again. The record that comes of it is the same.
func (b *Builder) Before(r Record) error {
	b.before = map[uint64]*Feature{}
	return r.Each(func(f *Feature) error {
		if len(f.proof.drawn) > 0 {
			b.before[f.ID] = &Feature{
				Shape: mvt.Shape{Positions: slices.Clone(f.Shape.Positions), Parts: slices.Clone(f.Shape.Parts)}, proof: f.proof,
			}
		}
		return nil
	})
}

// Unproven leaves it to whoever cuts a tile to repair polygons that could be proven
// or drawn now, which takes as long as all the rest: for records that are read
// feature by feature. It holds until Reset.
func (b *Builder) Unproven() { b.unproven = true }

// known is what an earlier record has proven of the feature in b.shape.
func (b *Builder) known(id uint64) *proof {
	f := b.before[id]
	if f == nil || len(f.Shape.Positions) != len(b.shape.Positions) || !slices.Equal(f.Shape.Parts, b.shape.Parts) {
		return nil
	}
	o := b.band.origin(b.coord)
	for i, p := range b.shape.Positions {
		if f.Shape.Positions[i] != (mvt.Position{X: p.X + o.X, Y: p.Y + o.Y}) {
			return nil
		}
	}
	return &f.proof
}

// Len is the number of features so far.
func (b *Builder) Len() int { return len(b.entries) }

// Size is about how many bytes the record will have.
func (b *Builder) Size() int {
	n := 64
	for i := range b.dict.Len() {
		n += len(b.dict.At(i)) + 2
	}
	return n + 16*len(b.entries) + 4*len(b.positions) + 3*len(b.values)/2 + len(b.drawn)
}

// Geometry takes a feature's geometry in lattice positions and reports whether
// any of it lies on the cell or its buffer; if not, the feature is over and no
// other call belongs to it. Parts outside are left out, and stretches far
// outside are shortened. s is neither kept nor changed.
func (b *Builder) Geometry(s *mvt.Shape) bool {
	b.drop()
	o := b.band.origin(b.coord)
	keep := false // the exterior at hand was kept
	for _, part := range s.Parts {
		start := len(b.positions)
		for _, p := range s.Positions[part.Start:part.End] {
			b.positions = append(b.positions, mvt.Position{X: p.X - o.X, Y: p.Y - o.Y})
		}
		ps := b.positions[start:]
		if part.Kind >= mvt.ExteriorPart {
			for len(ps) > 1 && ps[0] == ps[len(ps)-1] {
				ps = ps[:len(ps)-1]
			}
		}
		if !b.wanted(part.Kind, ps, keep) {
			b.positions = b.positions[:start]
			keep = keep && part.Kind == mvt.HolePart
			continue
		}
		keep = part.Kind >= mvt.ExteriorPart
		if part.Kind != mvt.PointPart {
			ps = shorten(ps[:0], ps, b.far)
		}
		b.positions = b.positions[:start+len(ps)]
		b.parts = append(b.parts, mvt.Part{Kind: part.Kind, Start: start, End: len(b.positions)})
	}
	if len(b.parts) == b.partsBefore() {
		return false
	}
	for range b.keys {
		b.values = append(b.values, -1)
	}
	return true
}

func (b *Builder) wanted(k mvt.Kind, ps []mvt.Position, keep bool) bool {
	if len(ps) == 0 || k == mvt.HolePart && !keep {
		return false
	}
	box := frameOf(ps)
	if !b.near.meets(box) {
		return false
	}
	return k == mvt.PointPart || b.near.holds(box) || touches(ps, b.near, k >= mvt.ExteriorPart)
}

// drop forgets a feature that was not ended.
func (b *Builder) drop() {
	b.parts = b.parts[:b.partsBefore()]
	n := 0
	if len(b.parts) > 0 {
		n = b.parts[len(b.parts)-1].End
	}
	b.positions, b.values = b.positions[:n], b.values[:len(b.entries)*len(b.keys)]
}

func (b *Builder) partsBefore() int {
	if n := len(b.entries); n > 0 {
		return b.entries[n-1].parts
	}
	return 0
}

func (b *Builder) set(key, number int) { b.values[len(b.entries)*len(b.keys)+key] = int32(number) }

// String sets a text property; bytes that are no UTF-8 are refused. v is not
// kept.
func (b *Builder) String(key int, v []byte) error {
	n, err := b.dict.String(v)
	if err == nil {
		b.set(key, n)
	}
	return err
}

// Integer sets a whole number.
func (b *Builder) Integer(key int, v int64) { b.set(key, b.dict.Integer(v)) }

// Double sets a number; not-a-number and the infinities are left out.
func (b *Builder) Double(key int, v float64) {
	if n, ok := b.dict.Double(v); ok {
		b.set(key, n)
	}
}

// Bool sets a truth value.
func (b *Builder) Bool(key int, v bool) { b.set(key, b.dict.Bool(v)) }

// Date sets a day, see mvt.Encoder.Date.
func (b *Builder) Date(key int, t time.Time) { b.set(key, b.dict.Date(t)) }

// Time sets a moment, see mvt.Encoder.Time.
func (b *Builder) Time(key int, t time.Time) { b.set(key, b.dict.Time(t)) }

// Value sets a value that is encoded as Tile.Value already, as Feature.Values
// has them. It is not looked into.
func (b *Builder) Value(key int, encoded []byte) { b.set(key, b.dict.Encoded(encoded)) }

// EndFeature closes the feature.
func (b *Builder) EndFeature(m Meta) { b.end(m, nil) }

// end closes the feature; known is nil where nothing is proven of it.
func (b *Builder) end(m Meta, known *proof) {
	e := entry{Meta: m, parts: len(b.parts)}
	first := b.partsBefore()
	e.box = frameOf(b.positions[b.parts[first].Start:])
	switch {
	case b.unproven:
		known = &proof{}
	case known == nil:
		b.take(b.parts[first:])
		known = b.known(m.ID)
	}
	if known != nil {
		e.sound, e.drawn = known.sound, len(known.drawn)
		b.drawn = append(b.drawn, known.drawn...)
	} else if e.sound = b.sound(e.box); e.sound == 0 && b.band.single() {
		e.drawn = b.draw()
	}
	e.end = len(b.drawn)
	b.entries = append(b.entries, e)
}

// take puts the feature's parts into b.shape.
func (b *Builder) take(parts []mvt.Part) {
	start := parts[0].Start
	b.shape.Reset()
	b.shape.Positions = append(b.shape.Positions, b.positions[start:]...)
	for _, p := range parts {
		b.shape.Parts = append(b.shape.Parts, mvt.Part{Kind: p.Kind, Start: p.Start - start, End: p.End - start})
	}
}

// draw has the tile that the cell is show the feature's polygons, and returns how
// many bytes that took; none where more than polygons is to be drawn, or where it
// depends on other features.
func (b *Builder) draw() int {
	if slices.ContainsFunc(b.shape.Parts, func(p mvt.Part) bool { return p.Kind < mvt.ExteriorPart }) {
		return 0
	}
	shift := b.band.shift(b.band.First)
	half := int64(1) << shift >> 1
	for i, p := range b.shape.Positions {
		b.shape.Positions[i] = mvt.Position{X: (p.X + half) >> shift, Y: (p.Y + half) >> shift}
	}
	drawn := b.encoder.Polygons(b.shape.Positions, b.shape.Parts)
	b.drawn = append(b.drawn, drawn...)
	return len(drawn)
}

// sound proves the polygons of b.shape for the zooms at which they are small enough
// to lie on a tile whole.
func (b *Builder) sound(box frame) (bits uint8) {
	for z := b.band.First; z <= b.band.Last; z++ {
		shift := b.band.shift(z)
		if max(box.maxX-box.minX, box.maxY-box.minY)>>shift <= tiles.Extent+1 && b.prover.Sound(&b.shape, shift) {
			bits |= 1 << (z - b.band.First)
		}
	}
	return bits
}
