package live

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"gisd/spatial"
)

// TrackQuery chooses the fixes of a device.
type TrackQuery struct {
	Device      string
	First, Last time.Time // both inside; a zero time is open
	Held        bool      // those that the rules keep from the map too
	Attributes  bool      // else left out
}

// Tracks has the history of devices.
type Tracks interface {
	// Track hands on the fixes in the order of their times. An error ends it.
	Track(ctx context.Context, q TrackQuery) iter.Seq2[Position, error]
	// TrackRule is the rule of a kind, or that of kinds without one.
	TrackRule(ctx context.Context, kind Kind) (TrackRule, error)
}

// TrackRule says who may read the tracks of a kind of device, and what for.
type TrackRule struct {
	Kind     Kind
	Purposes []string       // of which a reader names one; empty for any
	Readers  []spatial.Role // empty for operators
}

// Bounds of a rule: of a purpose in bytes, of purposes and of readers.
const (
	maxPurpose  = 200
	maxPurposes = 50
)

// ValidPurpose reports whether the text may be a purpose: some characters on one line,
// 200 bytes at most.
func ValidPurpose(text string) bool {
	return text != "" && len(text) <= maxPurpose && text == strings.TrimSpace(text) && strings.ToValidUTF8(text, "") == text &&
		!strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 || r == 0x7f })
}

// Validate returns CodeInvalid naming every fault.
func (r *TrackRule) Validate() error {
	var faults []spatial.FieldError
	if !ValidKind(string(r.Kind)) {
		faults = append(faults, spatial.FieldError{Name: "kind", Reason: "wants 1 to 32 of a-z, 0-9, _ or -, starting with a letter, such as bus"})
	}
	if len(r.Purposes) > maxPurposes || slices.ContainsFunc(r.Purposes, func(p string) bool { return !ValidPurpose(p) }) {
		faults = append(faults, spatial.FieldError{Name: "purposes", Reason: "wants 50 at most, of 1 to 200 bytes on one line"})
	}
	if len(r.Readers) > maxPurposes || slices.ContainsFunc(r.Readers, func(role spatial.Role) bool { return !ValidDeviceID(string(role)) }) {
		faults = append(faults, spatial.FieldError{Name: "readers", Reason: "want names of letters, digits or . _ : -"})
	}
	if len(faults) == 0 {
		return nil
	}
	return spatial.Invalid("live: validate rule of tracks", "The rule is not valid.", faults...)
}

// Admits fails for who may not read tracks of such a device: CodeUnauthenticated for
// nobody, CodeForbidden for who is none of the readers. Administrators and the device's
// own key may. That the caller sees the device is not asked here.
func (r *TrackRule) Admits(a spatial.Access, device string) error {
	const op = "live: read track"
	readers := r.Readers
	if len(readers) == 0 {
		readers = []spatial.Role{spatial.RoleOperator}
	}
	switch {
	case a.Anonymous():
		return &spatial.Error{Code: spatial.CodeUnauthenticated, Op: op, Message: "Tracks are not for everybody; sign in."}
	case a.Device != "":
		if a.Device == device {
			return nil
		}
	case slices.ContainsFunc(readers, a.Has):
		return nil
	}
	return &spatial.Error{Code: spatial.CodeForbidden, Op: op, Message: "Tracks of this kind of device are for other roles."}
}

// Allows says what is wrong with a purpose, "" where nothing is.
func (r *TrackRule) Allows(purpose string) string {
	switch {
	case purpose == "":
		return "is missing: say what the track is read for"
	case !ValidPurpose(purpose):
		return "wants 1 to 200 bytes on one line"
	case len(r.Purposes) > 0 && !slices.Contains(r.Purposes, purpose):
		return "must be one of " + strings.Join(r.Purposes, ", ")
	}
	return ""
}

// AppendDegrees appends a longitude or latitude with 9 decimals at most.
func AppendDegrees(dst []byte, degrees float64) []byte { return appendNumber(dst, degrees, 1e9) }

// AppendMeasure appends a speed in km/h, a bearing in degrees or a radius in metres with
// 2 decimals at most.
func AppendMeasure(dst []byte, v float64) []byte { return appendNumber(dst, v, 1e2) }

// AppendText appends a JSON string.
func AppendText(dst []byte, s string) []byte { return appendText(dst, s) }
