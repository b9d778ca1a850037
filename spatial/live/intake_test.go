package live_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/live"
)

type recorder struct {
	positions []live.Position
	err       error
}

func (r *recorder) Record(_ context.Context, positions []live.Position) error {
	r.positions = append(r.positions, positions...)
	return r.err
}

func TestReport(t *testing.T) {
	t.Parallel()
	const (
		a1   = `{"device":"a","lon":1,"lat":1,"time":"2026-03-01T11:00:01Z"}`
		a0   = `{"device":"a","lon":0,"lat":1,"time":"2026-03-01T11:00:00Z"}`
		bad  = `{"device":"a","lon":1,"lat":95,"speed":-1}`
		none = `{"device":"nobody","lon":1,"lat":1}`
		own  = `{"device":"own","lon":1,"lat":1}`
	)
	operator := spatial.Access{Subject: "key:1", Roles: []spatial.Role{spatial.RoleOperator}}
	for _, test := range []struct {
		name     string
		access   spatial.Access
		lines    []string
		all      bool
		recorder *recorder
		want     live.Receipt
		code     spatial.Code
		fields   []string
		recorded int
	}{
		{name: "in order, late and again", access: operator, lines: []string{a1, a0, a1},
			want: live.Receipt{Accepted: 3, Late: 1, Duplicates: 1}, recorded: 2},
		{name: "good ones of a mixed lot", access: operator, lines: []string{a1, bad, none},
			want: live.Receipt{Accepted: 1, Rejected: 2, Errors: []live.RowError{
				{Row: 2, Device: "a", Name: "lat", Reason: "wants degrees from -90 to 90, not 95"},
				{Row: 2, Device: "a", Name: "speed", Reason: "wants km/h from 0 to 2000, not -1"},
				{Row: 3, Device: "nobody", Name: "device", Reason: "is not registered, or not one that this key may report for"},
			}}, recorded: 1},
		{name: "all or nothing", access: operator, lines: []string{a1, bad}, all: true,
			want: live.Receipt{Rejected: 1}, code: spatial.CodeInvalid, fields: []string{"/1/lat", "/1/speed"}},
		{name: "one bad", access: operator, lines: []string{bad},
			want: live.Receipt{Rejected: 1}, code: spatial.CodeInvalid, fields: []string{"lat", "speed"}},
		{name: "anonymous", lines: []string{a1}, code: spatial.CodeUnauthenticated},
		{name: "viewer", access: spatial.Access{Subject: "user:an", Roles: []spatial.Role{spatial.RoleViewer}}, lines: []string{a1}, code: spatial.CodeForbidden},
		{name: "device key", access: spatial.Access{Subject: "key:2", Device: "own"}, lines: []string{own, a1},
			want: live.Receipt{Accepted: 1, Rejected: 1, Errors: []live.RowError{
				{Row: 2, Device: "a", Name: "device", Reason: "is not registered, or not one that this key may report for"}}}, recorded: 1},
		{name: "the recorder is full", access: operator, lines: []string{a1},
			recorder: &recorder{err: &spatial.Error{Code: spatial.CodeUnavailable}}, code: spatial.CodeUnavailable, recorded: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := live.NewHub(live.Config{})
			h.SetDevices([]live.Device{device("a", spatial.VisibilityInternal), device("own", spatial.VisibilityInternal)})
			if test.recorder == nil {
				test.recorder = &recorder{}
			}
			in := live.Intake{Hub: h, Recorder: test.recorder}
			rows, err := live.DecodeLines(strings.NewReader(strings.Join(test.lines, "\n")), noon, live.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := in.Report(t.Context(), test.access, rows, test.all)
			if code := spatial.CodeOf(err); code != test.code {
				t.Fatalf("got code %q (%v), want %q", code, err, test.code)
			}
			if len(test.recorder.positions) != test.recorded {
				t.Errorf("recorded %d, want %d", len(test.recorder.positions), test.recorded)
			}
			if e, ok := errors.AsType[*spatial.Error](err); ok {
				if diff := cmp.Diff(append([]string{}, test.fields...), names(e.Fields)); diff != "" {
					t.Errorf("fields (-want +got):\n%s", diff)
				}
				if last := h.Last(live.Filter{Access: operator}); len(last) > 0 {
					t.Error("the marker moved though nothing was taken")
				}
				return
			}
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Errorf("receipt (-want +got):\n%s", diff)
			}
		})
	}
}
