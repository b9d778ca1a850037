package teltonika

import (
	"encoding/binary"
	"errors"
	"fmt"

	"gisd/spatial/live"
)

// Scheme of the identities of these devices: "imei:356307042441013".
const Scheme = "imei"

const (
	// imeiDigits of the handshake.
	imeiDigits = 15
	// maxPacket bounds the data of a packet; the makers name 1,280 bytes.
	maxPacket = 8 << 10
	// header is the preamble of four zeros and the length.
	header = 8
	// keepAlive is a byte that some devices send between packets.
	keepAlive = 0xff
)

var (
	accepted = []byte{1}
	rejected = []byte{0}

	errHandshake = errors.New("teltonika: the connection does not begin with an IMEI of 15 digits")
	errPreamble  = errors.New("teltonika: a packet does not begin with four zeros")
	errLength    = errors.New("teltonika: a packet is empty or longer than 8 KiB")
)

// Conversation is one connection of a tracker. Its zero value is ready.
type Conversation struct{ introduced bool }

// Read implements live.Conversation. A packet is answered with the number of its
// records as four bytes; one that is damaged or not taken with zero, after which the
// tracker sends it again.
func (c *Conversation) Read(data []byte) (int, live.Message, error) {
	var m live.Message
	if !c.introduced {
		return c.handshake(data)
	}
	if len(data) > 0 && data[0] == keepAlive {
		return 1, m, nil
	}
	if len(data) < header {
		return 0, m, nil
	}
	if binary.BigEndian.Uint32(data) != 0 {
		return 0, m, errPreamble
	}
	length := int(binary.BigEndian.Uint32(data[4:]))
	if length < 3 || length > maxPacket {
		return 0, m, errLength
	}
	n := header + length + 4
	if len(data) < n {
		return 0, m, nil
	}
	body := data[header : header+length]
	m.Refusal = count(0)
	if binary.BigEndian.Uint32(data[header+length:]) != uint32(crc16(body)) {
		m.Reply = count(0)
		return n, m, nil
	}
	records, fixes, err := decode(body)
	if err != nil {
		return 0, live.Message{}, err
	}
	m.Fixes = fixes
	if records >= 0 {
		m.Reply = count(records)
	}
	return n, m, nil
}

func (c *Conversation) handshake(data []byte) (int, live.Message, error) {
	var m live.Message
	if len(data) >= 2 && binary.BigEndian.Uint16(data) != imeiDigits {
		return 0, m, errHandshake
	}
	if len(data) < 2+imeiDigits {
		return 0, m, nil
	}
	imei := data[2 : 2+imeiDigits]
	for _, c := range imei {
		if c < '0' || c > '9' {
			return 0, m, errHandshake
		}
	}
	c.introduced = true
	m.Identity, m.Reply, m.Refusal = live.Identity(Scheme, string(imei)), accepted, rejected
	return 2 + imeiDigits, m, nil
}

func count(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

// crc16 is CRC-16/ARC: polynomial 0x8005 reflected, from zero.
func crc16(data []byte) (crc uint16) {
	for _, b := range data {
		crc ^= uint16(b)
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0xa001
			} else {
				crc >>= 1
			}
		}
	}
	return crc
}

func errRecord(i int) error { return fmt.Errorf("teltonika: record %d is cut short", i+1) }
