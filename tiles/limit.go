package tiles

import (
	"context"
	"sync/atomic"

	"gisd/spatial"
)

// limiter admits so many builds at a time, lets so many wait, and turns the
// rest away at once: a server that is behind does not get faster by queueing.
type limiter struct {
	slots   chan struct{}
	queue   int64
	waiting atomic.Int64
}

func newLimiter(concurrency, queue int) *limiter {
	return &limiter{slots: make(chan struct{}, concurrency), queue: int64(queue)}
}

func (l *limiter) acquire(ctx context.Context) error {
	select {
	case l.slots <- struct{}{}:
		return nil
	default:
	}
	defer l.waiting.Add(-1)
	if l.waiting.Add(1) > l.queue {
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: "tiles: queue",
			Message: "The server is building as many tiles as it can; try again in a moment."}
	}
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return gone(ctx.Err())
	}
}

func (l *limiter) release() { <-l.slots }
