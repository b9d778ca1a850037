package ais

import (
	"errors"
	"strings"
)

// bits is a message, one bit after the other, most significant first.
type bits struct {
	data []byte
	len  int
}

// maxPayload bounds the characters of a message: five slots, 1,064 bits and what
// fills them up.
const maxPayload = 5 * 62

var errArmour = errors.New("ais: a character outside the alphabet")

// unarmour reads the six-bit characters of a payload (IEC 61162-1 §8.3.68); fill is
// how many bits of the last are padding.
func unarmour(payload string, fill int) (bits, error) {
	if len(payload) > maxPayload || fill < 0 || fill > 5 {
		return bits{}, errArmour
	}
	b := bits{data: make([]byte, (len(payload)*6+7)/8)}
	for i := range len(payload) {
		c := payload[i]
		if c < '0' || c > 'w' || c > 'W' && c < '`' {
			return bits{}, errArmour
		}
		v := c - '0'
		if v > 40 {
			v -= 8
		}
		at := i * 6
		wide := uint16(v) << (10 - at%8)
		b.data[at/8] |= byte(wide >> 8)
		if low := byte(wide); low != 0 {
			b.data[at/8+1] |= low
		}
	}
	b.len = max(0, len(payload)*6-fill)
	return b, nil
}

// uint reads an unsigned number; bits beyond the end are zero.
func (b bits) uint(start, length int) (v uint32) {
	for i := start; i < start+length; i++ {
		v <<= 1
		if i < b.len {
			v |= uint32(b.data[i/8]>>(7-i%8)) & 1
		}
	}
	return v
}

// int reads a number in two's complement.
func (b bits) int(start, length int) int32 {
	v := b.uint(start, length)
	return int32(v<<(32-length)) >> (32 - length)
}

// text reads six-bit ASCII up to the first @ (ITU-R M.1371-5, annex 8, table 47).
func (b bits) text(start, length int) string {
	const alphabet = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"
	var s strings.Builder
	for i := start; i+6 <= start+length && i+6 <= b.len; i += 6 {
		c := alphabet[b.uint(i, 6)]
		if c == '@' {
			break
		}
		s.WriteByte(c)
	}
	return strings.TrimSpace(s.String())
}
