package auth

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter holds one token bucket for each caller, for a bounded number of
// callers. Safe for concurrent use.
type Limiter struct {
	perSecond rate.Limit
	burst     int
	max       int

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	tokens *rate.Limiter
	seen   time.Time
}

// maxCallers bounds the memory of a Limiter: about 10 MB.
const maxCallers = 50_000

// NewLimiter allows each caller perSecond requests in the long run and burst at
// once. A perSecond of zero allows everything.
func NewLimiter(perSecond float64, burst int) *Limiter {
	return &Limiter{perSecond: rate.Limit(perSecond), burst: burst, max: maxCallers, buckets: make(map[string]*bucket)}
}

// Allow takes one token of the caller's and reports whether there was one.
func (l *Limiter) Allow(caller string, now time.Time) bool {
	if l.perSecond == 0 {
		return true
	}
	l.mu.Lock()
	b, ok := l.buckets[caller]
	if !ok {
		if len(l.buckets) >= l.max {
			l.shrink(now)
		}
		b = &bucket{tokens: rate.NewLimiter(l.perSecond, l.burst)}
		l.buckets[caller] = b
	}
	b.seen = now
	l.mu.Unlock()
	return b.tokens.AllowN(now, 1)
}

// shrink forgets callers whose buckets are full again, which changes nothing
// for them; if there are none, it forgets all.
func (l *Limiter) shrink(now time.Time) {
	full := time.Duration(float64(l.burst)/float64(l.perSecond)*float64(time.Second)) + time.Second
	for caller, b := range l.buckets {
		if now.Sub(b.seen) > full {
			delete(l.buckets, caller)
		}
	}
	if len(l.buckets) >= l.max {
		clear(l.buckets)
	}
}
