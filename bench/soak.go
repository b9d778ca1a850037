package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/bench/load"
)

// The load of the soak.
const (
	soakVisitors = 200
	soakRequests = 1000 // per second, of all visitors
	soakEdits    = 20   // per second
	soakWarmUp   = 30 * time.Second
)

// soakSuite has people look at a million parcels while others edit them.
func soakSuite(ctx context.Context, o options) (string, error) {
	return withCluster(ctx, o, func(b importBench) (string, error) {
		built, err := b.packedCollection(ctx)
		if err != nil {
			return "", err
		}
		s, err := b.serveGisd(ctx)
		if err != nil {
			return "", err
		}
		stopped := false
		defer func() {
			if !stopped {
				s.stop()
			}
		}()
		pool, err := pgxpool.New(ctx, b.url)
		if err != nil {
			return "", err
		}
		defer pool.Close()
		report, err := load.Soak{
			Address: s.address, Pool: pool, Collection: benchCollection, Property: "ma_thua",
			Visitors: soakVisitors, RequestsPerSecond: soakRequests, EditsPerSecond: soakEdits,
			WarmUp: soakWarmUp, Duration: o.soak, Within: time.Second, Towns: 40,
		}.Run(ctx)
		if err != nil {
			return "", err
		}
		stopped = true
		return soakSection(o, built, report, s.stop()), nil
	})
}

func soakSection(o options, built measured, r load.Report, peak float64) string {
	var s strings.Builder
	fmt.Fprintf(&s, "## Looking while others edit\n\n%d cadastral parcels in EPSG:9210, packed in %.1f s by a process of %.0f MiB (targets: 30 s, 500 MB). For %v, after %v of warming up, %d connections ask for %d tiles per second of mixed zooms, as browsers do, around 40 places; %d parcels per second are edited there in SQL, each alone, and looked for by value at zooms 14, 15 and 17. Server, database, editors and visitors share the machine: `go run ./bench -suite soak`.\n\n",
		o.n, built.seconds, built.peakMiB, o.soak, soakWarmUp, soakVisitors, soakRequests, soakEdits)
	fmt.Fprintf(&s, "A tile is warm when it was asked for since the second after the last edit that touches it.\n\n")
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()*1000) }
	fmt.Fprintf(&s, "| what | figure | target |\n|---|---|---|\n")
	fmt.Fprintf(&s, "| warm tiles, median and p99, ms | %s, %s | p99 ≤ 20 |\n", ms(r.Warm.P50), ms(r.Warm.P99))
	fmt.Fprintf(&s, "| other tiles, median and p99, ms | %s, %s | |\n", ms(r.Cold.P50), ms(r.Cold.P99))
	fmt.Fprintf(&s, "| tiles per second, warm and other | %.0f, %.0f | |\n", float64(r.Warm.N)/o.soak.Seconds(), float64(r.Cold.N)/o.soak.Seconds())
	fmt.Fprintf(&s, "| edits; tiles that did not show one a second after its commit | %d; %d | 0 |\n", r.Edits, r.Stale)
	fmt.Fprintf(&s, "| from commit to tile, median and p99, ms | %s, %s | ≤ 1000 |\n", ms(r.Seen.P50), ms(r.Seen.P99))
	fmt.Fprintf(&s, "| tiles that lack an edit in the end | %d | 0 |\n", r.Lost)
	fmt.Fprintf(&s, "| answers by status | %s | no 5xx but 503 |\n", statuses(r.Statuses))
	fmt.Fprintf(&s, "| largest memory of the server, MiB | %.0f | |\n", peak)
	fmt.Fprintf(&s, "\n| zoom | warm | median, ms | p99 | other | median, ms | p99 |\n|---|---|---|---|---|---|---|\n")
	for _, z := range sortedKeys(r.ByZoom) {
		at := r.ByZoom[z]
		fmt.Fprintf(&s, "| %d | %d | %s | %s | %d | %s | %s |\n", z, at.Warm.N, ms(at.Warm.P50), ms(at.Warm.P99), at.Cold.N, ms(at.Cold.P50), ms(at.Cold.P99))
	}
	for _, line := range r.Examples {
		fmt.Fprintf(&s, "\n- %s\n", line)
	}
	return s.String()
}

// statuses lists how often each came.
func statuses(counts map[int]int) string {
	var parts []string
	for _, status := range sortedKeys(counts) {
		name := fmt.Sprint(status)
		if status == 0 {
			name = "none"
		}
		parts = append(parts, fmt.Sprintf("%s: %d", name, counts[status]))
	}
	return strings.Join(parts, ", ")
}
