package freshness

import (
	"sync"

	"gisd/spatial"
)

// suspended are the changes that packed cells do not show yet. It is written by
// the goroutine that follows the queue, and read by metrics.
type suspended struct {
	mu   sync.Mutex
	list []held // ordered by position
}

type held struct {
	position   uint64
	collection *spatial.Collection // as it was suspended
	boxes      []spatial.Envelope
}

// add suspends what changes behind the position touch.
func (s *suspended) add(cells Cells, catalogue Catalogue, changes []change, rebuilt uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range changes {
		if one.position <= rebuilt {
			continue
		}
		c, err := catalogue.Collection(one.id, system)
		if err != nil {
			continue
		}
		cells.Suspend(c, one.boxes)
		s.list = append(s.list, held{one.position, c, one.boxes})
	}
}

// resume lets cells answer again where they are up to date.
func (s *suspended) resume(cells Cells, rebuilt uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for n < len(s.list) && s.list[n].position <= rebuilt {
		n++
	}
	for _, h := range s.list[:n] {
		cells.Forget(h.collection, h.boxes)
	}
	for _, h := range s.list[:n] {
		cells.Resume(h.collection, h.boxes)
	}
	s.list = append([]held(nil), s.list[n:]...)
}

// oldest is the position of the first change that cells do not show, 0 for none.
func (s *suspended) oldest() (position uint64, count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.list) == 0 {
		return 0, 0
	}
	return s.list[0].position, len(s.list)
}
