package live

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// Run loads what is known, ticks, and talks to the other nodes and listens to the
// registry, until the context ends; it then returns nil. The source must answer
// at the start, later failures are logged and tried again.
func (h *Hub) Run(ctx context.Context) error {
	if !h.loaded.Load() {
		if err := h.Load(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	changed := make(chan struct{}, 1)
	note := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	group.Go(func() error { return h.tickLoop(ctx) })
	if h.cfg.Source != nil {
		group.Go(func() error { return h.reloadLoop(ctx, changed) })
		group.Go(func() error { return h.cfg.Source.WatchDevices(ctx, note) })
	}
	if h.cfg.Bus != nil {
		group.Go(func() error { return h.publishLoop(ctx) })
		group.Go(func() error {
			return h.cfg.Bus.Subscribe(ctx, BusListener{Message: h.receive, Gap: note})
		})
	}
	return group.Wait()
}

// Load reads the registry and the last known positions; positions older than
// what the hub knows change nothing. A server calls it before it takes requests,
// so that no device is a stranger to it; else Run does. What changes between the
// two is not missed: WatchDevices begins with a change.
func (h *Hub) Load(ctx context.Context) error {
	if h.cfg.Source == nil {
		return nil
	}
	devices, err := h.cfg.Source.Devices(ctx)
	if err != nil {
		return fmt.Errorf("live: load devices: %w", err)
	}
	positions, err := h.cfg.Source.LastPositions(ctx)
	if err != nil {
		return fmt.Errorf("live: load last positions: %w", err)
	}
	h.SetDevices(devices)
	h.update(positions, false)
	h.loaded.Store(true)
	return nil
}

// reloadPause gathers a burst of changes, a demo's worth of devices, into one.
const reloadPause = 100 * time.Millisecond

func (h *Hub) reloadLoop(ctx context.Context, changed <-chan struct{}) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
		for wait := reloadPause; ; wait = min(2*wait, 30*time.Second) {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(wait):
			}
			err := h.Load(ctx)
			if err == nil || ctx.Err() != nil {
				break
			}
			h.cfg.Log.WarnContext(ctx, "live: the registry cannot be read, trying again", "error", err)
		}
	}
}

func (h *Hub) tickLoop(ctx context.Context) error {
	ticker := time.NewTicker(h.cfg.Tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			h.outgoing.add(h.distribute())
		}
	}
}

// distribute marks each dirty entry at the watchers of the topics it was in,
// and returns the positions that came in here.
func (h *Hub) distribute() []Position {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.cfg.Now()
	if h.ticks++; h.ticks%lazyTicks == 0 {
		h.sweep(now)
	}
	var publish []Position
	byTopic := make(map[topic][]int)
	mark := func(e *entry, c cell) {
		for index := range levelCount {
			if t := c.at(index); len(h.topics[t]) > 0 {
				byTopic[t] = append(byTopic[t], e.index)
			}
		}
	}
	for _, e := range h.dirty {
		e.dirty = false
		if e.local && e.known && h.cfg.Bus != nil {
			publish = append(publish, e.last)
		}
		e.local = false
		h.spread(e, now)
		for _, c := range e.passed {
			mark(e, c)
		}
		e.passed = e.passed[:0]
		if e.known {
			mark(e, e.cell)
		}
	}
	if len(h.dirty) > 0 {
		h.seq.Add(1)
	}
	clear(h.dirty)
	h.dirty = h.dirty[:0]
	for t, indexes := range byTopic {
		for _, s := range h.topics[t] {
			s.add(indexes)
		}
	}
	h.rouse()
	return publish
}

// rouse wakes who looks at tiles that changed, and who waits for every fourth tick.
func (h *Hub) rouse() {
	lazy := h.ticks%lazyTicks == 0
	for _, t := range h.tiles {
		recent := t.tick+lazyTicks > h.ticks
		if t.tick != h.ticks && !(lazy && recent) {
			continue
		}
		for _, s := range t.watchers {
			if !s.lazy && t.tick == h.ticks || s.lazy && lazy {
				s.signal()
			}
		}
	}
	if !lazy {
		return
	}
	for s := range h.lazy {
		s.mu.Lock()
		due := !s.pending.empty()
		s.mu.Unlock()
		if due {
			s.signal()
		}
	}
}

// Stats are counts for metrics.
type Stats struct {
	Devices, Known, Watchers int
}

// Stats returns the counts of this moment.
func (h *Hub) Stats() Stats {
	h.mu.RLock()
	defer h.mu.RUnlock()
	s := Stats{Watchers: h.watched}
	for _, e := range h.entries {
		if e.present {
			s.Devices++
		}
		if e.known {
			s.Known++
		}
	}
	return s
}
