package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// results of a suite's tests; a test that runs once a collection counts each
// time.
type results struct {
	passed  int
	failed  []outcome
	skipped []outcome
}

// outcome is a test that did not pass. The name is package.Class.method without
// what all tests of the suite share.
type outcome struct{ name, message string }

// testngResults is TestNG's report as far as it is read.
type testngResults struct {
	Classes []struct {
		Name    string `xml:"name,attr"`
		Methods []struct {
			Name    string `xml:"name,attr"`
			Status  string `xml:"status,attr"`
			Config  string `xml:"is-config,attr"`
			Message string `xml:"exception>message"`
			Line    string `xml:"reporter-output>line"`
		} `xml:"test-method"`
	} `xml:"suite>test>class"`
}

// readResults reads a report. One without any test is an error: something kept
// the suite from running.
func readResults(r io.Reader) (results, error) {
	var report testngResults
	if err := xml.NewDecoder(r).Decode(&report); err != nil {
		return results{}, fmt.Errorf("read the report: %w", err)
	}
	var out results
	for _, c := range report.Classes {
		for _, m := range c.Methods {
			o := outcome{shortName(c.Name) + "." + m.Name, firstLine(m.Message)}
			switch {
			case m.Status == "FAIL": // of configuration methods too: what they keep from running counts as skipped
				out.failed = append(out.failed, o)
			case m.Config == "true":
			case m.Status == "PASS":
				out.passed++
			default:
				out.skipped = append(out.skipped, o)
			}
		}
	}
	if out.passed+len(out.failed)+len(out.skipped) == 0 {
		return out, fmt.Errorf("the report holds no test")
	}
	return out, nil
}

// shortName leaves out org.opengis.cite.{suite}.
func shortName(class string) string {
	if rest, ok := strings.CutPrefix(class, "org.opengis.cite."); ok {
		if _, name, ok := strings.Cut(rest, "."); ok {
			return name
		}
	}
	return class
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(line); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return line
}
