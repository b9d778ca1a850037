package live

import (
	"encoding/json"
	"fmt"

	"gisd/spatial"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/incident"
)

// PushedEvents are events as webhooks send them, those that the owner may know of; nil
// where there is none.
func (h *Handlers) PushedEvents(events []fence.Event, a spatial.Access) (json.RawMessage, error) {
	if mayWatch(a, "", false) != nil {
		return nil, nil
	}
	var list struct {
		Events []eventDocument `json:"events"`
	}
	for i := range events {
		if h.hears(&events[i], a) {
			list.Events = append(list.Events, eventOf(&events[i]))
		}
	}
	if len(list.Events) == 0 {
		return nil, nil
	}
	return pushed(list)
}

// PushedIncident is an incident as webhooks send it, with the entries that are new; nil
// where the owner may not know of it.
func (h *Handlers) PushedIncident(i *incident.Incident, entries []incident.Entry, a spatial.Access) (json.RawMessage, error) {
	if mayWatch(a, "", false) != nil || !h.concerns(i, a) {
		return nil, nil
	}
	doc := struct {
		Incident incidentDocument `json:"incident"`
		Entries  []entryDocument  `json:"entries"`
	}{Incident: incidentOf(i)}
	for _, e := range entries {
		doc.Entries = append(doc.Entries, entryDocument{e.Seq, e.At, e.By, e.Kind, e.Detail})
	}
	return pushed(doc)
}

func pushed(doc any) (json.RawMessage, error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("live: data of a webhook: %w", err)
	}
	return text, nil
}
