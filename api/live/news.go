package live

import (
	"context"
	"slices"
	"sync"

	"gisd/spatial"
	"gisd/spatial/live"
)

// news remembers which collections changed, so that a stream that was away
// hears of what it missed.
type news struct {
	mu     sync.Mutex
	stale  uint64 // changes with a lower sequence number are forgotten
	recent []change
}

// change is a collection before and after; either may be nil. With tiles the
// collection is the same and features of it changed.
type change struct {
	seq           uint64 // of the hub, when it was announced
	before, after *spatial.Collection
	tiles         *spatial.Change
}

// maxNews bounds the memory; beyond it all collections count as changed.
const maxNews = 1024

func (c change) id() string {
	if c.after != nil {
		return c.after.ID
	}
	return c.before.ID
}

// readable reports whether the caller may hear of the change: who reads the
// collection, or did until now.
func (c change) readable(a spatial.Access) bool {
	return c.after != nil && a.CanRead(c.after) || c.before != nil && a.CanRead(c.before)
}

func (n *news) run(ctx context.Context, catalogue Catalogue, hub *live.Hub) error {
	all := spatial.SystemAccess("live")
	changed := catalogue.Changed()
	before := catalogue.Collections(all)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
		changed = catalogue.Changed()
		after := catalogue.Collections(all)
		changes := compare(before, after)
		before = after
		if len(changes) == 0 {
			continue
		}
		n.add(changes, hub.Seq())
		hub.AnnounceCollections(func(a spatial.Access) []string { return readable(changes, a) })
	}
}

func (n *news) add(changes []change, seq uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range changes {
		c.seq = seq
		n.recent = append(n.recent, c)
	}
	if extra := len(n.recent) - maxNews; extra > 0 {
		n.stale = n.recent[extra-1].seq + 1
		n.recent = slices.Delete(n.recent, 0, extra)
	}
}

// tilesChanged announces changed features of collections that the catalogue has.
func (n *news) tilesChanged(list []spatial.Change, catalogue Catalogue, hub *live.Hub) {
	byID := map[string]*spatial.Collection{}
	for _, c := range catalogue.Collections(spatial.SystemAccess("live")) {
		byID[c.ID] = c
	}
	var changes []change
	for i := range list {
		if c := byID[list[i].Collection]; c != nil {
			changes = append(changes, change{after: c, tiles: &list[i]})
		}
	}
	if len(changes) == 0 {
		return
	}
	n.add(changes, hub.Seq())
	hub.AnnounceTiles(func(a spatial.Access) []spatial.Change { return readableTiles(changes, a, catalogue) })
}

// since lists the collections that changed at the sequence number or later, and
// the parts of others; known is false where that is forgotten.
func (n *news) since(seq uint64, a spatial.Access, catalogue Catalogue) (ids []string, tiles []spatial.Change, known bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if seq < n.stale {
		return nil, nil, false
	}
	var changes []change
	for _, c := range n.recent {
		if c.seq >= seq {
			changes = append(changes, c)
		}
	}
	return readable(changes, a), readableTiles(changes, a, catalogue), true
}

func readable(changes []change, a spatial.Access) []string {
	var ids []string
	for _, c := range changes {
		if c.tiles == nil && c.readable(a) && !slices.Contains(ids, c.id()) {
			ids = append(ids, c.id())
		}
	}
	return ids
}

func readableTiles(changes []change, a spatial.Access, catalogue Catalogue) []spatial.Change {
	var tiles []spatial.Change
	for _, c := range changes {
		if c.tiles == nil || !c.readable(a) {
			continue
		}
		if part := within(*c.tiles, a, catalogue); part.Whole || len(part.Boxes) > 0 {
			tiles = live.MergeTiles(tiles, part)
		}
	}
	return tiles
}

// within leaves of a change what meets the areas that the caller sees, cut to their
// bounds. Nobody hears where something changes outside of them.
func within(c spatial.Change, a spatial.Access, catalogue Catalogue) spatial.Change {
	seen, err := catalogue.Collection(c.Collection, a)
	if err != nil || !seen.Limits.Rows() {
		return c
	}
	var boxes []spatial.Envelope
	for _, box := range c.Boxes {
		for _, area := range seen.Limits.Areas {
			if part, ok := area.Cut(box); ok {
				boxes = append(boxes, part)
			}
		}
	}
	c.Boxes = boxes
	return c
}

// compare lists the collections that a map would draw anew: another version,
// other readers, come or gone.
func compare(before, after []*spatial.Collection) []change {
	old := make(map[string]*spatial.Collection, len(before))
	for _, c := range before {
		old[c.ID] = c
	}
	var changes []change
	for _, c := range after {
		was := old[c.ID]
		delete(old, c.ID)
		if was == nil || was.Version != c.Version || !was.UpdatedAt.Equal(c.UpdatedAt) {
			changes = append(changes, change{before: was, after: c})
		}
	}
	for _, c := range before {
		if old[c.ID] != nil {
			changes = append(changes, change{before: c})
		}
	}
	return changes
}
