package testdata_test

import (
	"os"
	"path/filepath"
	"testing"

	"gisd/internal/testdata"
)

func TestRootHoldsTheModule(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(filepath.Join(testdata.Root(t), "internal", "testdata", "testdata.go")); err != nil {
		t.Error(err)
	}
}

func TestSharedIsBesideTheRoot(t *testing.T) {
	t.Parallel()
	got := testdata.Shared(t, "house.md")
	if want := filepath.Join(filepath.Dir(testdata.Root(t)), "shared", "house.md"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
