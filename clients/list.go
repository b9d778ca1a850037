package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// client is a program that reads the collection and prints a line a feature.
type client struct {
	name    string
	covers  string // a line for the document
	light   bool   // quick enough for every test
	program string // in the folder of clients, unless it is on the PATH
	args    func(*site) []string
	ask     []string // prints its version
	// line holds the number of a feature; the default is a line that is one.
	line *regexp.Regexp
	// edits means that it filters and saves, and looks itself at what came of it,
	// instead of reading the collection.
	edits bool
}

const (
	python       = ".venv/bin/python"
	systemPython = "/usr/bin/python3" // which QGIS is installed for
	askQGIS      = "from qgis.core import Qgis; print(Qgis.version())"
	debian       = "./debian13.sh" // a newer system in a folder
)

// inDebian has the newer system run the script of the arguments.
func inDebian(args func(*site) []string) func(*site) []string {
	return func(s *site) []string { return append([]string{"run"}, args(s)...) }
}

// ogc is what people paste into a client.
func (s *site) ogc() string { return s.Address + "/ogc" }

func all() []client {
	gdal := func(size string) func(*site) []string {
		return func(s *site) []string {
			args := []string{"-f", "CSV", "/vsistdout/", "OAPIF:" + s.ogc(), collection, "-select", "number"}
			if size != "" {
				args = append(args, "-oo", "PAGE_SIZE="+size)
			}
			return args
		}
	}
	script := func(name string, more ...string) func(*site) []string {
		return func(s *site) []string {
			return append([]string{name, s.ogc(), collection}, more...)
		}
	}
	tiles := func(library string) []string { return []string{"node", "read_tiles.mjs", "version", library} }
	wfs := func(s *site) []string {
		return []string{"read_qgis.py", s.Address + "/wfs", "gisd:" + collection, "WFS"}
	}
	return []client{
		{name: "GDAL, ogr2ogr", covers: "OAPIF, pages of 1,000", light: true, program: "ogr2ogr", args: gdal("1000"), ask: []string{"ogr2ogr", "--version"}},
		{name: "GDAL, ogr2ogr as it comes", covers: "OAPIF, pages of 10", program: "ogr2ogr", args: gdal(""), ask: []string{"ogr2ogr", "--version"}},
		{name: "GDAL, ogrinfo", covers: "OAPIF, pages of 1,000, attributes as text", program: "ogrinfo", ask: []string{"ogrinfo", "--version"},
			args: func(s *site) []string {
				return []string{"-ro", "-q", "-geom=NO", "-oo", "PAGE_SIZE=1000", "OAPIF:" + s.ogc(), collection}
			},
			line: regexp.MustCompile(`^  number \(Integer(?:64)?\) = (\d+)$`)},
		{name: "OWSLib", covers: "by offset, pages of 1,000", light: true, program: python, args: script("read_owslib.py", "1000"),
			ask: []string{python, "-c", "import owslib; print(owslib.__version__)"}},
		{name: "@ogcapi-js/features", covers: "by links, pages of 1,000", light: true, program: "node", args: script("read_ogcapi.mjs", "1000"),
			ask: []string{"node", "-p", "require('@ogcapi-js/features/package.json').version"}},
		{name: "OpenLayers", covers: "OGCVectorTile, every tile of the tileset WebMercatorQuad at zoom 14", light: true, program: "node", args: script("read_tiles.mjs", "openlayers"), ask: tiles("openlayers")},
		{name: "MapLibre", covers: "TileJSON of the tileset, the whole area at zoom 14", light: true, program: "node", args: script("read_tiles.mjs", "maplibre"), ask: tiles("maplibre")},
		{name: "QGIS", covers: "OAPIF, its own pages", program: systemPython, args: script("read_qgis.py", "OAPIF"), ask: []string{systemPython, "-c", askQGIS}},
		{name: "QGIS, WFS", covers: "WFS 2.0, its own pages", program: systemPython, args: wfs, ask: []string{systemPython, "-c", askQGIS}},
		{name: "QGIS of Debian 13", covers: "OAPIF, its own pages", program: debian, args: inDebian(script("read_qgis.py", "OAPIF")), ask: []string{debian, "version"}},
		{name: "QGIS of Debian 13, editing", covers: "filters by CQL2; adds, changes and removes a feature", edits: true, program: debian,
			args: inDebian(func(s *site) []string { return []string{"edit_qgis.py", s.front + "/ogc", edited} }), ask: []string{debian, "version"}},
	}
}

// version asks the client which it is; an error means that it is not installed.
func (c client) version(ctx context.Context, home string) (string, error) {
	cmd := exec.CommandContext(ctx, c.ask[0], c.ask[1:]...)
	if strings.HasPrefix(c.ask[0], ".") {
		cmd.Path = filepath.Join(home, c.ask[0])
	}
	cmd.Dir = home
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s is not installed (`make clients` installs it): %w", c.name, err)
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(string(out)), "GDAL "), ",")
	return version, nil
}

// number reads a line that the client printed; ok is false where it holds none.
func (c client) number(line string) (number int, ok bool) {
	if c.line != nil {
		m := c.line.FindStringSubmatch(line)
		if m == nil {
			return 0, false
		}
		line = m[1]
	}
	number, err := strconv.Atoi(strings.Trim(line, "\" \r"))
	return number, err == nil
}
