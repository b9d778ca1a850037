package recorder_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/recorder"
	"gisd/spatial/spool"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func position(i int) live.Position {
	return live.Position{Device: "b", Lon: 106, Lat: 11, Time: noon.Add(time.Duration(i) * time.Second), ReceivedAt: noon}
}

// store is a store that knows positions by their time. As long as it is away it takes
// nothing; with forgetful it keeps a lot and says that it failed.
type store struct {
	mu        sync.Mutex
	kept      map[time.Time]int // how often each came
	away      bool
	forgetful bool
	tries     int
	grown     chan struct{}
}

func newStore() *store { return &store{kept: map[time.Time]int{}, grown: make(chan struct{}, 1000)} }

func (s *store) WritePositions(_ context.Context, positions []live.Position) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.grown <- struct{}{} }()
	s.tries++
	if s.away {
		return 0, errors.New("away")
	}
	for _, p := range positions {
		s.kept[p.Time]++
	}
	if s.forgetful {
		s.forgetful = false
		return 0, errors.New("the connection was lost after the commit")
	}
	return 0, nil
}

// await returns when so many positions are kept.
func (s *store) await(t *testing.T, n int) {
	t.Helper()
	for {
		s.mu.Lock()
		kept := len(s.kept)
		s.mu.Unlock()
		if kept >= n {
			return
		}
		select {
		case <-s.grown:
		case <-time.After(30 * time.Second):
			t.Fatalf("%d positions kept of %d", kept, n)
		}
	}
}

func (s *store) set(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

// start runs a recorder over a folder; stop ends it and hands over what Run returned.
func start(t *testing.T, dir string, cfg recorder.Config) (r *recorder.Recorder, stop func() error) {
	t.Helper()
	own, left, err := spool.OpenOne(spool.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Spool, cfg.Left = own, left
	if cfg.Delay == 0 {
		cfg.Delay = time.Millisecond
	}
	r = recorder.New(cfg)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(cancel)
	return r, func() error {
		cancel()
		return <-done
	}
}

func record(t *testing.T, r *recorder.Recorder, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if err := r.Record(t.Context(), []live.Position{position(i)}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	s := newStore()
	r, stop := start(t, t.TempDir(), recorder.Config{Store: s, Rows: 3})
	record(t, r, 0, 20)
	s.await(t, 20)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	for at, n := range s.kept {
		if n != 1 {
			t.Errorf("%v came %d times", at, n)
		}
	}
	if err := r.Record(t.Context(), []live.Position{position(21)}); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("after the end: %v", err)
	}
	if st := r.Stats(); st.Written != 20 || !st.Oldest.IsZero() {
		t.Errorf("stats %+v", st)
	}
}

// TestStoreAway: what is taken while the store is away is durable, and goes there when
// it is back, or when the next process comes.
func TestStoreAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newStore()
	s.away = true
	r, stop := start(t, dir, recorder.Config{Store: s, Stop: 10 * time.Millisecond})
	record(t, r, 0, 10)
	<-s.grown // it was tried
	if st := r.Stats(); !st.Oldest.Equal(noon) {
		t.Errorf("the oldest is of %v", st.Oldest)
	}
	s.set(false)
	s.await(t, 10)
	s.set(true)
	record(t, r, 10, 15)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	s.set(false)

	var mu sync.Mutex
	recovered := map[time.Time]bool{}
	r, stop = start(t, dir, recorder.Config{Store: s, Recovered: func(positions []live.Position) {
		mu.Lock()
		defer mu.Unlock()
		for _, p := range positions {
			recovered[p.Time] = true
		}
	}})
	record(t, r, 20, 22)
	s.await(t, 17)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	for i := 10; i < 15; i++ {
		if !recovered[position(i).Time] {
			t.Errorf("position %d is not told of as recovered", i)
		}
	}
}

// TestCommitUnheard: where nobody knows whether the store has a lot, it gets it again.
func TestCommitUnheard(t *testing.T) {
	t.Parallel()
	s := newStore()
	s.forgetful = true
	r, stop := start(t, t.TempDir(), recorder.Config{Store: s})
	record(t, r, 0, 5)
	s.await(t, 5)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if len(s.kept) != 5 || s.kept[position(0).Time] < 2 {
		t.Errorf("kept %v", s.kept)
	}
}

// TestLeft: the spool of a process that is gone is emptied by another one.
func TestLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 2 {
		gone, err := spool.Open(spool.Config{Dir: filepath.Join(dir, []string{"0", "1"}[i])})
		if err != nil {
			t.Fatal(err)
		}
		r := recorder.New(recorder.Config{Spool: gone})
		record(t, r, 10*i, 10*i+3)
		gone.Close()
	}
	s := newStore()
	_, stop := start(t, dir, recorder.Config{Store: s})
	s.await(t, 6)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	own, left, err := spool.OpenOne(spool.Config{Dir: dir})
	if err != nil || len(left) != 0 || own.Stats().Waiting != 0 {
		t.Errorf("%d are left, %v", len(left), err)
	}
	own.Close()
}

// TestFull: beyond its bound the spool refuses; every position that it took arrives.
func TestFull(t *testing.T) {
	t.Parallel()
	s := newStore()
	s.away = true
	own, err := spool.Open(spool.Config{Dir: t.TempDir(), MaxBytes: 1000})
	if err != nil {
		t.Fatal(err)
	}
	r := recorder.New(recorder.Config{Spool: own, Store: s, Delay: time.Millisecond})
	var taken []time.Time
	for i := range 100 {
		err := r.Record(t.Context(), []live.Position{position(i)})
		switch spatial.CodeOf(err) {
		case "":
			taken = append(taken, position(i).Time)
		case spatial.CodeUnavailable:
		default:
			t.Fatal(err)
		}
	}
	if len(taken) == 0 || len(taken) > 50 {
		t.Fatalf("%d of 100 taken", len(taken))
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	s.set(false)
	s.await(t, len(taken))
	record(t, r, 200, 201)
	s.await(t, len(taken)+1)
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	var kept []time.Time
	for at := range s.kept {
		kept = append(kept, at)
	}
	slices.SortFunc(kept, time.Time.Compare)
	if diff := cmp.Diff(append(taken, position(200).Time), kept); diff != "" {
		t.Errorf("(-taken +kept):\n%s", diff)
	}
}
