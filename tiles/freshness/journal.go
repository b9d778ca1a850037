package freshness

import (
	"sync"
	"time"

	"gisd/spatial"
	"gisd/tiles"
)

// A journal that is older knows too little, see Journal.Touched.
const (
	deaf     = 6 * time.Second  // without word from the queue
	remember = 15 * time.Minute // how long changes are remembered
	maxBoxes = 500_000          // how many boxes at most
)

// Journal remembers the changes that this node has heard of, so that a tile
// built from rows as they were before a change is not kept behind it. It is
// safe for goroutines.
type Journal struct {
	now func() time.Time

	mu       sync.RWMutex
	position uint64
	floor    uint64            // changes up to it may be forgotten
	floors   map[string]uint64 // and of a collection, further ones
	heard    time.Time
	entries  map[string][]entry // by collection, ordered by position
	boxes    int
}

type entry struct {
	position uint64
	at       time.Time
	boxes    boxes
}

// NewJournal returns one that has heard of nothing yet; now is time.Now where
// it is nil.
func NewJournal(now func() time.Time) *Journal {
	if now == nil {
		now = time.Now
	}
	return &Journal{now: now, entries: map[string][]entry{}, floors: map[string]uint64{}}
}

// Position says what the node has heard of: every change up to it is committed
// and visible to any snapshot of the database taken afterwards. It is the same
// number on all nodes.
func (j *Journal) Position() uint64 {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.position
}

// Touched reports whether a change of the collection behind the position touches
// the tile of WebMercatorQuad. It is true also where that is not known: nothing
// was heard from the queue for some seconds, or the position is so old that
// changes behind it are forgotten.
func (j *Journal) Touched(collection string, position uint64, c tiles.Coord) bool {
	return j.ask(collection, position, func(b *boxes) bool { return b.touch(c) })
}

// TouchedAny is Touched for any tile of any grid.
func (j *Journal) TouchedAny(collection string, position uint64) bool {
	return j.ask(collection, position, func(*boxes) bool { return true })
}

func (j *Journal) ask(collection string, position uint64, touch func(*boxes) bool) bool {
	j.mu.RLock()
	defer j.mu.RUnlock()
	if j.heard.IsZero() || j.now().Sub(j.heard) > deaf || position < max(j.floor, j.floors[collection]) {
		return true
	}
	if position >= j.position {
		return false
	}
	entries := j.entries[collection]
	for i := len(entries) - 1; i >= 0 && entries[i].position > position; i-- {
		if touch(&entries[i].boxes) {
			return true
		}
	}
	return false
}

// add takes what was read up to the position; changes are by collection, in
// order. forgotten is the queue's own floor.
func (j *Journal) add(changes map[string][]entry, position, forgotten uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.heard.IsZero() {
		j.floor = max(j.floor, forgotten)
	}
	j.heard = j.now()
	for collection, list := range changes {
		for i := range list {
			list[i].at = j.heard
			j.boxes += 1 + len(list[i].boxes.list)
		}
		j.entries[collection] = append(j.entries[collection], list...)
	}
	j.position = max(j.position, position)
	j.trim()
}

// lose says that changes up to the position were never heard of.
func (j *Journal) lose(position uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.floor = max(j.floor, position)
}

// trim is called with the lock held.
func (j *Journal) trim() {
	limit := j.heard.Add(-remember)
	for collection, list := range j.entries {
		n := 0
		for n < len(list) && (list[n].at.Before(limit) || j.boxes > maxBoxes) {
			j.boxes -= 1 + len(list[n].boxes.list)
			j.floors[collection] = list[n].position
			n++
		}
		if n == len(list) {
			delete(j.entries, collection)
		} else if n > 0 {
			j.entries[collection] = append([]entry(nil), list[n:]...)
		}
	}
}

// sinceHeard is how long ago the queue was last heard from.
func (j *Journal) sinceHeard() time.Duration {
	j.mu.RLock()
	defer j.mu.RUnlock()
	if j.heard.IsZero() {
		return 0
	}
	return j.now().Sub(j.heard)
}

// square is all of WebMercatorQuad.
func square() spatial.Envelope {
	return tiles.WebMercatorQuad().Envelope(tiles.Coord{}, tiles.Extent, 0)
}
