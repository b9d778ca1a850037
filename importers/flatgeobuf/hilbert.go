package flatgeobuf

import (
	"encoding/binary"
	"io"
	"math"

	"gisd/importers/wkb"
)

// nodeSize is the number of children of a node of the index.
const nodeSize = 16

// node is one of the packed R-tree: a box, x first, and where it leads: the
// byte of a feature, or the number of its first child.
type node struct {
	minX, minY, maxX, maxY float64
	offset                 uint64
}

// emptyBox is in no query and changes nothing when it is added.
func emptyBox() node {
	return node{minX: math.Inf(1), minY: math.Inf(1), maxX: math.Inf(-1), maxY: math.Inf(-1)}
}

func boxOf(in *wkb.Info) node {
	if in.Empty() || in.MinX > in.MaxX {
		return emptyBox()
	}
	return node{minX: in.MinX, minY: in.MinY, maxX: in.MaxX, maxY: in.MaxY}
}

func (n *node) add(b *node) {
	n.minX, n.minY = min(n.minX, b.minX), min(n.minY, b.minY)
	n.maxX, n.maxY = max(n.maxX, b.maxX), max(n.maxY, b.maxY)
}

func (n *node) empty() bool { return n.minX > n.maxX }

func (n *node) appendTo(b []byte) []byte {
	for _, v := range [...]float64{n.minX, n.minY, n.maxX, n.maxY} {
		b = wkb.AppendFloat(b, v)
	}
	return binary.LittleEndian.AppendUint64(b, n.offset)
}

// place is the position along the Hilbert curve of the box's centre within the
// extent, which is divided into 2^16 by 2^16 cells.
func (n *node) place(extent *node) uint32 {
	if n.empty() {
		return 0
	}
	return hilbert(cell(n.minX, n.maxX, extent.minX, extent.maxX), cell(n.minY, n.maxY, extent.minY, extent.maxY))
}

func cell(from, to, low, high float64) uint32 {
	if !(high > low) {
		return 0
	}
	f := (from/2 + to/2 - low) / (high - low) * math.MaxUint16
	if !(f > 0) {
		return 0
	}
	return uint32(min(f, math.MaxUint16))
}

// hilbert walks the curve from the coarsest quadrant to the finest.
//
//	1 - 2
//	|   |     each quadrant holds the same figure, turned
//	0   3     so that the ends meet
func hilbert(x, y uint32) uint32 {
	d := uint32(0)
	for s := uint32(1 << 15); s > 0; s >>= 1 {
		rx, ry := uint32(0), uint32(0)
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		d = d<<2 | (3*rx ^ ry)
		if ry == 0 {
			if rx == 1 {
				x, y = ^x, ^y
			}
			x, y = y, x
		}
	}
	return d
}

// writeTree writes the index over n leaves, the root first. leaf is called twice
// for each, in order, and returns its box and offset. The levels above the leaves, a
// fifteenth of all, are held in memory.
//
//	root | level … | leaves            a node leads to the number of its first child
func writeTree(w io.Writer, n int, leaf func(i int) (node, error)) error {
	sizes := []int{n}
	for total := n; total > 1 || len(sizes) == 1; {
		total = (total + nodeSize - 1) / nodeSize
		sizes = append(sizes, total)
	}
	first := make([]int, len(sizes)) // number of each level's first node
	for i := len(sizes) - 2; i >= 0; i-- {
		first[i] = first[i+1] + sizes[i+1]
	}
	levels := make([][]node, len(sizes))
	below := leaf
	for i := 1; i < len(sizes); i++ {
		level, err := parents(sizes[i-1], first[i-1], below)
		if err != nil {
			return err
		}
		levels[i] = level
		below = func(k int) (node, error) { return level[k], nil }
	}
	b := make([]byte, 0, nodeBytes)
	for i := len(sizes) - 1; i >= 0; i-- {
		get := leaf
		if i > 0 {
			get = func(k int) (node, error) { return levels[i][k], nil }
		}
		for k := range sizes[i] {
			item, err := get(k)
			if err != nil {
				return err
			}
			b = item.appendTo(b[:0])
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// parents makes the level above n nodes, the first of which has number from.
func parents(n, from int, below func(int) (node, error)) ([]node, error) {
	level := make([]node, 0, (n+nodeSize-1)/nodeSize)
	for k := 0; k < n; k += nodeSize {
		up := emptyBox()
		up.offset = uint64(from + k)
		for j := k; j < min(k+nodeSize, n); j++ {
			item, err := below(j)
			if err != nil {
				return nil, err
			}
			up.add(&item)
		}
		level = append(level, up)
	}
	return level, nil
}
