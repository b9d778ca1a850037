package ogc

import (
	"cmp"
	"slices"
	"sync"

	"gisd/spatial"
)

// Bounds of what is remembered of callers who page by offset.
const (
	walksMost   = 500 // collections with their version, filter, order and caller
	anchorsMost = 100 // offsets of each
)

// anchors remember where pages ended, by offset, so that the page after costs as
// much as by cursor, and begins at the feature after the last one even if others
// came and went. They are this node's own; without one the features before are
// skipped. Safe for concurrent use.
type anchors struct {
	mu    sync.Mutex
	walks map[string]*walk
	uses  uint64
}

type walk struct {
	used uint64
	at   []anchor // in order
}

type anchor struct {
	offset   int64
	position *spatial.Position
}

func newAnchors() *anchors { return &anchors{walks: map[string]*walk{}} }

// nearest returns the last anchor at or before the offset; nil and 0 is the start.
func (a *anchors) nearest(key string, offset int64) (*spatial.Position, int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w := a.walks[key]
	if w == nil {
		return nil, 0
	}
	a.uses++
	w.used = a.uses
	i, found := slices.BinarySearchFunc(w.at, offset, byOffset)
	if !found {
		i--
	}
	if i < 0 {
		return nil, 0
	}
	return w.at[i].position, w.at[i].offset
}

func byOffset(a anchor, offset int64) int { return cmp.Compare(a.offset, offset) }

// remember notes that so many features lie before what follows the position.
func (a *anchors) remember(key string, offset int64, position *spatial.Position) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.uses++
	w := a.walks[key]
	if w == nil {
		if len(a.walks) >= walksMost {
			a.forget()
		}
		w = &walk{}
		a.walks[key] = w
	}
	w.used = a.uses
	i, found := slices.BinarySearchFunc(w.at, offset, byOffset)
	if found {
		w.at[i].position = position
		return
	}
	w.at = slices.Insert(w.at, i, anchor{offset, position})
	if len(w.at) > anchorsMost {
		w.thin(i)
	}
}

// thin keeps every other anchor, and the one that has just come.
func (w *walk) thin(newest int) {
	kept := w.at[:0]
	for i, a := range w.at {
		if i%2 == 0 || i == newest {
			kept = append(kept, a)
		}
	}
	w.at = kept
}

// forget drops the walk that was asked for least lately.
func (a *anchors) forget() {
	oldest, used := "", a.uses
	for key, w := range a.walks {
		if w.used < used {
			oldest, used = key, w.used
		}
	}
	delete(a.walks, oldest)
}
