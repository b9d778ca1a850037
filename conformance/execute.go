package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
)

// execute fetches the suite, runs it and reads its report.
func (o options) execute(ctx context.Context, s suite, landing string) (results, error) {
	from, err := o.fetch(ctx, s)
	if err != nil {
		return results{}, err
	}
	arguments, err := s.arguments(ctx, landing)
	if err != nil {
		return results{}, err
	}
	report := filepath.Join(o.work, "report-"+s.name)
	if err := os.RemoveAll(report); err != nil {
		return results{}, err
	}
	if err := os.MkdirAll(report, 0o755); err != nil {
		return results{}, err
	}
	plan := filepath.Join(report, "suite.xml")
	if err := os.WriteFile(plan, withArguments(from.plan, arguments), 0o644); err != nil {
		return results{}, err
	}
	log, err := os.Create(filepath.Join(report, "suite.log"))
	if err != nil {
		return results{}, err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, "java", "-Duser.language=en", "-cp", from.classpath, "org.testng.TestNG", "-d", report, plan)
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, report
	runErr := cmd.Run() // fails with the tests, too
	f, err := os.Open(filepath.Join(report, "testng-results.xml"))
	if err != nil {
		return results{}, fmt.Errorf("java: %w: the suite left no report; see %s", runErr, log.Name())
	}
	defer f.Close()
	return readResults(f)
}

var (
	doctype    = regexp.MustCompile(`<!DOCTYPE[^>]*>`)
	parameters = regexp.MustCompile(`<parameter name="[^"]*" value="[^"]*" ?/>\s*`)
	suiteBegin = regexp.MustCompile(`<suite [^>]*>`)
)

// withArguments is a TestNG plan with these parameters instead of its own. The
// document type is the one that TestNG carries with it.
func withArguments(plan []byte, arguments map[string]string) []byte {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		b.WriteString("\n  <parameter name=\"" + name + `" value="`)
		_ = xml.EscapeText(&b, []byte(arguments[name])) // a Buffer does not fail
		b.WriteString(`"/>`)
	}
	plan = doctype.ReplaceAll(plan, []byte(`<!DOCTYPE suite SYSTEM "https://testng.org/testng-1.0.dtd">`))
	plan = parameters.ReplaceAll(plan, nil)
	return suiteBegin.ReplaceAllFunc(plan, func(begin []byte) []byte { return append(slices.Clone(begin), b.Bytes()...) })
}
