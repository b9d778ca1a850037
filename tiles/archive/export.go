package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"gisd/spatial"
	"gisd/tiles"
)

// Drawer answers for tiles; tiles.Service is one.
type Drawer interface {
	Tile(ctx context.Context, r tiles.Request) (tiles.Answer, error)
}

// Export is an archive to be written: the tiles of a tileset, a region of it if
// Box is there, with the zooms First to Last.
type Export struct {
	Drawer  Drawer
	Request tiles.Request // whose tiles, for whom; its Coord is not looked at
	Tileset *tiles.Tileset
	Title   tiles.TileJSON
	First   int
	Last    int
	// Box is in SRID 4326, lon lat degrees, west of its east. Tiles that it touches
	// are written whole, with all that lies on them.
	Box *spatial.Envelope
	// Vacant tells that there is nothing on a tile, nor on any below it; nil is
	// nobody. It is asked of tiles that turned out empty.
	Vacant   func(ctx context.Context, c tiles.Coord) (bool, error)
	Workers  int // tiles drawn at a time; 0 is the processors
	Progress func(Progress)
	// Every is how often what is done is made safe; 0 is 5 s.
	Every time.Duration
}

// Progress is how far an export is. Done counts empty tiles too.
type Progress struct {
	Done, Of int64
	Resumed  bool
	Counts
	Seconds float64
}

// Report is what was written.
type Report struct {
	Counts
	Resumed bool    `json:"resumed"` // an export that was cut off went on
	Seconds float64 `json:"seconds"`
}

// Endings of the archives that are written.
const (
	EndingPMTiles = ".pmtiles"
	EndingMBTiles = ".mbtiles"
)

// Part is the name that an archive has until it is complete.
func Part(path string) string { return path + ".part" }

// partLog is the journal beside an unfinished PMTiles archive.
func partLog(path string) string { return path + ".part.log" }

// Discard removes what an export to path left unfinished.
func Discard(path string) error {
	for _, name := range []string{Part(path), partLog(path), Part(path) + "-journal"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return writing(err)
		}
	}
	return nil
}

// Write makes the archive at path, which appears when it is complete. What an
// equal export left unfinished there is gone on with; that of another one is
// thrown away. Beside the memory of the drawing it takes some 100 MiB at most.
// One export at a time writes to a path.
//
// Errors: invalid for zooms or a box without tiles, else those of drawing and of
// the disk; then what is there stays for the next call.
func (e *Export) Write(ctx context.Context, path string) (Report, error) {
	started := time.Now()
	r, err := e.region()
	if err != nil {
		return Report{}, err
	}
	d, err := Describe(e.Title, e.First, e.Last)
	if err != nil {
		return Report{}, err
	}
	if e.Box != nil {
		d.within([4]float64{e.Box.MinX, e.Box.MinY, e.Box.MaxX, e.Box.MaxY})
	}
	stamp, err := e.stamp()
	if err != nil {
		return Report{}, err
	}
	b, err := begin(ctx, path, stamp)
	if err != nil {
		return Report{}, err
	}
	run := &run{Export: e, region: r, begun: b, started: started, safe: started, until: b.next}
	if err := run.draw(ctx); err != nil {
		if !run.broken {
			err = errors.Join(err, run.checkpoint(run.until))
		}
		return Report{}, errors.Join(err, b.close())
	}
	if err := b.finish(ctx, d); err != nil {
		return Report{}, err
	}
	if err := errors.Join(os.Rename(Part(path), path), Discard(path)); err != nil {
		return Report{}, writing(err)
	}
	return Report{Counts: b.counts(), Resumed: b.resumed, Seconds: time.Since(started).Seconds()}, nil
}

func begin(ctx context.Context, path string, stamp []byte) (begun, error) {
	switch filepath.Ext(path) {
	case EndingPMTiles:
		return beginPMTiles(Part(path), partLog(path), stamp)
	case EndingMBTiles:
		return beginMBTiles(ctx, Part(path), stamp)
	}
	return begun{}, spatial.Invalid("archive: write", "an archive's name ends in "+EndingPMTiles+" or "+EndingMBTiles)
}

// stampVersion is raised when what is written changes its form.
const stampVersion = 1

// stamp tells equal exports by what they write.
func (e *Export) stamp() ([]byte, error) {
	type member struct {
		ID        string
		Version   int
		VersionAt time.Time
		UpdatedAt time.Time
		Pyramid   int64
		Limits    [16]byte // what the request's caller sees
	}
	members := make([]member, len(e.Tileset.Collections))
	for i, c := range e.Tileset.Collections {
		members[i] = member{ID: c.ID, Version: c.Version, VersionAt: c.VersionAt, UpdatedAt: c.UpdatedAt, Pyramid: c.Pyramid.ID}
		if c.Limits != nil {
			members[i].Limits = c.Limits.Key
		}
	}
	filter := ""
	if q := e.Request.Query; q != nil && q.Filter != nil {
		filter = q.Filter.String()
	}
	b, err := json.Marshal(map[string]any{"gisd": stampVersion, "of": members, "first": e.First, "last": e.Last, "box": e.Box, "filter": filter})
	if err != nil {
		return nil, fmt.Errorf("archive: stamp: %w", err)
	}
	return b, nil
}

// region finds out which tiles there can be.
func (e *Export) region() (*region, error) {
	const op = "archive: export"
	if e.First < 0 || e.First > e.Last || e.Last > tiles.MaxZoom {
		return nil, spatial.Invalid(op, fmt.Sprintf("zooms go from 0 to %d, the first not behind the last", tiles.MaxZoom))
	}
	set := tiles.WebMercatorQuad()
	r := &region{first: uint32(e.First), last: uint32(e.Last)}
	for z := r.first; z <= r.last; z++ {
		l, ok, err := e.Tileset.LimitsAt(set, z)
		if err != nil {
			return nil, err
		}
		if ok && e.Box != nil {
			var box tiles.MatrixLimits
			if box, ok, err = set.LimitsOf(*e.Box, z); err != nil {
				return nil, err
			}
			l.MinTileCol, l.MaxTileCol = max(l.MinTileCol, box.MinTileCol), min(l.MaxTileCol, box.MaxTileCol)
			l.MinTileRow, l.MaxTileRow = max(l.MinTileRow, box.MinTileRow), min(l.MaxTileRow, box.MaxTileRow)
			ok = ok && l.MinTileCol <= l.MaxTileCol && l.MinTileRow <= l.MaxTileRow
		}
		r.limits, r.there = append(r.limits, l), append(r.there, ok)
	}
	if b := e.Title.Bounds; r.count() == 0 || e.Box != nil && len(b) == 4 && (e.Box.MaxX < b[0] || e.Box.MinX > b[2] || e.Box.MaxY < b[1] || e.Box.MinY > b[3]) {
		return nil, spatial.Invalid(op, "there is nothing to write: the collections have no tiles in that region at these zooms")
	}
	return r, nil
}

// run is an export under way.
type run struct {
	*Export
	*region
	begun
	started, safe, told time.Time
	done                int64
	open                int64  // bytes since the last checkpoint
	until               uint64 // the tile behind the last that was put
	broken              bool   // the sink failed
}

// drawn is a tile that is asked for; ready is closed when it is there.
type drawn struct {
	id    uint64
	at    tiles.Coord
	data  []byte // compressed; nil for an empty tile
	skip  int64  // so many tiles before it are known to be empty
	err   error
	ready chan struct{}
}

// ahead is how many tiles are drawn before their turn comes, for each worker.
const ahead = 8

// draw has the tiles drawn side by side and puts them in their order.
func (r *run) draw(ctx context.Context) error {
	workers := r.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	group, ctx := errgroup.WithContext(ctx)
	order, work := make(chan *drawn, ahead*workers), make(chan *drawn)
	group.Go(func() error {
		defer close(order)
		defer close(work)
		return r.plan(ctx, order, work)
	})
	for range workers {
		group.Go(func() error {
			for t := range work {
				t.data, t.err = r.tile(ctx, t.at)
				close(t.ready)
			}
			return nil
		})
	}
	group.Go(func() error { return r.collect(ctx, order) })
	return group.Wait()
}

func (r *run) plan(ctx context.Context, order, work chan<- *drawn) error {
	skipped := int64(0)
	return r.each(ctx, r.next, func(n int64) { skipped += n }, func(id uint64, at tiles.Coord) error {
		t := &drawn{id: id, at: at, skip: skipped, ready: make(chan struct{})}
		skipped = 0
		for _, to := range []chan<- *drawn{order, work} {
			select {
			case to <- t:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
}

// tile draws one; below an empty one there may be nothing at all.
func (r *run) tile(ctx context.Context, at tiles.Coord) ([]byte, error) {
	request := r.Request
	request.Coord = at
	answer, err := r.Drawer.Tile(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("archive: draw %v: %w", at, err)
	}
	if !answer.Tile.Empty() {
		return gzipped(answer.In(tiles.Identity).Bytes)
	}
	if r.Vacant == nil || at.Z >= r.region.last {
		return nil, nil
	}
	vacant, err := r.Vacant(ctx, at)
	if err != nil {
		return nil, fmt.Errorf("archive: look for features on %v: %w", at, err)
	}
	if vacant {
		r.noteVacant(at)
	}
	return nil, nil
}

// openMost is how many bytes are written between two checkpoints at most.
const openMost = 64 << 20

// collect puts tiles in their order, and makes safe what is complete.
func (r *run) collect(ctx context.Context, order <-chan *drawn) error {
	every := r.Every
	if every <= 0 {
		every = 5 * time.Second
	}
	for t := range order {
		select {
		case <-t.ready:
		case <-ctx.Done():
			return ctx.Err()
		}
		if t.err != nil {
			return t.err
		}
		if t.data != nil {
			if err := r.put(t.id, t.at, t.data); err != nil {
				r.broken = true
				return err
			}
		}
		r.until, r.open, r.done = t.id+1, r.open+int64(len(t.data)), r.done+1+t.skip
		if r.open >= openMost || time.Since(r.safe) >= every {
			if err := r.keep(); err != nil {
				return err
			}
			r.safe, r.open = time.Now(), 0
		}
		r.tell()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.keep()
}

func (r *run) keep() error {
	err := r.checkpoint(r.until)
	r.broken = err != nil
	return err
}

func (r *run) tell() {
	if r.Progress == nil || time.Since(r.told) < time.Second/5 {
		return
	}
	r.told = time.Now()
	r.Progress(Progress{Done: r.done, Of: r.count(), Resumed: r.resumed, Counts: r.counts(), Seconds: time.Since(r.started).Seconds()})
}
