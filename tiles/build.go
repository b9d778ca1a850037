package tiles

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"gisd/spatial"
)

// layersAtATime is how many layers of one tile are drawn side by side.
const layersAtATime = 4

// build draws a tile for who did not find it in the cache. Where a version that the
// catalogue names is gone, the tile is drawn once more of the version of now: the
// catalogue is read again, unless somebody has done so meanwhile.
func (s *Service) build(ctx context.Context, r Request) (Key, *Tile, error) {
	k, t, err := s.drawn(ctx, r)
	if !errors.Is(err, ErrReplaced) || s.renew == nil {
		return k, t, err
	}
	if now, _, failed := s.key(r); failed != nil || now == k {
		if failed := s.renew(ctx); failed != nil {
			return k, nil, err
		}
	}
	return s.drawn(ctx, r)
}

// drawn resolves the request afresh, so that what is drawn and the key it is
// kept under come from one look at the catalogue.
func (s *Service) drawn(ctx context.Context, r Request) (Key, *Tile, error) {
	list, err := s.collections(r.IDs, r.Access)
	if err != nil {
		return Key{}, nil, err
	}
	k := Key{IDs: r.IDs, Coord: r.Coord, Matrix: r.Matrix}
	set, err := MatrixSet(r.Matrix)
	if err != nil {
		return Key{}, nil, err
	}
	rows := uint64(0)
	var wanted []*spatial.Collection
	var names []string
	for _, collection := range list {
		k.Stamp = stamp(k.Stamp, collection)
		rows = mix(rows, rowsOf(collection))
		if mayShow(collection, set, r.Coord) && (r.Matrix != "" || !s.vacancies.has(collection, r.Coord)) {
			wanted, names = append(wanted, collection), append(names, collection.ID)
		}
	}
	k.Predicate = predicateOf(rows, r.Query)
	if len(wanted) == 0 {
		return k, NewTile(nil), nil
	}
	t, err := s.flight.do(ctx, k, func(ctx context.Context) (*Tile, error) {
		// Who looked just before the last build ended comes just after it.
		if t, ok := s.cache.Get(ctx, k); ok {
			return t, nil
		}
		if t, ok := s.fromShared(ctx, k); ok {
			return t, nil
		}
		if err := s.limit.acquire(ctx, names); err != nil {
			if spatial.CodeOf(err) == spatial.CodeUnavailable {
				s.metrics.refused.Inc()
			}
			return nil, err
		}
		defer s.limit.release(names)
		start, since := time.Now(), s.since()
		t, err := s.draw(ctx, wanted, r)
		if err != nil {
			return nil, err
		}
		t.Since = since
		s.metrics.build(r.Coord.Z, time.Since(start), t.Len())
		s.keep(ctx, k, t)
		if t.Empty() && r.Matrix == "" {
			s.explore(ctx, wanted, r.Coord)
		}
		return t, nil
	})
	return k, t, err
}

// keep hands a tile that was built to whoever keeps tiles; other nodes are told
// of those of WebMercatorQuad alone.
func (s *Service) keep(ctx context.Context, k Key, t *Tile) {
	if s.remember(ctx, k, t) && s.shared != nil && k.Matrix == "" {
		s.shared.Set(ctx, k, t)
	}
}

// fromShared looks for a tile that another node has built.
func (s *Service) fromShared(ctx context.Context, k Key) (*Tile, bool) {
	if s.shared == nil || k.Matrix != "" {
		return nil, false
	}
	t, ok := s.shared.Get(ctx, k)
	if !ok || !s.remember(ctx, k, t) {
		return nil, false
	}
	s.metrics.shared.Inc()
	return t, true
}

// draw asks the source for each layer, a few at a time; tiles concatenate
// (MVT 2.1 §4.1: layers in any order, names differ).
func (s *Service) draw(ctx context.Context, list []*spatial.Collection, r Request) (*Tile, error) {
	layer := func(ctx context.Context, c *spatial.Collection) ([]byte, error) {
		return s.source.Layer(ctx, LayerRequest{Collection: c, Coord: r.Coord, Access: r.Access, Query: r.Query, Matrix: r.Matrix})
	}
	if len(list) == 1 {
		b, err := layer(ctx, list[0])
		if err != nil {
			return nil, err
		}
		return NewTile(b), nil
	}
	layers := make([][]byte, len(list))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(layersAtATime)
	for i, collection := range list {
		group.Go(func() (err error) {
			layers[i], err = layer(ctx, collection)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	size := 0
	for _, l := range layers {
		size += len(l)
	}
	b := make([]byte, 0, size)
	for _, l := range layers {
		b = append(b, l...)
	}
	return NewTile(b), nil
}
