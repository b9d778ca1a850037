package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"gisd/spatial"
	"gisd/tiles/archive"
)

func tilesetFlags(f *pflag.FlagSet) {
	f.String("title", "", "Vietnamese title")
	f.String("title-en", "", "English title")
	f.String("description", "", "Vietnamese description")
	f.String("description-en", "", "English description")
	f.String("group", "", "group of the layer list")
	f.Int("ordinal", 0, "place within the group")
	f.String("attribution", "", "whom to name on the map")
	f.String("department", "", "department whose editors see the draft")
	f.String("visibility", "", "public, internal or restricted:ROLE")
	f.Bool("hidden", false, "off in the map until somebody turns it on")
	f.Bool("proxy", false, "ask another server through this one, so that its address stays here")
	f.String("layers", "", "of a WMS, separated by commas: the address is that of the service")
	f.String("format", "", "png, jpg, webp or pbf (vector tiles), of another server's tiles (default png)")
	f.Int("tile-size", 0, "pixels a side of another server's raster tiles (default 256)")
	f.Int("min-zoom", 0, "first zoom with tiles")
	f.Int("max-zoom", 0, "last zoom with tiles")
	f.String("bbox", "", "where there are tiles: min lon, min lat, max lon, max lat")
}

// The defaults of tiles of another server.
const (
	foreignFormat  = "png"
	foreignSize    = 256
	foreignMaxZoom = 19
)

// setSource reads an archive, or the address of another server's tiles.
func setSource(ctx context.Context, t *spatial.Tileset, source string, f *pflag.FlagSet) error {
	if !strings.Contains(source, "://") {
		return setArchive(ctx, t, source)
	}
	t.Format, t.TileSize, t.MinZoom, t.MaxZoom, t.VectorLayers = foreignFormat, foreignSize, 0, foreignMaxZoom, nil
	t.Extent = spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: -180, MinY: -85.0511287, MaxX: 180, MaxY: 85.0511287}
	if format := given(f, "format"); format != nil {
		if t.Format = *format; !slices.Contains([]string{"png", "jpg", "webp", "pbf"}, t.Format) {
			return usagef("--format %s is not known: png, jpg, webp or pbf", t.Format)
		}
	}
	if n := givenInt(f, "tile-size"); n != nil {
		t.TileSize = *n
	}
	return kindOf(t, source, f)
}

func setArchive(ctx context.Context, t *spatial.Tileset, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return usagef("%s: %v", path, err)
	}
	opened, err := archive.Open(ctx, path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return usagef("%s is not there", path)
	case err != nil:
		return &spatial.Error{Code: spatial.CodeInvalid, Op: "tilesets", Message: fmt.Sprintf("%s: %v", path, err)}
	}
	d := opened.Description()
	if err := opened.Close(); err != nil {
		return err
	}
	t.Kind, t.Source, t.Proxied = spatial.TilesetArchive, path, false
	t.Format, t.TileSize, t.MinZoom, t.MaxZoom, t.VectorLayers = string(d.Format), foreignSize, d.MinZoom, d.MaxZoom, d.VectorLayers
	if d.TileSize > 0 {
		t.TileSize = d.TileSize
	}
	t.Extent = spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: d.Bounds[0], MinY: d.Bounds[1], MaxX: d.Bounds[2], MaxY: d.Bounds[3]}
	if t.Title == (spatial.Text{}) {
		t.Title = spatial.Text{VI: d.Name, EN: d.Name}
	}
	if t.Description == (spatial.Text{}) {
		t.Description = spatial.Text{VI: d.Description, EN: d.Description}
	}
	if t.Attribution == "" {
		t.Attribution = d.Attribution
	}
	return nil
}

// setTileset applies the flags that were given.
func setTileset(t *spatial.Tileset, f *pflag.FlagSet) error {
	if text := textOf(f, "title", "title-en"); text != nil {
		t.Title = *text
	}
	if text := textOf(f, "description", "description-en"); text != nil {
		t.Description = *text
	}
	for name, field := range map[string]*string{"group": &t.Group, "attribution": &t.Attribution, "department": &t.Department} {
		if text := given(f, name); text != nil {
			*field = *text
		}
	}
	for name, field := range map[string]*int{"ordinal": &t.Ordinal, "min-zoom": &t.MinZoom, "max-zoom": &t.MaxZoom, "tile-size": &t.TileSize} {
		if n := givenInt(f, name); n != nil {
			*field = *n
		}
	}
	for name, field := range map[string]*bool{"hidden": &t.Hidden, "proxy": &t.Proxied} {
		if v, err := f.GetBool(name); err == nil && f.Changed(name) {
			*field = v
		}
	}
	if box := given(f, "bbox"); box != nil {
		e, err := parseBox(*box)
		if err != nil {
			return err
		}
		t.Extent = *e
	}
	return setVisibility(t, f)
}
