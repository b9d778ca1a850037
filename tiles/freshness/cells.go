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

// add suspends what changes behind the position touch. Each collection is told
// once of all its boxes: telling costs as much as what is suspended already.
func (s *suspended) add(cells Cells, catalogue Catalogue, changes []change, rebuilt uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := len(s.list)
	for _, one := range changes {
		if one.position <= rebuilt {
			continue
		}
		if c, err := catalogue.Collection(one.id, system); err == nil {
			s.list = append(s.list, held{one.position, c, one.boxes})
		}
	}
	together(s.list[first:], cells.Suspend)
}

// resume lets cells answer again where they are up to date.
func (s *suspended) resume(cells Cells, rebuilt uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for n < len(s.list) && s.list[n].position <= rebuilt {
		n++
	}
	if n == 0 {
		return
	}
	together(s.list[:n], cells.Forget)
	together(s.list[:n], cells.Resume)
	s.list = append([]held(nil), s.list[n:]...)
}

// together calls do for each collection of the list with all its boxes.
func together(list []held, do func(*spatial.Collection, []spatial.Envelope)) {
	boxes := map[*spatial.Collection][]spatial.Envelope{}
	var order []*spatial.Collection
	for _, h := range list {
		if _, known := boxes[h.collection]; !known {
			order = append(order, h.collection)
		}
		boxes[h.collection] = append(boxes[h.collection], h.boxes...)
	}
	for _, c := range order {
		do(c, boxes[c])
	}
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
