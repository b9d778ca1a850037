package live

import (
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
)

// Fix is one report as a device protocol reads it: a position whose device is
// known by the protocol's own identity only. Position.Device is empty and
// ReceivedAt zero; Intake fills them in.
type Fix struct {
	Identity string // see Identity
	Position Position
	Unplaced bool // readings without coordinates: the device's last known place stands for them
}

var identityPattern = regexp.MustCompile(`^[a-z][a-z0-9]{0,15}:[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$`)

// Identity is how a protocol knows a device, "imei:356307042441013": the scheme
// in lower case, a colon, and 1 to 64 letters, digits or . _ : -. It is "" where
// the name cannot be one.
func Identity(scheme, name string) string {
	identity := scheme + ":" + name
	if !ValidIdentity(identity) {
		return ""
	}
	return identity
}

// ValidIdentity reports whether the text may be an identity.
func ValidIdentity(text string) bool { return identityPattern.MatchString(text) }

// attributeBytes is the most that PackAttributes keeps: the default of
// Limits.AttributeBytes.
const attributeBytes = 4096

// PackAttributes writes what a protocol knows besides the position as the JSON
// of Position.Attributes. Members that JSON or the database cannot hold are left
// out, and the last by name where the text would be too long. It is nil without
// members.
func PackAttributes(members map[string]any) json.RawMessage {
	var dst []byte
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := members[name]
		switch v := value.(type) {
		case nil:
			continue
		case float64:
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
		case string:
			value = strings.ReplaceAll(v, "\x00", "")
		}
		text, err := json.Marshal(value)
		if err != nil || unstorable(text) {
			continue
		}
		label, err := json.Marshal(strings.ReplaceAll(name, "\x00", ""))
		if err != nil || len(dst)+len(label)+len(text)+3 > attributeBytes {
			continue
		}
		dst = append(dst, ',')
		dst = append(dst, label...)
		dst = append(dst, ':')
		dst = append(dst, text...)
	}
	if len(dst) == 0 {
		return nil
	}
	dst[0] = '{'
	return append(dst, '}')
}

// KnotsToKMH is the length of a nautical mile in kilometres.
const KnotsToKMH = 1.852
