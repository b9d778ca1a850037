package generalise

// candidate is a vertex that may go at a cost; version tells whether its
// neighbours have changed since.
type candidate struct {
	cost    int64
	at      Point
	vertex  int32
	version int32
}

func (c *candidate) before(d *candidate) bool {
	if c.cost != d.cost {
		return c.cost < d.cost
	}
	return before(c.at, d.at)
}

// heap is a binary heap with the cheapest candidate on top. container/heap
// would box every one of them.
type heap []candidate

func (h heap) order() {
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

func (h *heap) push(c candidate) {
	*h = append(*h, c)
	s := *h
	for i := len(s) - 1; i > 0; {
		parent := (i - 1) / 2
		if !s[i].before(&s[parent]) {
			return
		}
		s[i], s[parent] = s[parent], s[i]
		i = parent
	}
}

func (h *heap) pop() candidate {
	s := *h
	top := s[0]
	last := len(s) - 1
	s[0] = s[last]
	*h = s[:last]
	h.down(0)
	return top
}

func (h heap) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && h[child+1].before(&h[child]) {
			child++
		}
		if !h[child].before(&h[i]) {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
