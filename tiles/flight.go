package tiles

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"gisd/spatial"
)

// flight lets the first caller's work serve all who ask for the same key
// meanwhile. The work runs on a context of its own that ends when the last of
// them has gone, or when it takes longer than timeout.
type flight struct {
	timeout time.Duration
	mu      sync.Mutex
	calls   map[Key]*call
	running sync.WaitGroup
}

type call struct {
	waiters int
	cancel  context.CancelFunc
	done    chan struct{} // closed when tile and err are set
	tile    *Tile
	err     error
}

func newFlight(timeout time.Duration) *flight {
	return &flight{timeout: timeout, calls: map[Key]*call{}}
}

func (f *flight) do(ctx context.Context, k Key, work func(context.Context) (*Tile, error)) (*Tile, error) {
	if err := ctx.Err(); err != nil {
		return nil, gone(err)
	}
	f.mu.Lock()
	c, ok := f.calls[k]
	if !ok {
		c = f.start(ctx, k, work)
	}
	c.waiters++
	f.mu.Unlock()

	select {
	case <-c.done:
		return c.tile, c.err
	case <-ctx.Done():
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.waiters--; c.waiters == 0 {
		c.cancel()
		if f.calls[k] == c { // the next to ask starts anew
			delete(f.calls, k)
		}
	}
	return nil, gone(ctx.Err())
}

// start is called with the lock held.
func (f *flight) start(ctx context.Context, k Key, work func(context.Context) (*Tile, error)) *call {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.timeout)
	c := &call{cancel: cancel, done: make(chan struct{})}
	f.calls[k] = c
	f.running.Go(func() {
		defer cancel()
		c.tile, c.err = guarded(ctx, work)
		if c.err != nil && ctx.Err() == context.DeadlineExceeded {
			c.err = gone(ctx.Err())
		}
		f.mu.Lock()
		if f.calls[k] == c {
			delete(f.calls, k)
		}
		f.mu.Unlock()
		close(c.done)
	})
	return c
}

// forget lets go of calls: who asks from now on starts anew, who waits already
// is still answered.
func (f *flight) forget(which func(Key) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for k := range f.calls {
		if which(k) {
			delete(f.calls, k)
		}
	}
}

// guarded turns a panic into an error: outside the request's goroutine nothing
// else would keep it from ending the process.
func guarded(ctx context.Context, work func(context.Context) (*Tile, error)) (t *Tile, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("tiles: build: panic: %v\n%s", r, debug.Stack())
		}
	}()
	return work(ctx)
}

func gone(err error) error {
	if err == context.DeadlineExceeded {
		return &spatial.Error{Code: spatial.CodeTimeout, Op: "tiles: wait", Message: "The tile was not ready in time.", Err: err}
	}
	return &spatial.Error{Code: spatial.CodeCanceled, Op: "tiles: wait", Message: "The request was cancelled.", Err: err}
}
