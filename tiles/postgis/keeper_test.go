package postgis_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	tilespostgis "gisd/tiles/postgis"
)

// behindCatalogue never hears of what the keeper does, and changes all the time.
type behindCatalogue struct {
	list []*spatial.Collection
	asks atomic.Int32
}

func (c *behindCatalogue) Collections(spatial.Access) []*spatial.Collection {
	c.asks.Add(1)
	return c.list
}

func (*behindCatalogue) Changed() <-chan struct{} {
	changed := make(chan struct{})
	close(changed)
	return changed
}

// TestKeeperBuildsOnce: although the catalogue does not know of the build yet.
func TestKeeperBuildsOnce(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := fixture.Collection(t, pool, fixture.Spec{ID: "one", Features: fixture.Points(50)})
	catalogue := &behindCatalogue{list: []*spatial.Collection{c}}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	keeper := tilespostgis.NewKeeper(tilespostgis.KeeperConfig{Pyramids: tilespostgis.NewPyramids(postgis.NewDB(pool, nil), nil), Catalogue: catalogue, Log: slog.New(slog.DiscardHandler)}, nil)
	go func() { done <- keeper.Run(ctx) }()
	for deadline := time.Now().Add(time.Minute); catalogue.asks.Load() < 10; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the keeper stands still")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	var last int64
	if err := pool.QueryRow(t.Context(), "select max(id) from gisd.pyramid").Scan(&last); err != nil || last != 1 {
		t.Errorf("build %d, %v; want the first", last, err)
	}
}

func TestKeeperPacksWhatIsMissing(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	fixture.Collection(t, pool, fixture.Spec{ID: "one", Features: fixture.Points(50)})
	db := postgis.NewDB(pool, nil)
	catalogue := postgis.NewCatalogue(db)
	if err := catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	keeper := tilespostgis.NewKeeper(tilespostgis.KeeperConfig{Pyramids: tilespostgis.NewPyramids(db, nil), Catalogue: catalogue}, nil)
	go func() { done <- keeper.Run(ctx) }()
	packed := func(id string) {
		t.Helper()
		for {
			changed := catalogue.Changed()
			if err := catalogue.Reload(t.Context()); err != nil {
				t.Fatal(err)
			}
			if c, err := catalogue.Collection(id, spatial.Access{}); err == nil && len(c.Pyramid.Bands) > 0 {
				return
			}
			select {
			case <-changed:
			case err := <-done:
				t.Fatalf("the keeper went away: %v", err)
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	packed("one")
	fixture.Collection(t, pool, fixture.Spec{ID: "two", Features: fixture.Points(50)})
	packed("two")
	cancel()
	if err := <-done; err != nil {
		t.Errorf("%v", err)
	}
}
