package pyramid

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/maypok86/otter/v2"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/cell"
)

// DefaultMaxBytes is the memory that hot cells may take unless it is configured.
const DefaultMaxBytes = 256 << 20

// memory keeps opened cells within a number of bytes, by how often and how
// recently they are asked for, and has each read once however many ask.
type memory struct {
	store Store
	max   int64
	hot   *otter.Cache[Key, entry]

	mu    sync.Mutex
	epoch uint64 // grows with every forget
	loads map[Key]*load
}

// entry is a cell in memory: its record, or why rows have to answer. Without
// either nothing lies in the cell.
type entry struct {
	record cell.Record
	empty  bool
	rows   bool
}

// entryOverhead is about what an entry takes besides its record.
const entryOverhead = 192

func (e entry) size() int {
	if e.empty || e.rows {
		return entryOverhead
	}
	return entryOverhead + e.record.Size()
}

// load is one reading under way; done is closed when the rest is set.
type load struct {
	epoch  uint64
	done   chan struct{}
	entry  entry
	err    error
	gaveUp bool // its reader went away
}

func newMemory(store Store, maxBytes int64) (*memory, error) {
	if maxBytes == 0 {
		maxBytes = DefaultMaxBytes
	}
	if maxBytes < 0 {
		return nil, fmt.Errorf("pyramid: memory of %d bytes", maxBytes)
	}
	hot, err := otter.New(&otter.Options[Key, entry]{
		MaximumWeight: uint64(maxBytes),
		Weigher:       func(_ Key, e entry) uint32 { return uint32(min(e.size(), math.MaxUint32)) },
	})
	if err != nil {
		return nil, fmt.Errorf("pyramid: memory: %w", err)
	}
	return &memory{store: store, max: maxBytes, hot: hot, loads: map[Key]*load{}}, nil
}

// get returns a cell and whether it was in memory. Who asks first reads it for
// all who ask meanwhile; when that one goes away, another begins anew.
func (m *memory) get(ctx context.Context, k Key) (e entry, hit bool, err error) {
	if e, ok := m.hot.GetIfPresent(k); ok {
		return e, true, nil
	}
	for {
		m.mu.Lock()
		l, ok := m.loads[k]
		if !ok || l.epoch != m.epoch {
			l = &load{epoch: m.epoch, done: make(chan struct{})}
			m.loads[k] = l
			m.mu.Unlock()
			m.read(ctx, k, l)
			return l.entry, false, l.err
		}
		m.mu.Unlock()
		select {
		case <-l.done:
		case <-ctx.Done():
			return entry{}, false, ctx.Err()
		}
		if !l.gaveUp {
			return l.entry, false, l.err
		}
		if err := ctx.Err(); err != nil {
			return entry{}, false, err
		}
	}
}

func (m *memory) read(ctx context.Context, k Key, l *load) {
	defer close(l.done)
	l.entry, l.err = m.open(ctx, k)
	l.gaveUp = ctx.Err() != nil
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.loads[k] == l {
		delete(m.loads, k)
	}
	// What was read before a forget may be what it was about. A cell that is
	// larger than an eighth of the memory would push out too many others.
	if l.err == nil && l.epoch == m.epoch && int64(l.entry.size()) <= m.max/8 {
		m.hot.Set(k, l.entry)
	}
}

func (m *memory) open(ctx context.Context, k Key) (entry, error) {
	record, err := m.store.Record(ctx, k)
	if errors.Is(err, ErrFromRows) {
		return entry{rows: true}, nil
	}
	if err != nil || record == nil {
		return entry{empty: err == nil}, err
	}
	opened, err := cell.Open(record)
	if err != nil {
		return entry{}, fmt.Errorf("pyramid: open cell %v: %w", k.Coord, err)
	}
	return entry{record: opened}, nil
}

// forget drops the cells of the build's bands that the boxes touch.
func (m *memory) forget(pyramid int64, bands []spatial.ZoomBand, boxes []spatial.Envelope) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
	for _, band := range bands {
		touched := newTouches(boxes, uint32(band.First))
		if touched.cells <= int64(m.hot.EstimatedSize()) {
			touched.each(func(c tiles.Coord) { m.hot.Invalidate(Key{pyramid, c, band.Made}) })
			continue
		}
		for k := range m.hot.Keys() {
			if k.Pyramid == pyramid && touched.has(k.Coord) {
				m.hot.Invalidate(k)
			}
		}
	}
}

// bytes is about what the cells take now.
func (m *memory) bytes() int64 {
	m.hot.CleanUp()
	return int64(m.hot.WeightedSize())
}
