package jt808

import (
	"encoding/binary"
	"errors"
	"strings"

	"gisd/spatial/live"
)

// Scheme of the identities of terminals: "jt808:13912345678", the number without
// the zeros before it.
const Scheme = "jt808"

// Messages of terminals and of the platform (JT/T 808-2019 §8).
const (
	terminalAnswer = 0x0001
	heartbeat      = 0x0002
	unregister     = 0x0003
	register       = 0x0100
	authenticate   = 0x0102
	locate         = 0x0200
	locateMany     = 0x0704

	platformAnswer = 0x8001
	registerAnswer = 0x8100
)

// Results of an answer (§8.3 and, of a registration, §8.8).
const (
	done        = 0
	failed      = 1
	unsupported = 3
	noTerminal  = 4
)

// Bounds of a message of several parts.
const (
	maxParts = 64
	maxWhole = 64 << 10
)

var errChanged = errors.New("jt808: a connection speaks for several terminals")

// Conversation is one connection of a terminal. Its zero value is ready.
type Conversation struct {
	terminal string
	serial   uint16
	pending  message // the parts so far, in body
}

// Read implements live.Conversation. The terminal's number in the header says who
// speaks; damaged messages are passed over, as the terminal sends them again when no
// answer comes.
func (c *Conversation) Read(data []byte) (int, live.Message, error) {
	frame, n, err := split(data)
	if err != nil || n == 0 {
		return 0, live.Message{}, err
	}
	m, err := parse(frame)
	if err != nil {
		return n, live.Message{}, nil
	}
	if c.terminal != "" && c.terminal != m.terminal {
		return 0, live.Message{}, errChanged
	}
	out := live.Message{}
	if c.terminal == "" {
		if out.Identity = live.Identity(Scheme, strings.TrimLeft(m.terminal, "0")); out.Identity == "" {
			return n, live.Message{}, nil
		}
		c.terminal = m.terminal
	}
	c.take(m, &out)
	return n, out, nil
}

func (c *Conversation) take(m message, out *live.Message) {
	reply := func(result byte) []byte {
		c.serial++
		return answer(m, platformAnswer, c.serial, general(m, result))
	}
	out.Refusal = reply(failed)
	switch m.id {
	case terminalAnswer:
		return
	case register:
		body := append(binary.BigEndian.AppendUint16(nil, m.serial), done)
		out.Reply = answer(m, registerAnswer, c.serial, append(body, strings.TrimLeft(m.terminal, "0")...))
		out.Refusal = answer(m, registerAnswer, c.serial, append(binary.BigEndian.AppendUint16(nil, m.serial), noTerminal))
		return
	case heartbeat, unregister, authenticate:
	case locate, locateMany:
		whole, ok := c.join(m)
		if ok && !fixes(whole, out) {
			out.Fixes, out.Reply = nil, out.Refusal
			return
		}
	default:
		out.Reply = reply(unsupported)
		return
	}
	out.Reply = reply(done)
}

// general is the body of the platform's general answer (§8.3).
func general(m message, result byte) []byte {
	body := binary.BigEndian.AppendUint16(nil, m.serial)
	return append(binary.BigEndian.AppendUint16(body, m.id), result)
}

// join puts the parts of one message together; they come in order, one message at
// a time.
func (c *Conversation) join(m message) (message, bool) {
	if m.parts <= 1 {
		return m, true
	}
	p := &c.pending
	if m.part == 1 {
		*p = message{id: m.id, parts: m.parts}
	}
	if m.parts > maxParts || p.id != m.id || p.parts != m.parts || m.part != p.part+1 || len(p.body)+len(m.body) > maxWhole {
		*p = message{}
		return m, false
	}
	p.part++
	p.body = append(p.body, m.body...)
	if p.part < p.parts {
		return m, false
	}
	whole := *p
	*p = message{}
	return whole, true
}

// fixes reads the locations of a message; false where it is cut short.
func fixes(m message, out *live.Message) bool {
	if m.id == locate {
		return location(m.body, out)
	}
	// 0x0704 (§8.50): number, kind, and each location with its length before it.
	if len(m.body) < 3 {
		return false
	}
	rest := m.body[3:]
	for range binary.BigEndian.Uint16(m.body) {
		if len(rest) < 2 {
			return false
		}
		length := int(binary.BigEndian.Uint16(rest))
		if len(rest) < 2+length || !location(rest[2:2+length], out) {
			return false
		}
		rest = rest[2+length:]
	}
	return true
}
