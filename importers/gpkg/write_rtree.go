package gpkg

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// The layout of SQLite's R*Tree module for two dimensions of 32-bit floats
// (sqlite.org/rtree.html §6; rtree.c): a node is depth and cell count, two bytes
// each, then cells of a 64-bit id and min/max of x and y, all big endian. The
// root is node 1, and all nodes have one size.
const (
	cellBytes = 24
	nodeCells = 51
	nodeBytes = 4 + nodeCells*cellBytes
)

// sortAtOnce bounds the boxes in memory: 32 MiB. Larger layers are sorted in
// pieces, in the order in which the records come.
const sortAtOnce = 1 << 20

// cell is a box with the feature or the node that it holds.
type cell struct {
	id         int64
	minX, maxX float32
	minY, maxY float32
	hilbert    uint32
	node       int32
}

// rtree builds the spatial index from the leaves up, packed along a Hilbert
// curve, instead of inserting one box after the other.
type rtree struct {
	name  string
	exec  func(ctx context.Context, stmt *sql.Stmt, args ...any) error
	node  *sql.Stmt // nodeno, data
	rowid *sql.Stmt // rowid, nodeno
	up    *sql.Stmt // nodeno, parentnode
	cells []cell    // of the piece
	level []cell    // nodes that wait for parents
	next  int64     // node number; 1 is the root's
}

// add takes a box. The boxes of the index are rounded outwards, as SQLite does.
func (t *rtree) add(ctx context.Context, id int64, minX, minY, maxX, maxY float64) error {
	t.cells = append(t.cells, cell{id: id, minX: down(minX), maxX: up(maxX), minY: down(minY), maxY: up(maxY)})
	if len(t.cells) < sortAtOnce {
		return nil
	}
	return t.leaves(ctx)
}

func down(v float64) float32 {
	f := float32(v)
	if float64(f) > v {
		f = math.Nextafter32(f, float32(math.Inf(-1)))
	}
	return f
}

func up(v float64) float32 {
	f := float32(v)
	if float64(f) < v {
		f = math.Nextafter32(f, float32(math.Inf(1)))
	}
	return f
}

// leaves writes the piece as leaf nodes.
func (t *rtree) leaves(ctx context.Context) error {
	box := cell{minX: math.MaxFloat32, minY: math.MaxFloat32, maxX: -math.MaxFloat32, maxY: -math.MaxFloat32}
	for i := range t.cells {
		box.extend(&t.cells[i])
	}
	w, h := float64(box.maxX)-float64(box.minX), float64(box.maxY)-float64(box.minY)
	for i := range t.cells {
		c := &t.cells[i]
		c.hilbert = hilbert(along((float64(c.minX)+float64(c.maxX))/2-float64(box.minX), w), along((float64(c.minY)+float64(c.maxY))/2-float64(box.minY), h))
	}
	slices.SortFunc(t.cells, func(a, b cell) int { return int(int64(a.hilbert) - int64(b.hilbert)) })
	for from := 0; from < len(t.cells); from += nodeCells {
		part := t.cells[from:min(from+nodeCells, len(t.cells))]
		no, err := t.write(ctx, part, 0)
		if err != nil {
			return err
		}
		for i := range part {
			part[i].node = int32(no)
		}
	}
	slices.SortFunc(t.cells, func(a, b cell) int {
		switch {
		case a.id < b.id:
			return -1
		case a.id > b.id:
			return 1
		}
		return 0
	})
	for i := range t.cells {
		if err := t.exec(ctx, t.rowid, t.cells[i].id, int64(t.cells[i].node)); err != nil {
			return err
		}
	}
	t.cells = t.cells[:0]
	return nil
}

// finish writes what is left and the levels up to the root.
func (t *rtree) finish(ctx context.Context) error {
	if len(t.level) == 0 && len(t.cells) <= nodeCells { // the root is a leaf
		for i := range t.cells {
			if err := t.exec(ctx, t.rowid, t.cells[i].id, int64(1)); err != nil {
				return err
			}
		}
		return t.exec(ctx, t.node, int64(1), encodeNode(t.cells, 0))
	}
	if err := t.leaves(ctx); err != nil {
		return err
	}
	depth := 1
	for ; len(t.level) > nodeCells; depth++ {
		children := t.level
		t.level = nil
		for from := 0; from < len(children); from += nodeCells {
			part := children[from:min(from+nodeCells, len(children))]
			no, err := t.write(ctx, part, 0)
			if err != nil {
				return err
			}
			if err := t.adopt(ctx, part, no); err != nil {
				return err
			}
		}
	}
	if err := t.adopt(ctx, t.level, 1); err != nil {
		return err
	}
	return t.exec(ctx, t.node, int64(1), encodeNode(t.level, depth))
}

func (t *rtree) adopt(ctx context.Context, children []cell, parent int64) error {
	for i := range children {
		if err := t.exec(ctx, t.up, children[i].id, parent); err != nil {
			return err
		}
	}
	return nil
}

// write stores a node below the root and leaves it waiting for a parent.
func (t *rtree) write(ctx context.Context, cells []cell, depth int) (int64, error) {
	t.next++
	no := t.next + 1
	self := cells[0]
	self.id = no
	for i := range cells {
		self.extend(&cells[i])
	}
	t.level = append(t.level, self)
	return no, t.exec(ctx, t.node, no, encodeNode(cells, depth))
}

func (c *cell) extend(o *cell) {
	c.minX, c.maxX = min(c.minX, o.minX), max(c.maxX, o.maxX)
	c.minY, c.maxY = min(c.minY, o.minY), max(c.maxY, o.maxY)
}

func encodeNode(cells []cell, depth int) []byte {
	b := make([]byte, 0, nodeBytes)
	b = binary.BigEndian.AppendUint16(b, uint16(depth))
	b = binary.BigEndian.AppendUint16(b, uint16(len(cells)))
	for i := range cells {
		c := &cells[i]
		b = binary.BigEndian.AppendUint64(b, uint64(c.id))
		for _, v := range [...]float32{c.minX, c.maxX, c.minY, c.maxY} {
			b = binary.BigEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	return b[:nodeBytes]
}

// along maps an offset within an extent to 0..65535.
func along(offset, extent float64) uint32 {
	if !(extent > 0) {
		return 0
	}
	return uint32(min(max(offset/extent, 0), 1) * 65535)
}

// hilbert is the place of a cell of a grid of 65536 by 65536 on the curve.
func hilbert(x, y uint32) uint32 {
	var d uint32
	for s := uint32(1 << 15); s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s > 0 {
			rx = 1
		}
		if y&s > 0 {
			ry = 1
		}
		d += s * s * (3*rx ^ ry)
		if ry == 0 {
			if rx == 1 {
				x, y = 65535-x, 65535-y
			}
			x, y = y, x
		}
	}
	return d
}

// prepareTree readies the statements that fill the module's own tables.
func (w *writer) prepareTree(ctx context.Context) error {
	t := &rtree{name: "rtree_" + w.table + "_" + w.geometry, exec: execute}
	var err error
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&t.node, "insert or replace into " + quote(t.name+"_node") + " (nodeno, data) values (?, ?)"},
		{&t.rowid, "insert into " + quote(t.name+"_rowid") + " (rowid, nodeno) values (?, ?)"},
		{&t.up, "insert into " + quote(t.name+"_parent") + " (nodeno, parentnode) values (?, ?)"},
	} {
		if *s.to, err = w.tx.PrepareContext(ctx, s.text); err != nil {
			return fmt.Errorf("gpkg: write: %w", err)
		}
	}
	w.tree = t
	return nil
}

func execute(ctx context.Context, stmt *sql.Stmt, args ...any) error {
	if _, err := stmt.ExecContext(ctx, args...); err != nil {
		return fmt.Errorf("gpkg: write: spatial index: %w", err)
	}
	return nil
}
