// Package coords rewrites the coordinates of geometries in memory, whichever way
// they stand: x first as everywhere inside, or in the order that a caller's system
// has.
package coords

import (
	"encoding/binary"
	"errors"
	"math"
)

// EWKB type flags as PostGIS writes them.
const (
	ewkbZ    = 0x80000000
	ewkbM    = 0x40000000
	ewkbSRID = 0x20000000
	deepest  = 32 // collections within collections
)

// ErrDamaged says that bytes are no EWKB.
var ErrDamaged = errors.New("the stored geometry is damaged")

// Walker goes through EWKB and hands over each run of coordinates. The zero value
// is ready; it serves one goroutine.
type Walker struct {
	data    []byte
	at      int
	order   binary.ByteOrder
	stride  int
	kind    uint32
	change  func(flat []float64, stride int) error
	scratch []float64
}

// Rewrite calls change for each run of positions, flat with stride ordinates each,
// and writes what it leaves there back into the bytes. A point without coordinates
// is passed over.
func (w *Walker) Rewrite(ewkb []byte, change func(flat []float64, stride int) error) error {
	w.data, w.at, w.change = ewkb, 0, change
	err := w.geometry(0)
	w.data, w.change = nil, nil
	return err
}

// Kind is the WKB type code of the geometry that the run handed over belongs to: 1
// for a position, 2 for a line, 3 for a ring.
func (w *Walker) Kind() uint32 { return w.kind }

// Type is the WKB type code of an EWKB geometry, 1 to 7, and whether it has
// heights and measures.
func Type(ewkb []byte) (kind uint32, z, m bool, err error) {
	if len(ewkb) < 5 {
		return 0, false, false, ErrDamaged
	}
	order := binary.ByteOrder(binary.BigEndian)
	if ewkb[0] == 1 {
		order = binary.LittleEndian
	}
	code := order.Uint32(ewkb[1:])
	return code & 0xff, code&ewkbZ != 0, code&ewkbM != 0, nil
}

func (w *Walker) geometry(depth int) error {
	if w.at+5 > len(w.data) || depth > deepest {
		return ErrDamaged
	}
	w.order = binary.ByteOrder(binary.BigEndian)
	if w.data[w.at] == 1 {
		w.order = binary.LittleEndian
	}
	kind := w.order.Uint32(w.data[w.at+1:])
	w.at += 5
	if kind&ewkbSRID != 0 {
		w.at += 4
	}
	w.stride = 2
	if kind&ewkbZ != 0 {
		w.stride++
	}
	if kind&ewkbM != 0 {
		w.stride++
	}
	w.kind = kind & 0xff
	switch w.kind {
	case 1:
		return w.points(1)
	case 2:
		return w.sequence()
	case 3:
		return w.repeat(w.sequence)
	case 4, 5, 6, 7:
		return w.repeat(func() error { return w.geometry(depth + 1) })
	}
	return ErrDamaged
}

func (w *Walker) count() (int, error) {
	if w.at+4 > len(w.data) {
		return 0, ErrDamaged
	}
	n := int(w.order.Uint32(w.data[w.at:]))
	w.at += 4
	if n > len(w.data)-w.at {
		return 0, ErrDamaged
	}
	return n, nil
}

func (w *Walker) repeat(each func() error) error {
	n, err := w.count()
	for range n {
		if err != nil {
			return err
		}
		err = each()
	}
	return err
}

func (w *Walker) sequence() error {
	n, err := w.count()
	if err != nil {
		return err
	}
	return w.points(n)
}

func (w *Walker) points(n int) error {
	size := n * w.stride * 8
	if size < 0 || w.at+size > len(w.data) {
		return ErrDamaged
	}
	run := w.data[w.at : w.at+size]
	w.at += size
	flat := w.scratch[:0]
	little := w.order == binary.ByteOrder(binary.LittleEndian) // as PostGIS writes, and without asking an interface
	for i := 0; i+8 <= len(run); i += 8 {
		if little {
			flat = append(flat, math.Float64frombits(binary.LittleEndian.Uint64(run[i:])))
		} else {
			flat = append(flat, math.Float64frombits(binary.BigEndian.Uint64(run[i:])))
		}
	}
	w.scratch = flat
	if n == 1 && math.IsNaN(flat[0]) {
		return nil // POINT EMPTY
	}
	if err := w.change(flat, w.stride); err != nil {
		return err
	}
	for i, v := range flat {
		if little {
			binary.LittleEndian.PutUint64(run[i*8:], math.Float64bits(v))
		} else {
			binary.BigEndian.PutUint64(run[i*8:], math.Float64bits(v))
		}
	}
	return nil
}

// Swap exchanges x and y of each position.
func Swap(flat []float64, stride int) {
	for i := 0; i+1 < len(flat); i += stride {
		flat[i], flat[i+1] = flat[i+1], flat[i]
	}
}
