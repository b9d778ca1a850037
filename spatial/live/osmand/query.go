package osmand

import (
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
)

// Scheme of the identities of these devices: "osmand:123456".
const Scheme = "osmand"

// maxAttributes and maxText bound what unknown parameters may bring along.
const (
	maxAttributes = 64
	maxText       = 256
)

// names lists the parameters of one meaning, the usual one first.
var names = map[string][]string{
	"id": {"id", "deviceid"}, "bearing": {"bearing", "heading"}, "battery": {"batt", "battery"},
}

// taken are parameters that are no attributes of their own.
var taken = map[string]bool{
	"id": true, "deviceid": true, "lat": true, "lon": true, "location": true, "timestamp": true, "speed": true,
	"bearing": true, "heading": true, "accuracy": true, "batt": true, "battery": true, "key": true, "valid": true,
}

// DecodeQuery reads the parameters id or deviceid, lat and lon or location=lat,lon,
// timestamp (seconds or milliseconds since 1970, or ISO 8601), speed (knots), bearing
// or heading (degrees), accuracy (metres), batt (percent). Others, altitude among
// them, become attributes. Without a timestamp the fix is taken at now. The
// identity is empty where no id is given. Faults name the parameters that are
// wrong.
func DecodeQuery(q url.Values, now time.Time) (live.Fix, []spatial.FieldError) {
	r := reader{q: q}
	fix := live.Fix{Position: live.Position{Time: now}}
	if id := r.text("id"); id != "" {
		if fix.Identity = live.Identity(Scheme, id); fix.Identity == "" {
			r.fault("id", "wants a device id of 1 to 64 letters, digits or . _ : -")
		}
	}
	p := &fix.Position
	if pair := r.text("location"); pair != "" {
		lat, lon, _ := strings.Cut(pair, ",")
		p.Lat, p.Lon = r.parse("location", lat), r.parse("location", lon)
	} else {
		p.Lat, p.Lon = r.required("lat"), r.required("lon")
	}
	if text := r.text("timestamp"); text != "" {
		at, ok := parseTime(text)
		if !ok {
			r.fault("timestamp", "wants seconds or milliseconds since 1970, or an ISO 8601 time")
		}
		p.Time = at
	}
	p.SpeedKMH = r.measure("speed", live.KnotsToKMH)
	p.BearingDegrees = r.measure("bearing", 1)
	p.AccuracyMeters = r.measure("accuracy", 1)
	members := map[string]any{}
	for name := range q {
		if !taken[name] && len(name) <= maxText && len(members) < maxAttributes {
			members[name] = value(q.Get(name))
		}
	}
	if battery := r.measure("battery", 1); battery.Known {
		members["battery"] = battery.Value
	}
	p.Attributes = live.PackAttributes(members)
	return fix, r.faults
}

type reader struct {
	q      url.Values
	faults []spatial.FieldError
}

func (r *reader) fault(name, reason string) {
	for _, f := range r.faults {
		if f.Name == name {
			return
		}
	}
	r.faults = append(r.faults, spatial.FieldError{Name: name, Reason: reason})
}

// text is the first parameter of that meaning that is not empty.
func (r *reader) text(meaning string) string {
	among, ok := names[meaning]
	if !ok {
		among = []string{meaning}
	}
	for _, name := range among {
		if text := strings.TrimSpace(r.q.Get(name)); text != "" {
			return text
		}
	}
	return ""
}

func (r *reader) required(name string) float64 {
	text := r.text(name)
	if text == "" {
		r.fault(name, "is missing")
		return 0
	}
	return r.parse(name, text)
}

func (r *reader) parse(name, text string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		r.fault(name, "wants a number")
		return 0
	}
	return v
}

// measure takes a negative number, and NaN, for unknown, as these clients mean it.
func (r *reader) measure(meaning string, scale float64) live.Measure {
	text := r.text(meaning)
	if text == "" || strings.EqualFold(text, "nan") {
		return live.Measure{}
	}
	return known(r.parse(meaning, text), scale)
}

// known rounds away what the conversion of a unit adds to the digits.
func known(v, scale float64) live.Measure {
	if !(v >= 0) {
		return live.Measure{}
	}
	return live.Known(math.Round(v*scale*1e6) / 1e6)
}

// value is a parameter as the type that its text looks like.
func value(text string) any {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
		return v
	}
	switch text {
	case "true":
		return true
	case "false":
		return false
	}
	return text
}

// layouts of ISO 8601 without a zone are UTC.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05"}

// earliestMillis is where numbers stop to be seconds: 2286, or 1970-04-26 in milliseconds.
const earliestMillis = 1e10

func parseTime(text string) (time.Time, bool) {
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		if v < earliestMillis {
			v *= 1000
		}
		if !(v >= 0 && v < 1e14) {
			return time.Time{}, false
		}
		return time.UnixMilli(int64(math.Round(v))).UTC(), true
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}
