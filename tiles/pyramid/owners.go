package pyramid

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"

	"gisd/tiles/cell"
)

// mostSeen is how many callers' areas are remembered as sets.
const mostSeen = 1024

// owners knows which areas the owners of features in cells stand for. Sets of areas
// are only ever added, so that what is known stays true. It is safe for goroutines.
type owners struct {
	store Store

	mu    sync.Mutex
	sets  map[uint32][]int
	known uint32                 // the highest number in sets
	seen  map[string]cell.Owners // by the areas that a caller sees
}

// of are the owners whose features lie in one of the areas, and the highest number
// that is told of; again reads anew what is known.
func (o *owners) of(ctx context.Context, areas []int, again bool) (cell.Owners, uint32, error) {
	if again || !o.loaded() {
		sets, err := o.store.Owners(ctx)
		if err != nil {
			return nil, 0, err
		}
		o.learn(sets)
	}
	var name []byte
	for _, n := range areas {
		name = binary.AppendVarint(name, int64(n))
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if known, ok := o.seen[string(name)]; ok {
		return known, o.known, nil
	}
	among := cell.Owners{}
	for number, set := range o.sets {
		if slices.ContainsFunc(set, func(n int) bool { return slices.Contains(areas, n) }) {
			among = among.With(number)
		}
	}
	if len(o.seen) >= mostSeen {
		clear(o.seen)
	}
	o.seen[string(name)] = among
	return among, o.known, nil
}

func (o *owners) loaded() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sets != nil
}

// learn takes sets, unless more are known by now.
func (o *owners) learn(sets map[uint32][]int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sets != nil && len(sets) <= len(o.sets) {
		return
	}
	o.sets, o.seen, o.known = make(map[uint32][]int, len(sets)), map[string]cell.Owners{}, 0
	for number, areas := range sets {
		o.sets[number] = areas
		o.known = max(o.known, number)
	}
}
