package cache

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"gisd/tiles"
)

// RedisConfig of a Redis tier; zero values are defaults.
type RedisConfig struct {
	Prefix string        // of the keys; nodes of one database share one; "gisd:tile:"
	Wait   time.Duration // longest that a tile waits for Redis; 100 ms
	Keep   time.Duration // how long a tile is kept; 1 h
	Pause  time.Duration // how long Redis is left alone after it failed; 5 s
}

// What waits to be written; more is dropped, for it can be built again.
const (
	writesWaiting = 256
	writers       = 2
)

// Redis keeps tiles for several nodes. A tile is found by the whole of its key,
// which holds the versions of its collections, and carries its Since, by which
// each reader judges for itself whether an edit has made it old: nothing is ever
// deleted, it only runs out. While Redis does not answer it is not asked, so
// that it slows nothing down. It is safe for goroutines.
type Redis struct {
	client  redis.UniversalClient
	cfg     RedisConfig
	log     *slog.Logger
	packer  tiles.Packer
	writes  chan write
	resumes atomic.Int64 // unix nanoseconds before which Redis is not asked
	silent  atomic.Bool  // it did not answer when it was asked last
	metrics *redisMetrics
}

type write struct {
	key  string
	tile *tiles.Tile
}

var _ tiles.Shared = (*Redis)(nil)

// NewRedis returns a tier on the client, which stays the caller's to close and
// has to heed the deadlines of contexts; Run does its writing. reg may be nil.
func NewRedis(client redis.UniversalClient, cfg RedisConfig, log *slog.Logger, reg prometheus.Registerer) *Redis {
	if cfg.Prefix == "" {
		cfg.Prefix = "gisd:tile:"
	}
	if cfg.Wait == 0 {
		cfg.Wait = 100 * time.Millisecond
	}
	if cfg.Keep == 0 {
		cfg.Keep = time.Hour
	}
	if cfg.Pause == 0 {
		cfg.Pause = 5 * time.Second
	}
	return &Redis{client: client, cfg: cfg, log: log, writes: make(chan write, writesWaiting), metrics: newRedisMetrics(reg)}
}

// Get implements tiles.Shared.
func (r *Redis) Get(ctx context.Context, k tiles.Key) (*tiles.Tile, bool) {
	if r.resting() {
		return nil, false
	}
	asking, cancel := context.WithTimeout(ctx, r.cfg.Wait)
	defer cancel()
	b, err := r.client.Get(asking, r.key(k)).Bytes()
	switch {
	case err == redis.Nil:
		r.answered(ctx)
		r.metrics.misses.Inc()
		return nil, false
	case err != nil:
		if ctx.Err() == nil {
			r.failed(ctx, "read", err)
		}
		return nil, false
	}
	r.answered(ctx)
	t, err := r.packer.Unpack(b)
	if err != nil {
		r.metrics.misses.Inc() // written by another version of this program
		return nil, false
	}
	r.metrics.hits.Inc()
	return t, true
}

// Set implements tiles.Shared: the tile is written by Run.
func (r *Redis) Set(_ context.Context, k tiles.Key, t *tiles.Tile) {
	if r.resting() {
		return
	}
	select {
	case r.writes <- write{r.key(k), t}:
	default:
		r.metrics.dropped.Inc()
	}
}

// Run writes what Set was given until the context ends. It returns nil.
func (r *Redis) Run(ctx context.Context) error {
	done := make(chan struct{})
	for range writers {
		go func() {
			defer func() { done <- struct{}{} }()
			for {
				select {
				case <-ctx.Done():
					return
				case w := <-r.writes:
					r.write(ctx, w)
				}
			}
		}()
	}
	for range writers {
		<-done
	}
	return nil
}

func (r *Redis) write(ctx context.Context, w write) {
	if r.resting() {
		return
	}
	b, err := r.packer.Pack(w.tile)
	if err != nil {
		return
	}
	writing, cancel := context.WithTimeout(ctx, 10*r.cfg.Wait)
	defer cancel()
	if err := r.client.Set(writing, w.key, b, r.cfg.Keep).Err(); err != nil && ctx.Err() == nil {
		r.failed(ctx, "write", err)
	}
}

func (r *Redis) resting() bool {
	until := r.resumes.Load()
	return until != 0 && time.Now().UnixNano() < until
}

// failed leaves Redis alone for a while. Of an outage the log has the beginning,
// and the end.
func (r *Redis) failed(ctx context.Context, what string, err error) {
	r.metrics.failures.Inc()
	if !r.silent.Swap(true) {
		r.log.WarnContext(ctx, "tiles are not shared: Redis does not answer", "operation", what, "error", err,
			"pause_ms", r.cfg.Pause.Milliseconds())
	}
	r.resumes.Store(time.Now().Add(r.cfg.Pause).UnixNano())
}

func (r *Redis) answered(ctx context.Context) {
	if r.silent.Load() && r.silent.CompareAndSwap(true, false) {
		r.log.InfoContext(ctx, "tiles are shared again: Redis answers")
	}
}

// key spells the whole of a tile's key: prefix, stamp, predicate, address, ids.
func (r *Redis) key(k tiles.Key) string {
	b := append(make([]byte, 0, len(r.cfg.Prefix)+len(k.IDs)+80), r.cfg.Prefix...)
	b = hex.AppendEncode(b, binary.BigEndian.AppendUint64(nil, k.Stamp))
	b = hex.AppendEncode(append(b, ':'), k.Predicate[:])
	b = append(append(b, ':'), k.Coord.String()...)
	return string(append(append(b, ':'), k.IDs...))
}
