package devices_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/devices"
)

func TestWritePositions(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	db := postgis.NewDB(pool, nil)
	registry := devices.NewStore(db)
	if n, err := registry.Register(t.Context(), []live.Device{bus("b1"), bus("b2")}, "test"); err != nil || n != 2 {
		t.Fatalf("registered %d: %v", n, err)
	}
	history := devices.NewHistory(db, devices.HistoryConfig{})
	full := live.Position{
		Device: "b1", Lon: 106.123456789, Lat: 10.987654321, Time: liveNoon.Add(123456 * time.Microsecond),
		ReceivedAt: liveNoon.Add(time.Second), SpeedKMH: live.Known(36.5), BearingDegrees: live.Known(0),
		AccuracyMeters: live.Known(4), Attributes: json.RawMessage(`{"a": "Bến Cát"}`),
	}
	late, next, bad := full, full, full
	late.Time, late.Lon = liveNoon.Add(-24*time.Hour), 100
	next.Time = full.Time.Add(time.Second)
	bad.Time, bad.Attributes = liveNoon.Add(time.Hour), json.RawMessage(`{"a": "\u0000"}`)
	other := live.Position{Device: "b2", Lon: -180, Lat: 90, Time: liveNoon, ReceivedAt: liveNoon}
	for _, test := range []struct {
		name          string
		lot           []live.Position
		refused, kept int // kept: in the history, in all
	}{
		{"out of order, and one twice", []live.Position{full, late, full}, 0, 2},
		{"again", []live.Position{late, full}, 0, 2},
		{"nobody's", []live.Position{{Device: "nobody", Time: liveNoon, ReceivedAt: liveNoon}}, 0, 2},
		{"a part is known", []live.Position{next, late}, 0, 3},
		{"a bad one among good ones", []live.Position{bad, other, late}, 1, 4},
		{"none", nil, 0, 4},
	} {
		refused, err := history.WritePositions(t.Context(), test.lot)
		if n := count(t, pool, "select count(*) from gisd.device_position"); err != nil || refused != test.refused || n != test.kept {
			t.Errorf("%s: %d refused, %d kept, %v; want %d and %d", test.name, refused, n, err, test.refused, test.kept)
		}
	}
	got, err := registry.LastPositions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]live.Position{next, other}, got); diff != "" {
		t.Errorf("last positions (-want +got):\n%s", diff)
	}
}

// TestDemoHistory: a made-up device leaves one position a minute.
func TestDemoHistory(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	registry := devices.NewStore(postgis.NewDB(pool, nil))
	demo := bus("demo")
	demo.Demo = true
	if _, err := registry.Register(t.Context(), []live.Device{demo, bus("real")}, "test"); err != nil {
		t.Fatal(err)
	}
	var lot []live.Position
	for i := range 150 { // two and a half minutes
		at := liveNoon.Add(time.Duration(i) * time.Second)
		lot = append(lot, live.Position{Device: "demo", Time: at, ReceivedAt: at}, live.Position{Device: "real", Time: at, ReceivedAt: at})
	}
	write(t, pool, lot...)
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

// TestReadings: numbers that a sensor tells are readings; of others they are not.
func TestReadings(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	registry := devices.NewStore(postgis.NewDB(pool, nil))
	level := live.Device{ID: "level", Kind: live.KindSensor, Visibility: spatial.VisibilityPublic}
	if _, err := registry.Register(t.Context(), []live.Device{level, bus("b")}, "test"); err != nil {
		t.Fatal(err)
	}
	said := json.RawMessage(`{"water_level": {"value": 1.83, "unit": "m", "quality": "good"}, "battery": 87, "door": "open"}`)
	var lot []live.Position
	for i := range 3 {
		at := liveNoon.Add(time.Duration(i) * 12 * time.Hour) // over midnight
		lot = append(lot, live.Position{Device: "level", Time: at, ReceivedAt: at, Attributes: said},
			live.Position{Device: "b", Time: at, ReceivedAt: at, Attributes: said})
	}
	write(t, pool, lot[:4]...)
	write(t, pool, lot...) // what is known falls
	got, err := registry.Readings(t.Context(), live.ReadingQuery{
		Device: "level", Name: "water_level", First: liveNoon, Last: liveNoon.Add(12 * time.Hour), Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	want := func(hours int) live.Reading {
		at := liveNoon.Add(time.Duration(hours) * time.Hour)
		return live.Reading{Device: "level", Name: "water_level", Time: at, ReceivedAt: at, Value: 1.83, Unit: "m", Quality: "good"}
	}
	if diff := cmp.Diff([]live.Reading{want(12), want(0)}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := count(t, pool, "select count(*) from gisd.device_reading"); n != 6 {
		t.Errorf("%d readings, want 3 times 2", n)
	}
}

const partitions = "select string_agg(right(relname, 8), ' ' order by relname) from pg_inherits join pg_class on oid = inhrelid where inhparent = 'gisd.device_position'::regclass"

// TestRetention: days are made ahead; those that no rule keeps are dropped whole, and
// of kinds that are kept shorter than others the positions are deleted.
func TestRetention(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	db := postgis.NewDB(pool, nil)
	registry := devices.NewStore(db)
	ambulance := live.Device{ID: "a", Kind: live.KindAmbulance, Visibility: spatial.VisibilityInternal}
	if _, err := registry.Register(t.Context(), []live.Device{bus("b"), ambulance}, "test"); err != nil {
		t.Fatal(err)
	}
	now := liveNoon
	history := devices.NewHistory(db, devices.HistoryConfig{PositionDays: 5, Now: func() time.Time { return now }})
	var lot []live.Position
	for _, days := range []int{8, 5, 3, 1, 0} {
		for _, id := range []string{"a", "b"} {
			at := liveNoon.AddDate(0, 0, -days)
			lot = append(lot, live.Position{Device: id, Time: at, ReceivedAt: at})
		}
	}
	write(t, pool, lot...)
	three, seven := 3, 7
	for _, step := range []struct {
		name       string
		do         func() error
		days       string
		ambulances int
		buses      int
	}{
		{"the server's setting", func() error { return nil }, "20260224 20260226 20260228 20260301 20260302", 4, 4},
		{"a kind that is kept shorter", func() error {
			return registry.SetRetention(t.Context(), devices.Retention{Kind: live.KindAmbulance, PositionDays: &three}, "test")
		}, "20260224 20260226 20260228 20260301 20260302", 3, 4},
		{"longer, but gone is gone", func() error {
			return registry.SetRetention(t.Context(), devices.Retention{Kind: live.KindAmbulance, PositionDays: &seven}, "test")
		}, "20260224 20260226 20260228 20260301 20260302", 3, 4},
		{"a day later the others are the shorter ones", func() error { now = now.AddDate(0, 0, 1); return nil },
			"20260224 20260226 20260228 20260301 20260302 20260303", 3, 3},
		{"no rule", func() error { return registry.RemoveRetention(t.Context(), live.KindAmbulance) },
			"20260226 20260228 20260301 20260302 20260303", 3, 3},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if err := history.Keep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := testdb.Strings(t, pool, partitions); !slices.Equal(got, []string{step.days}) {
			t.Errorf("%s: days %q, want %s", step.name, got, step.days)
		}
		for id, want := range map[string]int{"a": step.ambulances, "b": step.buses} {
			if n := count(t, pool, fmt.Sprintf("select count(*) from gisd.device_position where device_id = '%s'", id)); n != want {
				t.Errorf("%s: %d positions of %s, want %d", step.name, n, id, want)
			}
		}
	}
	if err := registry.RemoveRetention(t.Context(), live.KindAmbulance); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("no rule to remove: %v", err)
	}
	if err := registry.SetRetention(t.Context(), devices.Retention{Kind: "?"}, "test"); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("no kind: %v", err)
	}
	// A day that was dropped comes back for a late position.
	write(t, pool, live.Position{Device: "b", Time: liveNoon.AddDate(0, 0, -20), ReceivedAt: liveNoon})
}

// TestDayDropped: a partition that another node has dropped meanwhile is made again.
func TestDayDropped(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	db := postgis.NewDB(pool, nil)
	if _, err := devices.NewStore(db).Register(t.Context(), []live.Device{bus("b")}, "test"); err != nil {
		t.Fatal(err)
	}
	history := devices.NewHistory(db, devices.HistoryConfig{})
	for i := range 2 {
		p := live.Position{Device: "b", Time: liveNoon.Add(time.Duration(i) * time.Second), ReceivedAt: liveNoon}
		if refused, err := history.WritePositions(t.Context(), []live.Position{p}); err != nil || refused != 0 {
			t.Fatalf("%d refused, %v", refused, err)
		}
		if n := count(t, pool, "select gisd.drop_device_positions_before('2026-03-02')"); n != 1 {
			t.Errorf("%d days dropped", n)
		}
	}
}
