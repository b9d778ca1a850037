// Package testdata finds files that tests read: those of the repository and the
// material kept beside it. No coordinates are handled here.
package testdata

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Root returns the repository's root folder.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("testdata: no go.mod above the working directory")
		}
		dir = parent
	}
}

// Shared returns the absolute path of a file or folder in the shared folder
// beside the repository. The test is skipped where there is no such folder; a
// folder that lacks the file fails the test under CI=true.
func Shared(t testing.TB, rel string) string {
	t.Helper()
	shared := filepath.Join(filepath.Dir(Root(t)), "shared")
	if _, err := os.Stat(shared); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: no folder %s with the data for this test", shared)
	}
	path := filepath.Join(shared, filepath.FromSlash(rel))
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("testdata: %v", err)
		}
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	return path
}

// SkipUnderRace leaves a test out that does much, one thing after the other, or that
// looks at processes of their own, beyond which the detector does not see: what runs
// beside each other in it does so in smaller tests too, and with the detector it
// takes ten times as long and several times the memory. `make ci` runs it in
// `make test`.
func SkipUnderRace(t testing.TB) {
	t.Helper()
	if Raced {
		t.Skip("not under the race detector: one thing after the other, in ten times the time and memory; make test runs it without")
	}
}

// Program is the path of a program that a test compares with. Where it is not
// installed the test fails under CI, and is skipped elsewhere.
func Program(t testing.TB, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed: apt-get install %s", name, debian)
	}
	if err != nil {
		t.Skipf("SKIPPED, NOT TESTED: %s is not installed: apt-get install %s", name, debian)
	}
	return path
}
