package overview

import (
	"cmp"
	"container/list"
	"slices"
	"sync"

	"gisd/tiles"
)

// shelfBytes is how much of a level's parts stays in memory by default.
const shelfBytes = 48 << 20

// shelf is the parts of a level as records on disk. Cells of the next level are
// made along the curve, so that the parts which several of them want are asked for
// soon after each other: those asked for last stay in memory. It is safe for
// goroutines.
type shelf struct {
	cells  []tiles.Coord // along the curve
	places []Place       // of their records
	spill  *Spill

	mu     sync.Mutex
	known  map[int]*list.Element // of recent
	recent *list.List            // shelved, the last asked for first
	bytes  int
	max    int // of bytes
}

// shelved is a part in memory.
type shelved struct {
	i     int
	part  *part
	bytes int
}

// newShelf is for the cells of a list along the curve; so many bytes of their parts
// stay in memory.
func newShelf(cells []tiles.Coord, memory int) (*shelf, error) {
	spill, err := NewSpill()
	return &shelf{cells: cells, places: make([]Place, len(cells)), spill: spill, known: map[int]*list.Element{}, recent: list.New(), max: memory}, err
}

func (s *shelf) close() { _ = s.spill.Close() }

// put keeps the record of the i-th cell; nil where it has none. It is called once
// for a cell, before anybody asks.
func (s *shelf) put(i int, record []byte) (err error) {
	s.places[i], err = s.spill.Put(record)
	return err
}

func (s *shelf) record(i int) ([]byte, error) { return s.spill.Get(s.places[i]) }

// part is what the core of a cell holds, nil where nothing is known of it. It is
// not to be changed.
func (s *shelf) part(w *worker, at tiles.Coord) (*part, error) {
	i, ok := slices.BinarySearchFunc(s.cells, at, alongCurve)
	if !ok || s.places[i] == (Place{}) {
		return nil, nil
	}
	if p := s.remembered(i); p != nil {
		return p, nil
	}
	record, err := s.record(i)
	if err != nil {
		return nil, err
	}
	p, err := w.kept(record)
	if err != nil {
		return nil, err
	}
	s.remember(i, p)
	return p, nil
}

func (s *shelf) remembered(i int) *part {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.known[i]
	if e == nil {
		return nil
	}
	s.recent.MoveToFront(e)
	return e.Value.(shelved).part
}

func (s *shelf) remember(i int, p *part) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[i] != nil { // another worker read it meanwhile
		return
	}
	of := shelved{i, p, p.size()}
	s.known[i] = s.recent.PushFront(of)
	for s.bytes += of.bytes; s.bytes > s.max && s.recent.Len() > 1; {
		last := s.recent.Remove(s.recent.Back()).(shelved)
		delete(s.known, last.i)
		s.bytes -= last.bytes
	}
}

// size is about how many bytes of memory a part takes.
func (p *part) size() int {
	n := 256 + 8*cap(p.shapes.Points) + 8*cap(p.shapes.Parts) + 32*cap(p.shapes.Features) + 32*cap(p.sources)
	for _, s := range p.sources {
		n += 24 * cap(s.values)
		for _, v := range s.values {
			n += len(v)
		}
	}
	return n
}

// alongCurve orders cells of one zoom along the Z-order curve, on which what lies
// together comes soon after each other.
func alongCurve(a, b tiles.Coord) int {
	if x, y := a.X^b.X, a.Y^b.Y; x < y && x < x^y { // the highest bit that differs is one of y
		return cmp.Compare(a.Y, b.Y)
	}
	return cmp.Compare(a.X, b.X)
}
