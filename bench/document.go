package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// document is docs/benchmarks.md: a head, then one section a suite between
// marks, so that a suite can be run alone.
type document struct {
	path     string
	sections map[string]string
}

const head = `# Benchmarks

Written by ` + "`make bench`" + `. Every table compares both sides within one run on one
machine; ratios are the claim, absolute figures are the machine's.

`

func mark(name string) string { return "<!-- suite: " + name + " -->" }

func openDocument(path string) (*document, error) {
	d := &document{path: path, sections: map[string]string{}}
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	for _, s := range suites() {
		_, rest, ok := strings.Cut(string(text), mark(s.name)+"\n")
		if !ok {
			continue
		}
		section, _, _ := strings.Cut(rest, "<!-- suite: ")
		d.sections[s.name] = strings.TrimSpace(section)
	}
	return d, nil
}

// put replaces a section and writes the document.
func (d *document) put(name, section string) error {
	d.sections[name] = strings.TrimSpace(section) + "\n\n" + machine()
	var b strings.Builder
	b.WriteString(head)
	for _, s := range suites() {
		if text, ok := d.sections[s.name]; ok {
			fmt.Fprintf(&b, "%s\n%s\n\n", mark(s.name), text)
		}
	}
	return os.WriteFile(d.path, []byte(strings.TrimSpace(b.String())+"\n"), 0o644)
}

// machine says where and when a section was measured.
func machine() string {
	model := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("*%s, %d cores, %s, %s.*", model, runtime.NumCPU(), runtime.Version(), time.Now().UTC().Format(time.DateOnly))
}

// median of the values, which it sorts.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	if n == 0 {
		return 0
	}
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
