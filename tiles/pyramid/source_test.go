package pyramid_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"testing"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
	"gisd/tiles/pyramid"
)

// fromRows is the answer of rows, told apart from that of a cell.
var fromRows = []byte("rows")

type rows struct{ asked atomic.Int64 }

func (r *rows) Layer(context.Context, tiles.LayerRequest) ([]byte, error) {
	r.asked.Add(1)
	return fromRows, nil
}

// store holds one record, of the cell at home, and counts who reads it; hold keeps readers waiting.
type store struct {
	mu     sync.Mutex
	record []byte
	err    error
	reads  atomic.Int64
	owners map[uint32][]int
	told   atomic.Int64  // how often owners were asked for
	begun  chan struct{} // gets a value for each read
	hold   chan struct{}
}

// holding is a store whose readers wait until hold is closed.
func holding(record []byte) *store {
	return &store{record: record, begun: make(chan struct{}, 16), hold: make(chan struct{})}
}

func (s *store) Record(ctx context.Context, k pyramid.Key) ([]byte, error) {
	s.reads.Add(1)
	s.mu.Lock()
	record, err, hold := s.record, s.err, s.hold
	s.mu.Unlock()
	if hold != nil {
		s.begun <- struct{}{}
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if k.Coord.Z != home.Z {
		return nil, err
	}
	return record, err
}

func (s *store) Owners(context.Context) (map[uint32][]int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told.Add(1)
	return maps.Clone(s.owners), s.err
}

func (s *store) set(record []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record, s.err = record, err
}

var (
	home = tiles.Coord{Z: 14, X: 13046, Y: 7689}
	band = cell.Band{First: 14, Last: 18}
)

// point is a record of the cell at home with a point in its middle.
func point(t *testing.T, id uint64) []byte {
	t.Helper()
	b := cell.NewBuilder()
	if err := b.Reset(band, home, []string{"id"}); err != nil {
		t.Fatal(err)
	}
	side := int64(1) << (band.Bits() - 14)
	s := mvt.Shape{
		Positions: []mvt.Position{{X: int64(home.X)*side + side/2, Y: int64(home.Y)*side + side/2}},
		Parts:     []mvt.Part{{Kind: mvt.PointPart, Start: 0, End: 1}},
	}
	if !b.Geometry(&s) {
		t.Fatal("the point does not lie in its cell")
	}
	b.EndFeature(cell.Meta{ID: id})
	record, err := b.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

func collection() *spatial.Collection {
	return &spatial.Collection{ID: "c", Published: true, Visibility: spatial.VisibilityPublic, Version: 1,
		Pyramid: spatial.Pyramid{ID: 7, Format: pyramid.Format, Bands: []spatial.ZoomBand{{First: 14, Last: 18}}}}
}

func newSource(t *testing.T, s *store) (*pyramid.Source, *rows) {
	t.Helper()
	r := &rows{}
	source, err := pyramid.NewSource(pyramid.Config{Rows: r, Cells: s}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return source, r
}

func draw(t *testing.T, s *pyramid.Source, c *spatial.Collection, at tiles.Coord) []byte {
	t.Helper()
	b, err := s.Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: at})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhereTilesComeFrom(t *testing.T) {
	t.Parallel()
	record := point(t, 1)
	other, hidden, broken := collection(), collection(), bytes.Clone(record)
	other.Pyramid.Format++
	hidden.Visibility = spatial.VisibilityInternal
	broken[len(broken)/2] ^= 0x55
	for _, test := range []struct {
		name   string
		c      *spatial.Collection
		at     tiles.Coord
		record []byte
		err    error
		want   string
	}{
		{"a cell", collection(), home, record, nil, "cell"},
		{"a tile below it", collection(), tiles.Coord{Z: 15, X: 2*home.X + 1, Y: 2*home.Y + 1}, record, nil, "cell"},
		{"nothing there", collection(), home, nil, nil, "empty"},
		{"a zoom without a band", collection(), tiles.Coord{Z: 13, X: home.X / 2, Y: home.Y / 2}, record, nil, "rows"},
		{"no cells", &spatial.Collection{ID: "c", Published: true, Visibility: spatial.VisibilityPublic}, home, record, nil, "rows"},
		{"cells of another program", other, home, record, nil, "rows"},
		{"a cell too large", collection(), home, nil, pyramid.ErrFromRows, "rows"},
		{"a damaged cell", collection(), home, broken, nil, "rows"},
		{"a caller who may not", hidden, home, record, nil, "rows"}, // which refuse
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, _ := newSource(t, &store{record: test.record, err: test.err})
			got := draw(t, s, test.c, test.at)
			is := "cell"
			switch {
			case bytes.Equal(got, fromRows):
				is = "rows"
			case len(got) == 0:
				is = "empty"
			}
			if is != test.want {
				t.Errorf("the answer is from %s, want %s", is, test.want)
			}
		})
	}
}

func TestCellIsReadOnceAndKept(t *testing.T) {
	t.Parallel()
	held := holding(point(t, 1))
	s, _ := newSource(t, held)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { draw(t, s, collection(), home) })
	}
	<-held.begun
	close(held.hold)
	wait.Wait()
	draw(t, s, collection(), home)
	if n := held.reads.Load(); n != 1 {
		t.Errorf("%d reads", n)
	}
}

func TestReaderThatGoesAwayLeavesTheOthers(t *testing.T) {
	t.Parallel()
	held := holding(point(t, 1))
	s, _ := newSource(t, held)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		_, err := s.Layer(ctx, tiles.LayerRequest{Collection: collection(), Coord: home})
		first <- err
	}()
	<-held.begun
	second := make(chan []byte)
	go func() { second <- draw(t, s, collection(), home) }()
	cancel()
	if err := <-first; spatial.CodeOf(err) != spatial.CodeCanceled {
		t.Errorf("%v, want canceled", err)
	}
	close(held.hold)
	if len(<-second) == 0 {
		t.Error("the other got nothing")
	}
}

func TestForgetDropsWhatIsBeingReadToo(t *testing.T) {
	t.Parallel()
	held := holding(point(t, 1))
	s, _ := newSource(t, held)
	c := collection()
	old := make(chan []byte)
	go func() { old <- draw(t, s, c, home) }()
	<-held.begun
	box := tiles.WebMercatorQuad().Envelope(home, tiles.Extent, 0)
	s.Forget(c, []spatial.Envelope{box})
	held.set(point(t, 2), nil)
	close(held.hold)
	before := <-old
	after := draw(t, s, c, home)
	if bytes.Equal(before, after) {
		t.Error("a cell that was read before the edit is still served")
	}
	if draw(t, s, c, home); held.reads.Load() != 2 {
		t.Errorf("%d reads", held.reads.Load())
	}
	away := box
	away.MinX, away.MaxX = box.MinX+1e6, box.MaxX+1e6
	s.Forget(c, []spatial.Envelope{away})
	if draw(t, s, c, home); held.reads.Load() != 2 {
		t.Error("a box elsewhere dropped the cell")
	}
}

func TestSuspendedTilesComeFromRows(t *testing.T) {
	t.Parallel()
	s, _ := newSource(t, &store{record: point(t, 1)})
	c := collection()
	set := tiles.WebMercatorQuad()
	middle := set.Envelope(tiles.Coord{Z: 16, X: home.X*4 + 2, Y: home.Y*4 + 2}, tiles.Extent, -100)
	far := tiles.Coord{Z: 16, X: home.X * 4, Y: home.Y * 4}
	is := func(at tiles.Coord, want bool, when string) {
		t.Helper()
		if got := bytes.Equal(draw(t, s, c, at), fromRows); got != want {
			t.Errorf("%s: %v comes from rows: %v", when, at, got)
		}
	}
	boxes := []spatial.Envelope{middle}
	s.Suspend(c, boxes)
	s.Suspend(c, boxes)
	is(home, true, "suspended twice")
	is(far, false, "suspended elsewhere in the cell")
	c.Pyramid.Bands = append(c.Pyramid.Bands, spatial.ZoomBand{First: 10, Last: 11})
	is(tiles.Coord{Z: 10, X: home.X >> 4, Y: home.Y >> 4}, false, "a small scale")
	s.Resume(c, boxes)
	is(home, true, "resumed once")
	s.Resume(c, boxes)
	is(home, false, "resumed twice")
}

func TestErrorsOfTheStoreAreNotKept(t *testing.T) {
	t.Parallel()
	broken := errors.New("no connection")
	st := &store{err: broken}
	s, _ := newSource(t, st)
	if _, err := s.Layer(t.Context(), tiles.LayerRequest{Collection: collection(), Coord: home}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	st.set(point(t, 1), nil)
	if len(draw(t, s, collection(), home)) == 0 {
		t.Error("nothing once the store is back")
	}
}

func TestTouched(t *testing.T) {
	t.Parallel()
	set := tiles.WebMercatorQuad()
	for _, test := range []struct {
		name     string
		box      spatial.Envelope
		from, to [2]uint32
		none     bool
	}{
		{"within a tile", set.Envelope(home, tiles.Extent, -200), [2]uint32{home.X, home.Y}, [2]uint32{home.X, home.Y}, false},
		{"the tile and its neighbours' buffers", set.Envelope(home, tiles.Extent, 0), [2]uint32{home.X - 1, home.Y - 1}, [2]uint32{home.X + 1, home.Y + 1}, false},
		{"the world", set.Envelope(tiles.Coord{}, tiles.Extent, 64), [2]uint32{0, 0}, [2]uint32{1<<14 - 1, 1<<14 - 1}, false},
		{"beyond the world", spatial.Envelope{SRID: 3857, MinX: 3e7, MinY: 0, MaxX: 4e7, MaxY: 1}, [2]uint32{}, [2]uint32{}, true},
		{"nothing", spatial.EmptyEnvelope(3857), [2]uint32{}, [2]uint32{}, true},
	} {
		from, to, ok := pyramid.Touched(test.box, 14)
		if ok == test.none || ok && ([2]uint32{from.X, from.Y} != test.from || [2]uint32{to.X, to.Y} != test.to) {
			t.Errorf("%s: %v to %v, %v", test.name, from, to, ok)
		}
	}
}
