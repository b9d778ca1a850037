package live_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
)

// stuck is a bus that does not answer until it is mended.
type stuck struct {
	live.LocalBus
	mended chan struct{}
	mu     sync.Mutex
	got    []string
}

func (b *stuck) Publish(ctx context.Context, message []byte) error {
	select {
	case <-b.mended:
		b.mu.Lock()
		defer b.mu.Unlock()
		b.got = append(b.got, string(message))
		return nil
	case <-ctx.Done():
		return errors.New("no answer")
	}
}

// TestBusThatDoesNotAnswer: watchers of this node see what moves all the same, the
// log has the outage once, and the other nodes are told of the newest when the bus
// answers.
func TestBusThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bus := &stuck{mended: make(chan struct{})}
		var log bytes.Buffer
		h := live.NewHub(live.Config{Bus: bus, Log: slog.New(slog.NewTextHandler(&log, nil))})
		h.PutDevice(device("b", spatial.VisibilityPublic))
		runHub(t, h)
		w := h.Watch(live.Watch{Zoom: 12})
		defer w.Close()
		w.Take()
		move := func(i int) {
			h.Update([]live.Position{fix("b", 106.5+float64(i)/1000, 11.25, noon.Add(time.Duration(i)*time.Second))})
		}
		for i := range 20 {
			move(i)
			time.Sleep(300 * time.Millisecond)
			expect(t, "while the bus is stuck", w, told{Positions: []string{"b"}})
		}
		close(bus.mended)
		move(20)
		time.Sleep(3 * time.Second)
		bus.mu.Lock()
		defer bus.mu.Unlock()
		if n := len(bus.got); n == 0 || !strings.Contains(bus.got[n-1], "106.52") {
			t.Errorf("the other nodes heard %q", bus.got)
		}
		if n := strings.Count(log.String(), "not told"); n != 1 {
			t.Errorf("logged %d times:\n%s", n, log.String())
		}
	})
}
