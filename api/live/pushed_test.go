package live_test

import (
	"strings"
	"testing"

	"gisd/spatial"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/incident"
)

// Webhooks are sent what their owner may know of, and how sure it is.
func TestPushed(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	events := []fence.Event{{Rule: "a", Device: "p", Status: fence.Provisional}, {Rule: "b", Device: "r", Status: fence.Withdrawn, Correction: true}}
	hidden := newDesk("r").one
	for _, test := range []struct {
		role   spatial.Role
		events []string // rules
		told   bool     // of the incident
	}{
		{spatial.RoleViewer, nil, false},
		{spatial.RoleOperator, []string{"a"}, false},
		{spatial.RoleAdmin, []string{"a", "b"}, true},
	} {
		a := spatial.Access{Subject: "user:an", UserID: 1, Roles: []spatial.Role{test.role}}
		data, err := s.handlers.PushedEvents(events, a)
		for _, rule := range []string{"a", "b"} {
			if want := strings.Contains(strings.Join(test.events, " "), rule); err != nil || strings.Contains(string(data), `"rule":"`+rule+`"`) != want {
				t.Errorf("%s: %s %v", test.role, data, err)
			}
		}
		if len(test.events) == 2 && !strings.Contains(string(data), `"status":"withdrawn","correction":true`) {
			t.Errorf("%s does not say that it is a correction", data)
		}
		data, err = s.handlers.PushedIncident(&hidden, []incident.Entry{{Kind: incident.EntryOpened}}, a)
		if err != nil || (data != nil) != test.told || test.told && !strings.Contains(string(data), `"certainty":"provisional"`) {
			t.Errorf("%s: incident %s %v", test.role, data, err)
		}
	}
}
