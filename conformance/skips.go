package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
)

// skips holds the reasons, by suite and test.
type skips map[string]map[string]string

// readSkips reads lines of suite, test and reason, apart by blanks. # begins a
// comment.
func readSkips(path string) (skips, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all := skips{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		words := strings.Fields(line)
		if len(words) < 3 {
			return nil, fmt.Errorf("%s:%d: suite, test and reason", path, n)
		}
		if all[words[0]] == nil {
			all[words[0]] = map[string]string{}
		}
		all[words[0]][words[1]] = strings.Join(words[2:], " ")
	}
	return all, lines.Err()
}

// judge wants no failure, a reason for each skip, and no reason for what is not
// skipped.
func (s skips) judge(suite string, r results) error {
	var faults []error
	if len(r.failed) > 0 {
		faults = append(faults, fmt.Errorf("%d tests failed", len(r.failed)))
	}
	seen := map[string]bool{}
	for _, o := range r.skipped {
		if _, ok := s[suite][o.name]; !ok && !seen[o.name] {
			faults = append(faults, fmt.Errorf("%s was skipped, which has no reason in skips.txt: %s", o.name, o.message))
		}
		seen[o.name] = true
	}
	for name := range s[suite] {
		if !seen[name] {
			faults = append(faults, fmt.Errorf("%s is in skips.txt and was not skipped", name))
		}
	}
	return errors.Join(faults...)
}
