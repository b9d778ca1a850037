package devices_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gisd/internal/pgcluster"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/recorder"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/devices"
	"gisd/spatial/spool"
)

// stoppable is a cluster of the test's own, ready for the server.
func stoppable(t *testing.T) (*pgcluster.Cluster, *postgis.DB) {
	t.Helper()
	dir, err := os.MkdirTemp("", "gisd-fault-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the cluster's own user has to get in
		t.Fatal(err)
	}
	c, err := pgcluster.Open(t.Context(), pgcluster.Config{Dir: filepath.Join(dir, "var"), Settings: map[string]string{
		"fsync": "off", "shared_buffers": "32MB", "min_wal_size": "32MB", "autovacuum": "off",
	}})
	if errors.Is(err, pgcluster.ErrNoPostGIS) && os.Getenv("CI") != "true" {
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := c.Release(context.Background()); err != nil {
			t.Error(err)
		}
	})
	db, err := postgis.Open(t.Context(), postgis.Config{URL: c.URL()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if err := db.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c, db
}

// TestDatabaseStopped: what is taken while PostgreSQL is down is durable within the
// spool's bound, beyond it senders are told; when it is up again everything that was
// taken is there, once.
func TestDatabaseStopped(t *testing.T) {
	t.Parallel()
	c, db := stoppable(t)
	if _, err := devices.NewStore(db).Register(t.Context(), []live.Device{bus("b")}, "test"); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	taken, next := 0, 0
	report := func(r *recorder.Recorder, n int) {
		t.Helper()
		for range n {
			err := r.Record(t.Context(), []live.Position{{Device: "b", Time: liveNoon.Add(time.Duration(next) * time.Second), ReceivedAt: liveNoon}})
			next++
			switch spatial.CodeOf(err) {
			case "":
				taken++
			case spatial.CodeUnavailable:
			default:
				t.Fatal(err)
			}
		}
	}
	run := func(stop time.Duration) (*recorder.Recorder, *spool.Spool, func()) {
		t.Helper()
		s, err := spool.Open(spool.Config{Dir: dir, MaxBytes: 4000, Gather: time.Microsecond})
		if err != nil {
			t.Fatal(err)
		}
		r := recorder.New(recorder.Config{Spool: s, Store: devices.NewHistory(db, devices.HistoryConfig{}), Delay: time.Millisecond, Stop: stop})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- r.Run(ctx) }()
		return r, s, func() {
			t.Helper()
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
	drained := func(s *spool.Spool) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); s.Stats().Waiting > 0; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("still in the spool: %+v", s.Stats())
			}
		}
	}
	r, s, end := run(time.Millisecond)
	report(r, 5)
	drained(s)
	if stopped, err := c.Release(t.Context()); err != nil || !stopped {
		t.Fatalf("PostgreSQL is not stopped: %v", err)
	}
	report(r, 20)
	if taken != 25 {
		t.Errorf("%d of 25 taken while PostgreSQL is down", taken)
	}
	end()                            // and the server is stopped meanwhile
	r, s, end = run(5 * time.Second) // and started
	report(r, 200)
	if s.Stats().Refused == 0 || taken < 50 || taken > 150 {
		t.Errorf("%d of 225 taken into 4000 bytes, %d refused", taken, s.Stats().Refused)
	}
	if err := c.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	drained(s)
	report(r, 5)
	end()
	if n := count(t, db.Pool, "select count(*) from gisd.device_position"); n != taken {
		t.Errorf("%d stored of %d taken", n, taken)
	}
}
