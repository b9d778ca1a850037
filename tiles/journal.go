package tiles

import (
	"context"
	"strconv"
	"strings"
)

// Journal knows the changes of features that this node has heard of. It is safe
// for goroutines and does no I/O.
type Journal interface {
	// Position says what was heard of: every change up to it is visible to any
	// snapshot of the database that is taken afterwards. It is the same number on
	// all nodes.
	Position() uint64
	// Touched reports whether a change of the collection behind the position
	// touches the tile, or may: where it is not known it is true. What is true of a
	// tile is true of all tiles above it.
	Touched(collection string, position uint64, c Coord) bool
}

// since is what Tile.Since has to say of rows that are read from now on.
func (s *Service) since() string {
	if s.journal == nil {
		return ""
	}
	return strconv.FormatUint(s.journal.Position(), 10)
}

// outdated reports whether a tile may lack a change.
func (s *Service) outdated(k Key, since string) bool {
	if s.journal == nil {
		return false
	}
	position, err := strconv.ParseUint(since, 10, 64)
	if err != nil {
		return true
	}
	at := k.Coord
	if k.Matrix != "" {
		at = Coord{} // the journal knows WebMercatorQuad: any change counts
	}
	for id := range strings.SplitSeq(k.IDs, ",") {
		if s.journal.Touched(id, position, at) {
			return true
		}
		if base, ok := strings.CutSuffix(id, LabelSuffix); ok && s.journal.Touched(base, position, at) {
			return true
		}
	}
	return false
}

// remember puts a tile into the cache unless it may be outdated. A change that
// comes meanwhile is either in the journal by the second look, or its Forget
// comes after it.
func (s *Service) remember(ctx context.Context, k Key, t *Tile) bool {
	if s.outdated(k, t.Since) {
		return false
	}
	s.cache.Set(ctx, k, t)
	if !s.outdated(k, t.Since) {
		return true
	}
	id, _, _ := strings.Cut(k.IDs, ",")
	s.cache.Forget(ctx, id, func(kept Key) bool { return kept == k })
	return false
}
