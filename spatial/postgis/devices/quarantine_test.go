package devices_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/devices"
)

func TestQuarantine(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	store := devices.NewStore(postgis.NewDB(pool, nil))
	if _, err := store.Register(t.Context(), []live.Device{bus("b1"), bus("b2")}, "test"); err != nil {
		t.Fatal(err)
	}
	stranger := func(identity string, minute int, messages int64) live.Stranger {
		at := liveNoon.Add(time.Duration(minute) * time.Minute)
		return live.Stranger{Identity: identity, Address: fmt.Sprintf("10.0.0.%d", minute), First: at, Last: at, Messages: messages}
	}
	note := func(strangers ...live.Stranger) {
		t.Helper()
		if err := store.Note(t.Context(), strangers); err != nil {
			t.Fatal(err)
		}
	}
	pending := func(rejected bool) (found []string) {
		t.Helper()
		list, err := store.Pending(t.Context(), rejected)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			found = append(found, fmt.Sprintf("%s %s %d %v %v", p.Identity, p.Address, p.Messages, p.First.Sub(liveNoon), p.Rejected))
		}
		return found
	}
	approve := func(identity, device string) spatial.Code {
		return spatial.CodeOf(store.Approve(t.Context(), identity, device, "test"))
	}
	note(stranger("imei:1", 0, 2), stranger("imei:2", 1, 1))
	note(stranger("imei:1", 2, 3))
	if diff := cmp.Diff([]string{"imei:1 10.0.0.2 5 0s false", "imei:2 10.0.0.1 1 1m0s false"}, pending(false)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	for _, test := range []struct {
		identity, device string
		want             spatial.Code
	}{
		{"imei:1", "nobody", spatial.CodeNotFound},
		{"no identity", "b1", spatial.CodeInvalid},
		{"imei:1", "b1", ""},
		{"imei:1", "b1", ""}, // again
		{"imei:1", "b2", spatial.CodeConflict},
		{"mmsi:574001230", "b1", ""}, // never called
	} {
		if got := approve(test.identity, test.device); got != test.want {
			t.Errorf("approve %s for %s: %q, want %q", test.identity, test.device, got, test.want)
		}
	}
	if r, err := store.Device(t.Context(), "b1"); err != nil || !cmp.Equal(r.Identities, []string{"imei:1", "mmsi:574001230"}) {
		t.Errorf("%+v, %v", r, err)
	}
	note(stranger("imei:1", 3, 1)) // a node that has not heard of the approval
	if err := store.Reject(t.Context(), "imei:2", "test"); err != nil {
		t.Fatal(err)
	}
	note(stranger("imei:2", 4, 1)) // it calls on
	if got := pending(false); len(got) != 0 {
		t.Errorf("still pending: %v", got)
	}
	if diff := cmp.Diff([]string{"imei:2 10.0.0.4 2 1m0s true"}, pending(true)); diff != "" {
		t.Errorf("rejected (-want +got):\n%s", diff)
	}
	if code := spatial.CodeOf(store.Reject(t.Context(), "imei:7", "test")); code != spatial.CodeNotFound {
		t.Errorf("reject nobody: %q", code)
	}
	if err := store.Forget(t.Context(), "imei:1"); err != nil {
		t.Error(err)
	}
	if code := spatial.CodeOf(store.Forget(t.Context(), "imei:1")); code != spatial.CodeNotFound {
		t.Errorf("forget twice: %q", code)
	}
	note(stranger("imei:3", 31*24*60, 1))
	if got := pending(true); len(got) != 1 {
		t.Errorf("31 days later: %v", got)
	}
}

// A flood of strangers fills the quarantine and no more; those known are counted on.
func TestQuarantineIsBounded(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	store := devices.NewStore(postgis.NewDB(pool, nil))
	for lot := range 11 {
		strangers := make([]live.Stranger, 1000)
		for i := range strangers {
			strangers[i] = live.Stranger{Identity: fmt.Sprintf("imei:%d.%03d", lot, i), Address: "10.0.0.1", First: liveNoon, Last: liveNoon, Messages: 1}
		}
		if lot == 10 {
			strangers = append(strangers, live.Stranger{Identity: "imei:0.000", Address: "10.0.0.2", First: liveNoon, Last: liveNoon, Messages: 5})
		}
		if err := store.Note(t.Context(), strangers); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, pool, "select count(*) from gisd.device_pending"); n != 10_000 {
		t.Errorf("%d strangers", n)
	}
	if n := count(t, pool, "select messages from gisd.device_pending where identity = 'imei:0.000'"); n != 6 {
		t.Errorf("%d messages of one that was known", n)
	}
}

// A held position goes to the history with its flags and leaves the last known one
// alone.
func TestHeldPosition(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	registry := devices.NewStore(postgis.NewDB(pool, nil))
	if _, err := registry.Register(t.Context(), []live.Device{bus("b1")}, "test"); err != nil {
		t.Fatal(err)
	}
	rough := live.Position{Device: "b1", Lon: 106, Lat: 11, Time: liveNoon, ReceivedAt: liveNoon, Flags: live.FlagAccuracy}
	wild := live.Position{Device: "b1", Lon: 100, Lat: 11, Time: liveNoon.Add(time.Second), ReceivedAt: liveNoon, Flags: live.FlagSpeed | live.FlagHeld}
	write(t, pool, rough, wild)
	got, err := registry.LastPositions(t.Context())
	if diff := cmp.Diff([]live.Position{rough}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if n := count(t, pool, "select sum(flags) from gisd.device_position"); n != 4+2+16 {
		t.Errorf("flags add up to %d", n)
	}
}
