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

// lastLines returns the last n lines of PostgreSQL's own words, on one line.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	lines = lines[max(0, len(lines)-n):]
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	return strings.Join(lines, "; ")
}

// lastFatal returns the end of a server log that explains why it ended: lines
// from the last FATAL or PANIC on.
func lastFatal(log string) string {
	at := max(strings.LastIndex(log, "FATAL:"), strings.LastIndex(log, "PANIC:"))
	if at < 0 {
		return ""
	}
	return log[at:]
}
