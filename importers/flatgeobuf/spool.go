package flatgeobuf

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"slices"
)

// leafBytes is what is kept of a feature: its node, the offset being that in
// the collected features, and its size.
const leafBytes = nodeBytes + 8

// leaf is one of them.
type leaf struct {
	node
	size int
}

func parseLeaf(b []byte) leaf {
	f := func(i int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])) }
	return leaf{node: node{minX: f(0), minY: f(1), maxX: f(2), maxY: f(3), offset: binary.LittleEndian.Uint64(b[32:])},
		size: int(binary.LittleEndian.Uint64(b[nodeBytes:]))}
}

// leafReader reads leaves from the first on.
type leafReader struct {
	in   *bufio.Reader
	line [leafBytes]byte
}

func (w *writer) readLeaves(f io.ReaderAt) *leafReader {
	return &leafReader{in: bufio.NewReaderSize(io.NewSectionReader(f, 0, int64(w.count)*leafBytes), 64<<10)}
}

func (r *leafReader) next() (leaf, error) {
	if _, err := io.ReadFull(r.in, r.line[:]); err != nil {
		return leaf{}, err
	}
	return parseLeaf(r.line[:]), nil
}

// sortLeaves brings the features in order along the Hilbert curve, which keeps
// those near each other in one node. Equal places keep their order.
func (w *writer) sortLeaves() error {
	order := make([]uint64, w.count) // place, then number
	in := w.readLeaves(w.leaves)
	for i := range order {
		l, err := in.next()
		if err != nil {
			return err
		}
		order[i] = uint64(l.place(&w.extent))<<32 | uint64(i)
	}
	slices.Sort(order)
	out := bufio.NewWriterSize(w.sorted, 64<<10)
	b := make([]byte, leafBytes)
	for i, o := range order {
		if i&1023 == 0 && w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		if _, err := w.leaves.ReadAt(b, int64(o&math.MaxUint32)*leafBytes); err != nil {
			return err
		}
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	return out.Flush()
}

// writeIndex goes through the leaves twice, for the levels above and for
// themselves; the offsets are those in the finished file.
func (w *writer) writeIndex(out io.Writer) error {
	var in *leafReader
	at := uint64(0)
	return writeTree(out, w.count, func(i int) (node, error) {
		if i == 0 {
			in, at = w.readLeaves(w.sorted), 0
		}
		l, err := in.next()
		l.offset = at
		at += uint64(l.size)
		return l.node, err
	})
}

func (w *writer) copyFeatures(out io.Writer) error {
	in := w.readLeaves(w.sorted)
	var b []byte
	for i := range w.count {
		if i&1023 == 0 && w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		l, err := in.next()
		if err != nil {
			return err
		}
		b = slices.Grow(b[:0], l.size)[:l.size]
		if _, err := w.features.ReadAt(b, int64(l.offset)); err != nil {
			return err
		}
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	return nil
}
