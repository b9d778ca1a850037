package changes_test

import (
	"cmp"
	"context"
	"fmt"
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

func centimetres(boxes []spatial.Envelope) []spatial.Envelope {
	out := slices.Clone(boxes)
	for i := range out {
		for _, v := range []*float64{&out[i].MinX, &out[i].MinY, &out[i].MaxX, &out[i].MaxY} {
			*v = math.Round(*v*1e4) / 1e4
		}
	}
	slices.SortFunc(out, func(a, b spatial.Envelope) int {
		return cmp.Or(cmp.Compare(a.MinX, b.MinX), cmp.Compare(a.MinY, b.MinY))
	})
	return out
}

func TestDirtyBoxes(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := watched(t, pool, fixture.Spec{ID: "p", Features: fixture.Points(20)})
	box := func(minX, minY, maxX, maxY float64) spatial.Envelope {
		return spatial.Envelope{SRID: 4326, MinX: minX, MinY: minY, MaxX: maxX, MaxY: maxY}
	}
	point := func(x, y float64) spatial.Envelope { return box(x, y, x, y) }
	tests := []struct {
		name, sql string
		want      []spatial.Envelope
		whole     bool
	}{
		{"insert", `insert into layers.p (geom) values (st_setsrid(st_point(106.5, 11), 4326))`, []spatial.Envelope{point(106.5, 11)}, false},
		{"move", `update layers.p set geom = st_setsrid(st_point(106.4, 11.1), 4326) where id = 21`, []spatial.Envelope{point(106.4, 11.1), point(106.5, 11)}, false},
		{"attribute", `update layers.p set name = 'x' where id = 21`, []spatial.Envelope{point(106.4, 11.1)}, false},
		{"some as they were", `update layers.p set name = case when id = 3 then 'y' else name end`, []spatial.Envelope{point(106.62, 10.9)}, false},
		{"another id", `update layers.p set id = 30 where id = 21`, []spatial.Envelope{point(106.4, 11.1)}, false},
		{"delete", `delete from layers.p where id in (1, 30)`, []spatial.Envelope{point(106.4, 11.1), point(106.6, 10.9)}, false},
		{"no geometry", `insert into layers.p (id, name) values (31, 'bare')`, nil, false},
		{"nothing", `update layers.p set name = 'z' where id = -1`, nil, false},
		{"as it was", `update layers.p set name = name`, nil, false},
		{"a diagonal", `insert into layers.p (id, geom) values (32, st_geomfromtext('LINESTRING(106 11, 106.16 11.16)', 4326))`, diagonal(106, 11, 0.01, 16), false},
		{"not to be cut", `insert into layers.p (id, geom) values (33, st_geomfromtext('POLYGON((106 11, 106.1 11.1, 106.1 11, 106 11.1, 106 11))', 4326))`, nil, false},
		{"truncate", `truncate data.` + c.Table, nil, true},
	}
	f := follow(t, pool, changes.Config{})
	before := 0
	for i, test := range tests {
		run(t, pool, test.sql)
		mark(t, pool, i+1)
		got := f.upTo(t, i+1)
		got, before = got[before:], len(got)
		switch {
		case test.name == "not to be cut": // an invalid polygon: its parts cover it, or its box does
			if len(got) != 1 || len(got[0].Boxes) == 0 {
				t.Errorf("%s: %+v", test.name, got)
			}
		case test.want == nil && !test.whole:
			if len(got) != 0 {
				t.Errorf("%s: %+v", test.name, got)
			}
		case len(got) != 1:
			t.Errorf("%s: %d changes %+v", test.name, len(got), got)
		default:
			if diff := gocmp.Diff(centimetres(test.want), centimetres(got[0].Boxes)); diff != "" && test.name != "a diagonal" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
			if got[0].Whole != test.whole || got[0].Version != c.Version || got[0].Derived {
				t.Errorf("%s: %+v", test.name, got[0])
			}
			if test.name == "a diagonal" {
				sum := 0.0
				for _, b := range got[0].Boxes {
					sum += (b.MaxX - b.MinX) * (b.MaxY - b.MinY)
				}
				if n := len(got[0].Boxes); n < 16 || n > 48 || sum > 0.16*0.16/8 {
					t.Errorf("%s: %d boxes of %g square degrees: %+v", test.name, n, sum, got[0].Boxes)
				}
			}
		}
	}
}

func diagonal(x, y, step float64, n int) []spatial.Envelope {
	boxes := make([]spatial.Envelope, n)
	for i := range boxes {
		at := float64(i) * step
		boxes[i] = spatial.Envelope{SRID: 4326, MinX: x + at, MinY: y + at, MaxX: x + at + step, MaxY: y + at + step}
	}
	return boxes
}

// TestDirtyBulk: however many features a statement changes, its boxes are few
// and hold all of them.
func TestDirtyBulk(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	watched(t, pool, fixture.Spec{ID: "p", SRID: 9210, Features: fixture.Points(1)})
	run(t, pool, `alter table data.p_v1 disable trigger record_edit`) // history of so many takes long
	run(t, pool, `alter table data.p_v1 disable trigger stamp_edit`)
	run(t, pool, `insert into layers.p (id, revision, recorded_at, changed_by, geom)
		select n, 1, now(), 'test', st_setsrid(st_point(500000 + (n * 7919) % 60000, 1200000 + (n::bigint * 104729) % 50000), 9210)
		from generate_series(2, 30000) n`)
	run(t, pool, `update layers.p set name = 'x' where id <= 1000`)
	mark(t, pool, 2)
	got := follow(t, pool, changes.Config{}).upTo(t, 2)
	if len(got) != 2 {
		t.Fatalf("%d changes", len(got))
	}
	if n := len(got[0].Boxes); n < 500 || n > 1024 {
		t.Errorf("30000 features gave %d boxes", n)
	}
	if n := len(got[1].Boxes); n < 990 || n > 1000 {
		t.Errorf("1000 features gave %d boxes", n)
	}
	for n := 2; n <= 30000; n += 97 {
		x, y := 500000+float64(n*7919%60000), 1200000+float64(n*104729%50000)
		if !slices.ContainsFunc(got[0].Boxes, func(b spatial.Envelope) bool {
			return b.SRID == 9210 && x >= b.MinX && x <= b.MaxX && y >= b.MinY && y <= b.MaxY
		}) {
			t.Errorf("no box holds feature %d at %g %g", n, x, y)
		}
	}
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

func TestDirtyIsTrimmed(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	watched(t, pool, fixture.Spec{ID: "p", Features: fixture.Points(10)})
	f := follow(t, pool, changes.Config{Poll: 5 * time.Millisecond, Keep: 20 * time.Millisecond})
	run(t, pool, `insert into gisd.dirty_reader values ('cells', 0)`)
	run(t, pool, `delete from layers.p where id = 1`)
	count := func() (n int, forgotten uint64) {
		<-f.more
		err := pool.QueryRow(t.Context(), `select (select count(*) from gisd.dirty), forgotten from gisd.dirty_state`).Scan(&n, &forgotten)
		if err != nil {
			t.Fatal(err)
		}
		return n, forgotten
	}
	for range 30 {
		if n, _ := count(); n != 1 {
			t.Fatalf("%d rows although cells do not show them yet", n)
		}
	}
	_, before := count()
	run(t, pool, `update gisd.dirty_reader set position = 9223372036854775807`)
	for n := 1; n > 0; {
		n, _ = count()
	}
	if _, after := count(); after <= before {
		t.Errorf("forgotten went from %d to %d", before, after)
	}
}

// TestDirtyInAnotherDatabase: a copy goes on with higher positions, and what is
// known of earlier ones says nothing.
func TestDirtyInAnotherDatabase(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	f := follow(t, pool, changes.Config{})
	mark(t, pool, 1)
	f.upTo(t, 1)
	var before, forgotten uint64
	if err := pool.QueryRow(t.Context(), `update gisd.dirty_state set database = 'another' returning position`).Scan(&before); err != nil {
		t.Fatal(err)
	}
	f = follow(t, pool, changes.Config{})
	mark(t, pool, 2)
	f.upTo(t, 2)
	if err := pool.QueryRow(t.Context(), `select forgotten from gisd.dirty_state`).Scan(&forgotten); err != nil {
		t.Fatal(err)
	}
	if forgotten <= before {
		t.Errorf("forgotten is %d, the last position there was %d", forgotten, before)
	}
}

func TestUnwatched(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	watched(t, s.Pool, fixture.Spec{ID: "good", Features: fixture.Points(1)})
	watched(t, s.Pool, fixture.Spec{ID: "off", Features: fixture.Points(1)})
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "bare", Features: fixture.Points(1)})
	run(t, s.Pool, `alter table data.off_v1 disable trigger note_update, disable trigger stamp_edit`)
	got, err := changes.FindUnwatched(t.Context(), s.DB)
	if err != nil {
		t.Fatal(err)
	}
	want := []changes.Unwatched{
		{Collection: "bare", Triggers: []string{"note_delete", "note_insert", "note_truncate", "note_update", "record_edit", "stamp_edit"}},
		{Collection: "off", Triggers: []string{"note_update", "stamp_edit"}},
	}
	for i := range got {
		slices.Sort(got[i].Triggers)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	f := follow(t, s.Pool, changes.Config{})
	for _, id := range []string{"bare", "off"} {
		if err := changes.Mend(t.Context(), s.DB, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := changes.Mend(t.Context(), s.DB, "none"); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("no such collection: %v", err)
	}
	if got, err := changes.FindUnwatched(t.Context(), s.DB); err != nil || len(got) != 0 {
		t.Errorf("after mending: %v, %v", got, err)
	}
	run(t, s.Pool, `update layers.off set name = 'x'`)
	mark(t, s.Pool, 2)
	var heard []string
	for _, c := range f.upTo(t, 2) {
		heard = append(heard, fmt.Sprint(c.Collection, c.Whole))
	}
	if diff := gocmp.Diff([]string{"baretrue", "offtrue", "offfalse"}, heard); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
}
