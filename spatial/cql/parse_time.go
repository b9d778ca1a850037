package cql

import (
	"time"
)

// instant reads ('2024-07-02') after DATE or ('2024-07-02T00:00:00Z') after
// TIMESTAMP.
func (p *parser) instant(date bool) (Node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	if p.token.kind != characters {
		return nil, p.unexpected("a time in quotes")
	}
	t, ok := parseInstant(p.token.text)
	if !ok || t.Date != date {
		return nil, p.fail("'" + p.token.text + "' is not " + map[bool]string{true: "a date as 2024-07-02", false: "a time as 2024-07-02T08:30:00Z"}[date])
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	return t, p.expect(")")
}

func parseInstant(s string) (Instant, bool) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return Instant{Time: t, Date: true}, true
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return Instant{Time: t.UTC()}, err == nil && t.Year() >= 0 && t.UTC().Year() >= 0
}

// interval reads (start, end); '..' is unbounded.
func (p *parser) interval() (Node, error) {
	at := p.token
	args, err := p.arguments(2, false)
	if err != nil {
		return nil, err
	}
	n, why := newInterval(args[0], args[1])
	if why != "" {
		return nil, &SyntaxError{Offset: at.at, Reason: why}
	}
	return n, nil
}

func newInterval(from, to Node) (n Interval, why string) {
	bounds := [2]Node{from, to}
	for i, b := range bounds {
		s, ok := b.(String)
		if !ok {
			continue
		}
		if s.Value == ".." {
			bounds[i] = nil
			continue
		}
		t, ok := parseInstant(s.Value)
		if !ok {
			return n, "'" + s.Value + "' is no date, no time and not '..'"
		}
		bounds[i] = t
	}
	for _, b := range bounds {
		switch b.(type) {
		case nil, Instant, Property, Function:
		default:
			return n, "an interval runs from one time to another"
		}
	}
	a, isA := bounds[0].(Instant)
	b, isB := bounds[1].(Instant)
	if isA && isB && b.Time.Before(a.Time) {
		return n, "the interval ends before it begins"
	}
	return Interval{bounds[0], bounds[1]}, ""
}
