package fence_test

import (
	"testing"

	"gisd/spatial"
	"gisd/spatial/live/fence"
)

func TestOpens(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		events []fence.Kind
		on     []fence.Kind
		want   []fence.Kind
	}{
		{"a fence", []fence.Kind{fence.Enter, fence.Exit, fence.Dwell}, nil, []fence.Kind{fence.Enter, fence.Dwell}},
		{"only exits", []fence.Kind{fence.Exit}, nil, []fence.Kind{fence.Exit}},
		{"a speed", []fence.Kind{fence.Begin, fence.End}, nil, []fence.Kind{fence.Begin}},
		{"chosen", []fence.Kind{fence.Enter, fence.Exit}, []fence.Kind{fence.Exit}, []fence.Kind{fence.Exit}},
	} {
		d := fence.Definition{Events: test.events, Incident: &fence.Opening{Severity: fence.Minor, On: test.on}}
		opens := map[fence.Kind]bool{}
		for _, k := range test.want {
			opens[k] = true
		}
		for _, k := range []fence.Kind{fence.Enter, fence.Exit, fence.Inside, fence.Outside, fence.Cross, fence.Dwell, fence.Begin, fence.End} {
			if d.Opens(k) != opens[k] {
				t.Errorf("%s: %s %v", test.name, k, d.Opens(k))
			}
		}
	}
	if d := (fence.Definition{Events: []fence.Kind{fence.Enter}}); d.Opens(fence.Enter) {
		t.Error("a rule that says nothing of incidents opens them")
	}
	bad := fence.Definition{ID: "r", Subject: fence.OnFence, Events: []fence.Kind{fence.Enter}, Geofences: []string{"a"},
		Incident: &fence.Opening{Severity: "terrible", On: []fence.Kind{fence.Exit}}}
	if _, err := bad.Rule(); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("%v", err)
	}
}
