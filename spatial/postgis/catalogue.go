package postgis

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/spatial"
)

// Catalogue is what this process knows of all collections: one immutable
// snapshot, replaced as a whole when the database announces a change or the
// poll sees one. Reading takes no lock and no query. Safe for use by many
// goroutines.
//
// Until the first load it is empty, so that a server starts before its database.
type Catalogue struct {
	pool    *pgxpool.Pool
	log     *slog.Logger
	poll    time.Duration
	loading sync.Mutex // one load at a time; readers never take it
	current atomic.Pointer[snapshot]
}

type snapshot struct {
	generation  uint64
	fingerprint string
	ordered     []*spatial.Collection
	byID        map[string]*spatial.Collection
	tilesets    []*spatial.Tileset
	limits      limits
	superseded  chan struct{} // closed when another snapshot takes its place
}

// changesWithin is how soon a change of roles or visibility takes effect on every
// node, even where its announcement is lost or nobody listens; a load fits in.
const changesWithin = 5 * time.Second

// NewCatalogue returns an empty catalogue; Run keeps it fresh, Reload fills it
// at once.
func NewCatalogue(db *DB) *Catalogue {
	c := &Catalogue{pool: db.Pool, log: db.Log, poll: changesWithin / 2}
	c.current.Store(&snapshot{byID: map[string]*spatial.Collection{}, superseded: make(chan struct{})})
	return c
}

// Collections returns what the caller may read, each as they see it
// (spatial.Limits), by group, ordinal and id. The slice is the caller's own, the
// collections are shared and not to be changed.
func (c *Catalogue) Collections(a spatial.Access) []*spatial.Collection {
	now := c.current.Load()
	out := make([]*spatial.Collection, 0, len(now.ordered))
	for _, col := range now.ordered {
		if a.CanRead(col) {
			out = append(out, now.limits.as(col, a))
		}
	}
	return out
}

// Collection returns one collection as the caller sees it; not_found when it is
// absent or hidden from them.
func (c *Catalogue) Collection(id string, a spatial.Access) (*spatial.Collection, error) {
	now := c.current.Load()
	col := now.byID[id]
	if col == nil || !a.CanRead(col) {
		return nil, spatial.NotFound("postgis: catalogue", "There is no such collection.")
	}
	return now.limits.as(col, a), nil
}

// Generation grows with every change of the catalogue. It is this process's own
// count: two nodes differ.
func (c *Catalogue) Generation() uint64 { return c.current.Load().generation }

// Loaded reports whether the catalogue was ever read from the database.
func (c *Catalogue) Loaded() bool { return c.Generation() > 0 }

// Changed returns a channel that is closed at the next change. Take it before
// looking at the collections, so that no change falls in between.
func (c *Catalogue) Changed() <-chan struct{} { return c.current.Load().superseded }

// Reload reads the catalogue now, so that a writer sees its own change. It asks
// for a fingerprint first; a catalogue that did not change keeps its generation.
func (c *Catalogue) Reload(ctx context.Context) error {
	c.loading.Lock()
	defer c.loading.Unlock()
	old := c.current.Load()
	var next *snapshot
	// One snapshot of the database for all statements.
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, c.pool, options, func(tx pgx.Tx) error {
		var fingerprint string
		if err := tx.QueryRow(ctx, queryCatalogueFingerprint).Scan(&fingerprint); err != nil {
			return err
		}
		if fingerprint == old.fingerprint {
			return nil
		}
		collections, err := readCollections(ctx, tx)
		next = newSnapshot(collections)
		next.fingerprint = fingerprint
		if err == nil {
			next.tilesets, err = readTilesets(ctx, tx)
		}
		if err == nil {
			err = next.limits.read(ctx, tx)
			next.limits.judge(collections)
		}
		return err
	})
	if err != nil {
		return Wrap(ctx, "postgis: load catalogue", err)
	}
	if next != nil {
		next.generation = old.generation + 1
		c.current.Store(next)
		close(old.superseded)
	}
	return nil
}

func newSnapshot(collections []*spatial.Collection) *snapshot {
	s := &snapshot{
		ordered:    collections,
		byID:       make(map[string]*spatial.Collection, len(collections)),
		superseded: make(chan struct{}),
	}
	for _, col := range collections {
		s.byID[col.ID] = col
	}
	return s
}
