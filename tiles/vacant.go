package tiles

import (
	"context"
	"sync"

	"gisd/spatial"
)

// Prober tells where there is nothing to draw at all, whatever the zoom.
type Prober interface {
	// Vacant reports whether no feature of the collection lies on the tile with its
	// buffer. Then none lies on any tile below it either, whose buffers reach less
	// far.
	Vacant(ctx context.Context, c *spatial.Collection, at Coord) (bool, error)
}

// How vacancy is looked for: so many zooms above an empty tile, and on from there
// while nothing is found.
const (
	vacantStep = 3
	vacantMost = 4096 // blocks remembered of one collection
)

// vacancies remembers blocks of the map where a collection has nothing, so that
// their tiles are answered without the database. It is safe for goroutines.
type vacancies struct {
	mu sync.RWMutex
	of map[string]*vacant
}

// vacant belongs to one version of a collection.
type vacant struct {
	stamp  uint64
	blocks map[Coord]struct{}
}

// has reports whether the tile lies in a vacant block.
func (v *vacancies) has(c *spatial.Collection, at Coord) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	known := v.of[rowsID(c)]
	if known == nil || known.stamp != stamp(0, c) {
		return false
	}
	for up := range at.Z + 1 {
		if _, ok := known.blocks[above(at, up)]; ok {
			return true
		}
	}
	return false
}

func (v *vacancies) add(c *spatial.Collection, block Coord) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.of == nil {
		v.of = map[string]*vacant{}
	}
	id := rowsID(c)
	known := v.of[id]
	if known == nil || known.stamp != stamp(0, c) || len(known.blocks) >= vacantMost {
		known = &vacant{stamp(0, c), map[Coord]struct{}{}}
		v.of[id] = known
	}
	known.blocks[block] = struct{}{}
}

// forget drops the blocks that an edit touches.
func (v *vacancies) forget(collection string, touches func(Coord) bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if known := v.of[collection]; known != nil {
		for block := range known.blocks {
			if touches(block) {
				delete(known.blocks, block)
			}
		}
	}
}

// above is the tile so many zooms up.
func above(c Coord, up uint32) Coord { return Coord{c.Z - up, c.X >> up, c.Y >> up} }

// explore looks around a tile that turned out empty for the largest block that
// is vacant.
func (s *Service) explore(ctx context.Context, list []*spatial.Collection, at Coord) {
	if s.prober == nil {
		return
	}
	since := s.since()
	for _, c := range list {
		if c.Limits.Rows() {
			continue // what is empty to one is not to others
		}
		found, block := false, Coord{}
		for up := uint32(vacantStep); up <= at.Z; up += vacantStep {
			if ok, err := s.prober.Vacant(ctx, c, above(at, up)); err != nil || !ok {
				break
			}
			found, block = true, above(at, up)
		}
		if !found {
			continue
		}
		s.vacancies.add(c, block)
		if s.outdated(Key{IDs: c.ID, Coord: block}, since) { // somebody put something there meanwhile
			s.vacancies.forget(rowsID(c), func(at Coord) bool { return at == block })
		}
	}
}
