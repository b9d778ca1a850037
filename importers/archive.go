package importers

import (
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gisd/spatial"
)

func tooLarge(message string) error {
	return &spatial.Error{Code: spatial.CodeTooLarge, Op: "importers: unpack", Message: message}
}

func broken(name string, err error) error {
	return &spatial.Error{Code: spatial.CodeInvalid, Op: "importers: unpack", Message: fmt.Sprintf("%s is a damaged archive: %v", name, err), Err: err}
}

// unzip unpacks every regular file into the scratch folder under a number of
// its own: entry names are looked at but never used as paths.
func (in *Input) unzip(ctx context.Context, f File, limits Limits) error {
	z, err := zip.OpenReader(f.Path)
	if err != nil {
		return broken(in.Name, err)
	}
	defer z.Close()
	if len(z.File) > limits.Entries {
		return tooLarge(fmt.Sprintf("%s holds %d files; at most %d are read", in.Name, len(z.File), limits.Entries))
	}
	names, err := entryNames(in.Name, z.File)
	if err != nil {
		return err
	}
	budget := newBudget(in.Name, f.Size, limits)
	for i, e := range z.File {
		name := names[i]
		if !e.Mode().IsRegular() || hidden(name) {
			continue
		}
		if e.Flags&1 != 0 {
			return &spatial.Error{Code: spatial.CodeUnsupported, Op: "importers: unpack", Message: fmt.Sprintf("%s is encrypted; unpack it first", in.Name)}
		}
		r, err := e.Open()
		if err != nil {
			return broken(in.Name, fmt.Errorf("%s: %w", name, err))
		}
		out, err := in.unpackOne(ctx, r, name, strconv.Itoa(i), budget)
		r.Close()
		if err != nil {
			return err
		}
		in.Files = append(in.Files, out)
	}
	return nil
}

// isDocument tells a zip that is one document (XLSX, ODS) from an archive of
// files.
func isDocument(path string) bool {
	z, err := zip.OpenReader(path)
	if err != nil {
		return false // the unpacking says what is wrong
	}
	defer z.Close()
	for _, e := range z.File {
		if e.Name == "[Content_Types].xml" || e.Name == "mimetype" || e.Name == "content.xml" {
			return true
		}
	}
	return false
}

func (in *Input) gunzip(ctx context.Context, f File, limits Limits) error {
	r, err := os.Open(f.Path)
	if err != nil {
		return openError(in.Name, err)
	}
	defer r.Close()
	z, err := gzip.NewReader(r)
	if err != nil {
		return broken(in.Name, err)
	}
	name := strings.TrimSuffix(f.Name, filepath.Ext(f.Name))
	out, err := in.unpackOne(ctx, z, name, "0", newBudget(in.Name, f.Size, limits))
	if err != nil {
		return err
	}
	in.Named, in.Files = name, append(in.Files, out)
	return nil
}

func (in *Input) unpackOne(ctx context.Context, r io.Reader, name, as string, b *budget) (File, error) {
	dir, err := in.scratchDir()
	if err != nil {
		return File{}, err
	}
	path := filepath.Join(dir, as)
	w, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return File{}, StorageError("importers: unpack", TemporaryFolder, err)
	}
	n, err := copyTo(w, b.reader(contextReader{ctx, r}))
	if _, ours := errors.AsType[*spatial.Error](err); ours || ctx.Err() != nil {
		return File{}, err
	}
	if err != nil {
		return File{}, broken(in.Name, fmt.Errorf("%s: %w", name, err))
	}
	return File{Name: name, Path: path, Size: n}, nil
}

// hidden tells what no importer wants: dot files and the resource forks of
// macOS.
func hidden(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") && part != "." && part != ".." || part == "__MACOSX" {
			return true
		}
	}
	return false
}

// budget counts what an archive has unpacked to so far.
type budget struct {
	name   string
	packed int64
	spent  int64
	limits Limits
}

func newBudget(name string, packed int64, l Limits) *budget {
	return &budget{name: name, packed: packed, limits: l}
}

func (b *budget) reader(r io.Reader) io.Reader { return &budgetReader{b, r} }

type budgetReader struct {
	b *budget
	r io.Reader
}

func (br *budgetReader) Read(p []byte) (int, error) {
	n, err := br.r.Read(p)
	b := br.b
	b.spent += int64(n)
	if b.spent > b.limits.Bytes {
		return n, tooLarge(fmt.Sprintf("%s unpacks to more than %d MiB", b.name, b.limits.Bytes>>20))
	}
	if b.spent > b.limits.RatioFrom && b.spent > b.limits.Ratio*max(b.packed, 1) {
		return n, tooLarge(fmt.Sprintf("%s unpacks to more than %d times its size; it looks like a zip bomb", b.name, b.limits.Ratio))
	}
	return n, err
}

func spool(ctx context.Context, path string, r io.Reader, limit int64) error {
	w, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return StorageError("importers: standard input", TemporaryFolder, err)
	}
	n, err := copyTo(w, io.LimitReader(contextReader{ctx, r}, limit+1))
	if err != nil {
		return err
	}
	if n > limit {
		return tooLarge(fmt.Sprintf("standard input holds more than %d MiB", limit>>20))
	}
	return nil
}

// copyTo fills and closes a scratch file. What goes wrong in writing is told
// apart from what goes wrong in reading.
func copyTo(w *os.File, r io.Reader) (int64, error) {
	to := &KeepingWriter{W: w}
	n, err := io.Copy(to, r)
	if closed := w.Close(); err == nil {
		to.Err = closed
	}
	if to.Err != nil {
		return n, StorageError("importers: scratch file", TemporaryFolder, to.Err)
	}
	return n, err
}
