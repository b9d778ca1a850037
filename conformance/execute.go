package main

import (
	"context"
	"encoding/xml"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The plugin that fetches a suite, pinned so that runs stay alike.
const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"

// execute fetches the suite, once, runs it and reads its report.
func (o options) execute(ctx context.Context, s suite, landing string) (results, error) {
	lib := filepath.Join(o.work, s.artifact+"-"+s.version)
	if err := o.fetch(ctx, s, lib); err != nil {
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
	properties := filepath.Join(report, "arguments.xml")
	if err := writeProperties(properties, arguments); err != nil {
		return results{}, err
	}
	log, err := os.Create(filepath.Join(report, "suite.log"))
	if err != nil {
		return results{}, err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, "java", "-Duser.language=en", "-cp", filepath.Join(lib, "*"), s.controller, "-o", report, properties)
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, report
	if err := cmd.Run(); err != nil {
		return results{}, fmt.Errorf("java: %w; see %s", err, log.Name())
	}
	path, err := findReport(report)
	if err != nil {
		return results{}, fmt.Errorf("%w; see %s", err, log.Name())
	}
	f, err := os.Open(path)
	if err != nil {
		return results{}, err
	}
	defer f.Close()
	return readResults(f)
}

func (o options) fetch(ctx context.Context, s suite, lib string) error {
	done := filepath.Join(lib, ".complete")
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, "mvn", "--batch-mode", "--quiet", "-U", "-f", "conformance/pom.xml", copyDependencies,
		"-DoutputDirectory="+lib, "-Dsuite="+s.artifact, "-Dsuite.version="+s.version)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("mvn: %w: %s", err, out[max(0, len(out)-2000):])
	}
	return os.WriteFile(done, nil, 0o644)
}

// writeProperties writes what java.util.Properties.loadFromXML reads.
func writeProperties(path string, entries map[string]string) error {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<!DOCTYPE properties SYSTEM "http://java.sun.com/dtd/properties.dtd">` + "\n" + `<properties version="1.0">` + "\n")
	for key, value := range entries {
		b.WriteString(`<entry key="` + key + `">`)
		if err := xml.EscapeText(&b, []byte(value)); err != nil {
			return err
		}
		b.WriteString("</entry>\n")
	}
	b.WriteString("</properties>\n")
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

func findReport(dir string) (string, error) {
	found := ""
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Base(path) == "testng-results.xml" {
			found = path
		}
		return err
	})
	if err == nil && found == "" {
		err = fmt.Errorf("the suite left no testng-results.xml")
	}
	return found, err
}
