package live

import (
	"encoding/json"
	"strconv"
	"strings"
)

func appendFloat(dst []byte, v float64) []byte { return strconv.AppendFloat(dst, v, 'f', -1, 64) }

// appendText writes a JSON string; ids and names are short, and mostly need no
// escape.
func appendText(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			quoted, err := json.Marshal(s)
			if err != nil {
				return append(dst, `""`...)
			}
			return append(dst, quoted...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

// appendItem writes a position as watchers get it: the wire form with the
// device's kind, name and state.
func appendItem(dst []byte, d *Device, p *Position, s State) []byte {
	dst = append(dst, '{')
	dst = p.appendMembers(dst)
	dst = append(dst, `,"kind":`...)
	dst = appendText(dst, string(d.Kind))
	dst = append(dst, `,"name":`...)
	dst = appendText(dst, d.Name)
	dst = append(dst, `,"state":"`...)
	dst = append(dst, s...)
	dst = append(dst, '"')
	if names := p.Flags.Names(); len(names) > 0 {
		dst = append(dst, `,"flags":["`...)
		dst = append(dst, strings.Join(names, `","`)...)
		dst = append(dst, `"]`...)
	}
	return append(dst, '}')
}

// appendFeature writes the same as a GeoJSON feature (RFC 7946 §3.2).
func appendFeature(dst []byte, d *Device, p *Position, s State) []byte {
	dst = append(dst, `{"type":"Feature","id":`...)
	dst = appendText(dst, p.Device)
	dst = append(dst, `,"geometry":{"type":"Point","coordinates":[`...)
	dst = appendNumber(dst, p.Lon, 1e9)
	dst = append(dst, ',')
	dst = appendNumber(dst, p.Lat, 1e9)
	dst = append(dst, `]},"properties":`...)
	dst = appendItem(dst, d, p, s)
	return append(dst, '}')
}
