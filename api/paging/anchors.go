package paging

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"

	"gisd/spatial"
)

// Bounds of what is remembered of callers who page by offset.
const (
	walksMost   = 1000 // collections with their version, filter, order and caller
	anchorsMost = 100  // offsets of each
)

// Anchors remember where pages ended, by offset, so that the page after costs as
// much as by cursor, and begins at the feature after the last one even if others
// came and went. They are this node's own; without one the features before are
// skipped. Safe for concurrent use.
type Anchors struct {
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

// NewAnchors remembers nothing yet.
func NewAnchors() *Anchors { return &Anchors{walks: map[string]*walk{}} }

// Key names a walk: a version of a collection, who reads it, and which features
// in which order are asked for.
func Key(c *spatial.Collection, a spatial.Access, question string) string {
	seen := [16]byte{}
	if c.Limits != nil {
		seen = c.Limits.Key
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %x %+v %s", c.ID, c.Version, seen, a, question))
	return string(sum[:16])
}

// Nearest returns the last anchor at or before the offset; nil and 0 is the start.
func (a *Anchors) Nearest(key string, offset int64) (*spatial.Position, int64) {
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

// Remember notes that so many features lie before what follows the position.
func (a *Anchors) Remember(key string, offset int64, position *spatial.Position) {
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
func (a *Anchors) forget() {
	oldest, used := "", a.uses
	for key, w := range a.walks {
		if w.used < used {
			oldest, used = key, w.used
		}
	}
	delete(a.walks, oldest)
}
