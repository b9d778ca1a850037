// Command gisd serves planning and infrastructure data from PostGIS: vector
// tiles, OGC APIs, live positions and a web map.
//
// Coordinates are the business of the packages it wires; flags that take them
// say their system and order.
package main

import "os"

func main() {
	ctx := untilSignal()
	os.Exit(run(ctx, os.Args[1:], os.Environ(), streams{os.Stdin, os.Stdout, os.Stderr}))
}
