package orders

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"gisd/spatial"
	"gisd/spatial/postgis"
)

const (
	giveWay = 7 * 24 * time.Hour // after which an order that nobody asked for may give way
	known   = 6 * time.Hour      // for which an order that has its index, or gets none, is not looked at
	again   = time.Minute        // before what did not work out is tried again
	waiting = 16                 // orders that wait for their turn
	mostAsk = 1000               // orders that are remembered
)

// Keeper builds the index of an order once somebody asks for it. Orders of one
// collection are at most Most, and one index is built at a time in all of the
// cluster; what finds no place is sorted, as before. Safe for concurrent use.
type Keeper struct {
	db    *postgis.DB
	asked chan ask

	mu   sync.Mutex
	next map[ask]time.Time // when it is worth a look again
}

// ask is an order that somebody wants, of one version.
type ask struct{ collection, table, field string }

// NewKeeper keeps orders in the database; Run does the work.
func NewKeeper(db *postgis.DB) *Keeper {
	return &Keeper{db: db, asked: make(chan ask, waiting), next: map[ask]time.Time{}}
}

// Asked tells that features are wanted in the order of a field. It does not wait.
func (k *Keeper) Asked(c *spatial.Collection, f spatial.Field) {
	if !Indexable(f) || c.Whole().FeatureCount < Worth {
		return
	}
	a := ask{c.ID, c.Table, f.Name}
	if !k.due(a, time.Now()) {
		return
	}
	select {
	case k.asked <- a:
	default: // next time
	}
}

// due tells whether an order is worth a look, and puts the next one off.
func (k *Keeper) due(a ask, now time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now.Before(k.next[a]) {
		return false
	}
	if len(k.next) >= mostAsk {
		clear(k.next)
	}
	k.next[a] = now.Add(again)
	return true
}

func (k *Keeper) settled(a ask) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next[a] = time.Now().Add(known)
}

// Run builds what is asked for until ctx ends, and returns nil.
func (k *Keeper) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case a := <-k.asked:
			done, err := Keep(ctx, k.db, a.collection, a.field)
			switch {
			case ctx.Err() != nil:
				return nil
			case err != nil:
				k.db.Log.WarnContext(ctx, "the index of an order is left for later", slog.String("collection", a.collection),
					slog.String("property", a.field), slog.Any("error", err))
			case done:
				k.settled(a)
			}
		}
	}
}

// Keep notes that a collection is read in the order of a field, by its wire name, and
// builds the index of it where there is room for one. Not done: somebody else in the
// cluster is building. It takes about two seconds for a million features, during which
// they may be read and changed.
func Keep(ctx context.Context, db *postgis.DB, collection, field string) (done bool, err error) {
	const op = "postgis: index order"
	conn, err := db.Connect(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, querySession); err != nil {
		return false, postgis.Wrap(ctx, op, err)
	}
	var lead bool
	if err := conn.QueryRow(ctx, queryLead).Scan(&lead); err != nil || !lead {
		return false, postgis.Wrap(ctx, op, err)
	}
	defer func() { _, _ = conn.Exec(ctx, queryLeadEnd) }()
	var kept bool
	if err := conn.QueryRow(ctx, queryAsk, collection, field, Most, giveWay.Seconds()).Scan(&kept); err != nil || !kept {
		return err == nil, postgis.Wrap(ctx, op, err)
	}
	err = settle(ctx, conn, collection)
	return err == nil, postgis.Wrap(ctx, op+" of "+collection, err)
}
