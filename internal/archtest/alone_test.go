package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gisd/internal/testdata"
)

// alone is the pattern of the packages that `make race` leaves out, which the
// Makefile puts together line by line.
func alone(t *testing.T) *regexp.Regexp {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testdata.Root(t), "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	whole := ""
	for _, m := range regexp.MustCompile(`(?m)^ALONE := (.*)$`).FindAllStringSubmatch(string(text), -1) {
		whole = strings.ReplaceAll(m[1], "$(ALONE)", whole)
	}
	return regexp.MustCompile(`^gisd/(` + whole + `)$`)
}

// starts lists where a folder's files, those of its tests too, start a goroutine:
// with a go statement or the method Go of a group.
func starts(t *testing.T, dir string) (at []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	for _, name := range files {
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				at = append(at, set.Position(n.Pos()).String())
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Go" {
					at = append(at, set.Position(n.Pos()).String())
				}
			}
			return true
		})
	}
	return at
}

// TestWhatIsNotRacedStartsNothing: a package without goroutines has nothing for the
// race detector; one that starts some is not to be left out.
func TestWhatIsNotRacedStartsNothing(t *testing.T) {
	t.Parallel()
	pattern := alone(t)
	left := 0
	for _, p := range packages(t) {
		if !pattern.MatchString(p.ImportPath) {
			continue
		}
		left++
		for _, at := range starts(t, p.Dir) {
			t.Errorf("%s starts a goroutine: take %s off ALONE in the Makefile", at, short(p.ImportPath))
		}
	}
	if left < 30 || pattern.MatchString("gisd/cmd/gisd") {
		t.Errorf("%v leaves %d packages out", pattern, left)
	}
	if len(starts(t, filepath.Join(testdata.Root(t), "importers", "importertest"))) == 0 {
		t.Error("a goroutine is not seen")
	}
}
