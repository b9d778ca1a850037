package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"gisd/spatial"
)

// secret is text that prints as REDACTED, in logs and in `gisd config`.
type secret string

const redacted = "REDACTED"

// String implements fmt.Stringer.
func (s secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString keeps %#v from printing it.
func (s secret) GoString() string { return s.String() }

// LogValue keeps slog from printing it.
func (s secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps encoders from printing it.
func (s secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// byteSize is a number of bytes, written 64MiB.
type byteSize int64

var byteUnits = []struct {
	name  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// String implements fmt.Stringer.
func (s byteSize) String() string {
	for _, u := range byteUnits {
		if int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return ""
}

func parseSize(s string) (byteSize, error) {
	for _, u := range byteUnits {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 0 || n > (1<<62)/u.bytes {
			break
		}
		return byteSize(n * u.bytes), nil
	}
	return 0, fmt.Errorf("want a size such as 64MiB, not %q", s)
}

// value is a pflag.Value over a field of the config.
type value[T any] struct {
	field  *T
	parse  func(string) (T, error)
	format func(T) string
	kind   string
}

func (v value[T]) String() string { return v.format(*v.field) }
func (v value[T]) Type() string   { return v.kind }

func (v value[T]) Set(s string) error {
	parsed, err := v.parse(s)
	if err == nil {
		*v.field = parsed
	}
	return err
}

func text(field *string) pflag.Value {
	return value[string]{field, func(s string) (string, error) { return s, nil }, func(s string) string { return s }, "text"}
}

// address takes what net.Listen does, less the names of ports.
func address(field *string) pflag.Value {
	parse := func(s string) (string, error) {
		_, port, err := net.SplitHostPort(s)
		if err == nil {
			_, err = strconv.ParseUint(port, 10, 16)
		}
		if err != nil {
			return "", fmt.Errorf("want host:port or :port, such as :8080, not %q", s)
		}
		return s, nil
	}
	return value[string]{field, parse, func(s string) string { return s }, "text"}
}

func secretText(field *secret) pflag.Value {
	return value[secret]{field, func(s string) (secret, error) { return secret(s), nil }, secret.String, "text"}
}

func oneOf(field *string, allowed ...string) pflag.Value {
	parse := func(s string) (string, error) {
		if !slices.Contains(allowed, s) {
			return "", fmt.Errorf("want one of %s, not %q", strings.Join(allowed, ", "), s)
		}
		return s, nil
	}
	return value[string]{field, parse, func(s string) string { return s }, "text"}
}

func list(field *[]string) pflag.Value {
	parse := func(s string) ([]string, error) {
		var items []string
		for item := range strings.SplitSeq(s, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
		return items, nil
	}
	return value[[]string]{field, parse, func(l []string) string { return strings.Join(l, ",") }, "list"}
}

func boolean(field *bool) pflag.Value {
	parse := func(s string) (bool, error) {
		b, err := strconv.ParseBool(s)
		if err != nil {
			return false, fmt.Errorf("want true or false, not %q", s)
		}
		return b, nil
	}
	return value[bool]{field, parse, strconv.FormatBool, "bool"}
}

func number(field *int, least, most int) pflag.Value {
	parse := func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			return 0, fmt.Errorf("want a number from %d to %d, not %q", least, most, s)
		}
		return n, nil
	}
	return value[int]{field, parse, strconv.Itoa, "number"}
}

func duration(field *time.Duration) pflag.Value {
	parse := func(s string) (time.Duration, error) {
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 {
			return 0, errors.New("want a duration such as 30s, not " + strconv.Quote(s))
		}
		return d, nil
	}
	return value[time.Duration]{field, parse, time.Duration.String, "duration"}
}

func size(field *byteSize) pflag.Value {
	return value[byteSize]{field, parseSize, byteSize.String, "size"}
}

// spoolSize is the size of a spool: a report of many positions must fit.
func spoolSize(field *byteSize) pflag.Value {
	const least = 64 << 20
	parse := func(s string) (byteSize, error) {
		n, err := parseSize(s)
		if err == nil && n < least {
			err = fmt.Errorf("want %s at least, not %q", byteSize(least), s)
		}
		return n, err
	}
	return value[byteSize]{field, parse, byteSize.String, "size"}
}

// area is a box in SRID 4326, written as its west, south, east and north edge.
func area(field *spatial.Envelope) pflag.Value {
	const none = "none"
	parse := func(s string) (spatial.Envelope, error) {
		if s == "" || s == none {
			return spatial.Envelope{}, nil
		}
		parts := strings.Split(s, ",")
		var edges [4]float64
		for i := range edges {
			if len(parts) != len(edges) {
				break
			}
			v, err := strconv.ParseFloat(strings.TrimSpace(parts[i]), 64)
			if err != nil || v != v {
				parts = nil
				break
			}
			edges[i] = v
		}
		e := spatial.Envelope{SRID: spatial.SRIDWGS84, MinX: edges[0], MinY: edges[1], MaxX: edges[2], MaxY: edges[3]}
		if len(parts) != len(edges) || e.MinX < -180 || e.MaxX > 180 || e.MinY < -90 || e.MaxY > 90 || e.MinX >= e.MaxX || e.MinY >= e.MaxY {
			return spatial.Envelope{}, fmt.Errorf("want west,south,east,north in degrees, such as 106.33,10.86,106.97,11.5, not %q", s)
		}
		return e, nil
	}
	format := func(e spatial.Envelope) string {
		if e == (spatial.Envelope{}) {
			return none
		}
		var b []byte
		for i, v := range [...]float64{e.MinX, e.MinY, e.MaxX, e.MaxY} {
			if i > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendFloat(b, v, 'f', -1, 64)
		}
		return string(b)
	}
	return value[spatial.Envelope]{field, parse, format, "area"}
}
