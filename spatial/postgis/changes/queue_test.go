package changes_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/changes"
)

// watched is a collection whose edits are noticed.
func watched(t *testing.T, pool *pgxpool.Pool, s fixture.Spec) *spatial.Collection {
	t.Helper()
	c := fixture.Collection(t, pool, s)
	run(t, pool, `select gisd.watch_edits($1)`, c.Table)
	return c
}

func run(t *testing.T, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}, sql string, args ...any) {
	t.Helper()
	rows, err := db.Query(t.Context(), sql, args...)
	if err == nil {
		rows.Close()
		err = rows.Err()
	}
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// follower collects what a node hears.
type follower struct {
	pool *pgxpool.Pool
	mu   sync.Mutex
	got  []spatial.Change
	more chan struct{}
}

func follow(t *testing.T, pool *pgxpool.Pool, c changes.Config) *follower {
	t.Helper()
	f := &follower{pool: pool, more: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- changes.NewQueue(postgis.NewDB(pool, nil), c).Follow(ctx, f.take) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return f
}

func (f *follower) take(_ context.Context, c spatial.Changes) error {
	f.mu.Lock()
	f.got = append(f.got, c.List...)
	f.mu.Unlock()
	select {
	case f.more <- struct{}{}:
	default:
	}
	return nil
}

// upTo returns what was heard before the mark.
func (f *follower) upTo(t *testing.T, number int) []spatial.Change {
	t.Helper()
	for {
		f.mu.Lock()
		i := slices.IndexFunc(f.got, func(c spatial.Change) bool { return c.Collection == "marks" && c.Boxes[0].MinX == float64(number) })
		got := slices.Clone(f.got)
		f.mu.Unlock()
		if i >= 0 {
			return slices.DeleteFunc(got[:i], func(c spatial.Change) bool { return c.Collection == "marks" })
		}
		select {
		case <-f.more:
		case <-time.After(30 * time.Second):
			t.Fatalf("mark %d was not heard of among %d changes", number, len(got))
		}
	}
}

// mark notes a change that stands for nothing but the moment; positive numbers.
func mark(t *testing.T, pool *pgxpool.Pool, number int) {
	t.Helper()
	run(t, pool, `insert into gisd.collection_version (collection_id, version, table_name, state, geometry_type, srid, id_kind)
		values ('marks', 1, 'marks_v1', 'staging', 'Point', 4326, 'integer') on conflict do nothing`)
	run(t, pool, `select gisd.soil('marks', 1, array[$1, 0, $1, 0]::float8[])`, float64(number))
}

// TestDirtyLosesNothing: transactions that commit late, in any order, or never.
// Each of two nodes hears of each committed change once, of others never, and
// both in one order.
func TestDirtyLosesNothing(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	watched(t, pool, fixture.Spec{ID: "p", Features: fixture.Points(1)})
	nodes := []*follower{follow(t, pool, changes.Config{}), follow(t, pool, changes.Config{Poll: 20 * time.Millisecond})}

	var mu sync.Mutex
	committed := map[float64]bool{} // by the feature's x
	add := func(rng *rand.Rand, tx pgx.Tx, n int) []float64 {
		var added []float64
		for range 1 + rng.IntN(3) {
			x := 100 + float64(n*10+len(added))/1000
			run(t, tx, `insert into layers.p (id, geom) values ($1, st_setsrid(st_point($2, 11), 4326))`, n*10+len(added)+100, x)
			added = append(added, x)
			if rng.IntN(4) == 0 { // what a savepoint takes back was never there
				run(t, tx, `savepoint s`)
				run(t, tx, `insert into layers.p (id, geom) values ($1, st_setsrid(st_point($2, 11), 4326))`, n*10+len(added)+100, 50+x)
				run(t, tx, `rollback to savepoint s`)
			}
		}
		return added
	}
	begin := func() pgx.Tx {
		tx, err := pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return tx
	}
	end := func(tx pgx.Tx, commit bool, added []float64) {
		if !commit {
			if err := tx.Rollback(t.Context()); err != nil {
				t.Error(err)
			}
			return
		}
		if err := tx.Commit(t.Context()); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, x := range added {
			committed[x] = true
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	late, never := begin(), begin()
	addedLate, addedNever := add(rng, late, 0), add(rng, never, 1)
	var wg sync.WaitGroup
	for writer := range 3 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(3, uint64(writer)))
			for i := range 40 {
				tx := begin()
				added := add(rng, tx, 2+writer*40+i)
				if rng.IntN(3) == 0 {
					time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond)
				}
				end(tx, rng.IntN(4) > 0, added)
			}
		})
	}
	wg.Wait()
	mark(t, pool, 1) // positions behind those two exist by now
	for _, node := range nodes {
		node.upTo(t, 1)
	}
	end(late, true, addedLate)
	end(never, false, addedNever)
	mark(t, pool, 2)

	var order [][]uint64
	for i, node := range nodes {
		var positions []uint64
		heard := map[float64]int{}
		for _, change := range node.upTo(t, 2) {
			positions = append(positions, change.Position)
			heard[math.Round(change.Boxes[0].MinX*1000)/1000]++
		}
		if !slices.IsSorted(positions) {
			t.Errorf("node %d heard out of order", i)
		}
		order = append(order, positions)
		for x := range committed {
			if heard[math.Round(x*1000)/1000] != 1 {
				t.Errorf("node %d heard %d times of a committed change at %g", i, heard[x], x)
			}
		}
		if len(heard) != len(committed) {
			t.Errorf("node %d heard of %d places, %d were committed", i, len(heard), len(committed))
		}
	}
	if diff := gocmp.Diff(order[0], order[1]); diff != "" {
		t.Errorf("the nodes differ:\n%s", diff)
	}
	if len(committed) < 100 {
		t.Errorf("only %d changes were committed", len(committed))
	}
}
