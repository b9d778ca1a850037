package live

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"time"
	"unicode/utf8"
)

// Reading is one value that a sensor measured.
type Reading struct {
	Device     string
	Name       string    // of what is measured: "water_level"
	Time       time.Time // of the measurement, UTC, whole microseconds
	ReceivedAt time.Time // UTC
	Value      float64
	Unit       string // as the device names it; "" is not said
	Quality    string // the device's own word, "good", "uncertain"; "" is not said
}

// Bounds of what becomes a reading, in bytes.
const (
	maxReadings    = 100 // of one position
	maxReadingName = 100
	maxReadingWord = 32 // unit, quality
)

// Readings are the attributes of a position that are numbers, by name, at the time of
// the position: {"water_level": 1.83} or, with a unit and a quality,
// {"water_level": {"value": 1.83, "unit": "m", "quality": "good"}}. Others, and names
// longer than 100 bytes, are left out; there are 100 at most.
func (p *Position) Readings() []Reading {
	var members map[string]json.RawMessage
	if len(p.Attributes) == 0 || json.Unmarshal(p.Attributes, &members) != nil {
		return nil
	}
	var readings []Reading
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if name == "" || len(name) > maxReadingName || !utf8.ValidString(name) {
			continue
		}
		r := Reading{Device: p.Device, Name: name, Time: p.Time, ReceivedAt: p.ReceivedAt}
		if r.read(members[name]) && len(readings) < maxReadings {
			readings = append(readings, r)
		}
	}
	return readings
}

// read takes value, unit and quality of an attribute; false where it has no value.
func (r *Reading) read(text json.RawMessage) bool {
	var measured struct {
		Value   *float64 `json:"value"`
		Unit    string   `json:"unit"`
		Quality string   `json:"quality"`
	}
	if text = bytes.TrimSpace(text); len(text) > 0 && text[0] == '{' {
		if json.Unmarshal(text, &measured) != nil {
			return false
		}
	} else if json.Unmarshal(text, &measured.Value) != nil {
		return false
	}
	if measured.Value == nil || math.IsInf(*measured.Value, 0) || len(measured.Unit) > maxReadingWord || len(measured.Quality) > maxReadingWord {
		return false
	}
	r.Value, r.Unit, r.Quality = *measured.Value, measured.Unit, measured.Quality
	return true
}

// ReadingQuery chooses readings of a device.
type ReadingQuery struct {
	Device      string
	Name        string    // "" for all
	First, Last time.Time // both inside
	Limit       int
}
