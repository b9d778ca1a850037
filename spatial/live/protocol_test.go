package live_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/live"
)

type quarantine struct{ strangers []live.Stranger }

func (q *quarantine) Note(_ context.Context, strangers []live.Stranger) error {
	q.strangers = append(q.strangers, strangers...)
	return nil
}

// newIntake knows the bus "a", which trackers call imei:1, and "gone", which is
// revoked.
func newIntake(t *testing.T) (*live.Intake, *recorder, *quarantine) {
	t.Helper()
	h := live.NewHub(live.Config{Now: func() time.Time { return noon }})
	a, gone := device("a", spatial.VisibilityInternal), device("gone", spatial.VisibilityInternal)
	a.Identities = []string{"eui:24e124136b324567", "imei:1"}
	gone.Identities, gone.Revoked = []string{"imei:9"}, true
	h.SetDevices([]live.Device{a, gone})
	r, q := &recorder{}, &quarantine{}
	return &live.Intake{Hub: h, Recorder: r, Lobby: live.NewLobby(q, slog.New(slog.DiscardHandler)), Now: func() time.Time { return noon }}, r, q
}

func TestTake(t *testing.T) {
	t.Parallel()
	place := func(identity string, seconds int) live.Fix {
		return live.Fix{Identity: identity, Position: live.Position{Lon: 106, Lat: 11, Time: noon.Add(time.Duration(seconds) * time.Second)}}
	}
	unplaced := live.Fix{Identity: "eui:24e124136b324567", Unplaced: true, Position: live.Position{Time: noon}}
	wild := place("imei:1", 0)
	wild.Position.Lat = 95
	named := place("", 0)
	named.Position.Device = "a"
	system := spatial.SystemAccess("listener")
	for _, test := range []struct {
		name      string
		peer      live.Peer
		fixes     []live.Fix
		want      live.Receipt // without its errors
		reasons   []string
		recorded  int
		strangers []string
		refused   spatial.Code
	}{
		{name: "by the fix's identity", peer: live.Peer{Access: system}, fixes: []live.Fix{place("imei:1", 0)}, want: live.Receipt{Accepted: 1}, recorded: 1},
		{name: "by the peer's", peer: live.Peer{Access: system, Identity: "imei:1"}, fixes: []live.Fix{place("", 0), place("", -1), place("", 0)},
			want: live.Receipt{Accepted: 3, Late: 1, Duplicates: 1}, recorded: 2},
		{name: "by its name", peer: live.Peer{Access: spatial.Access{Subject: "key:1", Device: "a"}}, fixes: []live.Fix{named}, want: live.Receipt{Accepted: 1}, recorded: 1},
		{name: "another's name", peer: live.Peer{Access: spatial.Access{Subject: "key:1", Device: "b"}}, fixes: []live.Fix{named},
			want: live.Receipt{Rejected: 1}, reasons: []string{"is not registered, or not one that this key may report for"}, refused: spatial.CodeInvalid},
		{name: "a stranger", peer: live.Peer{Access: system, Address: "10.0.0.1"}, fixes: []live.Fix{place("imei:2", 0), place("imei:2", 1), place("imei:1", 0)},
			want: live.Receipt{Accepted: 1, Rejected: 2}, reasons: []string{"is not approved yet: gisd devices pending lists it", "is not approved yet: gisd devices pending lists it"},
			recorded: 1, strangers: []string{"imei:2"}},
		{name: "a stranger alone", peer: live.Peer{Access: system}, fixes: []live.Fix{place("imei:2", 0)}, want: live.Receipt{Rejected: 1},
			reasons: []string{"is not approved yet: gisd devices pending lists it"}, strangers: []string{"imei:2"}, refused: spatial.CodeForbidden},
		{name: "a revoked one is no stranger", peer: live.Peer{Access: system}, fixes: []live.Fix{place("imei:9", 0)}, want: live.Receipt{Rejected: 1},
			reasons: []string{"is not approved yet: gisd devices pending lists it"}, refused: spatial.CodeForbidden},
		{name: "nobody", peer: live.Peer{Access: system}, fixes: []live.Fix{place("", 0)}, want: live.Receipt{Rejected: 1},
			reasons: []string{"is not approved yet: gisd devices pending lists it"}, refused: spatial.CodeForbidden},
		{name: "a bad one among good ones", peer: live.Peer{Access: system}, fixes: []live.Fix{wild, place("imei:1", 0)}, want: live.Receipt{Accepted: 1, Rejected: 1},
			reasons: []string{"wants degrees from -90 to 90, not 95"}, recorded: 1},
		{name: "readings before a place", peer: live.Peer{Access: system}, fixes: []live.Fix{unplaced}, want: live.Receipt{Rejected: 1},
			reasons: []string{"has no place yet: report one position of it"}, refused: spatial.CodeInvalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in, r, q := newIntake(t)
			receipt, err := in.Take(t.Context(), test.peer, test.fixes)
			if err != nil {
				t.Fatal(err)
			}
			var reasons []string
			for _, e := range receipt.Errors {
				reasons = append(reasons, e.Reason)
			}
			if code := spatial.CodeOf(receipt.Refused()); code != test.refused {
				t.Errorf("refused with %q, want %q", code, test.refused)
			}
			receipt.Errors = nil
			if diff := cmp.Diff(test.want, *receipt); diff != "" || !slices.Equal(reasons, test.reasons) {
				t.Errorf("%q (-want +got):\n%s", reasons, diff)
			}
			if len(r.positions) != test.recorded {
				t.Errorf("%d recorded, want %d", len(r.positions), test.recorded)
			}
			for _, p := range r.positions {
				if p.Device != "a" || !p.ReceivedAt.Equal(noon) {
					t.Errorf("recorded %+v", p)
				}
			}
			if err := in.Lobby.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			var strangers []string
			for _, s := range q.strangers {
				strangers = append(strangers, s.Identity)
			}
			if !slices.Equal(strangers, test.strangers) {
				t.Errorf("strangers %v, want %v", strangers, test.strangers)
			}
		})
	}
}

// Readings without coordinates stand where the device was last known.
func TestUnplaced(t *testing.T) {
	t.Parallel()
	in, r, _ := newIntake(t)
	peer := live.Peer{Access: spatial.SystemAccess("test")}
	fixes := []live.Fix{{Identity: "imei:1", Position: live.Position{Lon: 106.5, Lat: 11, Time: noon.Add(-time.Minute)}}}
	for _, fix := range append(fixes, live.Fix{Identity: "eui:24e124136b324567", Unplaced: true, Position: live.Position{Time: noon}}) {
		if receipt, err := in.Take(t.Context(), peer, []live.Fix{fix}); err != nil || receipt.Accepted != 1 {
			t.Fatalf("%+v, %v", receipt, err)
		}
	}
	if p := r.positions[1]; p.Lon != 106.5 || p.Lat != 11 || !p.Time.Equal(noon) {
		t.Errorf("%+v", p)
	}
	if err := func() error { _, err := in.Take(t.Context(), live.Peer{}, fixes); return err }(); spatial.CodeOf(err) != spatial.CodeUnauthenticated {
		t.Errorf("nobody reports: %v", err)
	}
}

// An identity follows its device: given to another, taken away, revoked.
func TestIdentified(t *testing.T) {
	t.Parallel()
	h := live.NewHub(live.Config{})
	a, b := device("a", spatial.VisibilityPublic), device("b", spatial.VisibilityPublic)
	with := func(d live.Device, identities ...string) live.Device {
		d.Identities = identities
		return d
	}
	revoked := with(a, "imei:1")
	revoked.Revoked = true
	for i, step := range []struct {
		devices []live.Device
		want    string
		revoked bool
	}{
		{[]live.Device{with(a, "imei:1"), b}, "a", false},
		{[]live.Device{a, with(b, "imei:1")}, "b", false},
		{[]live.Device{with(a, "imei:1"), b}, "a", false},
		{[]live.Device{b}, "", false},
		{[]live.Device{revoked, b}, "", true},
		{[]live.Device{a, b}, "", false},
	} {
		h.SetDevices(step.devices)
		d, revoked := h.Identified("imei:1")
		if got := d != nil; got != (step.want != "") || got && d.ID != step.want || revoked != step.revoked {
			t.Errorf("step %d: %+v, revoked %v", i, d, revoked)
		}
	}
}

func TestLobbyIsBounded(t *testing.T) {
	t.Parallel()
	q := &quarantine{}
	l := live.NewLobby(q, slog.New(slog.DiscardHandler))
	for i := range 1500 {
		l.Note("imei:"+string(rune('a'+i%26))+time.Duration(i).String(), "10.0.0.1", noon)
	}
	l.Note("imei:a0s", "10.0.0.2", noon.Add(time.Second))
	if err := l.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := live.Stranger{Identity: "imei:a0s", Address: "10.0.0.2", First: noon, Last: noon.Add(time.Second), Messages: 2}
	i := slices.IndexFunc(q.strangers, func(s live.Stranger) bool { return s.Identity == want.Identity })
	if len(q.strangers) != 1000 || l.Dropped() != 500 || i < 0 || q.strangers[i] != want {
		t.Errorf("%d strangers, %d dropped, %+v", len(q.strangers), l.Dropped(), q.strangers[max(i, 0)])
	}
	if err := l.Flush(t.Context()); err != nil || len(q.strangers) != 1000 {
		t.Errorf("written twice: %d, %v", len(q.strangers), err)
	}
}

func TestPackAttributes(t *testing.T) {
	t.Parallel()
	long := map[string]any{}
	for i := range 100 {
		long["m"+time.Duration(i).String()] = string(slices.Repeat([]byte("x"), 100))
	}
	for _, test := range []struct {
		name string
		give map[string]any
		want string
	}{
		{"nothing", nil, ""},
		{"by name", map[string]any{"b": 1, "a": true, "c": "đ"}, `{"a":true,"b":1,"c":"đ"}`},
		{"what JSON cannot hold", map[string]any{"a": nil, "b": make(chan int), "c": 1.5}, `{"c":1.5}`},
		{"what the database cannot hold", map[string]any{"a": "x\x00y", "b\x00": 1}, `{"a":"xy","b":1}`},
	} {
		if got := string(live.PackAttributes(test.give)); got != test.want {
			t.Errorf("%s: %s", test.name, got)
		}
	}
	if n := len(live.PackAttributes(long)); n < 3900 || n > 4096 {
		t.Errorf("%d bytes of many", n)
	}
}
