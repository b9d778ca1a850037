package live

import (
	"encoding/json"
	"strconv"
	"time"

	"gisd/spatial/live"
)

// frame writes the events of one frame:
//
//	snapshot       {"epoch","seq","time","resync","positions":[…]}  forget what you had
//	positions      {"seq","time","positions":[…]}                   these moved, or came into view
//	remove         {"seq","devices":["bus-12"]}                     these left the view, or are gone
//	tiles-changed  {"collections":["roads"]}                        these have a new version
//
// Each carries the id "epoch-seq", by which a caller that reconnects
// says what it saw.
func (s *stream) frame(f *live.Frame, resync bool) {
	seq := strconv.FormatUint(f.Seq, 10)
	switch {
	case f.Snapshot:
		s.event("snapshot", seq)
		s.text(`{"epoch":"`, s.handlers.hub.Epoch(), `","seq":`, seq, `,"resync":`, strconv.FormatBool(resync))
		s.positions(f)
	case len(f.Positions) > 0:
		s.event("positions", seq)
		s.text(`{"seq":`, seq)
		s.positions(f)
	}
	if len(f.Removed) > 0 {
		s.event("remove", seq)
		s.text(`{"seq":`, seq, `,"devices":`)
		s.list(f.Removed)
	}
	if len(f.Collections) > 0 {
		s.event("tiles-changed", seq)
		s.text(`{"collections":`)
		s.list(f.Collections)
	}
}

func (s *stream) event(name, seq string) {
	s.text("id: ", s.handlers.hub.Epoch(), "-", seq, "\nevent: ", name, "\ndata: ")
}

// positions ends an event with its list of positions; their JSON holds no line
// break.
func (s *stream) positions(f *live.Frame) {
	s.text(`,"time":"`)
	s.buffer = f.Time.AppendFormat(s.buffer, time.RFC3339Nano)
	s.text(`","positions":[`)
	for i, p := range f.Positions {
		if i > 0 {
			s.text(",")
		}
		s.buffer = append(s.buffer, p...)
	}
	s.text("]}\n\n")
}

// list ends an event with a list of texts.
func (s *stream) list(texts []string) {
	encoded, err := json.Marshal(texts)
	if err != nil { // strings always encode
		encoded = []byte("[]")
	}
	s.buffer = append(s.buffer, encoded...)
	s.text("}\n\n")
}
