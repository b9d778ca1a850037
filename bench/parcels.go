package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// measured is one run of a command.
type measured struct {
	seconds float64
	cpu     float64 // user and system, of the process itself
	peakMiB float64 // largest resident set
	stdout  []byte
}

// command runs a program to its end and measures it.
func command(ctx context.Context, dir, name string, args ...string) (measured, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begin := time.Now()
	err := cmd.Run()
	m := measured{seconds: time.Since(begin).Seconds(), stdout: stdout.Bytes()}
	if state := cmd.ProcessState; state != nil {
		m.cpu = (state.UserTime() + state.SystemTime()).Seconds()
		m.peakMiB = peakMiB(state)
	}
	if err != nil {
		tail := stderr.Bytes()
		return m, fmt.Errorf("%s: %w: %s", name, err, tail[max(0, len(tail)-2000):])
	}
	return m, nil
}

// parcels makes a Shapefile of n real-shaped parcels with six attributes, one
// of them unique text, once.
func parcels(ctx context.Context, o options) (string, error) {
	path := filepath.Join(o.work, fmt.Sprintf("parcels_%d.shp", o.n))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if _, err := os.Stat(o.data); err != nil {
		return "", fmt.Errorf("the script that makes the parcels is missing: %w", err)
	}
	gpkg := filepath.Join(o.work, "parcels.gpkg")
	if _, err := command(ctx, o.work, "/usr/bin/python3", o.data, gpkg, strconv.Itoa(o.n)); err != nil {
		return "", err
	}
	defer os.Remove(gpkg)
	_, err := command(ctx, o.work, "ogr2ogr", "-f", "ESRI Shapefile", path, gpkg, "-dialect", "sqlite", "-sql",
		"select geom, id, xa, so_to, so_thua, loai_dat, printf('BD%08d', id) as ma_thua from parcels")
	return path, err
}
