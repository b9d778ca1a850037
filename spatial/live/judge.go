package live

import "time"

// bucket is how much a device may still report.
type bucket struct {
	tokens float64
	at     time.Time
}

// take takes one token; a bucket fills at rate tokens a second up to burst.
func (b *bucket) take(rate, burst float64, now time.Time) bool {
	if b.at.IsZero() {
		b.tokens = burst
	} else if passed := now.Sub(b.at).Seconds(); passed > 0 {
		b.tokens = min(burst, b.tokens+passed*rate)
	}
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// Judge says what each of the positions, which must be valid, will do to its device
// once Update takes it, sets their flags, and counts them against what their
// devices may report. The devices stay as they are, so that positions that cannot
// be recorded are news when they come again.
func (h *Hub) Judge(positions []Position) []Outcome {
	outcomes := make([]Outcome, len(positions))
	now := h.cfg.Now()
	var ahead map[*entry]*truth // of devices with several positions
	if len(positions) > 1 {
		ahead = make(map[*entry]*truth, len(positions))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range positions {
		p := &positions[i]
		e, ok := h.byID[p.Device]
		switch {
		case !ok || !e.present:
			outcomes[i] = Unknown
			continue
		case h.cfg.DeviceRate > 0 && !e.bucket.take(h.cfg.DeviceRate, h.cfg.DeviceRate*burstSeconds, now):
			outcomes[i] = TooMany
			continue
		}
		if len(positions) == 1 {
			outcomes[i] = e.truth.judge(p, e.rules, now)
			break
		}
		t := ahead[e]
		if t == nil {
			copied := e.truth
			t = &copied
			ahead[e] = t
		}
		outcomes[i] = t.judge(p, e.rules, now)
		t.note(p, outcomes[i])
	}
	return outcomes
}

// Identified returns the device of a protocol's identity. Without one, revoked says
// whether it was a device's that is revoked now.
func (h *Hub) Identified(identity string) (d *Device, revoked bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	e := h.byIdentity[identity]
	if e == nil {
		return nil, false
	}
	if !e.present {
		return nil, true
	}
	return e.device, false
}

// lastOf returns the last known position of a device.
func (h *Hub) lastOf(id string) (Position, bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if e := h.byID[id]; e != nil && e.known {
		return e.last, true
	}
	return Position{}, false
}

// Sweep looks for devices that fell silent; watchers hear of them at the next tick.
// Run calls it.
func (h *Hub) Sweep() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sweep(h.cfg.Now())
}

func (h *Hub) sweep(now time.Time) {
	for _, e := range h.entries {
		if !e.known {
			continue
		}
		if s := e.stateAt(now); s != e.state {
			e.state = s
			e.item.Store(nil)
			h.soil(e)
		}
	}
}

func (e *entry) stateAt(now time.Time) State { return e.rules.state(now.Sub(e.heard), e.moving) }
