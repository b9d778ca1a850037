package negotiate

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gisd/spatial"
)

// Params reads query parameters and collects every fault, so that the caller
// hears of all of them at once. It serves one request and one goroutine.
type Params struct {
	values url.Values
	known  []string
	faults []spatial.FieldError
}

// NewParams starts reading. The parameters f and key belong to every resource.
func NewParams(values url.Values) *Params {
	return &Params{values: values, known: []string{"f", "key"}}
}

// Fault records one fault.
func (p *Params) Fault(name, reason string) {
	p.faults = append(p.faults, spatial.FieldError{Name: name, Reason: reason})
}

// Text returns the parameter's only value and whether it was given.
func (p *Params) Text(name string) (string, bool) {
	p.known = append(p.known, name)
	values, ok := p.values[name]
	if !ok {
		return "", false
	}
	if len(values) != 1 {
		p.Fault(name, "must be given once")
	}
	return values[0], true
}

// Limit reads a count of at least 1. A value above max is lowered to max (OGC
// 17-069r4 /req/core/fc-limit-response-1).
func (p *Params) Limit(name string, normal, max int) int {
	text, ok := p.Text(name)
	if !ok {
		return normal
	}
	n, err := strconv.Atoi(text)
	if err != nil && strings.Trim(text, "0123456789") == "" && text != "" {
		return max // more digits than an int holds
	}
	if err != nil || n < 1 || text[0] == '+' {
		p.Fault(name, "must be a whole number from 1 to "+strconv.Itoa(max))
		return normal
	}
	return min(n, max)
}

// Count reads a number from 0 to max and whether it was given.
func (p *Params) Count(name string, max int64) (int64, bool) {
	text, ok := p.Text(name)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > max || text[0] == '+' || text[0] == '-' {
		p.Fault(name, "must be a whole number from 0 to "+strconv.FormatInt(max, 10))
		return 0, false
	}
	return n, true
}

// Choice reads one of some words; the first where it was not given.
func (p *Params) Choice(name string, words ...string) string {
	text, ok := p.Text(name)
	if !ok {
		return words[0]
	}
	if !slices.Contains(words, text) {
		p.Fault(name, "must be one of "+strings.Join(words, ", "))
		return words[0]
	}
	return text
}

// BBox reads a bbox in CRS84, lon, lat degrees; nil when absent.
func (p *Params) BBox(name string) *spatial.Envelope {
	text, ok := p.Text(name)
	if !ok {
		return nil
	}
	box, err := ParseBBox(text)
	if err != nil {
		p.Fault(name, spatialReason(err))
		return nil
	}
	return &box
}

// DateTime reads a datetime; nil when absent or open on both sides.
func (p *Params) DateTime(name string) *spatial.TimeRange {
	text, ok := p.Text(name)
	if !ok {
		return nil
	}
	span, err := ParseDateTime(text)
	if err != nil {
		p.Fault(name, spatialReason(err))
		return nil
	}
	if span.Start.IsZero() && span.End.IsZero() {
		return nil
	}
	return &span
}

// Err reports every fault found, unknown parameters among them (OGC 17-069r4
// /req/core/query-param-unknown); nil when there is none.
func (p *Params) Err() error {
	names := make([]string, 0, len(p.values))
	for name := range p.values {
		if !slices.Contains(p.known, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		p.Fault(name, "is no parameter of this resource")
	}
	if len(p.faults) == 0 {
		return nil
	}
	message := "One parameter is wrong."
	if len(p.faults) > 1 {
		message = strconv.Itoa(len(p.faults)) + " parameters are wrong."
	}
	return spatial.Invalid("negotiate: parameters", message, p.faults...)
}

// Only is for resources without parameters of their own.
func Only(values url.Values, known ...string) error {
	p := NewParams(values)
	p.known = append(p.known, known...)
	return p.Err()
}
