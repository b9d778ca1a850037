package postgis_test

import (
	"bytes"
	"context"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/tiles"
	tilespostgis "gisd/tiles/postgis"
	"gisd/tiles/pyramid"
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

// keep has a keeper look at the collection ten times.
func keep(t *testing.T, pool *pgxpool.Pool, c *spatial.Collection) {
	t.Helper()
	catalogue := &behindCatalogue{list: []*spatial.Collection{c}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
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
}

// TestKeeperBuildsOnce: although the catalogue does not know of the build yet.
func TestKeeperBuildsOnce(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	keep(t, pool, fixture.Collection(t, pool, fixture.Spec{ID: "one", Features: fixture.Points(50)}))
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

// TestKeeperPacksOtherFormats: cells of another program are not read, and those of
// this one take their place without anybody asking for it.
func TestKeeperPacksOtherFormats(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := built(t, pool, fixture.Collection(t, pool, fixture.Spec{ID: "old", Features: fixture.Points(50)}))
	if _, err := pool.Exec(t.Context(), "update gisd.pyramid set format = format - 1; update gisd.cell set record = 'of another form'"); err != nil {
		t.Fatal(err)
	}
	old := current(t, pool, c.ID)
	if old.Pyramid.Format != pyramid.Format-1 || !tilespostgis.Wanting(old) {
		t.Fatalf("%+v", old.Pyramid)
	}
	at := within(rand.New(rand.NewPCG(1, 1)), c.Extent, tiles.PlainZoom)
	rows := tilespostgis.NewSource(pool, nil)
	want := layer(t, cellSource(t, pool, rows), old, at)
	keep(t, pool, old)
	now := current(t, pool, c.ID)
	if now.Pyramid.Format != pyramid.Format || now.Pyramid.ID == old.Pyramid.ID || len(now.Pyramid.Bands) == 0 {
		t.Fatalf("%+v", now.Pyramid)
	}
	if got := layer(t, cellSource(t, pool, noRows{t}), now, at); len(want) == 0 || !bytes.Equal(got, want) {
		t.Errorf("%d bytes from the rows, %d from the new cells", len(want), len(got))
	}
}
