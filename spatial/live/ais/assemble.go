package ais

import (
	"strconv"
	"time"

	"gisd/spatial/live/nmea"
)

// Bounds of messages that wait for their other parts.
const (
	maxWaiting  = 64
	waitsFor    = 30 * time.Second
	maxParts    = 5 // a message has five slots at most (ITU-R M.1371-5 §3.2.2.11)
	plainFields = 6 // parts, part, sequence, channel, payload, fill bits
)

type partKey struct{ source, talker, sequence, channel string }

type waiting struct {
	parts []string
	have  int
	fill  int
	since time.Time
}

// Assembler puts messages of several sentences together. It belongs to one
// goroutine.
type Assembler struct {
	pending map[partKey]*waiting
}

// Take reads a VDM or VDO sentence; true with the message that it completes.
func (a *Assembler) Take(s nmea.Sentence, now time.Time) (Message, bool) {
	var none Message
	if len(s.Fields) < plainFields {
		return none, false
	}
	count, err1 := strconv.Atoi(s.Fields[0])
	number, err2 := strconv.Atoi(s.Fields[1])
	fill, err3 := strconv.Atoi(s.Fields[5])
	if err1 != nil || err2 != nil || err3 != nil || count < 1 || count > maxParts || number < 1 || number > count {
		return none, false
	}
	payload := s.Fields[4]
	if count > 1 {
		key := partKey{s.Source, s.Talker, s.Fields[2], s.Fields[3]}
		var ok bool
		if payload, fill, ok = a.join(key, payload, fill, count, number, now); !ok {
			return none, false
		}
	}
	b, err := unarmour(payload, fill)
	if err != nil {
		return none, false
	}
	return unmarshal(b)
}

// join keeps a part and returns the whole once it is there. Parts come in order,
// first to last; another order begins anew.
func (a *Assembler) join(key partKey, payload string, fill, count, number int, now time.Time) (string, int, bool) {
	if len(payload) > maxPayload {
		return "", 0, false
	}
	if a.pending == nil {
		a.pending = map[partKey]*waiting{}
	}
	w := a.pending[key]
	if w == nil || number == 1 || len(w.parts) != count || now.Sub(w.since) > waitsFor {
		if number != 1 {
			delete(a.pending, key)
			return "", 0, false
		}
		a.makeRoom(now)
		w = &waiting{parts: make([]string, count), since: now}
		a.pending[key] = w
	}
	if w.have != number-1 {
		delete(a.pending, key)
		return "", 0, false
	}
	w.parts[w.have], w.fill = payload, fill
	if w.have++; w.have < count {
		return "", 0, false
	}
	delete(a.pending, key)
	whole := ""
	for _, part := range w.parts {
		whole += part
	}
	return whole, w.fill, true
}

// makeRoom forgets what waited too long, and all of it where that is not enough.
func (a *Assembler) makeRoom(now time.Time) {
	if len(a.pending) < maxWaiting {
		return
	}
	for key, w := range a.pending {
		if now.Sub(w.since) > waitsFor {
			delete(a.pending, key)
		}
	}
	if len(a.pending) >= maxWaiting {
		clear(a.pending)
	}
}
