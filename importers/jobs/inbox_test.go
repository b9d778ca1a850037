package jobs_test

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gisd/importers/jobs"
	"gisd/spatial"
)

func TestInbox(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "imports")
	b := jobs.NewInbox(dir, 0)
	if name, err := b.Node(false); name != "" || err != nil {
		t.Errorf("%q %v", name, err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder comes too early: %v", err)
	}
	id, err := b.Begin()
	if err != nil {
		t.Fatal(err)
	}
	name, err := b.Node(false)
	if name == "" || err != nil {
		t.Errorf("%q %v", name, err)
	}
	if _, err := jobs.NewInbox(dir, 0).Begin(); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("a second owner: %v", err)
	}
	if n, err := b.Put(id, `C:\Users\An\đường.shp`, strings.NewReader("12345")); n != 5 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	if _, err := b.Put(id, "../đường.shp", strings.NewReader("")); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("the same name: %v", err)
	}
	if _, err := b.Put(id, "../..", strings.NewReader("")); spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("no name: %v", err)
	}
	if _, err := b.Put(id, "broken", io.MultiReader(strings.NewReader("1"), failing{})); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a broken body: %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, id)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info, err)
	}
	if err := errors.Join(b.Drop(id), b.Close()); err != nil {
		t.Error(err)
	}
	again := jobs.NewInbox(dir, 0)
	if got, err := again.Node(true); got != name || err != nil {
		t.Errorf("the name does not stay: %q %v", got, err)
	}
	full := jobs.NewInbox(filepath.Join(t.TempDir(), "b"), math.MaxInt64)
	if _, err := full.Begin(); spatial.CodeOf(err) != spatial.CodeUnavailable || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("a full disk: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestBaseName(t *testing.T) {
	t.Parallel()
	for give, want := range map[string]string{
		"roads.shp": "roads.shp", "/a/b/roads.shp": "roads.shp", `C:\a\roads.shp`: "roads.shp", "../../etc/passwd": "passwd",
		"..": "", ".": "", "": "", "/": "", ".hidden": "hidden", "a\x00b\n.csv": "ab.csv", "quy hoạch.zip": "quy hoạch.zip", "a\xffb.csv": "a_b.csv",
		strings.Repeat("x", 300) + ".geojson": strings.Repeat("x", 192) + ".geojson",
	} {
		if got := jobs.BaseName(give); got != want {
			t.Errorf("%q: %q, want %q", give, got, want)
		}
	}
}
