package devices_test

import (
	"context"
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

// write keeps positions and wants none refused.
func write(t *testing.T, pool *pgxpool.Pool, positions ...live.Position) {
	t.Helper()
	refused, err := devices.NewHistory(postgis.NewDB(pool, nil), devices.HistoryConfig{}).WritePositions(t.Context(), positions)
	if err != nil || refused != 0 {
		t.Fatalf("%d refused, %v", refused, err)
	}
}

func count(t *testing.T, pool *pgxpool.Pool, query string) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
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
	write(t, pool, positions...)
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

func TestRecent(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	for _, statement := range []string{
		`select gisd.ensure_device_position_day('2026-03-01')`,
		`insert into gisd.device (id, kind) values ('a', 'bus'), ('b', 'bus')`,
		`insert into gisd.device_position (device_id, at, received_at, lon, lat, speed_kmh, attributes, flags)
		select device, timestamptz '2026-03-01 12:00Z' + n * interval '1 s', now(), 106, 10, n, '{"n": 1}', case when n = 80 then 16 else 0 end
		from unnest(array['a', 'b']) device, generate_series(1, 100) n`,
	} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	s := devices.NewStore(postgis.NewDB(pool, nil))
	got, err := s.Recent(t.Context(), time.Date(2026, 3, 1, 12, 0, 10, 0, time.UTC))
	if err != nil || len(got) != 128 {
		t.Fatalf("%d positions, %v; want the last 64 of each device", len(got), err)
	}
	if got[0].SpeedKMH != live.Known(36) || string(got[0].Attributes) != `{"n": 1}` {
		t.Errorf("the first is %+v", got[0])
	}
	for _, p := range got {
		if p.SpeedKMH.Value == 80 {
			t.Error("a held fix is read")
		}
	}
}
