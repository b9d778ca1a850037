package pgcluster

import (
	"errors"
	"strings"
)

// Faults a person can mend. Each error wrapping one of these reads as one line
// that says what to do.
var (
	ErrNoPostGIS = errors.New("PostGIS is missing")
	ErrInUse     = errors.New("the folder is in use")
	ErrDiskFull  = errors.New("no space left on the disk")
	ErrVersion   = errors.New("the cluster was made by another PostgreSQL")
	ErrOwner     = errors.New("the cluster belongs to someone else")
)

// fault is a message for people that still answers to errors.Is.
type fault struct {
	kind    error
	message string
}

func (f *fault) Error() string { return f.message }
func (f *fault) Unwrap() error { return f.kind }

// lastLines returns the last n lines of PostgreSQL's own words on one line,
// from its last complaint on where there is one.
func lastLines(text string, n int) string {
	if at := max(strings.LastIndex(text, "FATAL:"), strings.LastIndex(text, "PANIC:")); at >= 0 {
		text = text[at:]
		lines := strings.Split(strings.TrimSpace(text), "\n")
		return strings.Join(lines[:min(n, len(lines))], "; ")
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}
