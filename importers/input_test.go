package importers_test

import (
	"archive/zip"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"gisd/importers"
	"gisd/spatial"
)

// What is no file is refused before anything waits for it.
func TestOpenInputRefusesPipes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe, socket := filepath.Join(dir, "a.geojson"), filepath.Join(dir, "s")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("no pipes here:", err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for path, want := range map[string]string{pipe: "is a pipe, not a file; use - for standard input", socket: "is a socket", os.DevNull: "is a device"} {
		_, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
		if spatial.CodeOf(err) != spatial.CodeUnsupported || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	// Beside a file, or in a folder, they are passed over.
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), []byte("x,y\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "a.csv"), dir} {
		in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
		if err != nil || len(in.Files) != 1 || in.Files[0].Name != "a.csv" {
			t.Errorf("%s: %+v, %v", path, in, err)
		}
	}
}

// The parts of a file that is named through a link are found through theirs.
func TestOpenInputFollowsLinksBesideALink(t *testing.T) {
	t.Parallel()
	data, links := t.TempDir(), t.TempDir()
	for _, name := range []string{"a.shp", "a.dbf"} {
		if err := errors.Join(os.WriteFile(filepath.Join(data, name), []byte("x"), 0o600), os.Symlink(filepath.Join(data, name), filepath.Join(links, name))); err != nil {
			t.Skip("no links here:", err)
		}
	}
	in, err := importers.OpenInput(t.Context(), filepath.Join(links, "a.shp"), nil, importers.DefaultLimits())
	if err != nil || len(in.Files) != 2 {
		t.Errorf("%+v, %v", in, err)
	}
	in, err = importers.OpenInput(t.Context(), links, nil, importers.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if _, err = importers.Layers(t.Context(), in, formats()); err == nil || !strings.Contains(err.Error(), "holds nothing but links, which are not followed") {
		t.Error(err)
	}
}

// Siblings are found, and layers named, in whichever form of Unicode.
func TestNamesInOtherForms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	main := filepath.Join(dir, norm.NFD.String("Thửa đất.geojson"))
	for _, path := range []string{main, filepath.Join(dir, norm.NFC.String("thửa đất.prj"))} {
		if err := os.WriteFile(path, []byte(`{"type":"Point","coordinates":[1,2]}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in, err := importers.OpenInput(t.Context(), main, nil, importers.DefaultLimits())
	if err != nil || len(in.Files) != 2 {
		t.Fatalf("%+v, %v", in, err)
	}
	defer in.Close()
	layers, err := importers.Layers(t.Context(), in, formats())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{norm.NFC.String("Thửa đất"), norm.NFD.String("Thửa đất")} {
		if l, err := importers.ChooseLayer(layers, name); err != nil || l.Name != norm.NFC.String(name) {
			t.Errorf("%q: %v %v", name, l.Name, err)
		}
	}
}

// Names that are not marked as UTF-8 are in the code page of who packed them.
func TestZipNamesInOldEncodings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, raw string
		want      string
	}{
		{"Windows-1258", "Th\xfd\xd2a \xf0\xe2\xect/Ba\xd2n \xf0\xf4\xcc.csv", "Thửa đất/Bản đồ.csv"},
		{"TCVN3", "B\xb6n \xae\xe5 \xae\xdea ch\xddnh.csv", "Bản đồ địa chính.csv"},
		{"the standard's own", "\x9abersicht.csv", "Übersicht.csv"},
		{"UTF-8 without its mark", "Bản đồ.csv", "Bản đồ.csv"},
	} {
		path := filepath.Join(t.TempDir(), "a.zip")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		z := zip.NewWriter(f)
		w, err := z.CreateHeader(&zip.FileHeader{Name: test.raw, NonUTF8: true, Method: zip.Store})
		if err == nil {
			_, err = io.WriteString(w, "x,y\n1,2\n")
		}
		if err := errors.Join(err, z.Close(), f.Close()); err != nil {
			t.Fatal(err)
		}
		in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, in.Files[0].Name); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestStorageError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cause error
		want  string
	}{
		{syscall.ENOSPC, "no space left in the temporary folder (TMPDIR)"},
		{syscall.EACCES, "the temporary folder (TMPDIR) cannot be written: permission denied"},
		{syscall.EROFS, "the temporary folder (TMPDIR) cannot be written: the file system is read-only"},
	} {
		err := importers.StorageError("a: b", importers.TemporaryFolder, &os.PathError{Op: "write", Path: "/tmp/x-123", Err: test.cause})
		e, ok := errors.AsType[*spatial.Error](err)
		if !ok || e.Message != test.want || !errors.Is(err, test.cause) {
			t.Errorf("%v", err)
		}
	}
	if err := importers.StorageError("a: b", "x", io.ErrUnexpectedEOF); err != io.ErrUnexpectedEOF { //nolint:errorlint // the very same
		t.Error(err)
	}
}
