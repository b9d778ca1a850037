package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// impatience is how long after a stop signal another one counts as a wish to
// end at once. Some callers (timeout, process groups, npm) send each twice.
const impatience = 2 * time.Second

// untilSignal returns a context that ends with Ctrl-C or SIGTERM.
func untilSignal() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() { time.AfterFunc(impatience, stop) })
	return ctx
}
