package spatial

import (
	"regexp"
	"strconv"
	"strings"
)

// Coordinates are a position that somebody typed. Geographic ones are in SRID
// 4326, X lon and Y lat in degrees; the others are an easting X and a northing Y
// in metres of a VN-2000 zone that the text does not tell.
type Coordinates struct {
	Geographic bool
	X, Y       float64
}

// Ranges of the planar coordinates of Vietnam in any VN-2000 or UTM zone, from
// 8° to 24° N; the two do not overlap, so their order does not matter.
const (
	minEasting, maxEasting   = 100_000, 880_000
	minNorthing, maxNorthing = 884_000, 2_660_000
)

// ParseCoordinates recognises a pair of coordinates in either order:
// "10.98, 106.65", "106.65 10.98", "10,98; 106,65", "10°58'48\"N 106°39'E",
// "1213456 601234", "1213456.12; 601234.5". Degrees without letters are lat lon
// unless only the other order is possible. It reports false for anything else:
// names, codes, numbers out of range.
func ParseCoordinates(text string) (Coordinates, bool) {
	a, b, ok := splitPair(strings.TrimSpace(text))
	if !ok {
		return Coordinates{}, false
	}
	first, okFirst := parseAngle(a)
	second, okSecond := parseAngle(b)
	if !okFirst || !okSecond {
		return Coordinates{}, false
	}
	if first.axis == 0 && second.axis == 0 && !first.degrees && !second.degrees {
		if c, ok := planar(first.value, second.value); ok {
			return c, true
		}
	}
	lat, lon := first, second
	if first.axis == 'x' || second.axis == 'y' ||
		first.axis == 0 && second.axis == 0 && (first.value > 90 || first.value < -90) {
		lat, lon = second, first
	}
	if lat.axis == 'x' || lon.axis == 'y' || lat.value < -90 || lat.value > 90 || lon.value < -180 || lon.value > 180 {
		return Coordinates{}, false
	}
	return Coordinates{Geographic: true, X: lon.value, Y: lat.value}, true
}

func planar(a, b float64) (Coordinates, bool) {
	if a < b {
		a, b = b, a
	}
	if a < minNorthing || a > maxNorthing || b < minEasting || b > maxEasting {
		return Coordinates{}, false
	}
	return Coordinates{X: b, Y: a}, true
}

// splitPair cuts at the semicolon, else at the only comma or the comma that a
// blank follows, else after a compass letter, else at the blank. A comma within
// a number is a decimal comma.
func splitPair(s string) (a, b string, ok bool) {
	if len(s) > 100 {
		return "", "", false
	}
	if strings.Count(s, ";") == 1 {
		a, b, _ = strings.Cut(s, ";")
		return a, b, true
	}
	if strings.Count(s, ", ") == 1 {
		a, b, _ = strings.Cut(s, ", ")
		return a, b, true
	}
	if strings.Count(s, ",") == 1 && (strings.Contains(s, ".") || !strings.ContainsAny(s, " \t")) {
		a, b, _ = strings.Cut(s, ",")
		// "10,98" alone is one number with a decimal comma, or two integers;
		// neither is a position that anybody types.
		return a, b, strings.Contains(s, ".") || len(a) >= 6 && len(b) >= 6
	}
	if i := strings.IndexAny(s[:max(len(s)-1, 0)], "NSEWnsew"); i > 0 {
		return s[:i+1], s[i+1:], true
	}
	fields := strings.Fields(s)
	if len(fields) != 2 {
		return "", "", false
	}
	return fields[0], fields[1], true
}

type angle struct {
	value   float64
	axis    byte // 'x' for E and W, 'y' for N and S, 0 without a letter
	degrees bool // written with a degree sign
}

var anglePattern = regexp.MustCompile(
	`^\s*([+-]?\d{1,8}(?:[.,]\d{1,15})?)\s*(°)?\s*(?:(\d{1,2}(?:[.,]\d{1,12})?)\s*['′’])?\s*(?:(\d{1,2}(?:[.,]\d{1,12})?)\s*(?:["″”]|''))?\s*([NSEWnsew])?\s*$`)

// parseAngle reads "10.98", "10,98", "-10.98°", "10°58'48.5\"N", "106.65E".
func parseAngle(s string) (angle, bool) {
	m := anglePattern.FindStringSubmatch(s)
	if m == nil || m[2] == "" && (m[3] != "" || m[4] != "") {
		return angle{}, false
	}
	var parts [3]float64
	for i, text := range []string{m[1], m[3], m[4]} {
		if text == "" {
			continue
		}
		v, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
		if err != nil || i > 0 && v >= 60 {
			return angle{}, false
		}
		parts[i] = v
	}
	out := angle{degrees: m[2] != ""}
	minutes := parts[1]/60 + parts[2]/3600
	if strings.HasPrefix(m[1], "-") {
		minutes = -minutes
	}
	out.value = parts[0] + minutes
	switch strings.ToUpper(m[5]) {
	case "N":
		out.axis = 'y'
	case "S":
		out.axis, out.value = 'y', -out.value
	case "E":
		out.axis = 'x'
	case "W":
		out.axis, out.value = 'x', -out.value
	}
	return out, true
}
