package devices_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/accounts"
	"gisd/spatial/postgis/devices"
)

// A track of several pages over midnight, of a device among others.
func TestTrack(t *testing.T) {
	t.Parallel()
	db := postgis.NewDB(testdb.DB(t), nil)
	store := devices.NewStore(db)
	if _, err := store.Register(t.Context(), []live.Device{bus("b1"), bus("b2")}, "test"); err != nil {
		t.Fatal(err)
	}
	var all, lot []live.Position
	for i := range 4500 {
		p := live.Position{Device: "b1", Lon: 106 + float64(i)/1e4, Lat: 11, Time: liveNoon.Add(time.Duration(i) * 10 * time.Second), ReceivedAt: liveNoon,
			SpeedKMH: live.Known(float64(i % 50)), Attributes: []byte(`{"i": 1}`)}
		if i%9 == 0 {
			p.Flags = live.FlagSpeed | live.FlagHeld
		}
		all = append(all, p)
		other := p
		other.Device = "b2"
		lot = append(lot, other, p)
	}
	if _, err := devices.NewHistory(db, devices.HistoryConfig{}).WritePositions(t.Context(), lot); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		q        live.TrackQuery
		from, to int // of all, to excluded
	}{
		{"all", live.TrackQuery{Held: true, Attributes: true}, 0, 4500},
		{"without those held, without attributes", live.TrackQuery{}, 0, 4500},
		{"both ends are inside", live.TrackQuery{First: all[10].Time, Last: all[3020].Time, Held: true}, 10, 3021},
		{"open at the end", live.TrackQuery{First: all[4490].Time.Add(time.Microsecond), Held: true}, 4491, 4500},
		{"none", live.TrackQuery{First: liveNoon.AddDate(0, 1, 0)}, 0, 0},
	} {
		test.q.Device = "b1"
		var want, got []live.Position
		for _, p := range all[test.from:test.to] {
			if !test.q.Attributes {
				p.Attributes = nil
			}
			if test.q.Held || p.Flags&live.FlagHeld == 0 {
				want = append(want, p)
			}
		}
		for p, err := range store.Track(t.Context(), test.q) {
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			got = append(got, p)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%.2000s", test.name, diff)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range store.Track(ctx, live.TrackQuery{Device: "b1"}) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	}
	for range store.Track(t.Context(), live.TrackQuery{Device: "b1"}) {
		break // who has enough may leave
	}
}

func TestTrackRules(t *testing.T) {
	t.Parallel()
	db := postgis.NewDB(testdb.DB(t), nil)
	store := devices.NewStore(db)
	rule := live.TrackRule{Kind: "ambulance", Purposes: []string{"complaint", "thời gian đáp ứng"}, Readers: []spatial.Role{"115"}}
	for _, r := range []live.TrackRule{{Kind: "ambulance", Purposes: []string{"x"}}, rule, {Kind: "bus", Readers: []spatial.Role{"transport"}}} {
		if err := store.SetTrackRule(t.Context(), r, "test"); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.SetTrackRule(t.Context(), live.TrackRule{Kind: "Bus!"}, "test"); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("a kind that cannot be: %v", err)
	}
	if got, err := store.TrackRule(t.Context(), "ambulance"); err != nil || !cmp.Equal(rule, got) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := store.TrackRule(t.Context(), "train"); err != nil || got.Kind != "train" || got.Readers != nil {
		t.Errorf("without a rule: %+v, %v", got, err)
	}
	if rules, err := store.TrackRules(t.Context()); err != nil || len(rules) != 2 || rules[1].Kind != "bus" {
		t.Errorf("%+v, %v", rules, err)
	}
	if err := store.RemoveTrackRule(t.Context(), "bus"); err != nil {
		t.Error(err)
	}
	if err := store.RemoveTrackRule(t.Context(), "bus"); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("removed twice: %v", err)
	}
}

func TestTrackReads(t *testing.T) {
	t.Parallel()
	db := postgis.NewDB(testdb.DB(t), nil)
	audit := accounts.NewStore(db.Pool, nil)
	for i, e := range []spatial.AuditEntry{
		{Actor: "user:an", Action: "track.read", Object: "device:b1", RemoteAddress: "192.0.2.1",
			Detail: map[string]any{"purpose": "accident", "what": "track", "datetime": "2026-01-01T00:00:00Z/.."}},
		{Actor: "user:an", Action: "track.read", Object: "device:b2"},
		{Actor: "user:an", Action: "device.show", Object: "device:b1"},
		{Actor: "key:2", Action: "track.read", Object: "device:b1"},
	} {
		if err := audit.Record(t.Context(), e); err != nil {
			t.Fatal(i, err)
		}
	}
	store := devices.NewStore(db)
	reads, err := store.TrackReads(t.Context(), "b1", time.Time{}, 10)
	if err != nil || len(reads) != 2 || reads[0].Actor != "key:2" {
		t.Fatalf("%+v, %v", reads, err)
	}
	reads[1].At = time.Time{}
	want := devices.TrackRead{Actor: "user:an", Purpose: "accident", What: "track", Datetime: "2026-01-01T00:00:00Z/..", RemoteAddress: "192.0.2.1"}
	if diff := cmp.Diff(want, reads[1]); diff != "" {
		t.Error(diff)
	}
	if reads, err := store.TrackReads(t.Context(), "b1", time.Now().Add(time.Hour), 10); err != nil || len(reads) != 0 {
		t.Errorf("of later: %+v, %v", reads, err)
	}
}
