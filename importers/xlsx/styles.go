package xlsx

import (
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// format is what a number format makes of a number.
type format struct {
	date, clock bool // shows a day, a time of day
	zeros       int  // 00000: the digits to show at least; 0 for none
}

const maxStyles = 1 << 16 // ECMA-376 allows 64,000 cell formats

// readStyles returns the format of each cell style (cellXfs) of xl/styles.xml.
func readStyles(r io.Reader) ([]format, error) {
	t := newTokens(r)
	custom := map[string]format{}
	var styles []format
	inside := false
	for {
		err := t.next()
		if errors.Is(err, io.EOF) {
			return styles, nil
		}
		if err != nil {
			return nil, err
		}
		switch string(t.name) {
		case "numFmt":
			if !t.end && len(custom) < maxStyles {
				custom[string(t.attr("numFmtId"))] = formatOf(t.attrText("formatCode"))
			}
		case "cellXfs":
			inside = !t.end && !t.empty
		case "xf":
			if inside && !t.end && len(styles) < maxStyles {
				id := string(t.attr("numFmtId"))
				f, ok := custom[id]
				if !ok {
					f = builtin(id)
				}
				styles = append(styles, f)
			}
		}
	}
}

// builtin formats are fixed by number (ECMA-376 Part 1 §18.8.30); 27 to 36 and
// 50 to 58 are dates in the eastern editions.
func builtin(id string) format {
	n, err := strconv.Atoi(id)
	if err != nil {
		return format{}
	}
	switch {
	case n >= 14 && n <= 17, n >= 27 && n <= 31, n == 36, n >= 50 && n <= 58:
		return format{date: true}
	case n == 22:
		return format{date: true, clock: true}
	case n >= 18 && n <= 21, n >= 32 && n <= 35, n >= 45 && n <= 47:
		return format{clock: true}
	}
	return format{}
}

// formatOf reads a format code: what stands in quotes, brackets and after a
// backslash is no pattern, except elapsed time as in [h].
func formatOf(code string) (f format) {
	code, _, _ = strings.Cut(code, ";")
	if trimmed := strings.Trim(code, "0"); trimmed == "" && len(code) > 1 {
		return format{zeros: len(code)}
	}
	var b strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"':
			if end := strings.IndexByte(code[i+1:], '"'); end >= 0 {
				i += end + 1
			}
		case '\\', '_', '*':
			i++
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return format{}
			}
			if inner := strings.ToLower(code[i+1 : i+end]); strings.Trim(inner, "hms") == "" {
				b.WriteString(inner)
			}
			i += end
		default:
			b.WriteByte(c | 0x20)
		}
	}
	p := strings.ReplaceAll(b.String(), "general", "")
	if strings.ContainsAny(p, "#?") {
		return format{}
	}
	f.clock = strings.ContainsAny(p, "hs")
	f.date = strings.ContainsAny(p, "yd") || strings.Contains(p, "m") && !f.clock
	return f
}

// appendSerial writes a serial date as ISO 8601 (ECMA-376 Part 1 §18.17.4). The
// 1900 system counts a 29 February that there was not, so days before 1 March
// 1900 are one off. ok is false outside of the years 1 to 9999.
func appendSerial(dst []byte, v float64, f format, since1904 bool) (out []byte, ok bool) {
	if math.IsNaN(v) || v < -700_000 || v > 2_958_466 {
		return dst, false
	}
	days := math.Floor(v)
	millis := math.Round((v - days) * 86_400_000)
	if !f.date && days == 0 {
		t := time.UnixMilli(int64(millis)).UTC()
		return t.AppendFormat(dst, "15:04:05"), true
	}
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case since1904:
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days < 60:
		start = start.AddDate(0, 0, 1)
	}
	t := start.AddDate(0, 0, int(days)).Add(time.Duration(millis) * time.Millisecond)
	if t.Year() < 1 || t.Year() > 9999 {
		return dst, false
	}
	if !f.clock && millis == 0 {
		return t.AppendFormat(dst, time.DateOnly), true
	}
	return t.AppendFormat(dst, "2006-01-02T15:04:05.999"), true
}
