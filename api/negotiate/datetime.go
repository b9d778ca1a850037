package negotiate

import (
	"strings"
	"time"

	"gisd/spatial"
)

const dateForm = "2006-01-02"

// ParseDateTime reads a datetime (OGC 17-069r4 /req/core/fc-time-definition): an
// instant, or an interval whose ends may be open ("..", or nothing). A date
// without a time is the whole day in UTC. The result is closed and in UTC.
func ParseDateTime(s string) (spatial.TimeRange, error) {
	if len(s) > 100 {
		return spatial.TimeRange{}, reason("must be an RFC 3339 instant or interval")
	}
	first, second, interval := strings.Cut(s, "/")
	if !interval {
		return parseInstant(first)
	}
	var span spatial.TimeRange
	if first != "" && first != ".." {
		start, err := parseInstant(first)
		if err != nil {
			return span, err
		}
		span.Start = start.Start
	}
	if second != "" && second != ".." {
		end, err := parseInstant(second)
		if err != nil {
			return spatial.TimeRange{}, err
		}
		span.End = end.End
	}
	if !span.Start.IsZero() && !span.End.IsZero() && span.Start.After(span.End) {
		return spatial.TimeRange{}, reason("ends before it starts")
	}
	return span, nil
}

// parseInstant returns the instant, or the day from its first to its last
// microsecond.
func parseInstant(s string) (spatial.TimeRange, error) {
	if day, err := time.Parse(dateForm, s); err == nil && day.Year() > 0 {
		return spatial.TimeRange{Start: day, End: day.AddDate(0, 0, 1).Add(-time.Microsecond)}, nil
	}
	// RFC 3339 §5.6 allows lower case and, in practice, a space for the T.
	at, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s))
	if err != nil || at.UTC().Year() < 1 || at.UTC().Year() > 9999 || at.IsZero() {
		return spatial.TimeRange{}, reason("must be an RFC 3339 instant such as 2026-01-31T00:00:00Z, a date, or an interval such as 2026-01-01/..")
	}
	at = at.UTC()
	return spatial.TimeRange{Start: at, End: at}, nil
}

// FormatDateTime writes the range as ParseDateTime reads it.
func FormatDateTime(r spatial.TimeRange) string {
	if r.Start.Equal(r.End) && !r.Start.IsZero() {
		return r.Start.UTC().Format(time.RFC3339Nano)
	}
	start, end := "..", ".."
	if !r.Start.IsZero() {
		start = r.Start.UTC().Format(time.RFC3339Nano)
	}
	if !r.End.IsZero() {
		end = r.End.UTC().Format(time.RFC3339Nano)
	}
	return start + "/" + end
}
