package sleep_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gisd/internal/sleep"
)

func TestFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, test := range []struct {
			name       string
			ends, want time.Duration // of the context, and of the sleep
			err        error
		}{
			{"to its end", 2 * time.Hour, time.Hour, nil},
			{"cut short", time.Minute, time.Minute, context.DeadlineExceeded},
			{"not at all", 0, 0, context.DeadlineExceeded},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), test.ends)
			began := time.Now()
			err := sleep.For(ctx, time.Hour)
			if took := time.Since(began); !errors.Is(err, test.err) || took != test.want {
				t.Errorf("%s: %v after %v, want %v after %v", test.name, err, took, test.err, test.want)
			}
			cancel()
		}
	})
}
