package freshness

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"gisd/spatial"
	"gisd/tiles"
)

// Queue is where committed changes come from; spatial/postgis/changes
// has it.
type Queue interface {
	// Follow calls take with every change once, in order, and at least every few
	// seconds, until the context ends. Boxes are in the storage CRS.
	Follow(ctx context.Context, take func(context.Context, spatial.Changes) error) error
	// ApplyToCells does so once for the whole cluster; what do fails at comes again.
	ApplyToCells(ctx context.Context, do func(context.Context, []spatial.Change) error) error
	// Widen grows a collection's extent to hold the box, in SRID 4326.
	Widen(ctx context.Context, collection string, version int, box spatial.Envelope) error
}

// Catalogue knows the collections, from memory.
type Catalogue interface {
	Collection(id string, a spatial.Access) (*spatial.Collection, error)
	Collections(a spatial.Access) []*spatial.Collection
}

// Tiles are kept somewhere. Forget lets go of those of the collection that
// touch; touches is safe for goroutines, and true for the parents of a tile for
// which it is true. Where small is not nil, what shows all of the collection below
// tiles.PlainZoom goes as small says: it follows an edit later.
type Tiles interface {
	Forget(ctx context.Context, collection string, touches, small func(tiles.Coord) bool)
}

// Cells are what tiles are cut from. Between Suspend and Resume, of which each box
// gets as many, what touches the boxes is drawn from rows; Forget drops
// what is in memory of them, ForgetSmall of small scales alone, where features stay
// as they are. Small reports whether all tiles below tiles.PlainZoom come from
// cells. Boxes are in SRID 3857.
type Cells interface {
	Suspend(c *spatial.Collection, boxes []spatial.Envelope)
	Forget(c *spatial.Collection, boxes []spatial.Envelope)
	ForgetSmall(c *spatial.Collection, boxes []spatial.Envelope)
	Resume(c *spatial.Collection, boxes []spatial.Envelope)
	Small(c *spatial.Collection) bool
}

// Rebuilder brings stored cells up to date with the rows of now, and returns how
// many it wrote. Boxes are in SRID 3857. Discard drops the cells of a version that
// cannot follow; its tiles come from rows until somebody builds them anew. It is
// called on one node at a time.
type Rebuilder interface {
	Rebuild(ctx context.Context, c *spatial.Collection, boxes []spatial.Envelope) (int, error)
	Discard(ctx context.Context, c *spatial.Collection) error
}

// Config wires a Freshness; what is nil is left out.
type Config struct {
	Queue     Queue     // required
	Catalogue Catalogue // required
	Journal   *Journal  // required; shared with who builds tiles
	Tiles     Tiles
	Cells     Cells
	Rebuilder Rebuilder
	// Tell hears of changes once their tiles are gone from this node, boxes in
	// SRID 4326, a change for each collection. It must not block.
	Tell func([]spatial.Change)
	// Settle is how long Tell waits, for the other nodes, whose tiles go in the
	// same moment.
	Settle time.Duration
	// Retry is how long a collection whose cells could not be brought up to date
	// rests, at first; 0 is a second.
	Retry time.Duration
	Log   *slog.Logger
}

// Freshness carries changes to all that is made of features.
type Freshness struct {
	cfg       Config
	suspended suspended
	metrics   *metrics
}

// New wires a Freshness; reg may be nil.
func New(c Config, reg prometheus.Registerer) *Freshness {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Retry <= 0 {
		c.Retry = time.Second
	}
	f := &Freshness{cfg: c}
	f.metrics = newMetrics(reg, f)
	return f
}

// Run follows the queue until the context ends, and then returns nil.
func (f *Freshness) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return f.cfg.Queue.Follow(ctx, f.take) })
	if f.cfg.Rebuilder != nil {
		group.Go(func() error { return f.cfg.Queue.ApplyToCells(ctx, f.rebuild) })
	}
	return group.Wait()
}

var system = spatial.SystemAccess("freshness")

// take is the order that keeps tiles true: what is built from now on sees the
// changes, what was begun before is not kept, what is kept goes, and then maps
// ask again.
func (f *Freshness) take(ctx context.Context, c spatial.Changes) error {
	if before := f.cfg.Journal.Position(); before > 0 && c.Forgotten > before {
		f.loseTrack(ctx, c.Forgotten)
	}
	found := gather(c.List)
	f.cfg.Journal.add(found.entries, c.Position, c.Forgotten)
	if f.cfg.Cells != nil {
		f.suspended.add(f.cfg.Cells, f.cfg.Catalogue, found.features, c.Rebuilt)
	}
	for _, id := range found.order {
		f.forgetSmall(id, found.derived[id])
		if f.cfg.Tiles != nil {
			f.cfg.Tiles.Forget(ctx, id, func(c tiles.Coord) bool { return found.touch(id, c) }, f.small(found, id))
		}
	}
	f.metrics.took(c.List)
	if f.cfg.Cells != nil {
		f.suspended.resume(f.cfg.Cells, c.Rebuilt)
	}
	if len(found.order) == 0 {
		return nil
	}
	f.widen(ctx, found)
	if f.cfg.Tell == nil {
		return nil
	}
	if f.cfg.Settle > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(f.cfg.Settle):
		}
	}
	f.cfg.Tell(told(found))
	return nil
}

// small says which tiles of small scales are different, nil where that is those
// that features touch.
func (f *Freshness) small(found *batch, id string) func(tiles.Coord) bool {
	if f.cfg.Cells == nil || found.sets[id].whole {
		return nil
	}
	if c, err := f.cfg.Catalogue.Collection(id, system); err != nil || !f.cfg.Cells.Small(c) {
		return nil
	}
	return func(c tiles.Coord) bool { return found.derived[id].touch(c) }
}

// forgetSmall drops cells of small scales that were made again.
func (f *Freshness) forgetSmall(id string, made *boxes) {
	boxes := made.list
	if made.whole {
		boxes = []spatial.Envelope{square()}
	}
	if f.cfg.Cells == nil || len(boxes) == 0 {
		return
	}
	if c, err := f.cfg.Catalogue.Collection(id, system); err == nil {
		f.cfg.Cells.ForgetSmall(c, boxes)
	}
}

// loseTrack is for a node that was cut off so long that the queue has forgotten
// what it missed: anything may have changed.
func (f *Freshness) loseTrack(ctx context.Context, position uint64) {
	f.cfg.Log.WarnContext(ctx, "changes of features were missed; all tiles are made anew")
	f.cfg.Journal.lose(position)
	var all []spatial.Change
	for _, c := range f.cfg.Catalogue.Collections(system) {
		if f.cfg.Tiles != nil {
			f.cfg.Tiles.Forget(ctx, c.ID, func(tiles.Coord) bool { return true }, nil)
		}
		if f.cfg.Cells != nil {
			f.cfg.Cells.Forget(c, []spatial.Envelope{square()})
			f.cfg.Cells.ForgetSmall(c, []spatial.Envelope{square()})
		}
		all = append(all, spatial.Change{Collection: c.ID, Version: c.Version, Whole: true})
	}
	if f.cfg.Tell != nil && len(all) > 0 {
		f.cfg.Tell(all)
	}
}

// widen lets extents follow features that were put outside of them: tiles there
// are known to be empty, and would stay so.
func (f *Freshness) widen(ctx context.Context, found *batch) {
	for id, span := range found.spans {
		c, err := f.cfg.Catalogue.Collection(id, system)
		if err != nil {
			continue
		}
		version, extent := found.versions[id], c.Extent
		if version != c.Version { // the database knows better
			extent = spatial.EmptyEnvelope(spatial.SRIDWGS84)
		}
		box, grown := widened(extent, span)
		if !grown {
			continue
		}
		if err := f.cfg.Queue.Widen(ctx, id, version, box); err != nil && !errors.Is(err, context.Canceled) {
			f.cfg.Log.WarnContext(ctx, "the extent does not hold every feature", "collection", id, "error", err)
		}
	}
}
