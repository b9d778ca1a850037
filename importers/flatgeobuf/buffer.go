package flatgeobuf

import "encoding/binary"

// buffer is one FlatBuffer. Offsets that lead out of it mark it as damaged and
// read as absent; nothing is copied or allocated.
type buffer struct {
	b       []byte
	damaged bool
}

// table is a table within a buffer; the zero table has no fields.
type table struct {
	buf    *buffer
	at     int
	fields []byte // the vtable after its two sizes
}

func (u *buffer) root(b []byte) table {
	u.b, u.damaged = b, false
	if len(b) < 4 {
		u.damaged = true
		return table{}
	}
	return u.table(int64(binary.LittleEndian.Uint32(b)))
}

func (u *buffer) table(at int64) table {
	size := int64(len(u.b))
	if at < 4 || at+4 > size {
		u.damaged = true
		return table{}
	}
	v := at - int64(int32(binary.LittleEndian.Uint32(u.b[at:])))
	if v < 0 || v+4 > size {
		u.damaged = true
		return table{}
	}
	end := v + int64(binary.LittleEndian.Uint16(u.b[v:]))
	if end < v+4 || end > size {
		u.damaged = true
		return table{}
	}
	return table{buf: u, at: int(at), fields: u.b[v+4 : end]}
}

// field returns where field i of size bytes stands, 0 when it is absent.
func (t *table) field(i, size int) int {
	if 2*i+2 > len(t.fields) {
		return 0
	}
	o := int(binary.LittleEndian.Uint16(t.fields[2*i:]))
	if o == 0 {
		return 0
	}
	if t.at+o+size > len(t.buf.b) {
		t.buf.damaged = true
		return 0
	}
	return t.at + o
}

// target follows the offset in field i, 0 when it is absent.
func (t *table) target(i int) int64 {
	at := t.field(i, 4)
	if at == 0 {
		return 0
	}
	return int64(at) + int64(binary.LittleEndian.Uint32(t.buf.b[at:]))
}

// vector returns the elements, size bytes each, of the vector in field i.
func (t *table) vector(i, size int) []byte {
	at := t.target(i)
	if at == 0 {
		return nil
	}
	if at+4 > int64(len(t.buf.b)) {
		t.buf.damaged = true
		return nil
	}
	n := int64(binary.LittleEndian.Uint32(t.buf.b[at:])) * int64(size)
	if at += 4; n > int64(len(t.buf.b))-at {
		t.buf.damaged = true
		return nil
	}
	return t.buf.b[at : at+n]
}

func (t *table) child(i int) table {
	at := t.target(i)
	if at == 0 {
		return table{}
	}
	return t.buf.table(at)
}

// children is a vector of tables.
type children struct {
	buf  *buffer
	refs []byte
	at   int // of refs in the buffer
}

func (t *table) children(i int) children {
	refs := t.vector(i, 4)
	if len(refs) == 0 {
		return children{}
	}
	return children{buf: t.buf, refs: refs, at: int(t.target(i)) + 4}
}

func (c *children) len() int { return len(c.refs) / 4 }

func (c *children) get(i int) table {
	return c.buf.table(int64(c.at+4*i) + int64(binary.LittleEndian.Uint32(c.refs[4*i:])))
}

func (t *table) text(i int) string { return string(t.vector(i, 1)) }

func (t *table) byte(i int) byte {
	if at := t.field(i, 1); at > 0 {
		return t.buf.b[at]
	}
	return 0
}

func (t *table) uint16(i int, absent uint16) uint16 {
	if at := t.field(i, 2); at > 0 {
		return binary.LittleEndian.Uint16(t.buf.b[at:])
	}
	return absent
}

func (t *table) int32(i int) int32 {
	if at := t.field(i, 4); at > 0 {
		return int32(binary.LittleEndian.Uint32(t.buf.b[at:]))
	}
	return 0
}

func (t *table) uint64(i int) uint64 {
	if at := t.field(i, 8); at > 0 {
		return binary.LittleEndian.Uint64(t.buf.b[at:])
	}
	return 0
}
