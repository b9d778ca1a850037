package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

const head = `# Conformance

Written by ` + "`make conformance`" + `: the official executable test suites against the
program with its demo province, all collections. Reasons for tests that are
skipped are kept in conformance/skips.txt.

`

func mark(name string) string { return "<!-- suite: " + name + " -->" }

// putSection replaces the section of a suite in the document and leaves the
// others.
func putSection(path string, s suite, r results, reasons skips) error {
	old, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	var b strings.Builder
	b.WriteString(head)
	for _, other := range suites() {
		if other.name == s.name {
			fmt.Fprintf(&b, "%s\n%s\n\n", mark(s.name), section(s, r, reasons))
			continue
		}
		if _, rest, ok := strings.Cut(string(old), mark(other.name)+"\n"); ok {
			text, _, _ := strings.Cut(rest, "<!-- suite: ")
			fmt.Fprintf(&b, "%s\n%s\n\n", mark(other.name), strings.TrimSpace(text))
		}
	}
	return os.WriteFile(path, []byte(strings.TrimSpace(b.String())+"\n"), 0o644)
}

func section(s suite, r results, reasons skips) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n`%s` %s, %s: **%d passed, %d failed, %d skipped**.\n", s.covers, s.program(), s.version,
		time.Now().UTC().Format(time.DateOnly), r.passed, len(r.failed), len(r.skipped))
	if len(r.failed) > 0 {
		b.WriteString("\n| failed | times | message |\n|---|---|---|\n")
		eachOnce(r.failed, func(o outcome, n int) {
			fmt.Fprintf(&b, "| `%s` | %d | %s |\n", o.name, n, cell(o.message))
		})
	}
	if len(r.skipped) > 0 {
		skipped := slices.Clone(r.skipped)
		for i := range skipped {
			skipped[i].message = reasons[s.name][skipped[i].name]
		}
		b.WriteString("\n| skipped | times | reason |\n|---|---|---|\n")
		eachOnce(skipped, func(o outcome, n int) {
			fmt.Fprintf(&b, "| `%s` | %d | %s |\n", o.name, n, cell(o.message))
		})
	}
	return b.String()
}

// eachOnce calls do for each outcome, in their order, with how often it came.
func eachOnce(outcomes []outcome, do func(o outcome, n int)) {
	count := map[outcome]int{}
	for _, o := range outcomes {
		count[o]++
	}
	for _, o := range outcomes {
		if n := count[o]; n > 0 {
			do(o, n)
			delete(count, o)
		}
	}
}

// cell is text that may stand in a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }
