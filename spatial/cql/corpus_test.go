package cql_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/testdata"
	"gisd/spatial/cql"
)

// The standard's own examples say the same in both encodings, and survive being
// written and read again.
func TestExamples(t *testing.T) {
	t.Parallel()
	dir := testdata.Shared(t, "corpus/cql2/examples/schema/examples")
	files, err := filepath.Glob(filepath.Join(dir, "text", "*.txt"))
	if err != nil || len(files) < 50 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := read(t, file)
			fromText, err := cql.ParseText(text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			stable(t, fromText)
			encoded := filepath.Join(dir, "json", name+".json")
			if _, err := os.Stat(encoded); err != nil {
				return
			}
			fromJSON, err := cql.ParseJSON([]byte(read(t, encoded)))
			if err != nil {
				t.Fatalf("%s: %v", encoded, err)
			}
			stable(t, fromJSON)
			if diff := cmp.Diff(fromJSON, fromText); diff != "" {
				t.Errorf("JSON and text differ (-JSON +text): %s", diff)
			}
		})
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// stable checks text -> AST -> text and text -> JSON -> text.
func stable(t *testing.T, n cql.Node) {
	t.Helper()
	text := n.String()
	again, err := cql.ParseText(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if diff := cmp.Diff(n, again); diff != "" {
		t.Errorf("%s reads otherwise: %s", text, diff)
	}
	encoded := cql.AppendJSON(nil, n)
	if !json.Valid(encoded) {
		t.Fatalf("%s is no JSON", encoded)
	}
	decoded, err := cql.ParseJSON(encoded)
	if err != nil {
		t.Fatalf("%s: %v", encoded, err)
	}
	if diff := cmp.Diff(n, decoded); diff != "" {
		t.Errorf("%s reads otherwise: %s", encoded, diff)
	}
}

func TestPredicatesOfTheSuite(t *testing.T) {
	t.Parallel()
	f, err := os.Open(testdata.Shared(t, "corpus/cql2/predicates.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		n, err := cql.ParseText(row[3])
		if err != nil {
			t.Errorf("%s: %v", row[3], err)
			continue
		}
		stable(t, n)
	}
}
