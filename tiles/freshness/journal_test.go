package freshness_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/freshness"
)

// queue hands out what a test puts in.
type queue struct {
	batches chan spatial.Changes
	taken   chan error
	widened []spatial.Envelope
	apply   []spatial.Change
	applied chan error
}

func newQueue() *queue {
	return &queue{batches: make(chan spatial.Changes), taken: make(chan error), applied: make(chan error, 1)}
}

func (q *queue) Follow(ctx context.Context, take func(context.Context, spatial.Changes) error) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case c := <-q.batches:
			q.taken <- take(ctx, c)
		}
	}
}

func (q *queue) ApplyToCells(ctx context.Context, do func(context.Context, []spatial.Change) error) error {
	q.applied <- do(ctx, q.apply)
	<-ctx.Done()
	return nil
}

func (q *queue) Widen(_ context.Context, _ string, _ int, box spatial.Envelope) error {
	q.widened = append(q.widened, box)
	return nil
}

// give hands over changes and waits until they are taken.
func (q *queue) give(t *testing.T, c spatial.Changes) {
	t.Helper()
	q.batches <- c
	if err := <-q.taken; err != nil {
		t.Fatal(err)
	}
}

type catalogue []*spatial.Collection

func (c catalogue) Collections(spatial.Access) []*spatial.Collection { return c }

func (c catalogue) Collection(id string, _ spatial.Access) (*spatial.Collection, error) {
	for _, one := range c {
		if one.ID == id {
			return one, nil
		}
	}
	return nil, spatial.NotFound("test", "no such collection")
}

// log notes calls in their order.
type log []string

func (l *log) add(what, id string) { *l = append(*l, what+" "+id) }

type tier struct{ log *log }

func (f tier) Forget(_ context.Context, id string, touches, _ func(tiles.Coord) bool) {
	if touches(tiles.Coord{}) {
		f.log.add("forget tiles", id)
	}
}

type cells struct{ log *log }

func (c cells) Suspend(of *spatial.Collection, boxes []spatial.Envelope) {
	c.log.add(fmt.Sprintf("suspend %d", len(boxes)), of.ID)
}

func (c cells) Forget(of *spatial.Collection, boxes []spatial.Envelope) {
	c.log.add(fmt.Sprintf("forget %d cells", len(boxes)), of.ID)
}

func (c cells) Resume(of *spatial.Collection, boxes []spatial.Envelope) {
	c.log.add(fmt.Sprintf("resume %d", len(boxes)), of.ID)
}

func (c cells) ForgetSmall(of *spatial.Collection, boxes []spatial.Envelope) {
	c.log.add(fmt.Sprintf("forget %d small", len(boxes)), of.ID)
}

func (c cells) Rebuild(_ context.Context, of *spatial.Collection, boxes []spatial.Envelope) (int, error) {
	c.log.add("rebuild", of.ID)
	return len(boxes), nil
}

func (c cells) Small(*spatial.Collection) bool { return false }

func (c cells) Discard(_ context.Context, of *spatial.Collection) error {
	c.log.add("discard", of.ID)
	return nil
}

func start(t *testing.T, c freshness.Config) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- freshness.New(c, nil).Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func box4326(minX, minY, maxX, maxY float64) spatial.Envelope {
	return spatial.Envelope{SRID: 4326, MinX: minX, MinY: minY, MaxX: maxX, MaxY: maxY}
}

func roads() *spatial.Collection {
	return &spatial.Collection{ID: "roads", Version: 3, SRID: 4326, Extent: box4326(106, 10, 107, 12)}
}

// TestOrder: what keeps tiles true happens in one order, whoever is late.
func TestOrder(t *testing.T) {
	t.Parallel()
	q, calls := newQueue(), &log{}
	q.apply = []spatial.Change{{Position: 7, Collection: "roads", Version: 3, Boxes: []spatial.Envelope{box4326(106.5, 11, 106.6, 11.1)}}}
	start(t, freshness.Config{
		Queue: q, Catalogue: catalogue{roads()}, Journal: freshness.NewJournal(nil),
		Tiles: tier{calls}, Cells: cells{calls}, Rebuilder: cells{&log{}},
		Tell: func(list []spatial.Change) { calls.add("tell", list[0].Collection) },
	})
	if err := <-q.applied; err != nil {
		t.Error(err)
	}
	one := spatial.Change{Position: 7, Collection: "roads", Version: 3, Boxes: []spatial.Envelope{box4326(106.5, 11, 106.6, 11.1)}}
	derived := one
	derived.Position, derived.Derived = 8, true
	q.give(t, spatial.Changes{List: []spatial.Change{one, derived}, Position: 8, Rebuilt: 5})
	q.give(t, spatial.Changes{Position: 8, Rebuilt: 6})
	q.give(t, spatial.Changes{Position: 8, Rebuilt: 8})
	want := log{"suspend 1 roads", "forget 1 small roads", "forget tiles roads", "tell roads", "forget 1 cells roads", "resume 1 roads"}
	if diff := cmp.Diff(want, *calls); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCellsHearOfABatchOnce: suspending costs as much as what is suspended, so that
// a script that edits row by row must not be told of row by row.
func TestCellsHearOfABatchOnce(t *testing.T) {
	t.Parallel()
	q, calls := newQueue(), &log{}
	rail := *roads()
	rail.ID = "rail"
	start(t, freshness.Config{Queue: q, Catalogue: catalogue{roads(), &rail}, Journal: freshness.NewJournal(nil), Cells: cells{calls}})
	var list []spatial.Change
	for i := range 9 {
		x := 106 + float64(i)/10
		list = append(list, spatial.Change{Position: uint64(i + 1), Collection: []string{"roads", "rail"}[i%2], Version: 3, Boxes: []spatial.Envelope{box4326(x, 11, x, 11)}})
	}
	q.give(t, spatial.Changes{List: list, Position: 9})
	q.give(t, spatial.Changes{Position: 9, Rebuilt: 5})
	q.give(t, spatial.Changes{Position: 9, Rebuilt: 9})
	want := log{"suspend 5 roads", "suspend 4 rail",
		"forget 3 cells roads", "forget 2 cells rail", "resume 3 roads", "resume 2 rail",
		"forget 2 cells rail", "forget 2 cells roads", "resume 2 rail", "resume 2 roads"}
	if diff := cmp.Diff(want, *calls); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLostTrack: a node that was away until the queue had forgotten lets go of
// everything.
func TestLostTrack(t *testing.T) {
	t.Parallel()
	q, calls, journal := newQueue(), &log{}, freshness.NewJournal(nil)
	var told []spatial.Change
	start(t, freshness.Config{Queue: q, Catalogue: catalogue{roads()}, Journal: journal, Tiles: tier{calls},
		Tell: func(list []spatial.Change) { told = append(told, list...) }})
	q.give(t, spatial.Changes{Position: 10, Forgotten: 9})
	q.give(t, spatial.Changes{Position: 20, Forgotten: 10})
	if len(*calls) != 0 || journal.Touched("roads", 10, tiles.Coord{}) {
		t.Error("nothing was forgotten that this node did not know")
	}
	q.give(t, spatial.Changes{Position: 40, Forgotten: 30})
	if diff := cmp.Diff(log{"forget tiles roads"}, *calls); diff != "" || len(told) != 1 || !told[0].Whole {
		t.Errorf("told %+v, and (-want +got):\n%s", told, diff)
	}
	if !journal.Touched("roads", 29, tiles.Coord{}) || journal.Touched("roads", 40, tiles.Coord{}) {
		t.Error("a build of before may be old, one of now is not")
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	journal := freshness.NewJournal(func() time.Time { return now })
	near, far := tiles.Coord{Z: 14, X: 13046, Y: 7686}, tiles.Coord{Z: 14, X: 13060, Y: 7686} // 106.66 11.04; 106.96 11.04
	if !journal.Touched("roads", 0, far) {
		t.Error("before the first word nothing is known")
	}
	q := newQueue()
	start(t, freshness.Config{Queue: q, Catalogue: catalogue{roads()}, Journal: journal})
	change := func(position uint64) spatial.Change {
		return spatial.Change{Position: position, Collection: "roads", Boxes: []spatial.Envelope{box4326(106.66, 11.04, 106.661, 11.041)}}
	}
	q.give(t, spatial.Changes{List: []spatial.Change{change(5)}, Position: 7, Forgotten: 3})
	ask := func(what string, want bool, collection string, position uint64, c tiles.Coord) {
		t.Helper()
		if got := journal.Touched(collection, position, c); got != want {
			t.Errorf("%s: %v", what, got)
		}
	}
	ask("begun before the change", true, "roads", 4, near)
	ask("begun before the change, elsewhere", false, "roads", 4, far)
	ask("another collection", false, "rail", 4, near)
	ask("begun after the change", false, "roads", 5, near)
	ask("begun now", false, "roads", journal.Position(), near)
	ask("begun on a node that is ahead", false, "roads", 100, near)
	ask("begun before what the queue remembers", true, "roads", 2, far)
	made := change(8)
	made.Collection, made.Derived = "made", true
	q.give(t, spatial.Changes{List: []spatial.Change{made}, Position: 8, Forgotten: 3})
	ask("small scales were made again", true, "made", 7, tiles.Coord{Z: 11, X: near.X >> 3, Y: near.Y >> 3})
	ask("features were not", false, "made", 7, tiles.Coord{Z: 13, X: near.X >> 1, Y: near.Y >> 1})
	if !journal.TouchedAny("roads", 4) || journal.TouchedAny("roads", 5) || journal.TouchedAny("rail", 4) {
		t.Error("any tile of the collection")
	}
	now = now.Add(7 * time.Second)
	ask("nothing was heard for long", true, "rail", 7, far)
	q.give(t, spatial.Changes{Position: 7, Forgotten: 3})
	ask("heard again", false, "rail", 7, far)
	ask("still remembered", true, "roads", 4, near)
	now = now.Add(80 * time.Minute)
	q.give(t, spatial.Changes{List: []spatial.Change{change(9)}, Position: 9, Forgotten: 3})
	ask("begun before what is remembered", true, "roads", 4, far)
	ask("of another collection nothing is forgotten", false, "rail", 4, far)
	ask("begun after it", false, "roads", 5, far)
	ask("and touched since", true, "roads", 8, near)
}

// TestTold: maps hear of few boxes that hold all of many, in degrees.
func TestTold(t *testing.T) {
	t.Parallel()
	q := newQueue()
	var told []spatial.Change
	start(t, freshness.Config{Queue: q, Catalogue: catalogue{roads()}, Journal: freshness.NewJournal(nil),
		Tell: func(list []spatial.Change) { told = list }})
	rng := rand.New(rand.NewPCG(1, 2))
	change := spatial.Change{Position: 1, Collection: "roads", Version: 3}
	for range 1000 {
		x, y := 106+rng.Float64(), 10+2*rng.Float64()
		change.Boxes = append(change.Boxes, box4326(x, y, x, y))
	}
	q.give(t, spatial.Changes{List: []spatial.Change{change}, Position: 1})
	if len(told) != 1 || told[0].Whole || len(told[0].Boxes) > 64 {
		t.Fatalf("told %+v", told)
	}
	for _, b := range change.Boxes {
		held := false
		for _, box := range told[0].Boxes {
			held = held || b.MinX >= box.MinX && b.MaxX <= box.MaxX && b.MinY >= box.MinY && b.MaxY <= box.MaxY
		}
		if !held {
			t.Fatalf("%+v is not told of", b)
		}
	}
	for _, whole := range []spatial.Change{{Whole: true}, {Boxes: []spatial.Envelope{{SRID: 990001, MaxX: 1, MaxY: 1}}}} {
		whole.Position, whole.Collection, whole.Version = 2, "roads", 3
		q.give(t, spatial.Changes{List: []spatial.Change{whole}, Position: 2})
		if len(told) != 1 || !told[0].Whole || len(told[0].Boxes) != 0 {
			t.Errorf("told %+v", told)
		}
	}
	told = nil
	nowhere := spatial.Change{Position: 3, Collection: "roads", Version: 3, Boxes: []spatial.Envelope{box4326(math.NaN(), 1, 2, 3)}}
	q.give(t, spatial.Changes{List: []spatial.Change{nowhere}, Position: 3})
	if len(told) != 0 {
		t.Errorf("told of nothing: %+v", told)
	}
}

func TestWiden(t *testing.T) {
	t.Parallel()
	q := newQueue()
	start(t, freshness.Config{Queue: q, Catalogue: catalogue{roads()}, Journal: freshness.NewJournal(nil)})
	give := func(b spatial.Envelope) []spatial.Envelope {
		t.Helper()
		q.widened = nil
		q.give(t, spatial.Changes{Position: 1, List: []spatial.Change{{Position: 1, Collection: "roads", Version: 3, Boxes: []spatial.Envelope{b}}}})
		return q.widened
	}
	if got := give(box4326(106.1, 11, 106.2, 11.1)); len(got) != 0 {
		t.Errorf("inside: %v", got)
	}
	got := give(box4326(106.1, 11, 107.5, 11.1))
	if len(got) != 1 || got[0].MaxX < 107.5 || got[0].MaxX > 107.6 || got[0].MinX < 105.99 || got[0].MaxY > 12.01 {
		t.Errorf("to the east: %v", got)
	}
}

func TestTouches(t *testing.T) {
	t.Parallel()
	tile := tiles.Coord{Z: 3, X: 4, Y: 3}
	e := tiles.WebMercatorQuad().Envelope(tile, tiles.Extent, tiles.TileBuffer)
	at := func(dx float64) spatial.Envelope {
		return spatial.Envelope{SRID: 3857, MinX: e.MaxX + dx, MaxX: e.MaxX + dx + 1, MinY: e.MinY, MaxY: e.MinY + 1}
	}
	if !freshness.Touches(tile, at(-1)) || !freshness.Touches(tile, at(0)) || freshness.Touches(tile, at(0.01*(e.MaxX-e.MinX))) {
		t.Error("the edge of the buffer belongs to it, what lies far beyond does not")
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		z := uint32(1 + rng.IntN(18))
		c := tiles.Coord{Z: z, X: rng.Uint32N(1 << z), Y: rng.Uint32N(1 << z)}
		near := tiles.WebMercatorQuad().Envelope(c, tiles.Extent, 100)
		x, y := near.MinX+rng.Float64()*(near.MaxX-near.MinX), near.MinY+rng.Float64()*(near.MaxY-near.MinY)
		b := spatial.Envelope{SRID: 3857, MinX: x, MinY: y, MaxX: x + 1, MaxY: y + 1}
		if freshness.Touches(c, b) && !freshness.Touches(tiles.Coord{Z: z - 1, X: c.X / 2, Y: c.Y / 2}, b) {
			t.Fatalf("%+v touches %v and not its parent", b, c)
		}
	}
}
