package mvt

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// The fields of Tile, Tile.Layer and Tile.Feature (vector_tile.proto 2.1) as
// protobuf tags.
const (
	tagTileLayer       = 3<<3 | 2
	tagLayerName       = 1<<3 | 2
	tagLayerFeature    = 2<<3 | 2
	tagLayerKey        = 3<<3 | 2
	tagLayerValue      = 4<<3 | 2
	tagLayerExtent     = 5<<3 | 0
	tagLayerVersion    = 15<<3 | 0
	tagFeatureID       = 1<<3 | 0
	tagFeatureTags     = 2<<3 | 2
	tagFeatureType     = 3<<3 | 0
	tagFeatureGeometry = 4<<3 | 2

	layerVersion = 2
)

// The geometry types of Tile.GeomType, less one; they index Encoder.geometry.
const (
	typePoint = iota
	typeLine
	typePolygon
)

// Encoder writes one tile after the other. It is not safe for goroutines; keep
// one a worker (a sync.Pool does). The order of calls is
//
//	BeginLayer { Geometry { String | Integer | Double | Bool } EndFeature } EndLayer
//
// and Tile at the end. The same calls give the same bytes.
type Encoder struct {
	tile []byte

	// the layer at hand
	grid     Grid
	clip     box
	name     string
	keys     []string
	keyIndex []int32 // number of a key in the layer, -1 before its first use
	keyOrder []int32
	features []byte
	values   *Dictionary
	cells    occupancy

	// the feature at hand
	shape    Shape
	placed   []Position
	a, b, c  []Position
	seamed   []Position
	rings    ringSet
	sweep    sweep
	mend     mender
	tags     []byte
	geometry [3]commands
}

// NewEncoder returns an encoder with no tile begun.
func NewEncoder() *Encoder { return &Encoder{values: NewDictionary()} }

// Reset forgets the tile and keeps the buffers.
func (e *Encoder) Reset() { e.tile = e.tile[:0] }

// Tile returns a copy of what the layers so far encode to; nil when they hold
// no feature.
func (e *Encoder) Tile() []byte {
	if len(e.tile) == 0 {
		return nil
	}
	return append(make([]byte, 0, len(e.tile)), e.tile...)
}

// BeginLayer starts a layer. Names must differ within a tile (MVT 2.1 §4.1);
// keys are the property names that the feature calls refer to by position.
func (e *Encoder) BeginLayer(name string, g Grid, keys []string) error {
	if g.Extent == 0 {
		g.Extent = DefaultExtent
	}
	if g.Cell == 0 {
		g.Cell = 1
	}
	if g.Cell < 1 || g.Extent%g.Cell != 0 || g.Buffer%g.Cell != 0 {
		return fmt.Errorf("mvt: begin layer %q: cells of %d do not divide %d and %d", name, g.Cell, g.Extent, g.Buffer)
	}
	if g.Extent < 1 || g.Extent > 1<<16 || g.Buffer < 0 || g.Buffer > g.Extent || g.Shift > 32 || !(g.Scale > 0) || math.IsInf(g.Scale, 0) {
		return fmt.Errorf("mvt: begin layer %q: extent %d, buffer %d, scale %g out of range", name, g.Extent, g.Buffer, g.Scale)
	}
	if g.Shift == 0 {
		g.Scale, g.Shift, g.Column, g.Row = 2*g.Scale, 1, 0, 0
	}
	lo, hi := -int64(g.Buffer), int64(g.Extent+g.Buffer)
	e.grid, e.clip, e.name, e.keys = g, box{lo, lo, hi, hi}, name, keys
	e.keyIndex, e.keyOrder = e.keyIndex[:0], e.keyOrder[:0]
	for range keys {
		e.keyIndex = append(e.keyIndex, -1)
	}
	e.features = e.features[:0]
	e.values.Reset()
	e.cells.reset(e.clip, int64(g.Cell))
	return nil
}

// Geometry takes a feature's geometry as EWKB and reports whether any of it
// lies on the tile; if not, the feature is over and no other call belongs to
// it. b is not kept.
//
// Polygons come out valid (OGC 06-103r4 §6.1.11): where snapping or clipping
// makes rings touch or cross, vertices move by at most half a unit more. Where
// a shape crosses the tile's edge it gets a vertex, which the neighbouring tile
// has too.
//
// What the grid cannot show is reduced, never lost without trace. A ring
// without area is dropped, but a polygon of which nothing else is left becomes a
// sliver one unit thick. A polygon or line less than Grid.Cell units wide and
// high counts as one cell: the cell's square, or its upper edge, is written for
// the first feature that falls on it, and for none after. Points are all kept.
// A collection gives one feature for each of its dimensions, under one id.
//
// The error wraps ErrEWKB, or is the projection's.
func (e *Encoder) Geometry(b []byte) (bool, error) {
	l := Lattice{Project: e.grid.Project, MinX: e.grid.MinX, MaxY: e.grid.MaxY, Scale: e.grid.Scale}
	if err := l.Read(&e.shape, b); err != nil {
		return false, err
	}
	e.placed = e.grid.place(e.placed, e.shape.Positions)
	return e.draw(e.placed, e.shape.Parts, false), nil
}

// Placed is Geometry for a shape whose positions are tile units already. sound
// says that Sound was true for it. The slices are not kept.
func (e *Encoder) Placed(ps []Position, parts []Part, sound bool) bool {
	return e.draw(ps, parts, sound)
}

// Polygons is the geometry that Placed would write of polygons, for Drawn; nil
// where it writes none, or what other features have a say in. It belongs to the
// encoder until its next call.
func (e *Encoder) Polygons(ps []Position, parts []Part) []byte {
	e.draw(ps, parts, false)
	if e.cells.used {
		e.cells.reset(e.clip, e.cells.cell)
		return nil
	}
	return e.geometry[typePolygon].b
}

// Drawn is Placed for what Polygons returned on a layer of the same grid. It is
// not kept.
func (e *Encoder) Drawn(polygons []byte) {
	e.tags = e.tags[:0]
	for i := range e.geometry {
		e.geometry[i].reset()
	}
	g := &e.geometry[typePolygon]
	g.b = append(g.b, polygons...)
}

// Tag sets a property to a value of the layer by its number, from AddValue.
func (e *Encoder) Tag(key, value int) {
	if e.keyIndex[key] < 0 {
		e.keyIndex[key] = int32(len(e.keyOrder))
		e.keyOrder = append(e.keyOrder, int32(key))
	}
	t := binary.AppendUvarint(e.tags, uint64(e.keyIndex[key]))
	e.tags = binary.AppendUvarint(t, uint64(value))
}

// String sets a text property; bytes that are no UTF-8 are refused. v is not
// kept.
func (e *Encoder) String(key int, v []byte) error {
	n, err := e.values.String(v)
	if err == nil {
		e.Tag(key, n)
	}
	return err
}

// Integer sets a whole number: a uint from zero up, a sint below.
func (e *Encoder) Integer(key int, v int64) { e.Tag(key, e.values.Integer(v)) }

// Double sets a number; not-a-number and the infinities are left out.
func (e *Encoder) Double(key int, v float64) {
	if n, ok := e.values.Double(v); ok {
		e.Tag(key, n)
	}
}

// Bool sets a truth value.
func (e *Encoder) Bool(key int, v bool) { e.Tag(key, e.values.Bool(v)) }

// Date sets a property to a day as text, "2026-07-01" (ISO 8601); MVT has no
// type for it.
func (e *Encoder) Date(key int, t time.Time) { e.Tag(key, e.values.Date(t)) }

// Time sets a property to a moment as text, RFC 3339 in UTC.
func (e *Encoder) Time(key int, t time.Time) { e.Tag(key, e.values.Time(t)) }

// AddValue gives the layer a value, an encoded Tile.Value message, and returns
// its number. It is not compared with the values that are there: the caller
// adds each once.
func (e *Encoder) AddValue(encoded []byte) int { return e.values.append(encoded) }

// EndFeature writes the feature under its id.
func (e *Encoder) EndFeature(id uint64) {
	for i := range e.geometry {
		g := e.geometry[i].b
		if len(g) == 0 {
			continue
		}
		size := 1 + uvarintLen(id) + 2 + 1 + uvarintLen(uint64(len(g))) + len(g)
		if len(e.tags) > 0 {
			size += 1 + uvarintLen(uint64(len(e.tags))) + len(e.tags)
		}
		f := append(e.features, tagLayerFeature)
		f = binary.AppendUvarint(f, uint64(size))
		f = append(f, tagFeatureID)
		f = binary.AppendUvarint(f, id)
		if len(e.tags) > 0 {
			f = appendBytes(f, tagFeatureTags, e.tags)
		}
		f = append(f, tagFeatureType, byte(i+1))
		e.features = appendBytes(f, tagFeatureGeometry, g)
	}
}

// EndLayer writes the layer, unless it has no feature.
func (e *Encoder) EndLayer() {
	if len(e.features) == 0 {
		return
	}
	size := 1 + uvarintLen(uint64(len(e.name))) + len(e.name) + len(e.features)
	for _, k := range e.keyOrder {
		n := len(e.keys[k])
		size += 1 + uvarintLen(uint64(n)) + n
	}
	for i := range e.values.Len() {
		n := len(e.values.At(i))
		size += 1 + uvarintLen(uint64(n)) + n
	}
	size += 1 + uvarintLen(uint64(e.grid.Extent)) + 2

	t := append(e.tile, tagTileLayer)
	t = binary.AppendUvarint(t, uint64(size))
	t = append(t, tagLayerName)
	t = binary.AppendUvarint(t, uint64(len(e.name)))
	t = append(t, e.name...)
	t = append(t, e.features...)
	for _, k := range e.keyOrder {
		t = append(t, tagLayerKey)
		t = binary.AppendUvarint(t, uint64(len(e.keys[k])))
		t = append(t, e.keys[k]...)
	}
	for i := range e.values.Len() {
		t = appendBytes(t, tagLayerValue, e.values.At(i))
	}
	t = append(t, tagLayerExtent)
	t = binary.AppendUvarint(t, uint64(e.grid.Extent))
	e.tile = append(t, tagLayerVersion, layerVersion)
}

func appendBytes(dst []byte, tag byte, v []byte) []byte {
	dst = append(dst, tag)
	dst = binary.AppendUvarint(dst, uint64(len(v)))
	return append(dst, v...)
}

func uvarintLen(v uint64) int {
	n := 1
	for ; v >= 0x80; v >>= 7 {
		n++
	}
	return n
}
