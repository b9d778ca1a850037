package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gisd/spatial"
	"gisd/tiles"
)

// tileConnections is how many requests are under way at a time.
const tileConnections = 8

// amounts says how many tiles of each zoom are asked for.
var amounts = []struct {
	zoom uint32
	n    int
}{{12, 40}, {13, 120}, {14, 400}, {15, 1000}, {16, 2000}}

// slowShare is what a slow server is spared.
const slowShare = 4

// tileServerSuite compares whole servers over HTTP: none keeps encoded tiles,
// and then all may.
func tileServerSuite(ctx context.Context, o options) (string, error) {
	listen, err := freePort()
	if err != nil {
		return "", err
	}
	return withListeningCluster(ctx, o, listen, func(b importBench) (string, error) {
		if _, err := b.packedCollection(ctx); err != nil {
			return "", err
		}
		version, extent, err := b.current(ctx)
		if err != nil {
			return "", err
		}
		if err := b.projectedCopy(ctx, mercatorTable, 3857, version); err != nil {
			return "", err
		}
		const none = "1B"
		var s strings.Builder
		fmt.Fprintf(&s, "## Tile servers\n\n%d cadastral parcels, six attributes, a buffer of 64, the same tiles over HTTP and loopback, %d connections, database over TCP. gisd stores them in EPSG:9210; the others serve a copy in EPSG:3857, which spares them the projection. A server that is not installed (`make bench-peers`) is left out: `go run ./bench -suite tile-servers`.\n\n", b.n, tileConnections)
		cold := []tileServer{
			b.gisdServer("gisd, cells in memory", "--tile-cache-size", none),
			b.gisdServer("gisd, cells read each time", "--tile-cache-size", none, "--cell-cache-size", none),
			b.martin("Martin 1.14, no cache", "cache: disable"),
			b.tipg(),
		}
		if err := b.uncached(ctx, &s, extent, cold); err != nil {
			return "", err
		}
		warm := []tileServer{b.gisdServer("gisd"), b.martin("Martin 1.14", "cache: {size_mb: 512}")}
		err = b.warm(ctx, &s, places(extent, 15, 1)[0], warm)
		return s.String(), err
	})
}

// current is the version of the parcels that is current, and its extent.
func (b importBench) current(ctx context.Context) (version int, e spatial.Envelope, err error) {
	m, err := command(ctx, b.work, nil, "psql", "-XAt", "-F", " ", "-c", `select version, min_lon, min_lat, max_lon, max_lat
		from gisd.collection c join gisd.collection_version v on v.collection_id = c.id and v.version = c.current_version
		where c.id = '`+benchCollection+`'`, b.url)
	if err != nil {
		return 0, e, err
	}
	_, err = fmt.Sscan(string(m.stdout), &version, &e.MinX, &e.MinY, &e.MaxX, &e.MaxY)
	return version, e, err
}

// there tells whether a server is installed, and the log where it is not.
func (b importBench) there(t tileServer) bool {
	if t.program == "" {
		fmt.Fprintf(b.log, "bench: %s is not installed and LEFT OUT: make bench-peers\n", t.name)
	}
	return t.program != ""
}

// uncached writes the rates of servers that keep no encoded tiles.
func (b importBench) uncached(ctx context.Context, s *strings.Builder, extent spatial.Envelope, list []tileServer) error {
	fmt.Fprintf(s, "No encoded tile is kept, tiles per second; the targets are against each of the others: cells in memory ≥ 10× at zooms 12 to 14, ≥ 7× at 15, ≥ 5× at 16, read each time ≥ 4× at 12 to 14:\n\n| server |")
	for _, a := range amounts {
		fmt.Fprintf(s, " z%d | kB a tile |", a.zoom)
	}
	fmt.Fprintf(s, "\n|---|%s\n", strings.Repeat("---|", 2*len(amounts)))
	for _, t := range list {
		if !b.there(t) {
			fmt.Fprintf(s, "| %s | not installed |\n", t.name)
			continue
		}
		running, err := t.start(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(s, "| %s |", t.name)
		for _, a := range amounts {
			n := a.n
			if t.slow {
				n /= slowShare
			}
			all := places(extent, a.zoom, n)
			if _, err = t.drain(ctx, running.address, "", all[:n/4]); err != nil { // warms pools and cells
				break
			}
			d, failed := t.drain(ctx, running.address, "", all)
			if err = failed; err != nil {
				break
			}
			fmt.Fprintf(s, " %.0f | %.0f |", d.PerSecond, float64(d.Bytes)/float64(n)/1000)
		}
		fmt.Fprintln(s)
		running.stop()
		if err != nil {
			return err
		}
	}
	return nil
}

// warm writes the rates of servers that are asked for one tile that they keep,
// by clients that take gzip.
func (b importBench) warm(ctx context.Context, s *strings.Builder, tile tiles.Coord, list []tileServer) error {
	const rounds, requests = 3, 20_000
	many := slices.Repeat([]tiles.Coord{tile}, requests)
	fmt.Fprintf(s, "\nOne tile, %v, that is kept, with `Accept-Encoding: gzip`, %d rounds in turns; the target is to be ahead:\n\n| server | requests/s | p95, ms | kB a tile |\n|---|---|---|---|\n", tile, rounds)
	running := map[string]*server{}
	defer func() {
		for _, r := range running {
			r.stop()
		}
	}()
	for _, t := range list {
		if !b.there(t) {
			continue
		}
		var err error
		if running[t.name], err = t.start(ctx); err != nil {
			delete(running, t.name)
			return err
		}
	}
	rates, p95, size := map[string][]float64{}, map[string][]float64{}, map[string]float64{}
	for range rounds {
		for _, t := range list {
			if running[t.name] == nil {
				continue
			}
			address := running[t.name].address
			const header = "Accept-Encoding: gzip\r\n"
			if _, err := t.drain(ctx, address, header, many[:100]); err != nil {
				return err
			}
			d, err := t.drain(ctx, address, header, many)
			if err != nil {
				return err
			}
			rates[t.name], p95[t.name] = append(rates[t.name], d.PerSecond), append(p95[t.name], 1000*d.P95.Seconds())
			size[t.name] = float64(d.Bytes) / requests / 1000
		}
	}
	for _, t := range list {
		if running[t.name] == nil {
			fmt.Fprintf(s, "| %s | not installed | | |\n", t.name)
			continue
		}
		fmt.Fprintf(s, "| %s | %.0f | %.2f | %.1f |\n", t.name, median(rates[t.name]), median(p95[t.name]), size[t.name])
	}
	return nil
}
