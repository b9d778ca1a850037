package tiles

import (
	"context"
	"slices"
	"sync"

	"gisd/spatial"
)

// limiter admits so many builds at a time, lets so many wait, and turns the
// rest away at once: a server that is behind does not get faster by queueing.
// One collection has at most three quarters of the places and of the queue, so
// that one that draws slowly leaves room for the others.
type limiter struct {
	places, placesOfOne int
	queue, queueOfOne   int

	mu      sync.Mutex
	running int
	of      map[string]int // running, by collection
	line    []*ticket      // who waits, in the order they came
}

type ticket struct {
	collections []string
	admitted    chan struct{} // closed with the limiter's lock held
}

func newLimiter(places, queue int) *limiter {
	return &limiter{
		places: places, placesOfOne: max(1, places*3/4),
		queue: queue, queueOfOne: max(1, queue*3/4), of: map[string]int{},
	}
}

// acquire waits for a place for a build of the collections; release gives it
// back. Errors: unavailable when too many wait, canceled and timeout with ctx.
func (l *limiter) acquire(ctx context.Context, collections []string) error {
	l.mu.Lock()
	if l.fits(collections) {
		l.enter(collections)
		l.mu.Unlock()
		return nil
	}
	if len(l.line) >= l.queue || slices.ContainsFunc(collections, l.waitsEnough) {
		l.mu.Unlock()
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: "tiles: queue",
			Message: "The server is building as many tiles as it can; try again in a moment."}
	}
	t := &ticket{collections, make(chan struct{})}
	l.line = append(l.line, t)
	l.mu.Unlock()
	select {
	case <-t.admitted:
		return nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.line, t); i >= 0 {
		l.line = slices.Delete(l.line, i, i+1)
	} else {
		l.leave(collections) // admitted and gone at once
	}
	return gone(ctx.Err())
}

func (l *limiter) release(collections []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leave(collections)
}

func (l *limiter) fits(collections []string) bool {
	return l.running < l.places &&
		!slices.ContainsFunc(collections, func(id string) bool { return l.of[id] >= l.placesOfOne })
}

func (l *limiter) waitsEnough(id string) bool {
	n := 0
	for _, t := range l.line {
		if slices.Contains(t.collections, id) {
			n++
		}
	}
	return n >= l.queueOfOne
}

func (l *limiter) enter(collections []string) {
	l.running++
	for _, id := range collections {
		l.of[id]++
	}
}

// leave frees a place and admits whoever fits now, the earliest first.
func (l *limiter) leave(collections []string) {
	l.running--
	for _, id := range collections {
		if l.of[id]--; l.of[id] == 0 {
			delete(l.of, id)
		}
	}
	l.line = slices.DeleteFunc(l.line, func(t *ticket) bool {
		if !l.fits(t.collections) {
			return false
		}
		l.enter(t.collections)
		close(t.admitted)
		return true
	})
}

// load is how many builds run and how many wait.
func (l *limiter) load() (running, waiting int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running, len(l.line)
}

// idle reports whether no build runs.
func (l *limiter) idle() bool {
	running, _ := l.load()
	return running == 0
}
