package main

import (
	"context"
	"fmt"
	"strings"
)

// cellSuite compares tiles cut from packed cells with rows and with prepared
// ST_AsMVT.
func cellSuite(ctx context.Context, o options) (string, error) {
	shapefile, err := parcels(ctx, o)
	if err != nil {
		return "", err
	}
	lines, err := goBench(ctx, "./tiles/postgis", "Cells", "10x", "-parcel-file", shapefile)
	if err != nil {
		return "", err
	}
	var large, small []benchLine
	for _, l := range lines {
		l.name, _, _ = strings.Cut(strings.TrimPrefix(l.name, "Cells/"), "-")
		if z, ok := strings.CutPrefix(l.name, "small/"); ok {
			l.name = z
			small = append(small, l)
		} else {
			large = append(large, l)
		}
	}
	var s strings.Builder
	fmt.Fprintf(&s, "## Packed cells\n\n%d cadastral parcels in EPSG:9210, six attributes, 8 connections, no encoded tile kept; tiles of the same area cut from cells in memory (hot), from cells read from the database each time (cold) and drawn from rows, in turns; then by a prepared `ST_AsMVT` of the same features and buffer through pgbench, from a copy in EPSG:3857, which spares it the projection: `go run ./bench -suite cells`.\n\n", o.n)
	largeScales(&s, large)
	smallScales(&s, small)
	return s.String(), nil
}

func largeScales(s *strings.Builder, lines []benchLine) {
	hot := map[string]float64{"z12": 10, "z13": 10, "z14": 10, "z15": 7, "z16": 5}
	fmt.Fprintf(s, "| zoom | hot, tiles/s | cold | rows | ST_AsMVT | hot is | target | cold is | target | cell alone, reads/s | cold of it | target |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, l := range lines {
		m := func(way string) float64 { return l.metrics[way+"-tiles/s"] }
		coldTarget, fetchTarget := "≥ 4×", ""
		if l.name == "z15" || l.name == "z16" {
			coldTarget, fetchTarget = "≥ rows", "≥ 80 %"
		}
		fmt.Fprintf(s, "| %s | %.0f | %.0f | %.0f | %.0f | %.1f× | ≥ %.0f× | %.1f× | %s | %.0f | %.0f %% | %s |\n", l.name, m("hot"), m("cold"), m("rows"), m("asmvt"),
			m("hot")/m("asmvt"), hot[l.name], m("cold")/m("asmvt"), coldTarget, m("fetch"), 100*m("cold")/m("fetch"), fetchTarget)
	}
}

func smallScales(s *strings.Builder, lines []benchLine) {
	fmt.Fprintf(s, "\nSmall scales, each of their tiles drawn alone ten times; one by `ST_AsMVT`:\n\n")
	fmt.Fprintf(s, "| zoom | tiles | hot, p95 in ms | cold | target | largest, kB | target | ST_AsMVT, ms | its kB |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, l := range lines {
		m := l.metrics
		target, theirs := "", "| | |"
		if l.name != "z11" && l.name != "z12" {
			target = "≤ 30"
		}
		if m["asmvt-ms"] > 0 {
			theirs = fmt.Sprintf("| %.0f | %.0f |", m["asmvt-ms"], m["asmvt-kB"])
		}
		fmt.Fprintf(s, "| %s | %.0f | %.1f | %.1f | %s | %.0f | ≤ 500 %s\n", l.name, m["tiles"], m["hot-p95-ms"], m["cold-p95-ms"], target, m["most-kB"], theirs)
	}
}
