package cell

import (
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"slices"

	"gisd/tiles/mvt"
)

// writer is the memory of Append.
type writer struct {
	byID   []int32  // entries in the order of tiles
	place  []uint32 // of an entry in it
	curve  []uint32 // of an entry on the Hilbert curve
	order  []int32  // entries along the curve
	uses   []int32  // of a value
	shared []int32  // values used more than once, most used first
	number []int32  // of a value among shared, -1 if it stands in its feature

	blocks, boxes, bodies, geometry []byte
	ends                            []uint32 // of an entry's body in its block, in the order of order
}

// Append writes the record behind dst; without features dst is unchanged. The
// same features give the same bytes in whatever order they came, unless ids
// repeat: those keep theirs. A record is limited to 4 GiB.
func (b *Builder) Append(dst []byte) ([]byte, error) {
	b.drop()
	if len(b.entries) == 0 {
		return dst, nil
	}
	w := &b.out
	b.sort()
	b.shareValues()
	w.blocks, w.boxes, w.bodies, w.ends = w.blocks[:0], w.boxes[:0], w.bodies[:0], w.ends[:0]
	for i := 0; i < len(w.order); i += perBlock {
		b.block(w.order[i:min(i+perBlock, len(w.order))])
	}
	return b.assemble(dst)
}

func (b *Builder) sort() {
	w, n := &b.out, len(b.entries)
	w.byID, w.order, w.curve, w.place = w.byID[:0], w.order[:0], w.curve[:0], slices.Grow(w.place[:0], n)[:n]
	for i, e := range b.entries {
		w.byID, w.order = append(w.byID, int32(i)), append(w.order, int32(i))
		w.curve = append(w.curve, b.band.curve(e.box))
	}
	slices.SortStableFunc(w.byID, func(i, j int32) int { return cmp.Compare(b.entries[i].ID, b.entries[j].ID) })
	for place, i := range w.byID {
		w.place[i] = uint32(place)
	}
	slices.SortFunc(w.order, func(i, j int32) int {
		return cmp.Or(cmp.Compare(w.curve[i], w.curve[j]), cmp.Compare(w.place[i], w.place[j]))
	})
}

// shareValues numbers the values that several properties have.
func (b *Builder) shareValues() {
	w, n := &b.out, b.dict.Len()
	w.uses, w.number = slices.Grow(w.uses[:0], n)[:n], slices.Grow(w.number[:0], n)[:n]
	clear(w.uses)
	for _, v := range b.values {
		if v >= 0 {
			w.uses[v]++
		}
	}
	w.shared = w.shared[:0]
	for v, n := range w.uses {
		w.number[v] = -1
		if n > 1 {
			w.shared = append(w.shared, int32(v))
		}
	}
	slices.SortFunc(w.shared, func(v, u int32) int {
		return cmp.Or(cmp.Compare(w.uses[u], w.uses[v]), slices.Compare(b.dict.At(int(v)), b.dict.At(int(u))))
	})
	for n, v := range w.shared {
		w.number[v] = int32(n)
	}
}

// block writes the directory entry, boxes and bodies of up to perBlock entries.
func (b *Builder) block(order []int32) {
	w := &b.out
	first := b.entries[order[0]]
	box, id, rank, owner := first.box, first.ID, first.Rank, first.Owner
	for _, i := range order[1:] {
		e := b.entries[i]
		box = frame{min(box.minX, e.box.minX), min(box.minY, e.box.minY), max(box.maxX, e.box.maxX), max(box.maxY, e.box.maxY)}
		id, rank = min(id, e.ID), max(rank, e.Rank)
	}
	base := mvt.Position{X: clamp32(first.box.minX), Y: clamp32(first.box.minY)}
	packed := b.band.packBox(box)
	w.blocks = append(w.blocks, packed[:]...)
	w.blocks = binary.LittleEndian.AppendUint32(w.blocks, uint32(len(w.bodies)))
	w.blocks = binary.LittleEndian.AppendUint32(w.blocks, uint32(int32(base.X)))
	w.blocks = binary.LittleEndian.AppendUint32(w.blocks, uint32(int32(base.Y)))
	w.blocks = binary.LittleEndian.AppendUint64(w.blocks, id)
	w.blocks = binary.LittleEndian.AppendUint32(w.blocks, owner)
	w.blocks = binary.LittleEndian.AppendUint16(w.blocks, rank)
	w.blocks = binary.LittleEndian.AppendUint16(w.blocks, 0)
	start := len(w.bodies)
	for _, i := range order {
		packed := b.band.packBox(b.entries[i].box)
		w.boxes = append(w.boxes, packed[:]...)
		b.body(int(i), base, id, owner)
		w.ends = append(w.ends, uint32(len(w.bodies)-start))
	}
}

func clamp32(v int64) int64 { return min(max(v, math.MinInt32), math.MaxInt32) }

func (b *Builder) body(i int, base mvt.Position, id uint64, owner uint32) {
	w, e := &b.out, b.entries[i]
	from := 0
	if i > 0 {
		from = b.entries[i-1].parts
	}
	parts := b.parts[from:e.parts]
	flags := e.sound
	if e.drawn > 0 {
		flags |= flagDrawn
	}
	if e.Owner != owner {
		flags |= flagOwner
	}
	if e.Rank != 0 {
		flags |= flagRank
	}
	if len(parts) == 1 && parts[0].Kind == mvt.ExteriorPart {
		flags |= flagPolygon
	}
	w.bodies = append(w.bodies, flags)
	w.bodies = binary.AppendUvarint(w.bodies, e.ID-id)
	if flags&flagOwner != 0 {
		w.bodies = binary.AppendUvarint(w.bodies, uint64(e.Owner))
	}
	if flags&flagRank != 0 {
		w.bodies = binary.AppendUvarint(w.bodies, uint64(e.Rank))
	}
	if e.drawn > 0 {
		w.geometry = b.geometry(w.geometry[:0], parts, base, flags)
		w.bodies = binary.AppendUvarint(w.bodies, uint64(e.drawn))
		w.bodies = append(w.bodies, b.drawn[e.end-e.drawn:e.end]...)
		w.bodies = binary.AppendUvarint(w.bodies, uint64(len(w.geometry)))
		w.bodies = append(w.bodies, w.geometry...)
	} else {
		w.bodies = b.geometry(w.bodies, parts, base, flags)
	}
	b.properties(b.values[i*len(b.keys) : (i+1)*len(b.keys)])
}

// geometry appends parts whose positions count from base.
func (b *Builder) geometry(dst []byte, parts []mvt.Part, base mvt.Position, flags byte) []byte {
	if flags&flagPolygon == 0 {
		dst = binary.AppendUvarint(dst, uint64(len(parts)))
	}
	for _, p := range parts {
		n := uint64(p.End - p.Start)
		if flags&flagPolygon == 0 {
			n = n<<2 | uint64(p.Kind)
		}
		dst = binary.AppendUvarint(dst, n)
		for _, q := range b.positions[p.Start:p.End] {
			dst = binary.AppendVarint(dst, q.X-base.X)
			dst = binary.AppendVarint(dst, q.Y-base.Y)
			base = q
		}
	}
	return dst
}

// properties appends the values of a feature.
func (b *Builder) properties(values []int32) {
	w := &b.out
	for _, v := range values {
		switch {
		case v < 0:
			w.bodies = append(w.bodies, valueAbsent)
		case w.number[v] >= 0:
			w.bodies = binary.AppendUvarint(w.bodies, valueShared+uint64(w.number[v]))
		default:
			value := b.dict.At(int(v))
			w.bodies = append(w.bodies, valueInline)
			w.bodies = binary.AppendUvarint(w.bodies, uint64(len(value)))
			w.bodies = append(w.bodies, value...)
		}
	}
}

// assemble puts the sections together, see Record.sections.
func (b *Builder) assemble(dst []byte) ([]byte, error) {
	w, start := &b.out, len(dst)
	keys, values := 0, 0
	for _, k := range b.keys {
		keys += len(binary.AppendUvarint(nil, uint64(len(k)))) + len(k)
	}
	for _, v := range w.shared {
		values += len(b.dict.At(int(v)))
	}
	wide := byte(0)
	if len(w.order) > math.MaxUint16+1 || slices.Max(w.ends) > math.MaxUint16 {
		wide = 1
	}
	if values > math.MaxUint32 || len(w.bodies) > math.MaxUint32 {
		return dst, errors.New("cell: more features than a record can hold")
	}
	dst = append(dst, 'G', 'C', format, byte(b.coord.Z), 0, 0, 0, 0)
	for _, n := range []int{int(b.coord.X), int(b.coord.Y), len(w.order), len(w.shared), values, keys} {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(n))
	}
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(b.keys)))
	dst = append(dst, wide, 0)
	for _, k := range b.keys {
		dst = append(binary.AppendUvarint(dst, uint64(len(k))), k...)
	}
	end := 0
	for _, v := range w.shared {
		end += len(b.dict.At(int(v)))
		dst = binary.LittleEndian.AppendUint32(dst, uint32(end))
	}
	for _, v := range w.shared {
		dst = append(dst, b.dict.At(int(v))...)
	}
	dst = append(append(dst, w.blocks...), w.boxes...)
	for k, i := range w.order {
		if wide != 0 {
			dst = binary.LittleEndian.AppendUint32(dst, w.ends[k])
			dst = binary.LittleEndian.AppendUint32(dst, w.place[i])
		} else {
			dst = binary.LittleEndian.AppendUint16(dst, uint16(w.ends[k]))
			dst = binary.LittleEndian.AppendUint16(dst, uint16(w.place[i]))
		}
	}
	dst = append(dst, w.bodies...)
	sum := crc32.Checksum(dst[start+atColumn:], crc32.MakeTable(crc32.Castagnoli))
	binary.LittleEndian.PutUint32(dst[start+atChecksum:], sum)
	return dst, nil
}
