package changes_test

import (
	"context"
	"math"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/changes"
)

// TestDirtyApply: what fails comes again; where a process ended, the next one
// goes on.
func TestDirtyApply(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	watched(t, pool, fixture.Spec{ID: "p", Features: fixture.Points(10)})
	apply := func(do func(context.Context, []spatial.Change) error) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		d := changes.NewQueue(postgis.NewDB(pool, nil), changes.Config{Poll: 20 * time.Millisecond})
		done := make(chan error, 2)
		go func() {
			done <- d.Follow(ctx, func(context.Context, spatial.Changes) error { return nil })
		}()
		go func() { done <- d.ApplyToCells(ctx, do) }()
		return func() {
			cancel()
			for range 2 {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
		}
	}
	seen := make(chan []spatial.Change, 100)
	fails := 1
	stop := apply(func(_ context.Context, list []spatial.Change) error {
		seen <- list
		if fails--; fails >= 0 {
			return context.DeadlineExceeded
		}
		return nil
	})
	for { // the reader begins with what comes after it
		var there bool
		if err := pool.QueryRow(t.Context(), `select exists (select from gisd.dirty_reader)`).Scan(&there); err != nil {
			t.Fatal(err)
		}
		if there {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	run(t, pool, `select gisd.soil('p', 1, '{1,1,2,2}', 'cells')`)
	run(t, pool, `delete from layers.p where id = 1`)
	first, again := <-seen, <-seen
	if diff := gocmp.Diff(first, again); diff != "" || len(first) != 1 || first[0].Derived {
		t.Errorf("after a failure other changes came: %+v\n%s", first, diff)
	}
	for f := follow(t, pool, changes.Config{Poll: 20 * time.Millisecond}); ; {
		var done bool
		if err := pool.QueryRow(t.Context(), `select position >= $1 from gisd.dirty_reader`, first[0].Position).Scan(&done); err != nil {
			t.Fatal(err)
		}
		if done {
			break
		}
		<-f.more
	}
	stop()
	run(t, pool, `delete from layers.p where id = 2`)
	stop = apply(func(_ context.Context, list []spatial.Change) error {
		seen <- list
		return nil
	})
	defer stop()
	if next := <-seen; len(next) != 1 || next[0].Position <= first[0].Position || math.Abs(next[0].Boxes[0].MinX-106.61) > 1e-9 {
		t.Errorf("the next process got %+v", next)
	}
}
