package live

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
)

// frame writes the events of one frame:
//
//	snapshot       {"epoch","seq","time","resync","positions":[…]}  forget what you had
//	positions      {"seq","time","positions":[…]}                   these moved, or came into view
//	remove         {"seq","devices":["bus-12"]}                     these left the view, or are gone
//	tiles-changed  {"collections":["roads"],"tiles":[…]}            these have a new version; these parts of others changed
//
// An item of tiles is {"collection":"parcels","boxes":[[106.6,11,106.7,11.1]]},
// boxes as minlon, minlat, maxlon, maxlat in degrees, rounded outwards, or
// {"collection":"parcels","all":true}.
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
		s.strings(f.Removed)
		s.text("}\n\n")
	}
	if len(f.Collections)+len(f.Tiles) > 0 {
		s.event("tiles-changed", seq)
		s.text(`{"collections":`)
		s.strings(f.Collections)
		s.text(`,"tiles":[`)
		for i, c := range f.Tiles {
			if i > 0 {
				s.text(",")
			}
			s.tiles(c)
		}
		s.text("]}\n\n")
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

func (s *stream) strings(texts []string) {
	encoded, err := json.Marshal(texts)
	if err != nil || texts == nil { // strings always encode
		encoded = []byte("[]")
	}
	s.buffer = append(s.buffer, encoded...)
}

// tiles writes an item of the list of changed parts.
func (s *stream) tiles(c spatial.Change) {
	s.text(`{"collection":`, strconv.Quote(c.Collection)) // an id: [a-z0-9_-]
	if c.Whole {
		s.text(`,"all":true}`)
		return
	}
	s.text(`,"boxes":[`)
	for i, b := range c.Boxes {
		if i > 0 {
			s.text(",")
		}
		s.text("[")
		for j, v := range [4]float64{degreesDown(b.MinX), degreesDown(b.MinY), degreesUp(b.MaxX), degreesUp(b.MaxY)} {
			if j > 0 {
				s.text(",")
			}
			s.buffer = strconv.AppendFloat(s.buffer, v, 'f', -1, 64)
		}
		s.text("]")
	}
	s.text("]}")
}

// Degrees are told to 7 decimals, a centimetre.
const degreeSteps = 1e7

func degreesDown(v float64) float64 { return math.Floor(v*degreeSteps) / degreeSteps }

func degreesUp(v float64) float64 { return math.Ceil(v*degreeSteps) / degreeSteps }
