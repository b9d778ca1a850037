package archive

import (
	"context"
	"sync"

	"gisd/tiles"
)

// region is the tiles of an export: by zoom the ones within limits, less what is
// known to be vacant. It is safe for goroutines.
type region struct {
	first, last uint32
	limits      []tiles.MatrixLimits // by zoom from first on
	there       []bool               // whether a zoom has tiles at all

	mu     sync.Mutex
	vacant map[tiles.Coord]struct{}
}

// maxVacant bounds the blocks that are remembered, some 64 MiB; beyond these
// empty tiles are drawn, which costs time and nothing else.
const maxVacant = 1 << 20

// count is the number of tiles at most.
func (r *region) count() (n int64) {
	for i, l := range r.limits {
		if r.there[i] {
			n += int64(l.MaxTileCol-l.MinTileCol+1) * int64(l.MaxTileRow-l.MinTileRow+1)
		}
	}
	return n
}

// noteVacant notes a tile on which there is nothing, nor on any below it.
func (r *region) noteVacant(c tiles.Coord) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.vacant == nil {
		r.vacant = map[tiles.Coord]struct{}{}
	}
	if len(r.vacant) < maxVacant {
		r.vacant[c] = struct{}{}
	}
}

func (r *region) isVacant(c tiles.Coord) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.vacant[c]
	return ok
}

// each calls do for every tile from the number on, in their order. Tiles that
// are left out, done before or since there is nothing, are told of to skipped, so
// many at a time.
func (r *region) each(ctx context.Context, from uint64, skipped func(int64), do func(id uint64, c tiles.Coord) error) error {
	for z := r.first; z <= r.last; z++ {
		if !r.there[z-r.first] {
			continue
		}
		w := walk{region: r, ctx: ctx, zoom: z, limits: r.limits[z-r.first], from: from, skipped: skipped, do: do}
		if err := w.block(tiles.Coord{}, 0); err != nil {
			return err
		}
	}
	return nil
}

// walk visits the tiles of a zoom, down from the one that holds them all.
type walk struct {
	*region
	ctx     context.Context
	zoom    uint32
	limits  tiles.MatrixLimits
	from    uint64
	skipped func(int64)
	do      func(uint64, tiles.Coord) error
}

// block visits what lies below the tile at place d of its zoom.
func (w *walk) block(c tiles.Coord, d uint64) error {
	down := w.zoom - c.Z
	low, high := tiles.Coord{Z: w.zoom, X: c.X << down, Y: c.Y << down}, tiles.Coord{}
	side := uint32(1)<<down - 1
	high.X, high.Y = low.X+side, low.Y+side
	if high.X < w.limits.MinTileCol || low.X > w.limits.MaxTileCol || high.Y < w.limits.MinTileRow || low.Y > w.limits.MaxTileRow {
		return nil
	}
	id := firstID(w.zoom) + d<<(2*down)
	before := id+uint64(1)<<(2*down) <= w.from
	if down == 0 && !before {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		return w.do(id, c)
	}
	if before || w.isVacant(c) {
		across := min(high.X, w.limits.MaxTileCol) - max(low.X, w.limits.MinTileCol) + 1
		along := min(high.Y, w.limits.MaxTileRow) - max(low.Y, w.limits.MinTileRow) + 1
		w.skipped(int64(across) * int64(along))
		return nil
	}
	for i := range uint64(4) {
		child := d<<2 | i
		if err := w.block(placed(c.Z+1, child), child); err != nil {
			return err
		}
	}
	return nil
}
