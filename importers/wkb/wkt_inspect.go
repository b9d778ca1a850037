package wkb

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"gisd/spatial"
)

// TextInfo is what the beginning of a geometry in text form tells.
type TextInfo struct {
	Kind       uint32
	Dimensions spatial.Dimensions
	SRID       spatial.SRID // 0 without one
}

// InspectText reads the type, the SRID and the dimensions off well-known text.
// Of the positions it reads the first. The error wraps ErrMalformed.
func InspectText(text []byte) (TextInfo, error) {
	r := TextReader{b: text}
	srid, _, err := r.srid()
	if err != nil {
		return TextInfo{}, err
	}
	kind, z, m, ok := r.tag()
	if !ok {
		return TextInfo{}, r.fault("a geometry type is expected")
	}
	r.skip()
	if r.at == len(r.b) || r.b[r.at] != '(' && r.b[r.at]|0x20 != 'e' {
		return TextInfo{}, r.fault("( is missing")
	}
	if !z && !m {
		z, m = r.firstPosition()
	}
	return TextInfo{Kind: kind, Dimensions: DimensionsOf(z, m), SRID: srid}, nil
}

// firstPosition counts the ordinates of the first position, however deep.
func (r *TextReader) firstPosition() (z, m bool) {
	last := byte(0)
	for r.at < len(r.b) {
		c := r.b[r.at]
		if c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9' {
			break
		}
		if c|0x20 >= 'a' && c|0x20 <= 'z' {
			last = c &^ 0x20
		}
		r.at++
	}
	n := 0
	for ; n < 4; n++ {
		r.skip()
		_, size := ParseFloat(r.b[r.at:])
		if size == 0 {
			break
		}
		r.at += size
	}
	switch {
	case n == 4:
		return true, true
	case n == 3:
		return last != 'M', last == 'M' // no type name ends in M
	}
	return false, false
}

// InspectHex does the same for WKB or EWKB in hexadecimal digits.
func InspectHex(text []byte) (TextInfo, error) {
	var head [9]byte
	n, err := hex.Decode(head[:], text[:min(len(text)&^1, 18)])
	if err != nil || n < 9 || n < 9 && len(text) > 18 {
		return TextInfo{}, fmt.Errorf("%w: no WKB in hexadecimal", ErrMalformed)
	}
	info := TextInfo{}
	srid := head[5:9]
	if info.Kind, info.Dimensions, err = Header(head[:]); err != nil {
		return TextInfo{}, err
	}
	order, word := binary.ByteOrder(binary.LittleEndian), binary.LittleEndian.Uint32(head[1:])
	if head[0] == 0 {
		order, word = binary.BigEndian, binary.BigEndian.Uint32(head[1:])
	}
	if word&FlagSRID != 0 {
		info.SRID = spatial.SRID(order.Uint32(srid))
	}
	if info.Kind == 0 || info.Kind > Triangle || len(text)&1 != 0 {
		return TextInfo{}, fmt.Errorf("%w: no WKB in hexadecimal", ErrMalformed)
	}
	return info, nil
}

// AppendHex appends a geometry given as WKB or EWKB in hexadecimal digits, as
// Append does for text.
func (r *TextReader) AppendHex(dst, text []byte, d spatial.Dimensions) ([]byte, error) {
	r.raw = append(r.raw[:0], text...)
	n, err := hex.Decode(r.raw, r.raw)
	if err != nil {
		return dst, fmt.Errorf("%w: no hexadecimal digits", ErrMalformed)
	}
	return Normalize(dst, r.raw[:n], d)
}
