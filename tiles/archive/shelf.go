package archive

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"gisd/spatial"
	"gisd/tiles"
)

// Shelf reads tiles of archives by path. An archive is opened when it is first
// asked for, and again when its file has changed; those that nobody has asked for
// longest are closed. It is safe for goroutines.
type Shelf struct {
	mu    sync.Mutex
	open  map[string]*list.Element // of *volume
	order *list.List               // the latest used first
	most  int
}

// mostOpen bounds the archives that are open at a time, of which each takes some
// MiB.
const mostOpen = 32

// NewShelf returns an empty one.
func NewShelf() *Shelf {
	return &Shelf{open: map[string]*list.Element{}, order: list.New(), most: mostOpen}
}

// volume is one archive. Whoever reads it holds the lock for reading.
type volume struct {
	path string

	mu      sync.RWMutex
	archive Archive
	state   state
}

// state tells one content of a file from another.
type state struct {
	info fs.FileInfo
	size int64
	at   time.Time
}

func stateOf(path string) (state, error) {
	info, err := os.Stat(path)
	if err != nil {
		return state{}, err
	}
	return state{info, info.Size(), info.ModTime()}, nil
}

func (s state) equal(o state) bool {
	return s.info != nil && o.info != nil && s.size == o.size && s.at.Equal(o.at) && os.SameFile(s.info, o.info)
}

// Tile reads one tile of the archive at path; it is empty where there is none. A
// file that changes while it is read is read again.
//
// Errors: unavailable for a file that is not there, is no archive, is cut short
// or keeps changing, whose cause is for the log alone; canceled and timeout with
// ctx.
func (s *Shelf) Tile(ctx context.Context, path string, c tiles.Coord) (tiles.Stored, error) {
	v := s.volume(path)
	var failed error
	for range 3 {
		now, err := stateOf(path)
		if err != nil {
			return tiles.Stored{}, unavailable("The archive of this tileset is not there.", err)
		}
		tile, err := v.tile(ctx, now, c)
		if ctx.Err() != nil {
			return tiles.Stored{}, fmt.Errorf("archive: read: %w", ctx.Err())
		}
		then, gone := stateOf(path)
		switch {
		case gone == nil && now.equal(then) && err != nil:
			return tiles.Stored{}, unavailable("The archive of this tileset cannot be read.", err)
		case err == nil && (gone != nil || now.equal(then) || !os.SameFile(now.info, then.info)): // another file in its place leaves this one whole
			return tile, nil
		}
		failed = errors.Join(errors.New("the file changes"), err)
	}
	return tiles.Stored{}, unavailable("The archive of this tileset is being changed; try again.", failed)
}

func unavailable(message string, err error) error {
	return &spatial.Error{Code: spatial.CodeUnavailable, Op: "archive: read", Message: message, Err: err}
}

// tile reads from the file as it is now.
func (v *volume) tile(ctx context.Context, now state, c tiles.Coord) (tiles.Stored, error) {
	v.mu.RLock()
	if v.archive == nil || !v.state.equal(now) {
		v.mu.RUnlock()
		if err := v.reopen(ctx, now); err != nil {
			return tiles.Stored{}, err
		}
		v.mu.RLock()
	}
	defer v.mu.RUnlock()
	if v.archive == nil { // closed, or failed for another caller
		return tiles.Stored{}, errors.New("the archive was closed just now")
	}
	return v.archive.Tile(ctx, c)
}

func (v *volume) reopen(ctx context.Context, now state) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.archive != nil && v.state.equal(now) {
		return nil
	}
	if err := v.drop(); err != nil {
		return err
	}
	a, err := Open(ctx, v.path)
	if err != nil {
		return err
	}
	v.archive, v.state = a, now
	return nil
}

// drop closes the archive, with the lock held.
func (v *volume) drop() error {
	if v.archive == nil {
		return nil
	}
	a := v.archive
	v.archive = nil
	return a.Close()
}

// volume finds the archive and closes another where too many are open.
func (s *Shelf) volume(path string) *volume {
	s.mu.Lock()
	if e, ok := s.open[path]; ok {
		s.order.MoveToFront(e)
		s.mu.Unlock()
		return e.Value.(*volume)
	}
	v := &volume{path: path}
	s.open[path] = s.order.PushFront(v)
	var last *volume
	if s.order.Len() > s.most {
		e := s.order.Back()
		last = s.order.Remove(e).(*volume)
		delete(s.open, last.path)
	}
	s.mu.Unlock()
	if last != nil {
		last.mu.Lock()
		defer last.mu.Unlock()
		_ = last.drop() // it was only read
	}
	return v
}

// Close closes every archive.
func (s *Shelf) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	for _, e := range s.open {
		v := e.Value.(*volume)
		v.mu.Lock()
		err = errors.Join(err, v.drop())
		v.mu.Unlock()
	}
	clear(s.open)
	s.order.Init()
	return err
}
