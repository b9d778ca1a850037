package tiles_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"gisd/spatial"
	"gisd/tiles"
)

var at = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

func collection(id string) *spatial.Collection {
	return &spatial.Collection{ID: id, Title: spatial.Text{VI: "Lớp " + id, EN: "Layer " + id}, Published: true,
		Visibility: spatial.VisibilityPublic, MinZoom: 5, MaxZoom: 16, Version: 1, VersionAt: at, UpdatedAt: at,
		GeometryType: spatial.GeometryPolygon, SRID: 9210, FeatureCount: 1,
		Extent: spatial.Envelope{SRID: 4326, MinX: 106.3, MinY: 10.8, MaxX: 107, MaxY: 11.5},
		Fields: []spatial.Field{{Name: "tên", Type: spatial.FieldString}, {Name: "area", Type: spatial.FieldNumber}, {Name: "ok", Type: spatial.FieldBoolean}}}
}

// catalogue is a map with the rule of spatial.Access.
type catalogue struct {
	mu sync.Mutex
	m  map[string]*spatial.Collection
}

func catalogueOf(list ...*spatial.Collection) *catalogue {
	c := &catalogue{m: map[string]*spatial.Collection{}}
	for _, e := range list {
		c.m[e.ID] = e
	}
	return c
}

func (c *catalogue) Collection(id string, a spatial.Access) (*spatial.Collection, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.m[id]
	if e == nil || !a.CanRead(e) {
		return nil, spatial.NotFound("test", "no such collection")
	}
	return e, nil
}

// source answers with the layer's name, as often as asked; hold keeps it back.
type source struct {
	calls    atomic.Int32
	hold     chan struct{}
	canceled atomic.Int32
	fail     error
}

func (s *source) Layer(ctx context.Context, r tiles.LayerRequest) ([]byte, error) {
	s.calls.Add(1)
	if s.hold != nil {
		select {
		case <-s.hold:
		case <-ctx.Done():
			s.canceled.Add(1)
			return nil, ctx.Err()
		}
	}
	if s.fail != nil {
		return nil, s.fail
	}
	return fmt.Appendf(nil, "<%s v%d %v>", r.Collection.ID, r.Collection.Version, r.Coord), nil
}

type memory struct{ m sync.Map }

func (c *memory) Get(_ context.Context, k tiles.Key) (*tiles.Tile, bool) {
	if v, ok := c.m.Load(k); ok {
		return v.(*tiles.Tile), true
	}
	return nil, false
}
func (c *memory) Set(_ context.Context, k tiles.Key, t *tiles.Tile) { c.m.Store(k, t) }
func (c *memory) Reweigh(tiles.Key, *tiles.Tile)                    {}
func (c *memory) Forget(_ context.Context, collection string, drops func(tiles.Key) bool) {
	for k := range c.m.Range {
		if k := k.(tiles.Key); k.Of(collection) && drops(k) {
			c.m.Delete(k)
		}
	}
}

// plain is the tile as it was drawn.
func plain(a tiles.Answer) []byte { return a.In(tiles.Identity).Bytes }

// over Thủ Dầu Một
var here = tiles.Coord{Z: 10, X: 815, Y: 480}
