package live

import (
	"slices"
	"sync"
	"time"

	"gisd/spatial"
)

// lowZoom is the first zoom with frames at every tick; below it every fourth.
const lowZoom = 9

// lazyTicks is how many ticks a watcher at a low zoom waits between frames.
const lazyTicks = 4

// Watch says what a watcher wants to hear of.
type Watch struct {
	Filter
	Zoom float64 // of the map that shows it
	// Compact asks for compact frames: of whole tiles that the box touches, and of counts
	// below zoom 9.
	Compact bool
}

// Watcher hears what moves. It belongs to one goroutine, which receives from
// Wake and then calls Take; Close ends it.
type Watcher struct {
	hub    *Hub
	filter Filter
	topics []topic
	lazy   bool
	wake   chan struct{}
	shown  bitset // entries this watcher has on its map

	compact *compactView // nil for frames in JSON

	mu          sync.Mutex
	pending     bitset // entries that changed since the last Take
	snapshot    bool   // everything is due
	collections []string
	tiles       []spatial.Change
}

// Frame is what changed for one watcher.
type Frame struct {
	Seq         uint64
	Time        time.Time
	Snapshot    bool     // Positions is all there is; forget the rest
	Positions   [][]byte // JSON objects, shared: not to be changed
	Compact     []byte   // in the place of Positions and Removed, for watchers who asked for it
	Removed     []string // device ids that left the viewport or are gone
	Collections []string // collections that have a new version
	// Tiles are changes of features within the versions that there are, one for
	// each collection, boxes in SRID 4326.
	Tiles []spatial.Change
}

// Empty reports whether the frame says nothing.
func (f *Frame) Empty() bool {
	return !f.Snapshot && len(f.Positions)+len(f.Compact) == 0 && len(f.Removed) == 0 && len(f.Collections) == 0 && len(f.Tiles) == 0
}

// Watch starts a watcher; its first frame is a snapshot, due at once.
func (h *Hub) Watch(w Watch) *Watcher {
	box := world()
	if w.BBox != nil {
		box = *w.BBox
	}
	s := &Watcher{
		hub:      h,
		filter:   w.Filter,
		topics:   topicsOf(box),
		lazy:     w.Zoom < lowZoom,
		wake:     make(chan struct{}, 1),
		snapshot: true,
	}
	s.wake <- struct{}{}
	h.mu.Lock()
	defer h.mu.Unlock()
	if w.Compact {
		s.compact = &compactView{class: classOf(w.Filter), counts: s.lazy}
		h.look(s)
	} else {
		for _, t := range s.topics {
			h.topics[t] = append(h.topics[t], s)
		}
	}
	if s.lazy {
		h.lazy[s] = struct{}{}
	}
	h.watched++
	return s
}

// Close ends the watcher; the hub forgets it.
func (s *Watcher) Close() {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.compact != nil {
		h.lookAway(s)
	}
	for _, t := range s.topics {
		watchers := h.topics[t]
		if i := slices.Index(watchers, s); i >= 0 {
			watchers[i] = watchers[len(watchers)-1]
			watchers[len(watchers)-1] = nil
			h.topics[t] = watchers[:len(watchers)-1]
		}
		if len(h.topics[t]) == 0 {
			delete(h.topics, t)
		}
	}
	delete(h.lazy, s)
	h.watched--
}

// Wake receives when there may be something to Take.
func (s *Watcher) Wake() <-chan struct{} { return s.wake }

// Take returns what changed since the last Take, in its latest state. The frame
// may be empty.
func (s *Watcher) Take() Frame {
	s.mu.Lock()
	pending, snapshot, collections, tiles := s.pending, s.snapshot, s.collections, s.tiles
	s.pending, s.snapshot, s.collections, s.tiles = nil, false, nil, nil
	s.mu.Unlock()

	h := s.hub
	frame := Frame{Time: h.cfg.Now().UTC(), Snapshot: snapshot, Collections: collections, Tiles: tiles}
	h.mu.RLock()
	defer h.mu.RUnlock()
	frame.Seq = h.seq.Load()
	if s.compact != nil {
		s.takeCompact(&frame)
		return frame
	}
	if snapshot {
		s.shown = nil
		h.each(s.filter.BBox, func(e *entry) {
			if s.filter.wants(e) {
				s.shown.set(e.index)
				frame.Positions = append(frame.Positions, e.json())
			}
		})
		return frame
	}
	pending.each(func(i int) {
		e := h.entries[i]
		switch {
		case s.filter.wants(e):
			s.shown.set(i)
			frame.Positions = append(frame.Positions, e.json())
		case s.shown.has(i):
			s.shown.clear(i)
			frame.Removed = append(frame.Removed, e.device.ID)
		}
	})
	return frame
}

// add marks entries as changed.
func (s *Watcher) add(indexes []int) {
	s.mu.Lock()
	for _, i := range indexes {
		s.pending.set(i)
	}
	s.mu.Unlock()
	if !s.lazy {
		s.signal()
	}
}

func (s *Watcher) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// AnnounceCollections tells every watcher at once of collections that have a
// new version; readable returns those that the caller may read (or could, until
// now).
func (h *Hub) AnnounceCollections(readable func(spatial.Access) []string) {
	h.announce(func(s *Watcher) { s.announce(readable(s.filter.Access)) })
}

// AnnounceTiles tells every watcher at once of changed features; readable
// returns the changes, one for each collection, that the caller may read.
func (h *Hub) AnnounceTiles(readable func(spatial.Access) []spatial.Change) {
	h.announce(func(s *Watcher) { s.announceTiles(readable(s.filter.Access)) })
}

func (h *Hub) announce(tell func(*Watcher)) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	told := make(map[*Watcher]struct{}, h.watched)
	each := func(watchers []*Watcher) {
		for _, s := range watchers {
			if _, ok := told[s]; ok {
				continue
			}
			told[s] = struct{}{}
			tell(s)
		}
	}
	for _, watchers := range h.topics {
		each(watchers)
	}
	for _, t := range h.tiles {
		each(t.watchers)
	}
}

func (s *Watcher) announce(ids []string) {
	if len(ids) == 0 {
		return
	}
	s.mu.Lock()
	for _, id := range ids {
		if !slices.Contains(s.collections, id) {
			s.collections = append(s.collections, id)
		}
	}
	s.mu.Unlock()
	s.signal()
}

// maxBoxes is how many boxes of a collection a frame names; with more, all of
// it counts as changed.
const maxBoxes = 256

func (s *Watcher) announceTiles(changes []spatial.Change) {
	if len(changes) == 0 {
		return
	}
	s.mu.Lock()
	for _, c := range changes {
		s.tiles = MergeTiles(s.tiles, c)
	}
	s.mu.Unlock()
	s.signal()
}

// MergeTiles adds a change to a list that has one for each collection, and
// returns the list. What stands in c is not changed.
func MergeTiles(list []spatial.Change, c spatial.Change) []spatial.Change {
	i := slices.IndexFunc(list, func(known spatial.Change) bool { return known.Collection == c.Collection })
	if i < 0 {
		list = append(list, spatial.Change{Collection: c.Collection})
		i = len(list) - 1
	}
	known := &list[i]
	if known.Whole = known.Whole || c.Whole || len(known.Boxes)+len(c.Boxes) > maxBoxes; known.Whole {
		known.Boxes = nil
		return list
	}
	for _, box := range c.Boxes {
		if !slices.Contains(known.Boxes, box) {
			known.Boxes = append(known.Boxes, box)
		}
	}
	return list
}
