package live

import (
	"sync"

	"gisd/spatial"
)

// limiter counts open streams by address.
type limiter struct {
	perAddress, total int

	mu   sync.Mutex
	open map[string]int
	all  int
}

// enter takes a place, or fails with CodeTooManyRequests or CodeUnavailable;
// leave gives it back.
func (l *limiter) enter(address string) error {
	const op = "live: open stream"
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[address] >= l.perAddress {
		return &spatial.Error{Code: spatial.CodeTooManyRequests, Op: op,
			Message: "Too many streams are open from this address."}
	}
	if l.all >= l.total {
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: "Too many streams are open."}
	}
	l.open[address]++
	l.all++
	return nil
}

func (l *limiter) leave(address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.open[address]--; l.open[address] == 0 {
		delete(l.open, address)
	}
}
