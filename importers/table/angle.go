package table

import (
	"bytes"

	"gisd/importers/wkb"
)

// parseAngle reads degrees with minutes and seconds, or with a mark or letter
// that says that they are degrees, as decimal degrees: 106°39'12"E, 106° 39.2',
// N 11 03 00, 11:03:00, 106.65°. North and east are positive; B and Đ are theirs
// in Vietnamese.
func parseAngle(b []byte) (float64, bool) {
	if len(b) == 0 || len(b) > 40 {
		return 0, false
	}
	b, sign, marked := hemisphere(b)
	if len(b) > 0 && b[0] == '-' && !marked {
		sign, b = -1, b[1:]
	}
	limits := [...]float64{180, 60, 60}
	total, unit, parts := 0.0, 1.0, 0
	for whole := true; len(b) > 0; parts++ {
		if parts == len(limits) || !whole {
			return 0, false
		}
		v, used, ok := angleNumber(b)
		if !ok || v < 0 || v > limits[parts] || parts > 0 && v == 60 {
			return 0, false
		}
		whole = v == float64(int(v))
		total += v / unit
		unit *= 60
		mark := false
		if b, mark = angleMark(b[used:], parts); !mark && len(b) > 0 {
			return 0, false
		} else if mark && parts == 0 {
			marked = marked || len(b) == 0
		}
	}
	if total > 180 || parts == 0 || parts == 1 && !marked {
		return 0, false
	}
	return sign * total, true
}

// hemisphere takes the letter off either end.
func hemisphere(b []byte) (rest []byte, sign float64, found bool) {
	letters := [...]struct {
		text string
		sign float64
	}{{"N", 1}, {"n", 1}, {"B", 1}, {"E", 1}, {"e", 1}, {"Đ", 1}, {"S", -1}, {"s", -1}, {"W", -1}, {"w", -1}}
	for _, l := range letters {
		if r, ok := bytes.CutSuffix(b, []byte(l.text)); ok {
			return trim(r), l.sign, true
		}
		if r, ok := bytes.CutPrefix(b, []byte(l.text)); ok {
			return trim(r), l.sign, true
		}
	}
	return b, 1, false
}

// angleNumber reads digits with a fraction after a point or comma.
func angleNumber(b []byte) (v float64, used int, ok bool) {
	var plain [24]byte
	for used < len(b) && used < len(plain) && (b[used]-'0' <= 9 || b[used] == '.' || b[used] == ',') {
		plain[used] = b[used]
		if b[used] == ',' {
			plain[used] = '.'
		}
		used++
	}
	v, n := wkb.ParseFloat(plain[:used])
	return v, used, used > 0 && n == used
}

// angleMark takes off what follows the degrees, minutes or seconds.
func angleMark(b []byte, part int) (rest []byte, found bool) {
	marks := [...][]string{{"°", "º", "˚", "d", ":", " "}, {"''", "'", "′", "’", ":", " "}, {"\"", "″", "”", "''", "′′", "’’"}}
	t := trim(b)
	for _, m := range marks[part] {
		if m == " " {
			if len(t) > 0 && len(t) < len(b) {
				return t, true
			}
			continue
		}
		if m == "''" && part == 1 {
			continue
		}
		if r, ok := bytes.CutPrefix(t, []byte(m)); ok {
			return trim(r), true
		}
	}
	return t, false
}
