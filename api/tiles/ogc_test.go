package tiles_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/api"
	"gisd/tiles"
)

type link struct {
	Href, Rel, Type string
	Templated       bool
}

func find(links []link, rel, mediaType string) link {
	for _, l := range links {
		if l.Rel == rel && l.Type == mediaType {
			return l
		}
	}
	return link{}
}

func read(t *testing.T, h http.Handler, target string, into any, header ...string) *http.Response {
	t.Helper()
	w := ask(h, "GET", target, header...)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	return w.Result()
}

const (
	origin   = "http://plan.example"
	scheme   = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
	register = "http://www.opengis.net/def/tilematrixset/OGC/1.0/"
)

type tilesets struct {
	Links    []link
	Tilesets []struct {
		DataType, CRS, TileMatrixSetURI string
		Links                           []link
	}
}

// From the list to the tileset, its grid and a tile, by links alone.
func TestTilesetsAreLinked(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for _, of := range []string{"/ogc/tiles", "/ogc/collections/parcels/tiles", "/ogc/tiles?collections=parcels,http://plan.example/ogc/collections/roads"} {
		var list tilesets
		read(t, h, of, &list)
		var uris []string
		for _, item := range list.Tilesets {
			uris = append(uris, item.TileMatrixSetURI)
			self, grid := find(item.Links, "self", "application/json"), find(item.Links, scheme, "application/json")
			var set struct {
				CRS, URI     string
				TileMatrices []struct{ ID string }
			}
			read(t, h, strings.TrimPrefix(grid.Href, origin), &set)
			if item.DataType != "vector" || set.CRS != item.CRS || set.URI != item.TileMatrixSetURI {
				t.Errorf("%s: %+v in %+v", of, item, set)
			}
			var one struct {
				CRS                 string
				Links               []link
				TileMatrixSetLimits []struct {
					TileMatrix                                     string
					MinTileRow, MaxTileRow, MinTileCol, MaxTileCol int
				}
				Layers []struct{ ID string }
			}
			read(t, h, strings.TrimPrefix(self.Href, origin), &one)
			template := find(one.Links, "item", "application/vnd.mapbox-vector-tile")
			last := one.TileMatrixSetLimits[len(one.TileMatrixSetLimits)-1]
			if !template.Templated || len(one.TileMatrixSetLimits) == 0 || last.TileMatrix != set.TileMatrices[len(set.TileMatrices)-7].ID {
				t.Fatalf("%s: %+v", self.Href, one)
			}
			address := strings.NewReplacer("{tileMatrix}", "8", "{tileRow}", "120", "{tileCol}", "203").Replace(template.Href)
			if w := ask(h, "GET", strings.TrimPrefix(address, origin)); w.Code != 200 || w.Header().Get("Content-Type") != template.Type || w.Body.Len() == 0 || w.Body.Len()%20_000 != 0 {
				t.Errorf("%s: %d, %d bytes", address, w.Code, w.Body.Len())
			}
		}
		want := []string{register + "WebMercatorQuad", register + "WorldCRS84Quad", origin + "/ogc/tileMatrixSets/VN2000_3405Quad", origin + "/ogc/tileMatrixSets/VN2000_9210Quad"}
		if d := cmp.Diff(want, uris); d != "" {
			t.Errorf("%s: %s", of, d)
		}
	}
	var sets struct{ TileMatrixSets []struct{ ID, URI string } }
	read(t, h, "/ogc/tileMatrixSets", &sets)
	if len(sets.TileMatrixSets) != 4 {
		t.Errorf("%+v", sets)
	}
}

func TestOGCTileAnswers(t *testing.T) {
	t.Parallel()
	h := handler(t)
	viewer := []string{"Authorization", "Bearer viewer-key"}
	tests := []struct {
		name, target string
		header       []string
		status       int
		cache        string
	}{
		{"a tile", "/ogc/collections/parcels/tiles/WebMercatorQuad/10/480/815", nil, 200, "public"},
		{"its format by name", "/ogc/collections/parcels/tiles/WebMercatorQuad/10/480/815?f=mvt", nil, 200, "public"},
		{"its format by Accept", "/ogc/collections/parcels/tiles/WebMercatorQuad/10/480/815", []string{"Accept", "application/vnd.mapbox-vector-tile"}, 200, "public"},
		{"another format", "/ogc/collections/parcels/tiles/WebMercatorQuad/10/480/815?f=png", nil, 400, ""},
		{"another format by Accept", "/ogc/collections/parcels/tiles/WebMercatorQuad/10/480/815", []string{"Accept", "image/png"}, 406, ""},
		{"row before column", "/ogc/collections/parcels/tiles/WorldCRS84Quad/1/1/3", nil, 200, "public"},
		{"no such row", "/ogc/collections/parcels/tiles/WorldCRS84Quad/1/3/1", nil, 404, ""},
		{"within the limits and empty", "/ogc/collections/parcels/tiles/WebMercatorQuad/10/0/815", nil, 204, "public"},
		{"deeper than the tileset", "/ogc/collections/parcels/tiles/WebMercatorQuad/19/0/0", nil, 404, ""},
		{"outside of the limits", "/ogc/collections/here/tiles/WebMercatorQuad/10/0/0", nil, 404, ""},
		{"within them", "/ogc/collections/here/tiles/WebMercatorQuad/10/480/815", nil, 200, "public"},
		{"above its first zoom", "/ogc/collections/here/tiles/WebMercatorQuad/4/7/12", nil, 404, ""},
		{"the largest integer", "/ogc/tiles/WebMercatorQuad/10/2147483647/2147483647", nil, 404, ""},
		{"an unknown set", "/ogc/tiles/VN2000_4326Quad/10/0/0", nil, 404, ""},
		{"an unknown collection", "/ogc/collections/nothing/tiles/WebMercatorQuad/10/480/815", nil, 404, ""},
		{"two collections in the path", "/ogc/collections/parcels,roads/tiles", nil, 404, ""},
		{"an unknown parameter", "/ogc/tiles/WebMercatorQuad/10/480/815?colour=x", nil, 400, ""},
		{"a filter that is none", "/ogc/collections/parcels/tiles/WebMercatorQuad/10/480/815?filter=x", nil, 400, ""},
		{"a filter", "/ogc/collections/parcels/tiles/WorldCRS84Quad/1/1/3?filter=area%3E5", nil, 200, "public"},
		{"collections of a collection", "/ogc/collections/parcels/tiles?collections=roads", nil, 400, ""},
		{"hidden", "/ogc/collections/secret/tiles/WebMercatorQuad/10/480/815", nil, 404, ""},
		{"hidden, chosen", "/ogc/tiles/WebMercatorQuad/10/480/815?collections=parcels,secret", nil, 404, ""},
		{"hidden, with a key", "/ogc/collections/secret/tiles/WebMercatorQuad/10/480/815", viewer, 200, "private"},
		{"the dataset", "/ogc/tiles/WebMercatorQuad/10/480/815", nil, 200, "public"},
		{"the dataset of somebody", "/ogc/tiles/WebMercatorQuad/10/480/815", viewer, 200, "private"},
		{"tilejson", "/ogc/tiles/WebMercatorQuad?f=tilejson", nil, 200, "public"},
		{"tilejson of another grid", "/ogc/tiles/WorldCRS84Quad?f=tilejson", nil, 400, ""},
		{"a grid that is not listed", "/ogc/tileMatrixSets/VN2000_9206Quad", nil, 200, "public"},
		{"no grid", "/ogc/tileMatrixSets/VN2000_9206", nil, 404, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := ask(h, "GET", tt.target, tt.header...)
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d: %.300s", w.Code, tt.status, w.Body)
			}
			if got := w.Header().Get("Cache-Control"); !strings.HasPrefix(got, tt.cache) {
				t.Errorf("Cache-Control: %s, want %s", got, tt.cache)
			}
		})
	}
	// What one caller may see is not for the next: four layers or two.
	all, public := ask(h, "GET", "/ogc/tiles/WebMercatorQuad/10/480/815", viewer...), ask(h, "GET", "/ogc/tiles/WebMercatorQuad/10/480/815")
	if all.Body.Len() != 80_000 || public.Body.Len() != 60_000 || !strings.Contains(strings.Join(public.Header().Values("Vary"), ","), "Authorization") {
		t.Errorf("%d and %d bytes, %v", all.Body.Len(), public.Body.Len(), public.Header())
	}
	// A tile is compressed once.
	zipped := ask(h, "GET", "/ogc/collections/parcels/tiles/WebMercatorQuad/10/480/815", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil || zipped.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal(err, zipped.Header())
	}
	if b, err := io.ReadAll(z); err != nil || len(b) != 20_000 {
		t.Errorf("%d bytes unzipped, %v", len(b), err)
	}
	var doc struct{ Tiles []string }
	read(t, h, "/ogc/collections/parcels/tiles/WebMercatorQuad?f=tilejson&key=viewer-key", &doc)
	if d := cmp.Diff([]string{origin + "/ogc/collections/parcels/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt&key=viewer-key"}, doc.Tiles); d != "" {
		t.Error(d)
	}
}

// TestManyCollections: the dataset is there however many collections it has; a
// tile joins the first of them.
func TestManyCollections(t *testing.T) {
	t.Parallel()
	h, list := server(t, source{}, func(*api.Config) {})
	ids := []string{"parcels"}
	for i := range 300 {
		one := *list["parcels"]
		one.ID, one.MinZoom = fmt.Sprintf("p%03d", i), 16
		list[one.ID], ids = &one, append(ids, one.ID)
	}
	var sets tilesets
	read(t, h, "/ogc/tiles", &sets)
	var one struct{ Layers []struct{ ID string } }
	read(t, h, "/ogc/tiles/WebMercatorQuad", &one)
	if len(sets.Tilesets) == 0 || len(one.Layers) != tiles.MaxCollections {
		t.Errorf("%d tilesets, %d layers", len(sets.Tilesets), len(one.Layers))
	}
	if w := ask(h, "GET", "/ogc/tiles/WebMercatorQuad/10/480/815"); w.Code != 200 {
		t.Errorf("a tile: %d %s", w.Code, w.Body)
	}
	if w := ask(h, "GET", "/ogc/tiles?collections="+strings.Join(ids, ",")); w.Code != 400 {
		t.Errorf("too many by name: %d %s", w.Code, w.Body)
	}
}
