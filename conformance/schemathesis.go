package main

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const schemathesisVersion = "4.32.5"

// schemathesis makes requests from api/openapi.yaml, good and bad ones, and holds
// the answers against it, with all its checks. A test is an operation. It is
// installed by pip into the work folder.
func (o options) schemathesis(ctx context.Context, s suite, landing string) (results, error) {
	home := filepath.Join(o.work, "schemathesis-"+s.version)
	program := filepath.Join(home, "bin", "schemathesis")
	if _, err := os.Stat(program); err != nil {
		if err := quietly(ctx, "python3", "-m", "venv", home); err != nil {
			return results{}, err
		}
		if err := quietly(ctx, filepath.Join(home, "bin", "pip"), "install", "--quiet", "schemathesis=="+s.version); err != nil {
			return results{}, err
		}
	}
	report := filepath.Join(o.work, "report-"+s.name)
	if err := errors.Join(os.RemoveAll(report), os.MkdirAll(report, 0o755)); err != nil {
		return results{}, err
	}
	found := filepath.Join(report, "junit.xml")
	config, err := filepath.Abs("conformance/schemathesis.toml")
	if err != nil {
		return results{}, err
	}
	document, err := filepath.Abs("api/openapi.yaml")
	if err != nil {
		return results{}, err
	}
	// Every check is on unless the configuration says otherwise.
	args := []string{"--config-file", config, "run", document, "--url", strings.TrimSuffix(landing, "/ogc"),
		"--phases", "examples,coverage,fuzzing", "--max-examples", "30", "--seed", "1", "--continue-on-failure",
		"--request-timeout", "30", "--no-color", "--report", "junit", "--report-junit-path", found}
	if s.role != "" {
		key, err := o.key(ctx, s.role)
		if err != nil {
			return results{}, err
		}
		// An import from an address that was made up would be asked for.
		args = append(args, "--header", "Authorization: Bearer "+key, "--exclude-operation-id", "postImport")
	}
	log, err := os.Create(filepath.Join(report, "suite.log"))
	if err != nil {
		return results{}, err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, report
	runErr := cmd.Run() // fails with the tests, too
	f, err := os.Open(found)
	if err != nil {
		return results{}, fmt.Errorf("schemathesis: %w: no report was left; see %s", runErr, log.Name())
	}
	defer f.Close()
	return readJUnit(f)
}

// key makes a key of a role for the server that was started.
func (o options) key(ctx context.Context, role string) (string, error) {
	if o.target != "" {
		return "", fmt.Errorf("a key is made for a server that this program starts, not for %s", o.target)
	}
	out, err := exec.CommandContext(ctx, o.gisd, "keys", "create", "conformance", "--role", role, "--data-dir", filepath.Join(o.work, "var")).Output()
	return strings.TrimSpace(string(out)), err
}

// quietly runs a command, whose output is told only if it fails.
func quietly(ctx context.Context, name string, args ...string) error {
	if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, out[max(0, len(out)-1000):])
	}
	return nil
}

// junit is the report as far as it is read.
type junit struct {
	Cases []struct {
		Name     string   `xml:"name,attr"`
		Failures []fault  `xml:"failure"`
		Errors   []fault  `xml:"error"`
		Skipped  []string `xml:"skipped"`
	} `xml:"testsuite>testcase"`
}

type fault struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// readJUnit reads a report. One without any test is an error.
func readJUnit(r io.Reader) (results, error) {
	var report junit
	if err := xml.NewDecoder(r).Decode(&report); err != nil {
		return results{}, fmt.Errorf("read the report: %w", err)
	}
	var out results
	for _, c := range report.Cases {
		name := strings.ReplaceAll(c.Name, " ", "_") // one word in skips.txt
		for _, f := range append(c.Failures, c.Errors...) {
			out.failed = append(out.failed, outcome{name, firstLine(f.Message + " " + f.Text)})
		}
		switch {
		case len(c.Failures)+len(c.Errors) > 0:
		case c.Skipped != nil:
			out.skipped = append(out.skipped, outcome{name, ""})
		default:
			out.passed++
		}
	}
	if out.passed+len(out.failed)+len(out.skipped) == 0 {
		return out, fmt.Errorf("the report holds no test")
	}
	return out, nil
}
