// Package owntracks reads the JSON of the OwnTracks apps, as they send it over
// HTTP and MQTT. Positions are lon, lat in SRID 4326 degrees, speeds km/h,
// accuracies metres. There is no I/O.
package owntracks

import (
	"encoding/json"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
)

// Scheme of the identities of these devices: "owntracks:user:phone".
const Scheme = "owntracks"

// message is what the apps send; other members do not concern a position.
type message struct {
	Type      string   `json:"_type"`
	Time      *float64 `json:"tst"` // seconds since 1970
	Lat       *float64 `json:"lat"`
	Lon       *float64 `json:"lon"`
	Accuracy  *float64 `json:"acc"` // metres
	Altitude  *float64 `json:"alt"` // metres
	Speed     *float64 `json:"vel"` // km/h
	Course    *float64 `json:"cog"` // degrees
	Battery   *float64 `json:"batt"`
	Tracker   string   `json:"tid"`
	Trigger   string   `json:"t"`
	Pressure  *float64 `json:"p"` // kPa
	Connected string   `json:"conn"`
}

// Decode reads one message. Those that are no location (transitions, waypoints,
// the last will and others) give false and no fault: the app wants them answered
// all the same. The identity is empty: the address or topic tells it, see
// IdentityOf.
func Decode(text []byte, now time.Time) (fix live.Fix, located bool, faults []spatial.FieldError) {
	var m message
	if err := json.Unmarshal(text, &m); err != nil {
		return fix, false, []spatial.FieldError{{Reason: "wants one JSON object"}}
	}
	if m.Type != "location" {
		if m.Type == "" {
			faults = append(faults, spatial.FieldError{Name: "_type", Reason: "is missing"})
		}
		return fix, false, faults
	}
	required := func(name string, v *float64) float64 {
		if v == nil {
			faults = append(faults, spatial.FieldError{Name: name, Reason: "is missing"})
			return 0
		}
		return *v
	}
	p := &fix.Position
	p.Lat, p.Lon, p.Time = required("lat", m.Lat), required("lon", m.Lon), now
	if m.Time != nil && *m.Time >= 0 && *m.Time < 1e11 {
		p.Time = time.UnixMilli(int64(*m.Time * 1000)).UTC()
	} else if m.Time != nil {
		faults = append(faults, spatial.FieldError{Name: "tst", Reason: "wants seconds since 1970"})
	}
	p.SpeedKMH, p.BearingDegrees, p.AccuracyMeters = known(m.Speed), known(m.Course), known(m.Accuracy)
	members := map[string]any{}
	number := func(name string, v *float64) {
		if v != nil {
			members[name] = *v
		}
	}
	word := func(name, v string) {
		if v != "" {
			members[name] = v
		}
	}
	number("altitude", m.Altitude)
	number("battery", m.Battery)
	number("pressure", m.Pressure)
	word("tracker", m.Tracker)
	word("trigger", m.Trigger)
	word("connection", m.Connected)
	p.Attributes = live.PackAttributes(members)
	return fix, true, faults
}

// IdentityOf is the identity of a person's device, as the headers X-Limit-U and
// X-Limit-D or the topic owntracks/USER/DEVICE name them; "" where they cannot be
// one.
func IdentityOf(user, device string) string {
	if device == "" {
		return live.Identity(Scheme, user)
	}
	return live.Identity(Scheme, user+":"+device)
}

// known takes a negative number for unknown, as the apps mean it.
func known(v *float64) live.Measure {
	if v == nil || !(*v >= 0) {
		return live.Measure{}
	}
	return live.Known(*v)
}
