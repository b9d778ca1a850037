package live_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
)

// diary notes who heard of positions, in order.
type diary struct {
	lines []string
	err   error
}

func (d *diary) Record(_ context.Context, positions []live.Position) error {
	d.lines = append(d.lines, fmt.Sprintf("record %d", len(positions)))
	return d.err
}

func (d *diary) Reported(positions []live.Position) {
	d.lines = append(d.lines, fmt.Sprintf("tell %d", len(positions)))
}

// The listener does not wait for the disk, unless the disk refuses: then it hears of
// what was recorded only.
func TestListenerDoesNotWaitForTheDisk(t *testing.T) {
	t.Parallel()
	h := live.NewHub(live.Config{})
	h.SetDevices([]live.Device{device("a", spatial.VisibilityPublic)})
	d := &diary{}
	in := &live.Intake{Hub: h, Recorder: d, Listener: d}
	full := &spatial.Error{Code: spatial.CodeUnavailable, Message: "full"}
	start := time.Now().Add(-time.Hour)
	for i, step := range []struct {
		name string
		err  error
		want []string
	}{
		{"told first", nil, []string{"tell 1", "record 1"}},
		{"the first that is refused", full, []string{"tell 1", "record 1"}},
		{"others while it refuses", full, []string{"record 1"}},
		{"a caller who gave up says nothing of the disk", context.Canceled, []string{"record 1"}},
		{"taken again", nil, []string{"record 1", "tell 1"}},
		{"as before", nil, []string{"tell 1", "record 1"}},
	} {
		d.lines, d.err = nil, step.err
		rows := []live.Row{{Number: 1, Position: fix("a", 1, 1, start.Add(time.Duration(i)*time.Second))}}
		_, err := in.Report(t.Context(), spatial.Access{Subject: "key:1", Roles: []spatial.Role{spatial.RoleOperator}}, rows, false)
		if !errors.Is(err, step.err) {
			t.Errorf("%s: %v, want %v", step.name, err, step.err)
		}
		if !slices.Equal(d.lines, step.want) {
			t.Errorf("%s: %q, want %q", step.name, d.lines, step.want)
		}
	}
}
