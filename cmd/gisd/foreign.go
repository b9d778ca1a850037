package main

import (
	"context"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"gisd/internal/outgoing"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	"gisd/tiles/archive"
	"gisd/tiles/proxy"
)

// What one tile of another server may take, and how many are asked for at a time.
const (
	foreignMost    = 8 << 20
	foreignTimeout = 20 * time.Second
	foreignPlaces  = 16
)

// foreignTiles has the tilesets that are not drawn here.
type foreignTiles struct {
	*postgis.Catalogue
	shelf *archive.Shelf
	proxy *proxy.Proxy
}

func (n *node) foreignTiles() (*foreignTiles, error) {
	client, err := n.outgoing(outgoing.Config{MaxBytes: foreignMost, Timeout: foreignTimeout})
	if err != nil {
		return nil, err
	}
	shelf := archive.NewShelf()
	n.closers = append(n.closers, func() { _ = shelf.Close() })
	return &foreignTiles{n.catalogue, shelf, proxy.New(getter{client}, foreignPlaces)}, nil
}

// Tile answers for one tile.
func (f *foreignTiles) Tile(ctx context.Context, t *spatial.Tileset, c tiles.Coord) (tiles.Stored, error) {
	if t.Kind == spatial.TilesetArchive {
		return f.shelf.Tile(ctx, t.Source, c)
	}
	return f.proxy.Tile(ctx, t, c)
}

// getter asks through the one client of outgoing requests.
type getter struct{ client *outgoing.Client }

func (g getter) Get(ctx context.Context, address string, w io.Writer) (absent bool, err error) {
	d, err := g.client.Get(ctx, address, outgoing.Validators{}, w)
	if d.Absent {
		return true, nil
	}
	return false, err
}

// mapOrigins are those of other servers that browsers ask themselves, by the
// catalogue as it is.
func mapOrigins(c *postgis.Catalogue) func() []string {
	type known struct {
		generation uint64
		origins    []string
	}
	var last atomic.Pointer[known]
	return func() []string {
		generation := c.Generation()
		if k := last.Load(); k != nil && k.generation == generation {
			return k.origins
		}
		k := &known{generation: generation}
		for _, t := range c.Tilesets(spatial.Access{}) {
			if !t.Direct() {
				continue
			}
			u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(t.Source))
			if err == nil && u.Host != "" && !strings.ContainsAny(u.Host, ";, '") && !slices.Contains(k.origins, u.Scheme+"://"+u.Host) {
				k.origins = append(k.origins, u.Scheme+"://"+u.Host)
			}
		}
		last.Store(k)
		return k.origins
	}
}

// announced has the catalogue tell maps of tilesets as it does of collections.
type announced struct{ *postgis.Catalogue }

// Collections are those, and an entry for each tileset.
func (c announced) Collections(a spatial.Access) []*spatial.Collection {
	list := c.Catalogue.Collections(a)
	for _, t := range c.Tilesets(a) {
		list = append(list, &spatial.Collection{ID: t.ID, Published: t.Published, Visibility: t.Visibility, Roles: t.Roles,
			Department: t.Department, UpdatedAt: t.UpdatedAt})
	}
	return list
}
