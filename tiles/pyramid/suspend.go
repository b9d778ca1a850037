package pyramid

import (
	"maps"
	"sync"
	"sync/atomic"

	"gisd/spatial"
	"gisd/tiles"
)

// suspended are the boxes, by collection, whose cells are not what the rows are
// any more. Looking takes no lock.
type suspended struct {
	mu      sync.Mutex
	current atomic.Pointer[map[string]map[spatial.Envelope]int]
}

func (s *suspended) change(collection string, boxes []spatial.Envelope, by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := map[string]map[spatial.Envelope]int{}
	if old := s.current.Load(); old != nil {
		maps.Copy(next, *old)
	}
	counts := maps.Clone(next[collection])
	if counts == nil {
		counts = map[spatial.Envelope]int{}
	}
	for _, box := range boxes {
		if counts[box] += by; counts[box] <= 0 {
			delete(counts, box)
		}
	}
	if next[collection] = counts; len(counts) == 0 {
		delete(next, collection)
	}
	s.current.Store(&next)
}

// touch reports whether a suspended box lies on the tile or its buffer.
func (s *suspended) touch(collection string, at tiles.Coord) bool {
	all := s.current.Load()
	if all == nil {
		return false
	}
	for box := range (*all)[collection] {
		if from, to, ok := Touched(box, at.Z); ok && at.X >= from.X && at.X <= to.X && at.Y >= from.Y && at.Y <= to.Y {
			return true
		}
	}
	return false
}

// count is the number of boxes suspended now.
func (s *suspended) count() int {
	all := s.current.Load()
	if all == nil {
		return 0
	}
	n := 0
	for _, boxes := range *all {
		n += len(boxes)
	}
	return n
}
