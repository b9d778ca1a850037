package flatgeobuf

import (
	"encoding/binary"
	"fmt"
	"math"

	flatbuffers "github.com/google/flatbuffers/go"

	"gisd/importers"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// encoder makes Feature tables.
type encoder struct {
	b          *flatbuffers.Builder
	hasZ, hasM bool
	stride     int
	props      []byte
	xy, z, m   []byte
	ends       []uint32
}

func newEncoder(d spatial.Dimensions) *encoder {
	return &encoder{b: flatbuffers.NewBuilder(1 << 16), stride: wkb.Stride(d),
		hasZ: d == spatial.XYZ || d == spatial.XYZM, hasM: d == spatial.XYM || d == spatial.XYZM}
}

// feature returns a feature with its size before it, valid until the next call.
// ewkb has been inspected: its counts are true.
func (e *encoder) feature(ewkb []byte, fields []spatial.Field, values []importers.Value) []byte {
	e.b.Reset()
	var geometry flatbuffers.UOffsetT
	if len(ewkb) > 0 {
		r := parts{b: ewkb}
		geometry = e.geometry(&r)
	}
	e.props = appendProperties(e.props[:0], fields, values)
	var props flatbuffers.UOffsetT
	if len(e.props) > 0 {
		props = e.b.CreateByteVector(e.props)
	}
	e.b.StartObject(3)
	if geometry != 0 {
		e.b.PrependUOffsetTSlot(0, geometry, 0)
	}
	if props != 0 {
		e.b.PrependUOffsetTSlot(1, props, 0)
	}
	e.b.FinishSizePrefixed(e.b.EndObject())
	return e.b.FinishedBytes()
}

// parts walks through an EWKB geometry.
type parts struct{ b []byte }

func (p *parts) kind() uint32 {
	k := binary.LittleEndian.Uint32(p.b[1:]) & 0xff
	p.b = p.b[5:]
	return k
}

func (p *parts) count() int {
	n := binary.LittleEndian.Uint32(p.b)
	p.b = p.b[4:]
	return int(n)
}

// geometry writes one Geometry table and moves r behind what it read.
func (e *encoder) geometry(r *parts) flatbuffers.UOffsetT {
	kind := r.kind()
	switch kind {
	case wkb.MultiPolygon, wkb.GeometryCollection:
		n := r.count()
		list := make([]flatbuffers.UOffsetT, n)
		for i := range list {
			list[i] = e.geometry(r)
		}
		e.b.StartVector(4, n, 4)
		for i := n - 1; i >= 0; i-- {
			e.b.PrependUOffsetT(list[i])
		}
		at := e.b.EndVector(n)
		return e.table(kind, [5]flatbuffers.UOffsetT{4: at})
	}
	e.xy, e.z, e.m, e.ends = e.xy[:0], e.z[:0], e.m[:0], e.ends[:0]
	switch kind {
	case wkb.Point:
		e.point(r)
	case wkb.LineString:
		e.run(r, r.count())
	case wkb.Polygon:
		for range r.count() {
			e.run(r, r.count())
			e.ends = append(e.ends, uint32(len(e.xy)/16))
		}
	case wkb.MultiPoint:
		for range r.count() {
			r.kind()
			e.run(r, 1)
		}
	case wkb.MultiLineString:
		for range r.count() {
			r.kind()
			e.run(r, r.count())
			e.ends = append(e.ends, uint32(len(e.xy)/16))
		}
	}
	var at [5]flatbuffers.UOffsetT
	// A single ring needs no ends; a single line keeps them, so that readers
	// without that rule see the line.
	if len(e.ends) > 1 || kind == wkb.MultiLineString && len(e.ends) > 0 {
		at[0] = e.vector32(e.ends)
	}
	at[1], at[2], at[3] = e.doubles(e.xy), e.doubles(e.z), e.doubles(e.m)
	return e.table(kind, at)
}

// point leaves an empty one without coordinates.
func (e *encoder) point(r *parts) {
	x := math.Float64frombits(binary.LittleEndian.Uint64(r.b))
	y := math.Float64frombits(binary.LittleEndian.Uint64(r.b[8:]))
	if x != x && y != y {
		r.b = r.b[8*e.stride:]
		return
	}
	e.run(r, 1)
}

func (e *encoder) run(r *parts, n int) {
	if e.stride == 2 {
		e.xy = append(e.xy, r.b[:16*n]...)
		r.b = r.b[16*n:]
		return
	}
	for range n {
		e.xy = append(e.xy, r.b[:16]...)
		r.b = r.b[16:]
		if e.hasZ {
			e.z = append(e.z, r.b[:8]...)
			r.b = r.b[8:]
		}
		if e.hasM {
			e.m = append(e.m, r.b[:8]...)
			r.b = r.b[8:]
		}
	}
}

// table writes the fields ends, xy, z, m, parts.
func (e *encoder) table(kind uint32, at [5]flatbuffers.UOffsetT) flatbuffers.UOffsetT {
	e.b.StartObject(8)
	for i, slot := range [...]int{0, 1, 2, 3, 7} {
		if at[i] != 0 {
			e.b.PrependUOffsetTSlot(slot, at[i], 0)
		}
	}
	e.b.PrependByteSlot(6, byte(kind), 0)
	return e.b.EndObject()
}

// doubles writes little-endian doubles as they are; 0 for none.
func (e *encoder) doubles(v []byte) flatbuffers.UOffsetT {
	if len(v) == 0 {
		return 0
	}
	e.b.StartVector(8, len(v)/8, 8)
	for i := len(v) - 8; i >= 0; i -= 8 {
		e.b.PlaceUint64(binary.LittleEndian.Uint64(v[i:]))
	}
	return e.b.EndVector(len(v) / 8)
}

func (e *encoder) vector32(v []uint32) flatbuffers.UOffsetT {
	e.b.StartVector(4, len(v), 4)
	for i := len(v) - 1; i >= 0; i-- {
		e.b.PlaceUint32(v[i])
	}
	return e.b.EndVector(len(v))
}

func kindOf(t spatial.FieldType) byte {
	switch t {
	case spatial.FieldInteger:
		return kindLong
	case spatial.FieldNumber:
		return kindDouble
	case spatial.FieldBoolean:
		return kindBool
	case spatial.FieldDate, spatial.FieldDateTime:
		return kindDateTime
	case spatial.FieldJSON:
		return kindJSON
	}
	return kindString
}

// appendProperties leaves nulls out.
func appendProperties(b []byte, fields []spatial.Field, values []importers.Value) []byte {
	for i := range values {
		v := &values[i]
		if !v.Valid {
			continue
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(i))
		switch t := fields[i].Type; t {
		case spatial.FieldInteger:
			b = binary.LittleEndian.AppendUint64(b, uint64(v.Int))
		case spatial.FieldNumber:
			b = wkb.AppendFloat(b, v.Float)
		case spatial.FieldBoolean:
			b = append(b, byte(v.Int))
		case spatial.FieldDate, spatial.FieldDateTime:
			at := len(b)
			b = append(b, 0, 0, 0, 0)
			b = appendTime(b, t, v)
			binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
		default:
			b = binary.LittleEndian.AppendUint32(b, uint32(len(v.Bytes)))
			b = append(b, v.Bytes...)
		}
	}
	return b
}

// header makes the header with its size before it.
func encodeHeader(h *importers.Header, extent *node, count int, index bool) []byte {
	b := flatbuffers.NewBuilder(4096)
	columns := make([]flatbuffers.UOffsetT, len(h.Fields))
	for i := range h.Fields {
		columns[i] = encodeColumn(b, &h.Fields[i])
	}
	var list, box, crs flatbuffers.UOffsetT
	if len(columns) > 0 {
		b.StartVector(4, len(columns), 4)
		for i := len(columns) - 1; i >= 0; i-- {
			b.PrependUOffsetT(columns[i])
		}
		list = b.EndVector(len(columns))
	}
	if !extent.empty() {
		b.StartVector(8, 4, 8)
		for _, v := range [...]float64{extent.maxY, extent.maxX, extent.minY, extent.minX} {
			b.PrependFloat64(v)
		}
		box = b.EndVector(4)
	}
	if h.SRID != 0 || h.WKT != "" {
		crs = encodeCRS(b, h)
	}
	name := b.CreateString(h.Layer)
	b.StartObject(14)
	b.PrependUint64Slot(8, uint64(count), 0)
	for _, s := range [...]struct {
		slot int
		at   flatbuffers.UOffsetT
	}{{0, name}, {1, box}, {7, list}, {10, crs}} {
		if s.at != 0 {
			b.PrependUOffsetTSlot(s.slot, s.at, 0)
		}
	}
	nodes := uint16(nodeSize)
	if !index {
		nodes = 0
	}
	b.PrependUint16Slot(9, nodes, nodeSize)
	b.PrependByteSlot(2, headerKind(h.Geometry), 0)
	b.PrependBoolSlot(3, h.Dimensions == spatial.XYZ || h.Dimensions == spatial.XYZM, false)
	b.PrependBoolSlot(4, h.Dimensions == spatial.XYM || h.Dimensions == spatial.XYZM, false)
	b.FinishSizePrefixed(b.EndObject())
	return b.FinishedBytes()
}

func encodeColumn(b *flatbuffers.Builder, f *spatial.Field) flatbuffers.UOffsetT {
	var title, metadata flatbuffers.UOffsetT
	name := b.CreateString(f.Name)
	if text := cmpTitle(f); text != "" {
		title = b.CreateString(text)
	}
	if f.Type == spatial.FieldDate {
		metadata = b.CreateString(dateMetadata)
	}
	b.StartObject(11)
	b.PrependUOffsetTSlot(0, name, 0)
	if title != 0 {
		b.PrependUOffsetTSlot(2, title, 0)
	}
	if metadata != 0 {
		b.PrependUOffsetTSlot(10, metadata, 0)
	}
	b.PrependByteSlot(1, kindOf(f.Type), 0)
	return b.EndObject()
}

func cmpTitle(f *spatial.Field) string {
	if f.Title.VI != "" && f.Title.VI != f.Name {
		return f.Title.VI
	}
	if f.Title.EN != f.Name {
		return f.Title.EN
	}
	return ""
}

// encodeCRS names an EPSG code only for systems that the registry has.
func encodeCRS(b *flatbuffers.Builder, h *importers.Header) flatbuffers.UOffsetT {
	var org, name, wkt flatbuffers.UOffsetT
	registered := h.SRID > 0 && h.SRID < 990000
	if registered {
		org = b.CreateString("EPSG")
		name = b.CreateString(fmt.Sprintf("EPSG:%d", h.SRID))
	}
	if h.WKT != "" {
		wkt = b.CreateString(h.WKT)
	}
	b.StartObject(6)
	if registered {
		b.PrependUOffsetTSlot(0, org, 0)
		b.PrependInt32Slot(1, int32(h.SRID), 0)
		b.PrependUOffsetTSlot(2, name, 0)
	}
	if wkt != 0 {
		b.PrependUOffsetTSlot(4, wkt, 0)
	}
	return b.EndObject()
}
