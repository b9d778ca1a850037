package auth

import (
	"sync"
	"time"

	"gisd/spatial"
)

// identity is what credentials turned out to be.
type identity struct {
	access  spatial.Access
	csrf    string // of a session; "" for a key
	name    string // of a user or a key, for people
	expires time.Time
}

// cache remembers looked-up credentials for a moment, by the SHA-256 of the
// secret. Safe for concurrent use.
type cache struct {
	mu      sync.Mutex
	entries map[[32]byte]identity
	ttl     time.Duration
	max     int
}

func newCache(ttl time.Duration, max int) *cache {
	return &cache{entries: make(map[[32]byte]identity), ttl: ttl, max: max}
}

func (c *cache) get(sum [32]byte, now time.Time) (identity, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ok := c.entries[sum]
	if ok && now.After(id.expires) {
		delete(c.entries, sum)
		return identity{}, false
	}
	return id, ok
}

func (c *cache) put(sum [32]byte, id identity, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= c.max {
		clear(c.entries)
	}
	if until := now.Add(c.ttl); id.expires.IsZero() || until.Before(id.expires) {
		id.expires = until
	}
	c.entries[sum] = id
}

func (c *cache) forget(sum [32]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, sum)
}

func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
}
