package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// The table stands between these in the document.
const (
	tableBegin = "<!-- written by make clients -->\n"
	tableEnd   = "<!-- until here -->"
)

// putTable replaces the table of the document.
func putTable(path string, results []result) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), tableBegin)
	_, after, closed := strings.Cut(rest, tableEnd)
	if !ok || !closed {
		return fmt.Errorf("%s: no place for the table between %q and %q", path, tableBegin, tableEnd)
	}
	return os.WriteFile(path, []byte(before+tableBegin+table(results)+tableEnd+after), 0o644)
}

func table(results []result) string {
	var b strings.Builder
	b.WriteString("\n| client | version | reads | features | lost | doubled | seconds |\n|---|---|---|---|---|---|---|\n")
	for _, r := range results {
		counts := fmt.Sprintf("%d | %d | %d", r.seen, r.lost, r.doubled)
		if r.edits {
			counts = "– | – | –"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.0f |\n", r.name, r.version, r.covers, counts, r.took.Seconds())
	}
	for _, r := range results {
		if r.fault != nil {
			what, _, _ := strings.Cut(r.fault.Error(), "\n")
			fmt.Fprintf(&b, "\n%s failed: `%s`\n", r.name, what)
		}
	}
	fmt.Fprintf(&b, "\n*%d cores, %s.*\n\n", runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly))
	return b.String()
}
