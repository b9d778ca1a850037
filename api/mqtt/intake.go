package mqtt

import (
	"bytes"
	"cmp"
	"context"
	"strings"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/lorawan"
	"gisd/spatial/live/owntracks"
)

// Intake is where positions go, see live.Intake.
type Intake interface {
	Report(ctx context.Context, a spatial.Access, rows []live.Row, allOrNothing bool) (*live.Receipt, error)
	Take(ctx context.Context, peer live.Peer, fixes []live.Fix) (*live.Receipt, error)
}

// PositionsTopic takes what POST /live/positions takes.
const PositionsTopic = "gisd/positions"

// Topics are those that are understood, as filters of a subscription: positions,
// OwnTracks, ChirpStack v4 (v3 with other names of the application), The Things
// Network v3.
func Topics() []string {
	return []string{PositionsTopic, "owntracks/+/+", "application/+/device/+/event/up", "application/+/device/+/event/location", "v3/+/devices/+/up"}
}

// understood reports whether positions may come under the topic.
func understood(topic string) bool {
	for _, filter := range Topics() {
		if matches(filter, topic) {
			return true
		}
	}
	return false
}

// matches compares a topic with a filter whose wildcards are + only.
func matches(filter, topic string) bool {
	levels, names := strings.Split(filter, "/"), strings.Split(topic, "/")
	if len(levels) != len(names) {
		return false
	}
	for i, level := range levels {
		if level != "+" && level != names[i] {
			return false
		}
	}
	return true
}

// message is one publication.
type message struct {
	topic   string
	payload []byte
	access  spatial.Access
	address string
}

// take takes a message in. An error with CodeInvalid is of the message itself, which
// will never be better; any other may pass.
func take(ctx context.Context, in Intake, limits live.Limits, m message, now time.Time) (*live.Receipt, error) {
	if m.topic == PositionsTopic {
		rows, err := decode(m.payload, now, limits)
		if err != nil {
			return &live.Receipt{}, err
		}
		return in.Report(ctx, m.access, rows, false)
	}
	fix, carries, faults := read(m, now)
	switch {
	case len(faults) > 0:
		return &live.Receipt{}, spatial.Invalid("mqtt: take", "The message is not valid.", faults...)
	case !carries:
		return &live.Receipt{}, nil
	}
	return in.Take(ctx, live.Peer{Access: m.access, Address: m.address}, []live.Fix{fix})
}

// read reads a message of a device or network server.
func read(m message, now time.Time) (live.Fix, bool, []spatial.FieldError) {
	names := strings.Split(m.topic, "/")
	if names[0] != owntracks.Scheme {
		return lorawan.Decode(m.payload, now)
	}
	fix, located, faults := owntracks.Decode(m.payload, now)
	// A device's own key says whose fix it is.
	if fix.Position.Device = m.access.Device; fix.Position.Device == "" {
		fix.Identity = owntracks.IdentityOf(names[1], names[2])
	}
	return fix, located, faults
}

// shortLine is below what a line may hold.
const shortLine = 4 << 10

// decode reads what most devices send, one position, without a reader of lines.
func decode(payload []byte, now time.Time, limits live.Limits) ([]live.Row, error) {
	trimmed := bytes.TrimLeft(payload, " \t\r\n")
	switch {
	case len(trimmed) == 0 || trimmed[0] == '[':
		rows, _, err := live.DecodeJSON(bytes.NewReader(payload), now, limits)
		return rows, err
	case bytes.IndexByte(payload, '\n') < 0 && len(payload) < shortLine:
		p, faults := live.DecodePosition(payload, now, limits)
		return []live.Row{{Number: 1, Position: p, Faults: faults}}, nil
	}
	return live.DecodeLines(bytes.NewReader(payload), now, limits)
}

// permanent reports whether a message that failed so would fail again.
func permanent(err error) bool {
	switch cmp.Or(spatial.CodeOf(err), spatial.CodeInternal) {
	case spatial.CodeInvalid, spatial.CodeTooLarge, spatial.CodeForbidden, spatial.CodeUnauthenticated:
		return true
	}
	return false
}
