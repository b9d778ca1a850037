package main

import (
	"context"

	"gisd/spatial/postgis"
)

// serve runs until ctx ends.
func serve(ctx context.Context, a *app, _ *postgis.DB) error {
	a.log.InfoContext(ctx, "ready", "address", a.cfg.Listen)
	<-ctx.Done()
	return nil
}

// welcome gives a new cluster what its first people need.
func welcome(context.Context, *app, *postgis.DB) error { return nil }
