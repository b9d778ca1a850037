package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"gisd/internal/served"
)

// What is read: squares of about 40 m on a grid, numbered from 1. The number is
// the feature's id. Every movable-th is for the writer, the others stay.
const (
	collection = "parcels"
	edited     = "buildings" // points, for whoever tries edits
	movable    = 51
	step       = 0.0005 // degrees between squares
	west       = 106.4
	south      = 10.9
)

// buildings are what edits are tried on.
const buildings = `{"type":"Feature","geometry":{"type":"Point","coordinates":[106.65,10.98]},"properties":{"name":"Chợ","floors":2}}
{"type":"Feature","geometry":{"type":"Point","coordinates":[106.66,10.98]},"properties":{"name":"Nhà văn hoá","floors":5}}
{"type":"Feature","geometry":{"type":"Point","coordinates":[106.67,10.98]},"properties":{"name":"Nhà trẻ","floors":8}}
`

// numbers is how many there are in all where n stay: movable-1 of each movable.
func numbers(n int) int { return n + n/(movable-1) }

func stays(number int) bool { return number%movable != 0 }

// square is the feature of a number among so many, as GeoJSON.
func square(number, of int) string {
	side := 1
	for side*side < of {
		side++
	}
	x := west + float64(number%side)*step
	y := south + float64(number/side)*step
	const size = step * 0.8
	return fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]]},"properties":{"number":%d,"name":"Thửa %d","land_use":"%s"}}`,
		x, y, x+size, y, x+size, y+size, x, y+size, x, y, number, number, []string{"ODT", "CLN", "LUC"}[number%3])
}

// site is the server with its data, and a key to change them.
type site struct {
	*served.Site
	options
	key   string
	front string // address for those who edit
}

// start makes a new server with the collection, and another to try edits on.
func (o options) start(ctx context.Context) (*site, error) {
	if err := os.RemoveAll(o.work); err != nil {
		return nil, err
	}
	up, err := served.Up(ctx, served.Config{Program: o.gisd, Work: o.work, Args: []string{"--no-demo"}})
	if err != nil {
		return nil, err
	}
	s := &site{Site: up, options: o, front: up.Address}
	if err := s.fill(ctx); err != nil {
		return nil, errors.Join(err, up.Stop())
	}
	return s, nil
}

func (s *site) fill(ctx context.Context) error {
	path := filepath.Join(s.work, collection+".geojsonl")
	if err := writeSquares(path, numbers(s.n)); err != nil {
		return err
	}
	if _, err := s.run(ctx, "import", path, "--collection", collection, "--key", "number", "--publish"); err != nil {
		return err
	}
	path = filepath.Join(s.work, edited+".geojsonl")
	if err := os.WriteFile(path, []byte(buildings), 0o644); err != nil {
		return err
	}
	if _, err := s.run(ctx, "import", path, "--collection", edited, "--publish"); err != nil {
		return err
	}
	key, err := s.run(ctx, "keys", "create", "clients", "--role", "admin")
	s.key = strings.TrimSpace(key)
	return err
}

// run is a command of gisd on the server's data; it returns what it prints.
func (s *site) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, s.gisd, append(args, "--data-dir", s.DataDir)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("gisd %s: %w: %s", args[0], err, stderr.String())
	}
	return string(out), nil
}

func writeSquares(path string, n int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for number := 1; number <= n; number++ {
		fmt.Fprintln(w, square(number, n)) // Flush tells of faults
	}
	return errors.Join(w.Flush(), f.Close())
}
