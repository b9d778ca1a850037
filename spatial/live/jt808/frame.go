package jt808

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
)

const (
	flag   = 0x7e
	escape = 0x7d

	// maxFrame bounds a frame between its flags: a body of 1,023 bytes and its header
	// with every byte escaped.
	maxFrame = 2 * (1023 + 32)
)

var (
	errFlag     = errors.New("jt808: a frame does not begin with 0x7e")
	errFrame    = errors.New("jt808: a frame has no end")
	errDamaged  = errors.New("jt808: the checksum or length of a message is wrong")
	errCiphered = errors.New("jt808: messages are encrypted")
)

// message is one frame without flags, escapes and checksum (JT/T 808-2019 §4.4).
type message struct {
	id       uint16
	version  int    // -1 in 2013
	terminal string // digits, as they stand there
	bcd      []byte // the same, as bytes
	serial   uint16
	parts    int // 1 where it is whole
	part     int // from 1
	body     []byte
}

// unescape undoes 7d 02 and 7d 01 (§4.4.2).
func unescape(frame []byte) ([]byte, error) {
	out := make([]byte, 0, len(frame))
	for i := 0; i < len(frame); i++ {
		if frame[i] != escape {
			out = append(out, frame[i])
			continue
		}
		i++
		if i == len(frame) || frame[i] != 1 && frame[i] != 2 {
			return nil, errDamaged
		}
		out = append(out, escape+frame[i]-1)
	}
	return out, nil
}

// parse reads what stands between two flags.
func parse(frame []byte) (message, error) {
	var m message
	text, err := unescape(frame)
	if err != nil {
		return m, err
	}
	if len(text) < 13 || sum(text[:len(text)-1]) != text[len(text)-1] {
		return m, errDamaged
	}
	text = text[:len(text)-1]
	m.id = binary.BigEndian.Uint16(text)
	properties := binary.BigEndian.Uint16(text[2:])
	at, digits := 4, 6
	m.version = -1
	if properties&(1<<14) != 0 { // 2019
		m.version, at, digits = int(text[4]), 5, 10
	}
	if len(text) < at+digits+2 {
		return m, errDamaged
	}
	m.bcd = text[at : at+digits]
	m.terminal = hex.EncodeToString(m.bcd)
	at += digits
	m.serial = binary.BigEndian.Uint16(text[at:])
	at += 2
	m.parts, m.part = 1, 1
	if properties&(1<<13) != 0 {
		if len(text) < at+4 {
			return m, errDamaged
		}
		m.parts, m.part = int(binary.BigEndian.Uint16(text[at:])), int(binary.BigEndian.Uint16(text[at+2:]))
		at += 4
	}
	m.body = text[at:]
	if len(m.body) != int(properties&0x3ff) || strings.Trim(m.terminal, "0123456789") != "" {
		return m, errDamaged
	}
	if properties>>10&7 != 0 {
		return m, errCiphered
	}
	return m, nil
}

// answer makes the frame of a message to the terminal that sent to.
func answer(to message, id, serial uint16, body []byte) []byte {
	properties := uint16(len(body))
	var text []byte
	text = binary.BigEndian.AppendUint16(text, id)
	if to.version >= 0 {
		text = binary.BigEndian.AppendUint16(text, properties|1<<14)
		text = append(text, byte(to.version))
	} else {
		text = binary.BigEndian.AppendUint16(text, properties)
	}
	text = append(text, to.bcd...)
	text = binary.BigEndian.AppendUint16(text, serial)
	text = append(text, body...)
	text = append(text, sum(text))
	out := []byte{flag}
	for _, c := range text {
		if c == flag || c == escape {
			out = append(out, escape, c-escape+1)
		} else {
			out = append(out, c)
		}
	}
	return append(out, flag)
}

func sum(text []byte) (x byte) {
	for _, c := range text {
		x ^= c
	}
	return x
}

// split cuts the first frame off the data: n bytes hold it and what stands before
// it, 0 wants more. Two frames may share a flag.
func split(data []byte) (frame []byte, n int, err error) {
	start := 0
	for start < len(data) && data[start] == flag {
		start++
	}
	if start == 0 && len(data) > 0 {
		return nil, 0, errFlag
	}
	end := bytes.IndexByte(data[start:], flag)
	switch {
	case end < 0 && len(data)-start > maxFrame:
		return nil, 0, errFrame
	case end < 0:
		return nil, 0, nil
	case end > maxFrame:
		return nil, 0, errFrame
	}
	return data[start : start+end], start + end + 1, nil
}
