package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
)

// goBench runs Go benchmarks within the throw-away cluster of the tests and
// returns their lines: name and metrics by unit.
func goBench(ctx context.Context, pkg, pattern, benchtime string, args ...string) ([]benchLine, error) {
	all := append([]string{"run", "./internal/testdb/cmd/testcluster", "--", "go", "test", pkg, "-run", "^$", "-bench", pattern, "-benchtime", benchtime, "-timeout", "30m"}, args...)
	m, err := command(ctx, ".", nil, "go", all...)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, m.stdout)
	}
	return parseBench(m.stdout), nil
}

// benchLine is one line of `go test -bench`.
type benchLine struct {
	name    string
	metrics map[string]float64
}

func parseBench(text []byte) []benchLine {
	var out []benchLine
	for scan := bufio.NewScanner(bytes.NewReader(text)); scan.Scan(); {
		fields := strings.Fields(scan.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		line := benchLine{strings.TrimPrefix(fields[0], "Benchmark"), map[string]float64{}}
		for i := 2; i+1 < len(fields); i += 2 {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				line.metrics[fields[i+1]] = v
			}
		}
		out = append(out, line)
	}
	return out
}

// coldTileSuite compares tiles drawn from rows with prepared ST_AsMVT.
func coldTileSuite(ctx context.Context, o options) (string, error) {
	shapefile, err := parcels(ctx, o)
	if err != nil {
		return "", err
	}
	lines, err := goBench(ctx, "./tiles/postgis", "ColdTile", "10x", "-parcel-file", shapefile)
	if err != nil {
		return "", err
	}
	var s strings.Builder
	fmt.Fprintf(&s, "## Cold tiles\n\n%d cadastral parcels, 8 connections, no cache; the same tiles drawn by gisd and by a prepared `ST_AsMVT` in turns: `go run ./bench -suite cold-tiles`.\n\n", o.n)
	fmt.Fprintf(&s, "| storage SRID / zoom | gisd, tiles/s | ST_AsMVT, tiles/s | ratio | target |\n|---|---|---|---|---|\n")
	for _, l := range lines {
		name := strings.TrimPrefix(l.name, "ColdTile/")
		name, _, _ = strings.Cut(name, "-")
		target := ""
		switch name {
		case "9210/z14":
			target = "≥ 2"
		case "3857/z14":
			target = "≥ 2.4"
		}
		fmt.Fprintf(&s, "| %s | %.0f | %.0f | %.2f | %s |\n", name, l.metrics["rows-tiles/s"], l.metrics["asmvt-tiles/s"], l.metrics["ratio"], target)
	}
	return s.String(), nil
}

// cachedTileSuite compares a cached tile with a bare handler that writes the
// same bytes.
func cachedTileSuite(ctx context.Context, _ options) (string, error) {
	lines, err := goBench(ctx, "./api/tiles", "CachedTile", "3s", "-count", "3")
	if err != nil {
		return "", err
	}
	var s strings.Builder
	fmt.Fprintf(&s, "## Cached tiles\n\nRequests over loopback through the whole server, and to a bare `net/http` handler that writes the same bytes: `go run ./bench -suite cached-tiles`. Target: ratio ≥ 0.90.\n\n")
	fmt.Fprintf(&s, "| run | metrics |\n|---|---|\n")
	for _, l := range lines {
		fmt.Fprintf(&s, "| %s | %s |\n", l.name, joinMetrics(l.metrics))
	}
	return s.String(), nil
}

func joinMetrics(metrics map[string]float64) string {
	var parts []string
	for _, unit := range sortedKeys(metrics) {
		parts = append(parts, fmt.Sprintf("%.4g %s", metrics[unit], unit))
	}
	return strings.Join(parts, ", ")
}
