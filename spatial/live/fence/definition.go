package fence

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gisd/spatial"
	"gisd/spatial/live"
)

// Definition is a rule as people write it: on the wire, and where it is kept.
type Definition struct {
	ID       string  `json:"id"`
	Name     string  `json:"name,omitempty"`
	Disabled bool    `json:"disabled,omitempty"`
	Subject  Subject `json:"subject"`
	Events   []Kind  `json:"events"`

	Kinds   []live.Kind `json:"kinds,omitempty"`   // of devices; none is all
	Devices []string    `json:"devices,omitempty"` // none is all

	Collection string   `json:"collection,omitempty"` // its areas, or roads, are the fences
	LimitField string   `json:"limitField,omitempty"` // property with the speed limit, km/h
	Geofences  []string `json:"geofences,omitempty"`  // drawn ones

	Together         bool     `json:"together,omitempty"`
	HysteresisMeters float64  `json:"hysteresis,omitempty"`
	Confirm          Duration `json:"confirm,omitzero"`
	Dwell            Duration `json:"dwell,omitzero"`
	Every            Duration `json:"every,omitzero"`
	Gap              Duration `json:"gap,omitzero"`

	Attribute    string  `json:"attribute,omitempty"`
	Limit        float64 `json:"limit,omitempty"`
	Release      float64 `json:"release,omitempty"`
	Below        bool    `json:"below,omitempty"`
	WithinMeters float64 `json:"within,omitempty"`

	Watermark Duration   `json:"watermark,omitzero"`
	Schedule  *Timetable `json:"schedule,omitempty"`

	Incident *Opening `json:"incident,omitempty"` // that its events open
}

// Drawn is a fence that somebody has drawn.
type Drawn struct {
	ID, Name  string
	Geometry  json.RawMessage // GeoJSON Polygon or MultiPolygon, degrees, lon lat
	ChangedAt time.Time
}

// Faults are those of the id and the name; whether the geometry is an area, the store
// finds.
func (d *Drawn) Faults() []spatial.FieldError { return nameFaults(d.ID, d.Name) }

// Duration is written as "90s" or "1h30m".
type Duration time.Duration

// MarshalJSON implements json.Marshaler.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON implements json.Unmarshaler.
func (d *Duration) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	parsed, err := time.ParseDuration(s)
	*d = Duration(parsed)
	return err
}

// Timetable is a Schedule as people write it.
type Timetable struct {
	Zone    string          `json:"zone,omitempty"` // of the tz database; Asia/Ho_Chi_Minh
	Windows []TimetablePart `json:"windows"`
}

// TimetablePart is a Window: days "mon" to "sun", none being all of them, and times
// of day as "22:00".
type TimetablePart struct {
	Days []string `json:"days,omitempty"`
	From string   `json:"from"`
	To   string   `json:"to"`
}

// DefaultZone is that of timetables without one.
const DefaultZone = "Asia/Ho_Chi_Minh"

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (t *Timetable) schedule() (*Schedule, string) {
	zone := t.Zone
	if zone == "" {
		zone = DefaultZone
	}
	location, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, "names no time zone, such as Asia/Ho_Chi_Minh"
	}
	s := &Schedule{Zone: location}
	for _, part := range t.Windows {
		w := Window{From: minuteOf(part.From), To: minuteOf(part.To)}
		for _, day := range part.Days {
			i := slices.Index(weekdays, strings.ToLower(day))
			if i < 0 {
				return nil, "names days as mon, tue, wed, thu, fri, sat or sun"
			}
			w.Days[i] = true
		}
		if len(part.Days) == 0 {
			w.Days = [7]bool{true, true, true, true, true, true, true}
		}
		s.Windows = append(s.Windows, w)
	}
	if !s.Valid() {
		return nil, "wants windows with times of day from and to, such as 22:00 and 05:00"
	}
	return s, ""
}

var timePattern = regexp.MustCompile(`^([01][0-9]|2[0-4]):([0-5][0-9])$`)

// minuteOf reads "07:30"; -1 for what is no time of day.
func minuteOf(text string) int {
	parts := timePattern.FindStringSubmatch(text)
	if parts == nil {
		return -1
	}
	var hours, minutes int
	if _, err := fmt.Sscanf(text, "%d:%d", &hours, &minutes); err != nil || hours*60+minutes > minutesOfDay {
		return -1
	}
	return hours*60 + minutes
}

const (
	maxName      = 200 // bytes
	maxMentioned = 10_000
)

// Rule returns the rule, without fences; CodeInvalid names every fault at once.
func (d *Definition) Rule() (*Rule, error) {
	r := &Rule{ID: d.ID, Subject: d.Subject, Kinds: d.Events, DeviceKinds: d.Kinds, Devices: d.Devices, Collection: d.Collection,
		Together: d.Together, HysteresisMeters: d.HysteresisMeters, Confirm: time.Duration(d.Confirm), Stay: time.Duration(d.Dwell),
		Every: time.Duration(d.Every), Gap: time.Duration(d.Gap), Attribute: d.Attribute, Limit: d.Limit, Release: d.Release,
		Below: d.Below, WithinMeters: d.WithinMeters, Watermark: time.Duration(d.Watermark)}
	faults := d.faults()
	if d.Schedule != nil {
		var reason string
		if r.Schedule, reason = d.Schedule.schedule(); reason != "" {
			faults = append(faults, spatial.FieldError{Name: "schedule", Reason: reason})
		}
	}
	if d.Incident != nil {
		faults = append(faults, d.Incident.faults(d)...)
	}
	faults = append(faults, r.faults()...)
	if len(faults) > 0 {
		return nil, spatial.Invalid("fence: read rule", notValid, faults...)
	}
	return r, nil
}

// nameFaults are those of the id and the name of a rule or a drawn fence.
func nameFaults(id, name string) []spatial.FieldError {
	var faults []spatial.FieldError
	if !live.ValidDeviceID(id) {
		faults = append(faults, spatial.FieldError{Name: "id", Reason: "wants 1 to 64 letters, digits or . _ : -, starting with a letter or a digit"})
	}
	if len(name) > maxName {
		faults = append(faults, spatial.FieldError{Name: "name", Reason: "is longer than 200 bytes"})
	}
	return faults
}

func (d *Definition) faults() []spatial.FieldError {
	faults := nameFaults(d.ID, d.Name)
	fault := func(name, reason string) {
		faults = append(faults, spatial.FieldError{Name: name, Reason: reason})
	}
	for _, k := range d.Kinds {
		if !live.ValidKind(string(k)) {
			fault("kinds", "wants 1 to 32 of a-z, 0-9, _ or -, starting with a letter, such as bus")
		}
	}
	if len(d.Kinds)+len(d.Devices)+len(d.Geofences) > maxMentioned {
		fault("devices", "are more than 10000 names, with kinds and geofences")
	}
	fenced := d.Collection != "" || len(d.Geofences) > 0
	switch {
	case d.Collection != "" && len(d.Geofences) > 0:
		fault("collection", "stands beside geofences; a rule has one of them")
	case d.Subject == OnFence && !fenced:
		fault("collection", "is missing, and so are geofences")
	case d.Subject == OnSpeed && (d.Collection != "") != (d.LimitField != ""):
		fault("limitField", "goes with the collection of the roads: the property with their limit in km/h")
	case d.Subject == OnSpeed && len(d.Geofences) > 0, d.Subject != OnFence && d.Subject != OnSpeed && fenced:
		fault("collection", "and geofences do not go with this subject")
	}
	return faults
}
