package tiles

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"gisd/spatial"
)

// maxCollections bounds how many collections one tile may join.
const maxCollections = 64

// layersAtATime is how many layers of one tile are drawn side by side.
const layersAtATime = 4

// Config sizes a Service; zero values are defaults.
type Config struct {
	Concurrency int // tiles built at a time; 0 is twice the processors
	Queue       int // tiles that may wait for a place; 0 is 256
	// BuildTimeout ends a build, its wait in the queue included; 0 is 30 s.
	BuildTimeout time.Duration
}

// Service answers for tiles: from the cache, else built once however many ask,
// so many at a time. It is safe for goroutines.
type Service struct {
	catalogue Catalogue
	source    Source
	cache     Cache
	flight    *flight
	limit     *limiter
	metrics   *metrics
}

// NewService wires a service; reg may be nil.
func NewService(c Config, catalogue Catalogue, source Source, cache Cache, reg prometheus.Registerer) *Service {
	if c.Concurrency <= 0 {
		c.Concurrency = 2 * runtime.GOMAXPROCS(0)
	}
	if c.Queue <= 0 {
		c.Queue = 256
	}
	if c.BuildTimeout <= 0 {
		c.BuildTimeout = 30 * time.Second
	}
	return &Service{
		catalogue: catalogue, source: source, cache: cache, flight: newFlight(c.BuildTimeout),
		limit: newLimiter(c.Concurrency, c.Queue), metrics: newMetrics(reg),
	}
}

// Wait returns when no build runs any more; call it after the last request.
func (s *Service) Wait() { s.flight.running.Wait() }

// Answer is a tile and whether it may be kept for others: Private says that an
// anonymous caller might not have got it.
type Answer struct {
	Tile    *Tile
	Private bool
}

// Tile returns the tile of the collections ids, joined by commas, a layer each.
// A tile in the cache costs no allocation and no look at the database.
//
// Errors: not_found for an address outside the grid, or a collection that is
// absent, hidden from the caller or without geometry; invalid for ids that
// repeat; unavailable when too many tiles wait to be built; canceled and
// timeout with ctx.
func (s *Service) Tile(ctx context.Context, ids string, c Coord, a spatial.Access) (Answer, error) {
	if !c.Valid() {
		return Answer{}, spatial.NotFound("tiles: tile", fmt.Sprintf("There is no tile %v.", c))
	}
	k, private, err := s.key(ids, c, a)
	if err != nil {
		return Answer{}, err
	}
	if t, ok := s.cache.Get(ctx, k); ok {
		s.metrics.hits[c.Z].Inc()
		return Answer{t, private}, nil
	}
	s.metrics.misses[c.Z].Inc()
	t, err := s.build(ctx, ids, c, a)
	return Answer{t, private}, err
}

// key reads the ids without keeping anything of them.
func (s *Service) key(ids string, c Coord, a spatial.Access) (k Key, private bool, err error) {
	k = Key{IDs: ids, Coord: c}
	for id := range strings.SplitSeq(ids, ",") {
		collection, err := s.collection(id, a)
		if err != nil {
			return k, false, err
		}
		private = private || !spatial.Access{}.CanRead(collection)
		k.Stamp = stamp(k.Stamp, collection)
		k.Predicate = mix(k.Predicate, predicate(collection, a))
	}
	return k, private, nil
}

func (s *Service) collection(id string, a spatial.Access) (*spatial.Collection, error) {
	c, err := s.catalogue.Collection(id, a)
	if err != nil {
		return nil, err
	}
	if c.GeometryType == spatial.GeometryNone {
		return nil, spatial.NotFound("tiles: collection", "The collection "+id+" has no geometry, and so no tiles.")
	}
	return c, nil
}

// collections resolves ids afresh, so that what is built and the key it is kept
// under come from one look at the catalogue.
func (s *Service) collections(ids string, a spatial.Access) ([]*spatial.Collection, error) {
	names := strings.Split(ids, ",")
	if len(names) > maxCollections {
		return nil, spatial.Invalid("tiles: collections", fmt.Sprintf("A tile joins at most %d collections.", maxCollections))
	}
	list := make([]*spatial.Collection, len(names))
	seen := make(map[string]bool, len(names))
	for i, id := range names {
		if seen[id] {
			return nil, spatial.Invalid("tiles: collections", "The collection "+id+" is named twice.",
				spatial.FieldError{Name: "ids", Reason: "each collection once"})
		}
		seen[id] = true
		var err error
		if list[i], err = s.collection(id, a); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *Service) build(ctx context.Context, ids string, c Coord, a spatial.Access) (*Tile, error) {
	list, err := s.collections(ids, a)
	if err != nil {
		return nil, err
	}
	k := Key{IDs: ids, Coord: c}
	var wanted []*spatial.Collection
	for _, collection := range list {
		k.Stamp = stamp(k.Stamp, collection)
		k.Predicate = mix(k.Predicate, predicate(collection, a))
		if mayShow(collection, c) {
			wanted = append(wanted, collection)
		}
	}
	if len(wanted) == 0 {
		return &Tile{}, nil
	}
	return s.flight.do(ctx, k, func(ctx context.Context) (*Tile, error) {
		if err := s.limit.acquire(ctx); err != nil {
			if spatial.CodeOf(err) == spatial.CodeUnavailable {
				s.metrics.refused.Inc()
			}
			return nil, err
		}
		defer s.limit.release()
		// Who looked just before the last build ended comes just after it.
		if t, ok := s.cache.Get(ctx, k); ok {
			return t, nil
		}
		start := time.Now()
		t, err := s.draw(ctx, wanted, c, a)
		if err != nil {
			return nil, err
		}
		s.cache.Set(ctx, k, t)
		s.metrics.build(c.Z, time.Since(start), len(t.Identity.Bytes))
		return t, nil
	})
}

// draw asks the source for each layer, a few at a time; tiles concatenate
// (MVT 2.1 §4.1: layers in any order, names differ).
func (s *Service) draw(ctx context.Context, list []*spatial.Collection, c Coord, a spatial.Access) (*Tile, error) {
	if len(list) == 1 {
		b, err := s.source.Layer(ctx, LayerRequest{list[0], c, a})
		if err != nil {
			return nil, err
		}
		return NewTile(b)
	}
	layers := make([][]byte, len(list))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(layersAtATime)
	for i, collection := range list {
		group.Go(func() (err error) {
			layers[i], err = s.source.Layer(ctx, LayerRequest{collection, c, a})
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
	return NewTile(b)
}
