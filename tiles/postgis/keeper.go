package postgis

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"gisd/internal/sleep"
	"gisd/spatial"
	"gisd/tiles/pyramid"
)

// Catalogue is what a Keeper watches; spatial/postgis has it.
type Catalogue interface {
	Collections(a spatial.Access) []*spatial.Collection
	Changed() <-chan struct{}
}

// Small scales follow an edit: looked for so often, and made again once the
// first edit that they do not show is so old, so that a series of edits costs one
// making.
const (
	smallLook  = time.Second
	smallAfter = 2 * time.Second
)

// keeperPause is how long a version whose build failed waits for another try.
const keeperPause = time.Minute

// attempt is a build that took the place of another, 0 for none.
type attempt struct {
	replaced int64
	at       time.Time
}

// KeeperConfig wires a Keeper.
type KeeperConfig struct {
	Pyramids  *Pyramids
	Catalogue Catalogue
	Workers   int // 0 is one: people are waiting for tiles meanwhile
	Log       *slog.Logger
}

// Keeper packs current versions that have no cells, or those of another program,
// one after the other, and meanwhile has small scales follow edits, beside the
// server. Of several nodes one does the work.
type Keeper struct {
	KeeperConfig
	metrics *keeperMetrics
}

// NewKeeper returns a keeper; reg may be nil.
func NewKeeper(c KeeperConfig, reg prometheus.Registerer) *Keeper {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Keeper{c, newKeeperMetrics(reg)}
}

// Run works until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	failed := map[string]time.Time{} // by table
	built := map[string]attempt{}    // likewise
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		for sleep.For(ctx, smallLook) == nil {
			k.follow(ctx)
		}
		return nil
	})
	for ctx.Err() == nil {
		changed := k.Catalogue.Changed()
		wait := keeperPause
		for _, c := range k.Catalogue.Collections(spatial.SystemAccess("cells")) {
			if !Wanting(c) {
				continue
			}
			if since := time.Since(failed[c.Table]); since < keeperPause {
				wait = min(wait, keeperPause-since)
				continue
			}
			// The catalogue may not know of a build yet when something else has changed.
			if last := built[c.Table]; last.replaced == c.Pyramid.ID && time.Since(last.at) < keeperPause {
				continue
			}
			if err := k.build(ctx, c); err != nil {
				failed[c.Table] = time.Now()
				wait = min(wait, keeperPause)
				continue
			}
			built[c.Table] = attempt{c.Pyramid.ID, time.Now()}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
	return group.Wait()
}

// follow has small scales show the edits that they do not show for a while.
func (k *Keeper) follow(ctx context.Context) {
	list, err := k.Pyramids.Behind(ctx)
	if err == nil {
		k.metrics.behind(list)
	}
	collections := k.Catalogue.Collections(spatial.SystemAccess("cells"))
	for _, b := range list {
		at := slices.IndexFunc(collections, func(c *spatial.Collection) bool { return c.ID == b.Collection })
		if b.Lag < smallAfter || at < 0 {
			continue
		}
		begin := time.Now()
		report, failed := k.Pyramids.Small(ctx, collections[at], max(k.Workers, 1))
		err = errors.Join(err, failed)
		if failed == nil && report.Edited > 0 {
			k.metrics.followed(report, time.Since(begin), b.Lag+time.Since(begin))
			k.Log.DebugContext(ctx, "small scales follow edits", "collection", b.Collection, "cells", report.Cells, "tiles", report.Tiles,
				"whole", report.Whole, "took_ms", time.Since(begin).Milliseconds())
		}
	}
	if err != nil && ctx.Err() == nil {
		k.Log.WarnContext(ctx, "small scales stay behind", "error", err)
	}
}

func (k *Keeper) build(ctx context.Context, c *spatial.Collection) error {
	report, err := k.Pyramids.Build(ctx, c, BuildOptions{Workers: max(k.Workers, 1)})
	switch {
	case err == nil:
		k.Log.InfoContext(ctx, "packed cells", "collection", c.ID, "version", c.Version, "cells", report.Cells,
			"bytes", report.Bytes, "took_ms", int64(1000*report.Seconds), "not_packed", report.NotPacked)
	case ctx.Err() != nil:
	case spatial.CodeOf(err) == spatial.CodeConflict || spatial.CodeOf(err) == spatial.CodeNotFound: // another node does it, or it was replaced
		k.Log.DebugContext(ctx, "cells are left to others", "collection", c.ID, "error", err)
	default:
		k.Log.WarnContext(ctx, "cells could not be packed; tiles come from rows", "collection", c.ID, "error", err)
	}
	return err
}

// Wanting reports whether the current version should be packed: it has features
// to draw, and neither cells that this program reads nor a note that people
// purged them; or its style has come to want another property at small scales, or
// roles are limited to areas that its cells do not tell apart.
func Wanting(c *spatial.Collection) bool {
	if c.Version == 0 || c.GeometryType == spatial.GeometryNone || c.FeatureCount <= c.WithoutGeometry {
		return false
	}
	p := c.Pyramid
	return p.ID == 0 || p.Format != pyramid.Format || p.Generalisation != nil && p.Dissolve != dissolveBy(c) ||
		p.Outdated && len(p.Bands) > 0
}

// mostBefore is how many features, and in how large a table, a version may have
// whose cells an import builds before it publishes: about a third of a second's
// work.
const (
	mostFeaturesBefore = 50_000
	mostBytesBefore    = 24 << 20
)

// Pack builds the cells of a version in the making, if that takes no time that
// anybody would notice; the server builds the others once they are published. It
// is what the Packer of spatial/postgis/imports wants. A build that fails is told
// of and left to the server: only the end of ctx is an error.
func (p *Pyramids) Pack(ctx context.Context, c *spatial.Collection) error {
	if c.FeatureCount > mostFeaturesBefore || !Wanting(c) {
		return nil
	}
	var bytes int64
	if err := p.db.Pool.QueryRow(ctx, queryPyramidTableBytes, c.Table).Scan(&bytes); err != nil || bytes > mostBytesBefore {
		return p.leave(ctx, c, err)
	}
	_, err := p.Build(ctx, c, BuildOptions{})
	return p.leave(ctx, c, err)
}

func (p *Pyramids) leave(ctx context.Context, c *spatial.Collection, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), err)
	}
	p.log.WarnContext(ctx, "cells could not be packed yet", "collection", c.ID, "error", err)
	return nil
}
