package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// local is where the examples of the documents say that the server is.
const local = "http://localhost:8080"

// example is a block of code of a document.
type example struct {
	language string
	line     int
	code     string
}

var fence = regexp.MustCompile("(?ms)^```(sh|python|javascript)\n(.*?)^```$")

// readExamples are the document's blocks that can be run.
func readExamples(text string) []example {
	var examples []example
	for _, m := range fence.FindAllStringSubmatchIndex(text, -1) {
		examples = append(examples, example{
			language: text[m[2]:m[3]], line: 1 + strings.Count(text[:m[0]], "\n"), code: text[m[4]:m[5]],
		})
	}
	return examples
}

// examples runs those of the document, in their order, against this server.
// KEY is in their environment.
func (s *site) examples(ctx context.Context) []error {
	text, err := os.ReadFile(s.docs)
	if err != nil {
		return []error{err}
	}
	found := readExamples(string(text))
	if len(found) == 0 {
		return []error{fmt.Errorf("%s has no examples", s.docs)}
	}
	var faults []error
	for _, e := range found {
		if err := s.example(ctx, e); err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", filepath.Base(s.docs), e.line, err))
		}
	}
	fmt.Fprintf(s.log, "clients: %d examples of %s, %d failed\n", len(found), filepath.Base(s.docs), len(faults))
	return faults
}

// example runs a block; a shell's commands fail with their first fault, and curl
// with an answer that is an error.
func (s *site) example(ctx context.Context, e example) error {
	code := strings.ReplaceAll(e.code, local, s.Address)
	var cmd *exec.Cmd
	switch e.language {
	case "sh":
		cmd = exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", "curl() { command curl --fail-with-body --silent --show-error \"$@\"; }\n"+code)
	case "python":
		cmd = exec.CommandContext(ctx, filepath.Join(s.home, python), "-c", code)
	default:
		cmd = exec.CommandContext(ctx, "node", "--input-type=module", "-e", code)
	}
	cmd.Dir = s.home
	cmd.Env = append(os.Environ(), "KEY="+s.key)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", e.language, err, out[max(0, len(out)-1000):])
	}
	return nil
}
