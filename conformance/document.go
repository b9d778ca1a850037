package main

import (
	"fmt"
	"os"
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
	fmt.Fprintf(&b, "## %s\n\n`org.opengis.cite:%s` %s, %s: **%d passed, %d failed, %d skipped**.\n", s.covers, s.artifact, s.version,
		time.Now().UTC().Format(time.DateOnly), r.passed, len(r.failed), len(r.skipped))
	if len(r.failed) > 0 {
		b.WriteString("\n| failed | message |\n|---|---|\n")
		for _, o := range r.failed {
			fmt.Fprintf(&b, "| `%s` | %s |\n", o.name, strings.ReplaceAll(o.message, "|", "\\|"))
		}
	}
	if len(r.skipped) > 0 {
		count := map[string]int{}
		var order []string
		for _, o := range r.skipped {
			if count[o.name]++; count[o.name] == 1 {
				order = append(order, o.name)
			}
		}
		b.WriteString("\n| skipped | times | reason |\n|---|---|---|\n")
		for _, name := range order {
			fmt.Fprintf(&b, "| `%s` | %d | %s |\n", name, count[name], strings.ReplaceAll(reasons[s.name][name], "|", "\\|"))
		}
	}
	return b.String()
}
