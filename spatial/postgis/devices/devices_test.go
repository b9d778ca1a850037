package devices_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/devices"
)

var liveNoon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func bus(id string) live.Device {
	return live.Device{ID: id, Kind: live.KindBus, Name: "Xe buýt " + id, Visibility: spatial.VisibilityPublic}
}

// startWriter runs a writer; stop ends it and hands over what Run returned.
func startWriter(t *testing.T, pool *pgxpool.Pool, cfg devices.PositionWriterConfig) (w *devices.PositionWriter, stop func() error) {
	t.Helper()
	w = devices.NewPositionWriter(postgis.NewDB(pool, nil), cfg)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	t.Cleanup(cancel)
	return w, func() error {
		cancel()
		return <-done
	}
}

func count(t *testing.T, pool *pgxpool.Pool, query string) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestPositionWriter(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	registry := devices.NewStore(postgis.NewDB(pool, nil))
	if n, err := registry.Register(t.Context(), []live.Device{bus("b1"), bus("b2")}, "test"); err != nil || n != 2 {
		t.Fatalf("registered %d: %v", n, err)
	}
	w, stop := startWriter(t, pool, devices.PositionWriterConfig{Rows: 3})
	full := live.Position{
		Device: "b1", Lon: 106.123456789, Lat: 10.987654321, Time: liveNoon.Add(123456 * time.Microsecond),
		ReceivedAt: liveNoon.Add(time.Second), SpeedKMH: live.Known(36.5), BearingDegrees: live.Known(0),
		AccuracyMeters: live.Known(4), Attributes: json.RawMessage(`{"a": "Bến Cát"}`),
	}
	late := full
	late.Time, late.Lon = liveNoon.Add(-24*time.Hour), 100
	bad := full
	bad.Time, bad.Attributes = liveNoon.Add(time.Hour), json.RawMessage(`{"a": "\u0000"}`)
	other := live.Position{Device: "b2", Lon: -180, Lat: 90, Time: liveNoon, ReceivedAt: liveNoon}
	for _, lot := range [][]live.Position{
		{full, late, full}, // out of order, and one twice
		{{Device: "nobody", Time: liveNoon, ReceivedAt: liveNoon}},
		{bad, other, late},
	} {
		if err := w.Record(t.Context(), lot); err != nil {
			t.Fatal(err)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	got, err := registry.LastPositions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]live.Position{full, other}, got); diff != "" {
		t.Errorf("last positions (-want +got):\n%s", diff)
	}
	if n := count(t, pool, "select count(*) from gisd.device_position"); n != 3 {
		t.Errorf("%d positions in the history, want 3", n)
	}
	if s := w.Stats(); s.Refused != 1 || s.Waiting != 0 || s.Written != 6 {
		t.Errorf("stats %+v, want 6 written and 1 refused", s)
	}
	if err := w.Record(t.Context(), []live.Position{full}); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("recording after the end: %v, want unavailable", err)
	}
}

// TestPositionWriterDemo: a made-up device leaves one position a minute.
func TestPositionWriterDemo(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	registry := devices.NewStore(postgis.NewDB(pool, nil))
	demo := bus("demo")
	demo.Demo = true
	if _, err := registry.Register(t.Context(), []live.Device{demo, bus("real")}, "test"); err != nil {
		t.Fatal(err)
	}
	w, stop := startWriter(t, pool, devices.PositionWriterConfig{})
	for i := range 150 { // two and a half minutes
		at := liveNoon.Add(time.Duration(i) * time.Second)
		if err := w.Record(t.Context(), []live.Position{
			{Device: "demo", Time: at, ReceivedAt: at}, {Device: "real", Time: at, ReceivedAt: at},
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]int{"demo": 3, "real": 150} {
		if n := count(t, pool, "select count(*) from gisd.device_position where device_id = '"+id+"'"); n != want {
			t.Errorf("%d positions of %s in the history, want %d", n, id, want)
		}
	}
	last, err := registry.LastPositions(t.Context())
	if err != nil || len(last) != 2 || !last[0].Time.Equal(liveNoon.Add(149*time.Second)) {
		t.Errorf("last positions %v, %v", last, err)
	}
}

// BenchmarkPositionWriter is the price of a position from Record to the commit.
func BenchmarkPositionWriter(b *testing.B) {
	db := postgis.NewDB(testdb.DB(b), nil)
	registry := make([]live.Device, 1000)
	lot := make([]live.Position, 1000)
	for i := range registry {
		registry[i] = bus(fmt.Sprint("b", i))
		lot[i] = live.Position{Device: registry[i].ID, Time: liveNoon, ReceivedAt: liveNoon, SpeedKMH: live.Known(30)}
	}
	if _, err := devices.NewStore(db).Register(b.Context(), registry, "bench"); err != nil {
		b.Fatal(err)
	}
	w := devices.NewPositionWriter(db, devices.PositionWriterConfig{Patience: time.Minute})
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	started := time.Now()
	for b.Loop() {
		for i := range lot {
			lot[i].Time = lot[i].Time.Add(time.Second)
		}
		if err := w.Record(b.Context(), slices.Clone(lot)); err != nil {
			b.Fatal(err)
		}
	}
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)*1000/time.Since(started).Seconds(), "positions/s")
}

// TestPositionWriterBackPressure: while the database does not answer the buffer
// fills, senders are told, and nothing accepted is lost.
func TestPositionWriterBackPressure(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	registry := devices.NewStore(postgis.NewDB(pool, nil))
	if _, err := registry.Register(t.Context(), []live.Device{bus("b")}, "test"); err != nil {
		t.Fatal(err)
	}
	lock, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.Exec(t.Context(), "lock table gisd.device in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	w, stop := startWriter(t, pool, devices.PositionWriterConfig{Buffer: 10, Patience: 50 * time.Millisecond})
	accepted := 0
	for i := range 20 {
		err := w.Record(t.Context(), []live.Position{{Device: "b", Time: liveNoon.Add(time.Duration(i) * time.Second), ReceivedAt: liveNoon}})
		switch spatial.CodeOf(err) {
		case "":
			accepted++
		case spatial.CodeUnavailable:
		default:
			t.Fatal(err)
		}
	}
	if accepted != 10 {
		t.Errorf("%d accepted by a buffer of 10", accepted)
	}
	if err := w.Record(t.Context(), make([]live.Position, 11)); spatial.CodeOf(err) != spatial.CodeTooLarge {
		t.Errorf("more than the buffer: %v, want too_large", err)
	}
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if n := count(t, pool, "select count(*) from gisd.device_position"); n != accepted {
		t.Errorf("%d stored of %d accepted", n, accepted)
	}
}

func TestPositionDays(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	for _, days := range []int{0, 10} {
		day := time.Now().UTC().AddDate(0, 0, -days)
		for _, want := range []bool{true, false} {
			var made bool
			if err := pool.QueryRow(t.Context(), "select gisd.ensure_device_position_day($1)", day).Scan(&made); err != nil || made != want {
				t.Fatalf("making the day %v: %v %v, want %v", day, made, err, want)
			}
		}
	}
	_, stop := startWriter(t, pool, devices.PositionWriterConfig{RetainDays: 5})
	const partitions = "select count(*) from pg_inherits where inhparent = 'gisd.device_position'::regclass"
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if n := count(t, pool, partitions); n == 2 {
			break // today and tomorrow; ten days ago is gone
		} else if time.Now().After(deadline) {
			t.Fatalf("%d partitions, want 2", n)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestDevices(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	registry := devices.NewStore(postgis.NewDB(pool, nil))
	restricted := live.Device{ID: "amb", Kind: live.KindAmbulance, Visibility: spatial.VisibilityRestricted,
		Roles: []spatial.Role{"115", "police"}, Department: "health", Demo: true}
	for i, want := range []int64{2, 0} {
		if n, err := registry.Register(t.Context(), []live.Device{bus("b"), restricted}, "cli"); err != nil || n != want {
			t.Fatalf("registering, time %d: %d changed, %v, want %d", i, n, err, want)
		}
	}
	if _, err := registry.Register(t.Context(), []live.Device{bus("c"), {ID: "d", Kind: "?"}}, "cli"); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("a bad device: %v, want invalid", err)
	}
	got, err := registry.Devices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]live.Device{restricted, bus("b")}, got, cmp.Comparer(slices.Equal[[]spatial.Role])); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := registry.Revoke(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if r, err := registry.Device(t.Context(), "b"); err != nil || !r.Revoked || r.RegisteredBy != "cli" {
		t.Errorf("after revoking: %+v, %v", r, err)
	}
	for _, err := range []error{registry.Revoke(t.Context(), "x"), second(registry.Device(t.Context(), "x"))} {
		if spatial.CodeOf(err) != spatial.CodeNotFound {
			t.Errorf("an unknown device: %v, want not_found", err)
		}
	}
	if n, err := registry.Register(t.Context(), []live.Device{bus("b")}, "cli"); err != nil || n != 1 {
		t.Errorf("registering a revoked one: %d, %v", n, err)
	}
	if n, err := registry.RemoveDemo(t.Context()); err != nil || n != 1 {
		t.Errorf("removed %d of the demo: %v", n, err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestLastPositionsAccess: the SQL condition and live.Hub say the same for
// every caller, place and kind.
func TestLastPositionsAccess(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	store := devices.NewStore(postgis.NewDB(pool, nil))
	random := rand.New(rand.NewPCG(7, 8))
	var registry []live.Device
	var positions []live.Position
	for i := range 200 {
		d := bus(fmt.Sprintf("d%03d", i))
		d.Kind = []live.Kind{live.KindBus, live.KindBarge}[random.IntN(2)]
		d.Visibility = []spatial.Visibility{spatial.VisibilityPublic, spatial.VisibilityInternal, spatial.VisibilityRestricted}[random.IntN(3)]
		if d.Visibility == spatial.VisibilityRestricted {
			d.Roles = []spatial.Role{[]spatial.Role{"115", "police", "viewer"}[random.IntN(3)]}
		}
		registry = append(registry, d)
		positions = append(positions, live.Position{Device: d.ID, Time: liveNoon, ReceivedAt: liveNoon,
			Lon: random.Float64()*360 - 180, Lat: random.Float64()*180 - 90})
	}
	if _, err := store.Register(t.Context(), registry, "test"); err != nil {
		t.Fatal(err)
	}
	w, stop := startWriter(t, pool, devices.PositionWriterConfig{})
	if err := w.Record(t.Context(), slices.Clone(positions)); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := store.Revoke(t.Context(), "d000"); err != nil {
		t.Fatal(err)
	}
	registry[0].Revoked = true
	hub := live.NewHub(live.Config{})
	hub.SetDevices(registry)
	hub.Update(positions)
	callers := []spatial.Access{
		{}, {Subject: "user:a", Roles: []spatial.Role{"viewer"}}, {Subject: "user:b", Roles: []spatial.Role{"115", "police"}},
		{Subject: "user:c"}, {Subject: "key:d", Device: "d007"}, {Subject: "key:e", Device: "d007", Roles: []spatial.Role{"115"}},
		{Subject: "key:f", Device: "d000"}, spatial.SystemAccess("cli"),
	}
	boxes := []*spatial.Envelope{nil,
		{SRID: spatial.SRIDWGS84, MinX: -100, MinY: -40, MaxX: 90, MaxY: 60},
		{SRID: spatial.SRIDWGS84, MinX: 100, MinY: -40, MaxX: -100, MaxY: 60}}
	for _, a := range callers {
		for _, e := range boxes {
			for _, kinds := range [][]live.Kind{nil, {live.KindBarge}} {
				f := live.Filter{Access: a, BBox: e, Kinds: kinds}
				stored, err := store.Last(t.Context(), f)
				if err != nil {
					t.Fatal(err)
				}
				var got, want []string
				for _, p := range stored {
					got = append(got, p.Device)
				}
				for _, s := range hub.Last(f) {
					want = append(want, s.Device.ID)
				}
				if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
					t.Errorf("%+v in %v of %v: %d found (-hub +sql):\n%s", a, e, kinds, len(want), diff)
				}
			}
		}
	}
}

func TestWatchDevices(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	registry := devices.NewStore(postgis.NewDB(pool, nil))
	ctx, cancel := context.WithCancel(t.Context())
	changed := make(chan struct{}, 100)
	done := make(chan error, 1)
	go func() { done <- registry.WatchDevices(ctx, func() { changed <- struct{}{} }) }()
	await := func(what string) {
		t.Helper()
		select {
		case <-changed:
		case <-time.After(30 * time.Second):
			t.Fatal("no call " + what)
		}
	}
	await("at the start")
	if _, err := registry.Register(t.Context(), []live.Device{bus("b")}, "test"); err != nil {
		t.Fatal(err)
	}
	await("after registering")
	if _, err := pool.Exec(t.Context(), "select pg_terminate_backend(pid) from pg_stat_activity where query like '%gisd_device%' and pid <> pg_backend_pid() and datname = current_database()"); err != nil {
		t.Fatal(err)
	}
	await("after the connection was lost")
	cancel()
	if err := <-done; err != nil {
		t.Errorf("WatchDevices: %v", err)
	}
}
