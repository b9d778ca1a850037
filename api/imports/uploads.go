package imports

import (
	"sync"

	"gisd/spatial"
)

// uploads counts those under way by who sends them: each fills the disk.
type uploads struct {
	most int

	mu   sync.Mutex
	open map[string]int
}

// enter takes a place, or fails with CodeTooManyRequests; leave gives it back.
func (u *uploads) enter(subject string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.open[subject] >= u.most {
		return &spatial.Error{Code: spatial.CodeTooManyRequests, Op: "imports: upload", Message: "Too many uploads of yours are under way; wait for one."}
	}
	u.open[subject]++
	return nil
}

func (u *uploads) leave(subject string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.open[subject]--; u.open[subject] == 0 {
		delete(u.open, subject)
	}
}
