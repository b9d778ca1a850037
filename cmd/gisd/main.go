// Command gisd serves planning and infrastructure data from PostGIS: vector
// tiles, OGC APIs, live positions and a web map.
//
// Coordinates are the business of the packages it wires; flags that take them
// say their system and order.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	streams := streams{os.Stdin, os.Stdout, os.Stderr}
	os.Exit(run(ctx, os.Args[1:], os.Environ(), streams))
}
