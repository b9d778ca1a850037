package archtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "gisd"

type listed struct {
	ImportPath string
	Dir        string
	Imports    []string
	GoFiles    []string
}

// packages lists every package of the module with the imports of its non-test
// files.
func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Imports,GoFiles", module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// matches reports whether path lies in pattern: "..." is everything, "a/..." is
// a and all below it.
func matches(pattern, path string) bool {
	if pattern == "..." {
		return true
	}
	if root, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == root || strings.HasPrefix(path, root+"/")
	}
	return pattern == path
}

func anyMatch(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, path) })
}

func short(importPath string) string {
	return strings.TrimPrefix(importPath, module+"/")
}

// findRoom prefers the exact row over a /... row, then the earlier one.
func findRoom(path string) (room, bool) {
	for _, r := range law {
		if r.pattern == path {
			return r, true
		}
	}
	for _, r := range law {
		if matches(r.pattern, path) {
			return r, true
		}
	}
	return room{}, false
}

// violations returns one line per import that the law forbids.
func violations(p listed) []string {
	path := short(p.ImportPath)
	r, ok := findRoom(path)
	if !ok {
		return []string{path + " belongs to no room of the law: add a row"}
	}
	var bad []string
	for _, imp := range p.Imports {
		if own, ok := strings.CutPrefix(imp, module+"/"); ok {
			if !anyMatch(r.may, own) {
				bad = append(bad, path+" must not import "+own)
			}
			if allowed, restricted := testOnly[own]; restricted && !anyMatch(allowed, path) {
				bad = append(bad, path+" imports "+own+", which serves tests only")
			}
			continue
		}
		for name, prefix := range watched {
			if strings.HasPrefix(imp, prefix) && !slices.Contains(r.libraries, name) {
				bad = append(bad, path+" must not import "+name)
			}
		}
	}
	return bad
}

func TestImportLaw(t *testing.T) {
	t.Parallel()
	all := packages(t)
	if len(all) < 3 {
		t.Fatalf("go list saw %d packages", len(all))
	}
	for _, p := range all {
		for _, line := range violations(p) {
			t.Error(line)
		}
	}
}

// The law itself must be able to say no.
func TestViolations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		give listed
		want int
	}{
		{"words import nothing of ours", listed{ImportPath: "gisd/spatial", Imports: []string{"gisd/tiles"}}, 1},
		{"no pgx in tiles", listed{ImportPath: "gisd/tiles", Imports: []string{"github.com/jackc/pgx/v5"}}, 1},
		{"a store may use pgx", listed{ImportPath: "gisd/spatial/postgis", Imports: []string{"github.com/jackc/pgx/v5"}}, 0},
		{"tests stay tests", listed{ImportPath: "gisd/cmd/gisd", Imports: []string{"gisd/internal/testdb"}}, 1},
		{"an unknown room", listed{ImportPath: "gisd/util"}, 1},
	} {
		if got := violations(test.give); len(got) != test.want {
			t.Errorf("%s: got %q, want %d", test.name, got, test.want)
		}
	}
}

// rules on text that the compiler does not see. Lines of test files are exempt.
var textRules = []struct {
	name    string
	pattern *regexp.Regexp
	exempt  []string
}{
	{"no SQL through Sprintf", regexp.MustCompile("(?i)sprintf\\([`\"]\\s*(select|insert|update|delete|create|drop|alter|with)\\s"), nil},
	{"no init functions", regexp.MustCompile(`^func init\(\)`), nil},
	{"the environment is read in cmd/gisd only", regexp.MustCompile(`os\.(Getenv|LookupEnv|Environ)\(`), []string{"cmd/gisd", "internal/...", "bench/...", "conformance", "clients"}},
	{"only main exits", regexp.MustCompile(`os\.Exit\(|log\.Fatal|\bpanic\(`), []string{"cmd/gisd", "internal/...", "bench/...", "conformance", "clients"}},
	{"no context from nowhere", regexp.MustCompile(`context\.(Background|TODO)\(\)`), []string{"cmd/gisd", "internal/...", "bench/...", "conformance", "clients"}},
}

const lineWall = 600

func TestTextRules(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		path := short(p.ImportPath)
		for _, name := range p.GoFiles {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(string(text), "\n")
			if len(lines) > lineWall {
				t.Errorf("%s/%s has %d lines, the wall is %d", path, name, len(lines), lineWall)
			}
			for number, line := range lines {
				if strings.HasPrefix(strings.TrimSpace(line), "//") {
					continue
				}
				for _, rule := range textRules {
					if rule.pattern.MatchString(line) && !anyMatch(rule.exempt, path) {
						t.Errorf("%s/%s:%d: %s", path, name, number+1, rule.name)
					}
				}
			}
		}
	}
}
