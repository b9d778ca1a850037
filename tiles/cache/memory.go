package cache

import (
	"context"
	"fmt"
	"math"

	"github.com/maypok86/otter/v2"
	"github.com/prometheus/client_golang/prometheus"

	"gisd/tiles"
)

// DefaultMaxBytes is the memory that tiles may take unless it is configured.
const DefaultMaxBytes = 256 << 20

// Memory keeps tiles within a number of bytes; which go is decided by how often
// and how recently they were asked for (W-TinyLFU), so that a single sweep over
// the map does not push out what everybody looks at. It is safe for goroutines;
// a look-up takes no lock.
type Memory struct {
	tiles *otter.Cache[tiles.Key, *tiles.Tile]
	max   int64
}

var _ tiles.Cache = (*Memory)(nil)

// NewMemory returns an empty cache; maxBytes 0 is DefaultMaxBytes. reg may be
// nil.
func NewMemory(maxBytes int64, reg prometheus.Registerer) (*Memory, error) {
	if maxBytes == 0 {
		maxBytes = DefaultMaxBytes
	}
	if maxBytes < 0 {
		return nil, fmt.Errorf("cache: new memory: %d bytes", maxBytes)
	}
	c, err := otter.New(&otter.Options[tiles.Key, *tiles.Tile]{
		MaximumWeight: uint64(maxBytes),
		Weigher: func(_ tiles.Key, t *tiles.Tile) uint32 {
			return uint32(min(t.Size(), math.MaxUint32))
		},
	})
	if err != nil {
		return nil, fmt.Errorf("cache: new memory: %w", err)
	}
	m := &Memory{tiles: c, max: maxBytes}
	if reg != nil {
		registerMetrics(reg, m)
	}
	return m, nil
}

// Get implements tiles.Cache.
func (m *Memory) Get(_ context.Context, k tiles.Key) (*tiles.Tile, bool) {
	return m.tiles.GetIfPresent(k)
}

// Set implements tiles.Cache. A tile larger than an eighth of the cache would
// push out too many others and is not kept.
func (m *Memory) Set(_ context.Context, k tiles.Key, t *tiles.Tile) {
	if int64(t.Size()) <= m.max/8 {
		m.tiles.Set(k, t)
	}
}

// Reweigh implements tiles.Cache.
func (m *Memory) Reweigh(k tiles.Key, t *tiles.Tile) {
	m.tiles.ComputeIfPresent(k, func(kept *tiles.Tile) (*tiles.Tile, otter.ComputeOp) {
		switch {
		case kept != t:
			return kept, otter.CancelOp
		case int64(t.Size()) > m.max/8:
			return nil, otter.InvalidateOp
		}
		return t, otter.WriteOp
	})
}

// Forget implements tiles.Cache. It looks at every key.
func (m *Memory) Forget(_ context.Context, collection string, drops func(tiles.Key) bool) {
	var touched []tiles.Key
	for k := range m.tiles.Keys() {
		if k.Of(collection) && drops(k) {
			touched = append(touched, k)
		}
	}
	for _, k := range touched {
		m.tiles.Invalidate(k)
	}
}

// Clear forgets everything.
func (m *Memory) Clear() { m.tiles.InvalidateAll() }

// Bytes is about what the tiles take now.
func (m *Memory) Bytes() int64 {
	m.tiles.CleanUp()
	return int64(m.tiles.WeightedSize())
}

// Len is the number of tiles kept now.
func (m *Memory) Len() int { return m.tiles.EstimatedSize() }
