package osmand

import (
	"encoding/json"
	"fmt"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
)

// document is what Traccar Client 9 and later send.
type document struct {
	DeviceID json.RawMessage `json:"device_id"` // a text or a number
	Location *struct {
		Timestamp json.RawMessage `json:"timestamp"`
		Coords    *struct {
			Latitude  *float64 `json:"latitude"`
			Longitude *float64 `json:"longitude"`
			Accuracy  *float64 `json:"accuracy"` // metres
			Speed     *float64 `json:"speed"`    // m/s
			Heading   *float64 `json:"heading"`
			Altitude  *float64 `json:"altitude"`
		} `json:"coords"`
		IsMoving *bool    `json:"is_moving"`
		Odometer *float64 `json:"odometer"` // metres
		Event    string   `json:"event"`
		Battery  *struct {
			Level      *float64 `json:"level"` // 0 to 1
			IsCharging *bool    `json:"is_charging"`
		} `json:"battery"`
		Activity *struct {
			Type string `json:"type"`
		} `json:"activity"`
		Extras map[string]any `json:"extras"`
	} `json:"location"`
}

// metresPerSecond is one of them in km/h.
const metresPerSecond = 3.6

// DecodeJSON reads {"device_id", "location": {"timestamp", "coords": {"latitude",
// "longitude", "accuracy", "speed" (m/s), "heading", "altitude"}, "is_moving",
// "odometer", "event", "battery": {"level" (0 to 1), "is_charging"}, "activity",
// "extras"}}. Negative numbers stand for unknown ones. Faults as DecodeQuery.
func DecodeJSON(text []byte, now time.Time) (live.Fix, []spatial.FieldError) {
	fix := live.Fix{Position: live.Position{Time: now}}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return fix, []spatial.FieldError{{Reason: "wants one JSON object"}}
	}
	var r reader
	if id := plain(d.DeviceID); id != "" {
		if fix.Identity = live.Identity(Scheme, id); fix.Identity == "" {
			r.fault("device_id", "wants a device id of 1 to 64 letters, digits or . _ : -")
		}
	}
	if d.Location == nil || d.Location.Coords == nil || d.Location.Coords.Latitude == nil || d.Location.Coords.Longitude == nil {
		r.fault("location", "is missing")
		return fix, r.faults
	}
	l, c, p := d.Location, d.Location.Coords, &fix.Position
	p.Lat, p.Lon = *c.Latitude, *c.Longitude
	if at := plain(l.Timestamp); at != "" {
		var ok bool
		if p.Time, ok = parseTime(at); !ok {
			r.fault("timestamp", "wants seconds or milliseconds since 1970, or an ISO 8601 time")
		}
	}
	p.SpeedKMH, p.BearingDegrees, p.AccuracyMeters = optional(c.Speed, metresPerSecond), optional(c.Heading, 1), optional(c.Accuracy, 1)
	members := map[string]any{}
	for name, v := range l.Extras {
		if len(name) <= maxText && len(members) < maxAttributes {
			members[name] = v
		}
	}
	put := func(name string, v any, there bool) {
		if there {
			members[name] = v
		}
	}
	put("altitude", deref(c.Altitude), c.Altitude != nil && *c.Altitude != -1)
	put("moving", deref(l.IsMoving), l.IsMoving != nil)
	put("odometer", deref(l.Odometer), l.Odometer != nil && *l.Odometer >= 0)
	put("event", l.Event, l.Event != "")
	if b := l.Battery; b != nil {
		put("battery", 100*deref(b.Level), b.Level != nil && *b.Level >= 0)
		put("charge", deref(b.IsCharging), b.IsCharging != nil)
	}
	put("activity", activity(l.Activity), l.Activity != nil && l.Activity.Type != "")
	p.Attributes = live.PackAttributes(members)
	return fix, r.faults
}

func activity(a *struct {
	Type string `json:"type"`
}) string {
	if a == nil {
		return ""
	}
	return a.Type
}

func optional(v *float64, scale float64) live.Measure {
	if v == nil {
		return live.Measure{}
	}
	return known(*v, scale)
}

func deref[T any](v *T) (zero T) {
	if v == nil {
		return zero
	}
	return *v
}

// plain is a JSON text or number without its quotes, "" for anything else.
func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return fmt.Sprint(n)
	}
	return ""
}
