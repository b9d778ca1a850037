package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"

	"gisd/importers"
)

// imported is one run of `gisd import`.
type imported struct {
	measured
	report importers.Report
	load   float64 // first byte read, looking for types included, to the last row in the table
	total  float64 // to published
}

const benchCollection = "bench_parcels"

func (o options) dataDir() string { return filepath.Join(o.work, "var") }

// gisdImport imports a file and publishes it. The times are those of the
// progress lines: the report's begin when the rows do, these when the file is
// opened.
func (o options) gisdImport(ctx context.Context, path, mode string, args ...string) (imported, error) {
	var r imported
	all := append([]string{"import", path, "--data-dir", o.dataDir(), "--collection", benchCollection,
		"--mode", mode, "--publish", "--allow-loss", "--json"}, args...)
	if mode == "replace" {
		all = append(all, "--discard-edits")
	}
	const someRejected = 2
	var err error
	if r.measured, err = command(ctx, o.work, []int{someRejected}, o.gisd, all...); err != nil {
		return r, err
	}
	if err := json.Unmarshal(r.stdout, &r.report); err != nil {
		return r, fmt.Errorf("report of gisd import: %w", err)
	}
	if n := r.report.Loaded + r.report.Rejected; n != int64(o.n) {
		return r, fmt.Errorf("gisd read %d of %d parcels", n, o.n)
	}
	for line := range bytes.Lines(r.stderr) {
		var p importers.Progress
		if json.Unmarshal(line, &p) != nil {
			continue
		}
		switch {
		case p.Stage == importers.StageSettle && r.load == 0:
			r.load = p.Seconds
		case (p.Stage == importers.StageNames || p.Stage == importers.StageDone) && r.total == 0: // published
			r.total = p.Seconds
		}
	}
	if r.load == 0 || r.total == 0 {
		return r, fmt.Errorf("gisd import told no progress: %s", r.stderr)
	}
	return r, nil
}
