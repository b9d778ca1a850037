// Package livetest is what every implementation of the contracts of package
// live must pass, and what their tests share.
package livetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"gisd/spatial/live"
)

// TestBus tries a bus; open returns a new one, on the same channel for the
// same test.
func TestBus(t *testing.T, open func(*testing.T) live.Bus) {
	t.Run("every listener hears every message in order", func(t *testing.T) {
		bus := open(t)
		const listeners, messages = 3, 100
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var ready, finished, ended sync.WaitGroup
		for range listeners {
			ready.Add(1)
			finished.Add(1)
			ended.Go(func() {
				next := 0
				var once sync.Once
				err := bus.Subscribe(ctx, live.BusListener{
					Gap: func() { once.Do(ready.Done) },
					Message: func(m []byte) {
						if want := fmt.Sprint(next); string(m) != want {
							t.Errorf("got message %q, want %q", m, want)
						}
						if next++; next == messages {
							finished.Done()
						}
					},
				})
				if err != nil {
					t.Errorf("Subscribe after its context ended: %v, want nil", err)
				}
			})
		}
		wait(t, &ready, "no first gap was told")
		for i := range messages {
			if err := bus.Publish(ctx, fmt.Append(nil, i)); err != nil {
				t.Fatal(err)
			}
		}
		wait(t, &finished, "messages are missing")
		cancel()
		wait(t, &ended, "Subscribe does not end with its context")
	})
	t.Run("publishing to nobody is no error", func(t *testing.T) {
		if err := open(t).Publish(t.Context(), []byte("x")); err != nil {
			t.Error(err)
		}
	})
}

func wait(t *testing.T, group *sync.WaitGroup, failure string) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		group.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal(failure)
	}
}
