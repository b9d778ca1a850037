// Package sleep waits for as long as a context lets it. No coordinates are handled
// here.
package sleep

import (
	"context"
	"time"
)

// For waits, and returns the error of a context that ends before.
func For(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
