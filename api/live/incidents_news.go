package live

import (
	"encoding/json"
	"slices"
	"strconv"

	"gisd/spatial"
	"gisd/spatial/live/incident"
)

// TellIncidents tells the streams of operators of incidents that are new or changed;
// missed says that there may have been others. It neither blocks nor keeps the list.
func (h *Handlers) TellIncidents(changed []incident.Incident, missed bool) {
	h.alarms.mu.Lock()
	defer h.alarms.mu.Unlock()
	for one := range h.alarms.streams {
		one.mu.Lock()
		one.unsure = one.unsure || missed
		for _, i := range changed {
			if at := slices.IndexFunc(one.incidents, func(known incident.Incident) bool { return known.ID == i.ID }); at >= 0 {
				one.incidents = slices.Delete(one.incidents, at, at+1) // only its last state counts
			}
			one.incidents = append(one.incidents, i)
		}
		if extra := len(one.incidents) - maxAlarms; extra > 0 {
			one.incidents, one.unsure = slices.Delete(one.incidents, 0, extra), true
		}
		one.mu.Unlock()
		one.ring()
	}
}

// incidents writes incidents as they are now, and reports whether there are any that
// the caller may know of.
func (s *stream) incidents(a spatial.Access, changed []incident.Incident, missed bool) bool {
	documents := []incidentDocument{}
	for n := range changed {
		if s.handlers.concerns(&changed[n], a) {
			documents = append(documents, incidentOf(&changed[n]))
		}
	}
	text, err := json.Marshal(documents)
	if err != nil || len(documents) == 0 && !missed {
		return false
	}
	s.event("incidents", strconv.FormatUint(s.handlers.hub.Seq(), 10))
	s.text(`{"missed":`, strconv.FormatBool(missed), `,"incidents":`)
	s.buffer = append(s.buffer, text...)
	s.text("}\n\n")
	return true
}
