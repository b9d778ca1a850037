package nmea

import (
	"bytes"
	"errors"
	"time"

	"gisd/spatial/live"
)

// Scheme of the identities of receivers that only a tag block or an address
// names: "nmea:bus-12".
const Scheme = "nmea"

// Vessels reads the sentences of AIS, "!AIVDM,…".
type Vessels interface {
	// Take returns a fix, whose identity is its own, where a sentence completes one.
	Take(s Sentence, now time.Time) (live.Fix, bool)
}

// maxSources bounds how many stations of tag blocks one connection keeps apart.
const maxSources = 256

// Conversation reads the lines of one connection or address. Lines that are no
// sentence are passed over, as the standard wants.
type Conversation struct {
	address   string // identity of receivers without a tag block, or ""
	now       func() time.Time
	vessels   Vessels
	receivers map[string]*Receiver
}

// NewConversation reads lines of a peer whose own identity is address, for
// receivers that name none; vessels may be nil.
func NewConversation(address string, vessels Vessels, now func() time.Time) *Conversation {
	return &Conversation{address: address, vessels: vessels, now: now, receivers: map[string]*Receiver{}}
}

var errLongLine = errors.New("nmea: a line has no end")

// Read implements live.Conversation: one line a message.
func (c *Conversation) Read(data []byte) (int, live.Message, error) {
	var m live.Message
	end := bytes.IndexAny(data, "\r\n")
	switch {
	case end < 0 && len(data) > MaxLine:
		return 0, m, errLongLine
	case end < 0:
		return 0, m, nil
	}
	n := end + 1
	s, err := Parse(data[:end])
	if err != nil {
		return n, m, nil
	}
	now := c.now()
	if s.Type == "VDM" || s.Type == "VDO" {
		if c.vessels == nil {
			return n, m, nil
		}
		if fix, ok := c.vessels.Take(s, now); ok {
			m.Fixes = append(m.Fixes, fix)
		}
		return n, m, nil
	}
	identity := c.address
	if s.Source != "" {
		identity = live.Identity(Scheme, s.Source)
	}
	if identity == "" {
		return n, m, nil
	}
	r := c.receivers[identity]
	if r == nil {
		if len(c.receivers) >= maxSources {
			clear(c.receivers)
		}
		r = &Receiver{}
		c.receivers[identity] = r
	}
	if fix, ok := r.Take(s, now); ok {
		fix.Identity = identity
		m.Fixes = append(m.Fixes, fix)
	}
	return n, m, nil
}
