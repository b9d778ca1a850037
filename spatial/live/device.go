package live

import (
	"fmt"
	"regexp"
	"slices"

	"gisd/spatial"
)

// Kind is what a device is; the map draws and filters by it. Kinds of one's own
// are allowed where they match [a-z][a-z0-9_-]{0,31}.
type Kind string

// The kinds that gisd knows by name.
const (
	KindBus       Kind = "bus"
	KindAmbulance Kind = "ambulance"
	KindBarge     Kind = "barge"
	KindTrain     Kind = "train"
	KindTruck     Kind = "truck"
	KindSensor    Kind = "sensor"
	KindCamera    Kind = "camera"
)

// Device is one thing that reports where it is. It is immutable once handed to
// the Hub.
type Device struct {
	ID         string // [A-Za-z0-9][A-Za-z0-9._:-]{0,63}
	Kind       Kind
	Name       string // for people, at most 200 bytes
	Department string // owner; its editors may report for it
	Visibility spatial.Visibility
	Roles      []spatial.Role // for VisibilityRestricted
	Demo       bool
	Revoked    bool     // reports nothing and is shown to nobody
	Identities []string // what device protocols call it, see Identity; in order
}

// maxDeviceName bounds Device.Name, in bytes.
const maxDeviceName = 200

var deviceKindPattern = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// ValidDeviceID reports whether the text may be a device's id.
func ValidDeviceID(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case i > 0 && (c == '.' || c == '_' || c == ':' || c == '-'):
		default:
			return false
		}
	}
	return len(id) >= 1 && len(id) <= 64
}

// ValidKind reports whether the text may be a kind.
func ValidKind(kind string) bool { return deviceKindPattern.MatchString(kind) }

// faults lists everything that is wrong with the device.
func (d *Device) faults() []spatial.FieldError {
	var faults []spatial.FieldError
	fault := func(name, reason string) {
		faults = append(faults, spatial.FieldError{Name: name, Reason: reason})
	}
	if !ValidDeviceID(d.ID) {
		fault("id", "wants 1 to 64 letters, digits or . _ : -, starting with a letter or a digit")
	}
	if !ValidKind(string(d.Kind)) {
		fault("kind", "wants 1 to 32 of a-z, 0-9, _ or -, starting with a letter, such as bus")
	}
	if len(d.Name) > maxDeviceName {
		fault("name", "is longer than 200 bytes")
	}
	switch d.Visibility {
	case spatial.VisibilityPublic, spatial.VisibilityInternal:
	case spatial.VisibilityRestricted:
		if len(d.Roles) == 0 {
			fault("roles", "a restricted device names the roles that see it")
		}
	default:
		fault("visibility", "wants public, internal or restricted")
	}
	for _, r := range d.Roles {
		if !ValidDeviceID(string(r)) {
			fault("roles", "want names of letters, digits or . _ : -")
		}
	}
	return faults
}

// VisibleTo reports whether the caller may see the device and its position. The
// SQL predicate in spatial/postgis says the same and is tested against this.
func (d *Device) VisibleTo(a spatial.Access) bool {
	switch {
	case d.Revoked:
		return false
	case d.Visibility == spatial.VisibilityPublic, a.Has(spatial.RoleAdmin):
		return true
	case a.Device != "":
		return a.Device == d.ID
	case d.Visibility == spatial.VisibilityInternal:
		return !a.Anonymous()
	}
	return slices.ContainsFunc(d.Roles, func(r spatial.Role) bool { return slices.Contains(a.Roles, r) })
}

// MayReport says whether the caller may report positions at all:
// CodeUnauthenticated for nobody, CodeForbidden for a caller without the right.
func MayReport(a spatial.Access) error {
	switch {
	case a.Anonymous():
		return &spatial.Error{Code: spatial.CodeUnauthenticated, Op: "live: report",
			Message: "Reporting positions needs an API key."}
	case a.ReadOnly:
		return &spatial.Error{Code: spatial.CodeForbidden, Op: "live: report",
			Message: "A key in the address is read-only; send it as Authorization: Bearer."}
	case a.Device != "", a.Has(spatial.RoleOperator), a.Has(spatial.RoleEditor):
		return nil
	}
	return &spatial.Error{Code: spatial.CodeForbidden, Op: "live: report",
		Message: "Reporting positions needs the role editor, operator or admin, or the device's own key."}
}

// ReportableBy reports whether the caller, who passed MayReport, may report
// this device's positions: its own key, an operator, or an editor of the
// device's department (of any department where the device has none).
func (d *Device) ReportableBy(a spatial.Access) bool {
	switch {
	case d.Revoked:
		return false
	case a.Device != "":
		return a.Device == d.ID
	case a.Has(spatial.RoleOperator):
		return true
	}
	return a.Has(spatial.RoleEditor) && (d.Department == "" || d.Department == a.Department)
}

// ValidateDevices returns CodeInvalid naming every fault of every device at
// once: "kind" of a single one, "/2/kind" (RFC 6901) of several.
func ValidateDevices(devices []Device) error {
	var faults []spatial.FieldError
	seen := make(map[string]struct{}, len(devices))
	for i := range devices {
		prefix := ""
		if len(devices) > 1 {
			prefix = fmt.Sprintf("/%d/", i)
		}
		for _, f := range devices[i].faults() {
			faults = append(faults, spatial.FieldError{Name: prefix + f.Name, Reason: f.Reason})
		}
		if _, twice := seen[devices[i].ID]; twice {
			faults = append(faults, spatial.FieldError{Name: prefix + "id", Reason: "is given twice"})
		}
		seen[devices[i].ID] = struct{}{}
	}
	if len(faults) == 0 {
		return nil
	}
	return spatial.Invalid("live: validate devices", "The device is not valid.", faults...)
}
