package tiles_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"gisd/spatial"
	"gisd/tiles"
)

// foreign has three tilesets that are not drawn here.
type foreign struct{}

func (foreign) Tileset(id string, a spatial.Access) (*spatial.Tileset, error) {
	t := &spatial.Tileset{ID: id, Published: true, Visibility: spatial.VisibilityPublic, Kind: spatial.TilesetArchive, Format: "png", TileSize: 512,
		MinZoom: 3, MaxZoom: 15, Extent: spatial.Envelope{SRID: 4326, MinX: 106, MinY: 11, MaxX: 107, MaxY: 12}, Attribution: "© Sở"}
	switch id {
	case "ortho":
	case "field":
		t.Format, t.VectorLayers = "pbf", json.RawMessage(`[{"id":"parcels","fields":{}}]`)
	case "sheets":
		t.Visibility, t.Kind, t.Source = spatial.VisibilityInternal, spatial.TilesetXYZ, "https://x.example/{z}/{x}/{y}.png?key=1"
	default:
		return nil, spatial.NotFound("test", "no such tileset")
	}
	if !a.CanReadTileset(t) {
		return nil, spatial.NotFound("test", "no such tileset")
	}
	return t, nil
}

func (foreign) Tile(_ context.Context, t *spatial.Tileset, c tiles.Coord) (tiles.Stored, error) {
	switch {
	case c.X == 0:
		return tiles.Stored{}, nil
	case c.X == 1:
		return tiles.Stored{}, &spatial.Error{Code: spatial.CodeUnavailable, Message: "The archive of this tileset cannot be read.", Err: errors.New("/data/secret.mbtiles is damaged")}
	case t.Vector():
		return tiles.Stored{Bytes: packed("vector"), Encoding: tiles.Gzip, Type: tiles.ContentType}, nil
	}
	return tiles.Stored{Bytes: []byte("\x89PNG\r\n\x1a\nimage"), Type: tiles.TypePNG}, nil
}

func packed(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.Bytes()
}

func TestForeignTiles(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for _, test := range []struct {
		name, target string
		header       []string
		status       int
		kind, cache  string
	}{
		{"an image", "/tiles/ortho/10/815/480.png", nil, 200, "image/png", "public, no-cache"},
		{"as a vector tile", "/tiles/ortho/10/815/480.mvt", nil, 404, "", ""},
		{"a vector tile", "/tiles/field/10/815/480.mvt", nil, 200, tiles.ContentType, "public, no-cache"},
		{"nothing there", "/tiles/ortho/10/0/480.png", nil, 204, "", "public, no-cache"},
		{"above its zooms", "/tiles/ortho/2/2/1.png", nil, 204, "", "public, no-cache"},
		{"below its zooms", "/tiles/ortho/16/815/480.png", nil, 204, "", "public, no-cache"},
		{"outside the grid", "/tiles/ortho/10/1024/480.png", nil, 404, "", ""},
		{"damaged", "/tiles/ortho/10/1/480.png", nil, 503, "", ""},
		{"a parameter", "/tiles/ortho/10/815/480.png?filter=a", nil, 400, "", ""},
		{"with a collection", "/tiles/parcels,ortho/10/815/480.mvt", nil, 404, "", ""},
		{"hidden", "/tiles/sheets/10/815/480.png", nil, 404, "", ""},
		{"hidden, described", "/tiles/sheets.json", nil, 404, "", ""},
		{"hidden, with a key", "/tiles/sheets/10/815/480.png", []string{"Authorization", "Bearer viewer-key"}, 200, "image/png", "private, max-age=3600"},
		{"hidden, with a key in the address", "/tiles/sheets/10/815/480.png?key=viewer-key", nil, 200, "image/png", "private, max-age=3600"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := ask(h, "GET", test.target, test.header...)
			if w.Code != test.status {
				t.Fatalf("status %d, want %d: %s", w.Code, test.status, w.Body)
			}
			if got := w.Header().Get("Content-Type"); test.kind != "" && got != test.kind {
				t.Errorf("type %s", got)
			}
			if got := w.Header().Get("Cache-Control"); test.cache != "" && got != test.cache {
				t.Errorf("Cache-Control: %s", got)
			}
			if strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "x.example") {
				t.Errorf("tells too much: %s", w.Body)
			}
			if test.status != 200 {
				return
			}
			again := ask(h, "GET", test.target, append(test.header, "If-None-Match", w.Header().Get("Etag"))...)
			if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
				t.Errorf("asked again: %d", again.Code)
			}
		})
	}
	stored := ask(h, "GET", "/tiles/field/10/815/480.mvt", "Accept-Encoding", "gzip, br")
	plain := ask(h, "GET", "/tiles/field/10/815/480.mvt", "Accept-Encoding", "br")
	if stored.Header().Get("Content-Encoding") != "gzip" || !bytes.Equal(stored.Body.Bytes(), packed("vector")) {
		t.Errorf("with gzip: %v, %d bytes", stored.Header(), stored.Body.Len())
	}
	if plain.Header().Get("Content-Encoding") != "" || plain.Body.String() != "vector" || plain.Header().Get("Etag") == stored.Header().Get("Etag") {
		t.Errorf("without gzip: %v, %s", plain.Header(), plain.Body)
	}
}

func TestForeignTileJSON(t *testing.T) {
	t.Parallel()
	h := handler(t)
	const image = `{"tilejson":"3.0.0","name":"ortho","attribution":"© Sở","scheme":"xyz","tiles":["http://plan.example/tiles/ortho/{z}/{x}/{y}.png"],` +
		`"minzoom":3,"maxzoom":15,"bounds":[106,11,107,12],"format":"png","tileSize":512}`
	if got := ask(h, "GET", "/tiles/ortho.json").Body.String(); got != image {
		t.Errorf("%s, want\n%s", got, image)
	}
	if got := ask(h, "GET", "/tiles/field.json").Body.String(); !strings.Contains(got, `"vector_layers":[{"id":"parcels","fields":{}}]`) || !strings.Contains(got, "{y}.mvt") {
		t.Error(got)
	}
	w := ask(h, "GET", "/tiles/sheets.json?key=viewer-key")
	if !strings.Contains(w.Body.String(), "/tiles/sheets/{z}/{x}/{y}.png?key=viewer-key") || strings.Contains(w.Body.String(), "x.example") {
		t.Error(w.Body)
	}
}
