// Package flatbuf reads FlatBuffers without trusting them: every access is
// checked against the end of the bytes. It knows nothing of coordinates.
package flatbuf

import "encoding/binary"

// Buffer is one FlatBuffer. Offsets that lead out of it mark it as damaged and
// read as absent; nothing is copied or allocated.
type Buffer struct {
	b       []byte
	Damaged bool
}

// Table is a table within a buffer; the zero Table has no fields.
type Table struct {
	buf    *Buffer
	at     int
	fields []byte // the vtable after its two sizes
}

// Root begins with the bytes of another buffer, which it keeps.
func (u *Buffer) Root(b []byte) Table {
	u.b, u.Damaged = b, false
	if len(b) < 4 {
		u.Damaged = true
		return Table{}
	}
	return u.table(int64(binary.LittleEndian.Uint32(b)))
}

func (u *Buffer) table(at int64) Table {
	size := int64(len(u.b))
	if at < 4 || at+4 > size {
		u.Damaged = true
		return Table{}
	}
	v := at - int64(int32(binary.LittleEndian.Uint32(u.b[at:])))
	if v < 0 || v+4 > size {
		u.Damaged = true
		return Table{}
	}
	end := v + int64(binary.LittleEndian.Uint16(u.b[v:]))
	if end < v+4 || end > size {
		u.Damaged = true
		return Table{}
	}
	return Table{buf: u, at: int(at), fields: u.b[v+4 : end]}
}

// Field returns where field i of size bytes stands, 0 when it is absent.
func (t *Table) Field(i, size int) int {
	if 2*i+2 > len(t.fields) {
		return 0
	}
	o := int(binary.LittleEndian.Uint16(t.fields[2*i:]))
	if o == 0 {
		return 0
	}
	if t.at+o+size > len(t.buf.b) {
		t.buf.Damaged = true
		return 0
	}
	return t.at + o
}

// target follows the offset in field i, 0 when it is absent.
func (t *Table) target(i int) int64 {
	at := t.Field(i, 4)
	if at == 0 {
		return 0
	}
	return int64(at) + int64(binary.LittleEndian.Uint32(t.buf.b[at:]))
}

// Vector returns the elements, size bytes each, of the vector in field i.
func (t *Table) Vector(i, size int) []byte {
	at := t.target(i)
	if at == 0 {
		return nil
	}
	if at+4 > int64(len(t.buf.b)) {
		t.buf.Damaged = true
		return nil
	}
	n := int64(binary.LittleEndian.Uint32(t.buf.b[at:])) * int64(size)
	if at += 4; n > int64(len(t.buf.b))-at {
		t.buf.Damaged = true
		return nil
	}
	return t.buf.b[at : at+n]
}

// Child returns the table in field i, the zero Table when it is absent.
func (t *Table) Child(i int) Table {
	at := t.target(i)
	if at == 0 {
		return Table{}
	}
	return t.buf.table(at)
}

// List is a vector of tables.
type List struct {
	buf  *Buffer
	refs []byte
	at   int // of refs in the Buffer
}

// Children returns the tables of the vector in field i.
func (t *Table) Children(i int) List {
	refs := t.Vector(i, 4)
	if len(refs) == 0 {
		return List{}
	}
	return List{buf: t.buf, refs: refs, at: int(t.target(i)) + 4}
}

// Len is the number of tables.
func (c *List) Len() int { return len(c.refs) / 4 }

// Damaged reports whether the buffer has turned out damaged so far.
func (c *List) Damaged() bool { return c.buf != nil && c.buf.Damaged }

// Get returns a table; i is below Len.
func (c *List) Get(i int) Table {
	return c.buf.table(int64(c.at+4*i) + int64(binary.LittleEndian.Uint32(c.refs[4*i:])))
}

// Text returns the string in field i, "" when it is absent. Tables may share
// their strings, so that whoever reads many bounds the length first.
func (t *Table) Text(i int) string { return string(t.Vector(i, 1)) }

// Byte returns the number in field i, 0 when it is absent.
func (t *Table) Byte(i int) byte {
	if at := t.Field(i, 1); at > 0 {
		return t.buf.b[at]
	}
	return 0
}

// Uint16 returns the number in field i, or absent.
func (t *Table) Uint16(i int, absent uint16) uint16 {
	if at := t.Field(i, 2); at > 0 {
		return binary.LittleEndian.Uint16(t.buf.b[at:])
	}
	return absent
}

// Int32 returns the number in field i, 0 when it is absent.
func (t *Table) Int32(i int) int32 {
	if at := t.Field(i, 4); at > 0 {
		return int32(binary.LittleEndian.Uint32(t.buf.b[at:]))
	}
	return 0
}

// Uint64 returns the number in field i, 0 when it is absent.
func (t *Table) Uint64(i int) uint64 {
	if at := t.Field(i, 8); at > 0 {
		return binary.LittleEndian.Uint64(t.buf.b[at:])
	}
	return 0
}

// Present reports whether there is a table at all.
func (t *Table) Present() bool { return t.buf != nil }

// Damaged reports whether the buffer has turned out damaged so far.
func (t *Table) Damaged() bool { return t.buf != nil && t.buf.Damaged }

// Size is that of the buffer.
func (t *Table) Size() int { return len(t.buf.b) }
