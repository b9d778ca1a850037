package cell

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"gisd/tiles"
	"gisd/tiles/mvt"
)

// Options says what of a cell goes into a layer.
type Options struct {
	Layer      string   // its name
	Buffer     int      // in tile units, at most tiles.TileBuffer
	Cell       int      // as mvt.Grid.Cell
	Owners     Owners   // nil: features of all owners; else of these only
	Known      uint32   // with Owners: the highest number that they tell of
	Properties []string // nil: all; else these only
	MinRank    uint16   // features of this rank and higher
}

// Cutter cuts tiles from records. It is not safe for goroutines; its memory is
// used again.
type Cutter struct {
	enc    *mvt.Encoder
	shape  mvt.Shape
	keep   []bool   // the properties at hand
	hits   []uint64 // bits: places of the features to draw
	at     []uint32 // the feature at a place
	number []int32  // of a shared value in the layer, plus 1
}

// NewCutter returns a cutter with no tile begun.
func NewCutter() *Cutter { return &Cutter{enc: mvt.NewEncoder()} }

// Reset forgets the tile and keeps the buffers.
func (c *Cutter) Reset() { c.enc.Reset() }

// Encoder writes the same tile, for layers that are made of rows.
func (c *Cutter) Encoder() *mvt.Encoder { return c.enc }

// Tile returns a copy of what the layers so far encode to; nil when they hold
// no feature.
func (c *Cutter) Tile() []byte { return c.enc.Tile() }

// Cut adds a layer to the tile: the features of the record that lie on tile t
// of its cell, by ascending id, and returns how many were written. An error,
// which wraps ErrRecord where the record is at fault, adds nothing; nor does one that
// wraps ErrOwner, where a feature may belong to Owners or not.
func (c *Cutter) Cut(r Record, t tiles.Coord, o Options) (int, error) {
	if t.Z < r.band.First || t.Z > r.band.Last || !t.Valid() || r.band.Cell(t) != r.coord {
		return 0, fmt.Errorf("cell: cut: tile %v does not lie in cell %v", t, r.coord)
	}
	if o.Buffer > tiles.TileBuffer {
		return 0, fmt.Errorf("cell: cut: a buffer of %d units, cells have %d", o.Buffer, tiles.TileBuffer)
	}
	origin, corner := r.band.origin(t), r.band.origin(r.coord)
	origin = mvt.Position{X: origin.X - corner.X, Y: origin.Y - corner.Y}
	shift := r.band.shift(t.Z)
	g := mvt.Grid{Scale: 1, Shift: shift, Column: origin.X, Row: origin.Y, Extent: tiles.Extent, Buffer: o.Buffer, Cell: o.Cell}
	if err := c.enc.BeginLayer(o.Layer, g, r.keys); err != nil {
		return 0, err
	}
	half := int64(1) << shift >> 1
	reach := int64(o.Buffer) << shift
	view := frame{0, 0, tiles.Extent << shift, tiles.Extent << shift}.grown(reach + half)
	view = frame{view.minX + origin.X, view.minY + origin.Y, view.maxX + origin.X, view.maxY + origin.Y}
	c.find(&r, r.band.packBox(view), o.MinRank)
	c.prepare(&r, o.Properties)
	d := drawing{record: &r, options: &o, sound: 1 << (t.Z - r.band.First), drawn: o.Buffer == tiles.TileBuffer && o.Cell <= 1,
		to: placing{half - origin.X, half - origin.Y, shift}}
	n, err := c.draw(&d)
	if err != nil {
		return 0, err
	}
	c.enc.EndLayer()
	return n, nil
}

// find sets the bits of the features whose box meets the view.
func (c *Cutter) find(r *Record, view [4]byte, minRank uint16) {
	words := (r.features + 63) / 64
	c.hits = slices.Grow(c.hits[:0], words)[:words]
	clear(c.hits)
	c.at = slices.Grow(c.at[:0], r.features)[:r.features]
	for i := 0; i < r.features; i += perBlock {
		block := r.blocks[i/perBlock*blockSize:]
		if !meets(block[:4], &view) || binary.LittleEndian.Uint16(block[blockRank:]) < minRank {
			continue
		}
		for k := i; k < min(i+perBlock, r.features); k++ {
			if !meets(r.boxes[4*k:4*k+4], &view) {
				continue
			}
			if _, _, place := r.entry(k); int(place) < r.features {
				c.hits[place/64] |= 1 << (place % 64)
				c.at[place] = uint32(k)
			}
		}
	}
}

// prepare forgets the numbers of values and notes which properties are wanted.
func (c *Cutter) prepare(r *Record, properties []string) {
	shared := len(r.valueEnds) / 4
	c.number = slices.Grow(c.number[:0], shared)[:shared]
	clear(c.number)
	c.keep = c.keep[:0]
	for _, k := range r.keys {
		c.keep = append(c.keep, properties == nil || slices.Contains(properties, k))
	}
}

// drawing is one Cut at work.
type drawing struct {
	record  *Record
	options *Options
	sound   byte // the flag of the tile's zoom
	drawn   bool // what is there as it is drawn will do
	unknown bool // a feature's owner is above Options.Known
	to      placing
}

// draw writes the features found, in the order of their places.
func (c *Cutter) draw(d *drawing) (int, error) {
	n := 0
	for w, word := range c.hits {
		for ; word != 0; word &= word - 1 {
			i := int(c.at[64*w+bits.TrailingZeros64(word)])
			drawn, ok := c.feature(d, i)
			if !ok {
				return 0, fmt.Errorf("%w: feature %d of cell %v", ErrRecord, i, d.record.coord)
			}
			if drawn {
				n++
			}
		}
	}
	if d.unknown {
		return 0, fmt.Errorf("%w: cell %v", ErrOwner, d.record.coord)
	}
	return n, nil
}

// feature writes one feature if any of it is on the tile; ok is false where its
// body cannot be read.
func (c *Cutter) feature(d *drawing, i int) (drawn, ok bool) {
	body, _, ok := d.record.body(i)
	if !ok {
		return false, false
	}
	b := cursor{b: body}
	h := d.record.head(&b, i)
	if h.Rank < d.options.MinRank {
		return false, !b.bad
	}
	if o := d.options; o.Owners != nil && !o.Owners.Has(h.Owner) {
		d.unknown = d.unknown || h.Owner > o.Known
		return false, !b.bad
	}
	if len(h.drawn) > 0 && d.drawn && !b.bad {
		b.b = b.b[h.skip:]
		c.enc.Drawn(h.drawn)
	} else {
		c.shape.Reset()
		b.geometry(&c.shape, h.flags, d.record.base(i), d.to)
		if b.bad {
			return false, false
		}
		if !c.enc.Placed(c.shape.Positions, c.shape.Parts, d.record.band.sound(h.flags)&d.sound != 0) {
			return false, true
		}
	}
	if !c.properties(d.record, &b) {
		return false, false
	}
	c.enc.EndFeature(h.ID)
	return true, true
}

func (c *Cutter) properties(r *Record, b *cursor) bool {
	for key, keep := range c.keep {
		switch code := b.uvarint(); {
		case code == valueAbsent:
		case code == valueInline:
			if v := b.bytes(b.uvarint()); keep && !b.bad {
				c.enc.Tag(key, c.enc.AddValue(v))
			}
		case keep:
			code -= valueShared
			if code >= uint64(len(c.number)) {
				return false
			}
			if c.number[code] == 0 {
				v, ok := r.value(code)
				if !ok {
					return false
				}
				c.number[code] = int32(c.enc.AddValue(v)) + 1
			}
			c.enc.Tag(key, int(c.number[code])-1)
		}
	}
	return !b.bad
}
