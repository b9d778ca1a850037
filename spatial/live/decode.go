package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"gisd/spatial"
)

// wirePosition is a position as devices send it.
type wirePosition struct {
	Device     *string         `json:"device"`
	Lon        *float64        `json:"lon"`
	Lat        *float64        `json:"lat"`
	Time       *time.Time      `json:"time"`
	Speed      *float64        `json:"speed"`
	Bearing    *float64        `json:"bearing"`
	Accuracy   *float64        `json:"accuracy"`
	Attributes json.RawMessage `json:"attributes"`
}

// wireMembers are the names of wirePosition.
var wireMembers = []string{"device", "lon", "lat", "time", "speed", "bearing", "accuracy", "attributes"}

// DecodePosition reads one position:
//
//	{"device":"bus-12","lon":106.65,"lat":10.98,"time":"2026-01-02T03:04:05Z",
//	 "speed":40.5,"bearing":90,"accuracy":5,"attributes":{"door":"open"}}
//
// lon and lat are SRID 4326 degrees, speed km/h, bearing degrees clockwise from
// true north, accuracy metres; device, lon and lat are required, and without a
// time the fix is taken at now. The faults name every member that is wrong, an
// empty list means that the position is good.
func DecodePosition(text []byte, now time.Time, l Limits) (Position, []spatial.FieldError) {
	l = l.withDefaults()
	if quick := (Position{ReceivedAt: now.UTC(), Time: now}); quickPosition(text, &quick) {
		if quick.normalize(); len(quick.faults(now, l)) == 0 {
			return quick, nil
		}
	}
	w, faults := decodeWire(text)
	p := Position{ReceivedAt: now.UTC(), Time: now, Attributes: compact(w.Attributes)}
	if w.Device != nil {
		p.Device = *w.Device
	}
	if w.Lon != nil {
		p.Lon = *w.Lon
	}
	if w.Lat != nil {
		p.Lat = *w.Lat
	}
	if w.Time != nil {
		p.Time = *w.Time
	}
	p.SpeedKMH, p.BearingDegrees, p.AccuracyMeters = measure(w.Speed), measure(w.Bearing), measure(w.Accuracy)
	p.normalize()

	named := func(name string) bool {
		return slices.ContainsFunc(faults, func(f spatial.FieldError) bool { return f.Name == name })
	}
	if slices.ContainsFunc(faults, func(f spatial.FieldError) bool { return f.Name == "" }) {
		return p, faults
	}
	for name, absent := range map[string]bool{"device": w.Device == nil, "lon": w.Lon == nil, "lat": w.Lat == nil} {
		if absent && !named(name) {
			faults = append(faults, spatial.FieldError{Name: name, Reason: "is missing"})
		}
	}
	for _, f := range p.faults(now, l) {
		if !named(f.Name) {
			faults = append(faults, f)
		}
	}
	slices.SortStableFunc(faults, func(a, b spatial.FieldError) int {
		return slices.Index(wireMembers, a.Name) - slices.Index(wireMembers, b.Name)
	})
	return p, faults
}

func measure(v *float64) Measure {
	if v == nil {
		return Measure{}
	}
	return Known(*v)
}

// decodeWire reads a text without faults at once; only where that
// fails is the object read member by member, to name all that is wrong.
func decodeWire(text []byte) (wirePosition, []spatial.FieldError) {
	var w wirePosition
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err == nil {
		if _, err := d.Token(); errors.Is(err, io.EOF) && isObject(text) {
			return w, nil
		}
	}
	w = wirePosition{}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		return w, []spatial.FieldError{{Reason: "wants one JSON object"}}
	}
	var faults []spatial.FieldError
	into := func(name string, target any, wants string) {
		if raw, ok := members[name]; ok && json.Unmarshal(raw, target) != nil {
			faults = append(faults, spatial.FieldError{Name: name, Reason: "wants " + wants + ", not " + shorten(raw)})
		}
	}
	into("device", &w.Device, "a text")
	into("lon", &w.Lon, "a number in degrees")
	into("lat", &w.Lat, "a number in degrees")
	into("time", &w.Time, "an RFC 3339 time such as 2026-01-02T03:04:05Z")
	into("speed", &w.Speed, "a number in km/h")
	into("bearing", &w.Bearing, "a number in degrees")
	into("accuracy", &w.Accuracy, "a number in metres")
	w.Attributes = members["attributes"]
	for name := range members {
		if !slices.Contains(wireMembers, name) {
			faults = append(faults, spatial.FieldError{Name: shorten([]byte(name)),
				Reason: "is no member of a position; what is the device's own goes into attributes"})
		}
	}
	return w, faults
}

func isObject(text []byte) bool {
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	return len(trimmed) > 0 && trimmed[0] == '{'
}

// shorten quotes at most 40 bytes of what somebody sent.
func shorten(text []byte) string {
	if len(text) > 40 {
		return string(bytes.ToValidUTF8(text[:40], nil)) + "…"
	}
	return string(bytes.ToValidUTF8(text, []byte("?")))
}

// AppendJSON appends the position as DecodePosition reads it. Degrees carry 9
// decimals at most.
func (p *Position) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	dst = p.appendMembers(dst)
	return append(dst, '}')
}

func (p *Position) appendMembers(dst []byte) []byte {
	dst = append(dst, `"device":`...)
	dst = appendText(dst, p.Device)
	dst = append(dst, `,"lon":`...)
	dst = appendNumber(dst, p.Lon, 1e9)
	dst = append(dst, `,"lat":`...)
	dst = appendNumber(dst, p.Lat, 1e9)
	dst = append(dst, `,"time":"`...)
	dst = p.Time.UTC().AppendFormat(dst, time.RFC3339Nano)
	dst = append(dst, '"')
	measured := func(name string, m Measure, scale float64) {
		if m.Known {
			dst = fmt.Appendf(dst, `,"%s":`, name)
			dst = appendNumber(dst, m.Value, scale)
		}
	}
	measured("speed", p.SpeedKMH, 1e2)
	measured("bearing", p.BearingDegrees, 1e2)
	measured("accuracy", p.AccuracyMeters, 1e2)
	if len(p.Attributes) > 0 {
		dst = append(dst, `,"attributes":`...)
		dst = append(dst, p.Attributes...)
	}
	return dst
}

// appendNumber writes v rounded to a multiple of 1/scale.
func appendNumber(dst []byte, v, scale float64) []byte {
	return appendFloat(dst, math.Round(v*scale)/scale)
}
