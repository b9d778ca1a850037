package tiles

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"gisd/spatial"
)

// MaxCollections bounds how many collections one tile may join.
const MaxCollections = 256

// Config sizes a Service; zero values are defaults.
type Config struct {
	Concurrency int // tiles built at a time; 0 is twice the processors
	Queue       int // tiles that may wait for a place; 0 is 256
	// BuildTimeout ends a build, its wait in the queue included; 0 is 30 s.
	BuildTimeout time.Duration
	Shared       Shared  // keeps tiles for several nodes; nil is none
	Prober       Prober  // tells where there is nothing; nil for nobody
	Journal      Journal // knows what changes within a version; nil where nothing does
	// Renew has the catalogue read again after an ErrReplaced; nil: it stays as it is.
	Renew func(ctx context.Context) error
}

// Service answers for tiles: from the cache, else built once however many ask,
// so many at a time. It is safe for goroutines.
type Service struct {
	catalogue   Catalogue
	source      Source
	cache       Cache
	shared      Shared
	prober      Prober
	journal     Journal
	renew       func(context.Context) error
	vacancies   vacancies
	labels      labels
	flight      *flight
	limit       *limiter
	compressors compressors
	compressing chan struct{} // one for each tile being compressed
	improving   atomic.Bool   // a tile is being compressed for longer
	metrics     *metrics
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
	limit := newLimiter(c.Concurrency, c.Queue)
	return &Service{
		catalogue: catalogue, source: source, cache: cache, shared: c.Shared, prober: c.Prober, journal: c.Journal, renew: c.Renew, flight: newFlight(c.BuildTimeout),
		limit: limit, metrics: newMetrics(reg, limit), compressing: make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
}

// Wait returns when no build runs any more; call it after the last request.
func (s *Service) Wait() { s.flight.running.Wait() }

// Answer is a tile and whether it may be kept for others: Private says that an
// anonymous caller might not have got it.
type Answer struct {
	Tile    *Tile
	Private bool

	service *Service
	key     Key
}

// In returns the tile in the encoding, or plain where compressing saves
// nothing. It is made when first asked for and kept. The tile must not be
// empty. No more tiles are compressed at a time than there are processors: whose
// answer is ready would have to wait for all of them to get one.
func (a Answer) In(e Encoding) *Encoded {
	if e == Either {
		e = a.either()
	}
	if e != Identity && a.Tile.has(e) == nil {
		a.service.compressing <- struct{}{}
		defer func() { <-a.service.compressing }()
	}
	form, grown := a.Tile.in(e, &a.service.compressors)
	if grown {
		a.service.cache.Reweigh(a.key, a.Tile)
	}
	return form
}

// either is br where it is there. It is made beside the requests, one tile at a
// time, while no tile is being drawn: it takes as long as drawing several.
func (a Answer) either() Encoding {
	s, t := a.service, a.Tile
	if t.has(Brotli) != nil {
		return Brotli
	}
	if t.asked.Add(1)%eitherAsked == 0 && s.limit.idle() && s.improving.CompareAndSwap(false, true) {
		s.flight.running.Go(func() {
			defer s.improving.Store(false)
			if t.improve(&s.compressors) {
				s.cache.Reweigh(a.key, t)
			}
		})
	}
	return Zstd
}

// Tile returns the tile that is asked for. A tile in the cache costs no
// allocation and no look at the database.
//
// Errors: not_found for an address outside the grid, or a collection that is
// absent, hidden from the caller or without geometry; invalid for ids that
// repeat and filters that do not fit; unavailable when too many tiles wait to be
// built; canceled and timeout with ctx.
func (s *Service) Tile(ctx context.Context, r Request) (Answer, error) {
	if !r.valid() {
		return Answer{}, spatial.NotFound("tiles: tile", fmt.Sprintf("There is no tile %v.", r.Coord))
	}
	k, private, err := s.key(r)
	if err != nil {
		return Answer{}, err
	}
	if t, ok := s.cache.Get(ctx, k); ok {
		s.metrics.hits[r.Coord.Z].Inc()
		return Answer{t, private, s, k}, nil
	}
	s.metrics.misses[r.Coord.Z].Inc()
	k, t, err := s.build(ctx, r)
	return Answer{t, private, s, k}, err
}

// Cached is Tile for what lies in the cache; else it reports false at once, and
// so it does for every error.
func (s *Service) Cached(ctx context.Context, r Request) (Answer, bool) {
	if !r.valid() {
		return Answer{}, false
	}
	k, private, err := s.key(r)
	if err != nil {
		return Answer{}, false
	}
	t, ok := s.cache.Get(ctx, k)
	if ok {
		s.metrics.hits[r.Coord.Z].Inc()
	}
	return Answer{t, private, s, k}, ok
}

// Forget drops the tiles of a collection that an edit touches, and lets nobody
// who asks from now on join a build that began before. If touches is true of a
// tile, it is true of all tiles above it. It is asked of tiles of WebMercatorQuad;
// those of other sets all go. Of tiles below PlainZoom that show all of the
// collection, small is asked instead unless it is nil: for collections whose small
// scales follow an edit later.
func (s *Service) Forget(ctx context.Context, collection string, touches, small func(Coord) bool) {
	drops := func(k Key) bool {
		if small != nil && k.Coord.Z < PlainZoom && k.whole() {
			return small(k.Coord)
		}
		return k.touched(touches)
	}
	s.flight.forget(func(k Key) bool { return k.Of(collection) && drops(k) })
	s.cache.Forget(ctx, collection, drops)
	s.vacancies.forget(collection, touches)
}

// key reads the ids without keeping anything of them.
func (s *Service) key(r Request) (k Key, kept bool, err error) {
	k = Key{IDs: r.IDs, Coord: r.Coord, Matrix: r.Matrix}
	rows := uint64(0)
	for id := range strings.SplitSeq(r.IDs, ",") {
		collection, err := s.collection(id, r.Access)
		if err != nil {
			return k, false, err
		}
		kept = kept || private(collection)
		k.Stamp = stamp(k.Stamp, collection)
		rows = mix(rows, rowsOf(collection))
	}
	k.Predicate = predicateOf(rows, r.Query)
	return k, kept, nil
}

func (s *Service) collection(id string, a spatial.Access) (*spatial.Collection, error) {
	c, err := s.catalogue.Collection(id, a)
	if err != nil {
		if points := s.labelsOf(id, a); points != nil {
			return points, nil
		}
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
	if len(names) > MaxCollections {
		return nil, spatial.Invalid("tiles: collections", fmt.Sprintf("A tile joins at most %d collections.", MaxCollections))
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
