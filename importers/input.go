package importers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"gisd/spatial"
)

// File is one file of an Input, on local disk.
type File struct {
	Name string // slash-separated, relative to the input
	Path string // on disk
	Size int64
}

// Base is the file name without folder and without its last extension.
func (f File) Base() string {
	b := f.Name[strings.LastIndexByte(f.Name, '/')+1:]
	return strings.TrimSuffix(b, filepath.Ext(b))
}

// Ext is the lower-case extension with its dot.
func (f File) Ext() string { return strings.ToLower(filepath.Ext(f.Name)) }

// Head returns up to n first bytes.
func (f File) Head(n int) ([]byte, error) {
	r, err := os.Open(f.Path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b := make([]byte, n)
	n, err = io.ReadFull(r, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return b[:n], err
}

// Input is what a path holds: one file with the files that belong to it, a
// folder, or an archive unpacked into a private folder that Close removes.
type Input struct {
	Name  string // base name of what was given
	Files []File // sorted by name
	// Named is the one file that the path named; a format must not take others
	// for a layer of their own. "" for folders and archives.
	Named string

	original []string // what the digest covers
	scratch  string
	links    int // symbolic links in a folder, which are not followed
}

// Limits bound what an archive may unpack to.
type Limits struct {
	Entries int   // files in one archive
	Bytes   int64 // in all, unpacked
	Ratio   int64 // unpacked to packed, once over RatioFrom bytes
	// RatioFrom is what any archive may unpack to, however well it is packed.
	RatioFrom int64
}

// DefaultLimits suit a machine with some gigabytes of scratch space.
func DefaultLimits() Limits {
	return Limits{Entries: 20_000, Bytes: 32 << 30, Ratio: 200, RatioFrom: 256 << 20}
}

// OpenInput lists what path holds: a file, a folder, a zip or gzip archive, or
// "-" for stdin, which is copied to disk first. The caller closes the Input
// after the last Source opened from it.
func OpenInput(ctx context.Context, path string, stdin io.Reader, limits Limits) (*Input, error) {
	in := &Input{}
	err := in.open(ctx, path, stdin, limits)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	slices.SortFunc(in.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return in, nil
}

func (in *Input) open(ctx context.Context, path string, stdin io.Reader, limits Limits) error {
	if path == "-" {
		return in.openStdin(ctx, stdin, limits)
	}
	st, err := os.Stat(path)
	if err != nil && strings.Contains(path, "://") {
		return &spatial.Error{Code: spatial.CodeUnsupported, Op: "importers: open", Message: path + " is an address; download it and name the file"}
	}
	if err != nil {
		return openError(path, err)
	}
	in.Name = filepath.Base(path)
	if st.IsDir() {
		return in.openFolder(ctx, path)
	}
	if err := CheckRegular(path, st.Mode(), "standard input"); err != nil {
		return err
	}
	in.original = []string{path}
	return in.openFile(ctx, path, in.Name, limits)
}

func (in *Input) openStdin(ctx context.Context, stdin io.Reader, limits Limits) error {
	in.Name = "stdin"
	dir, err := in.scratchDir()
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "stdin")
	if err := spool(ctx, path, stdin, limits.Bytes); err != nil {
		return err
	}
	in.original = []string{path}
	return in.openFile(ctx, path, "stdin", limits)
}

// openFile unpacks archives by their first bytes; anything else is itself, with
// its siblings of the same base name, and as many as share its folder.
func (in *Input) openFile(ctx context.Context, path, name string, limits Limits) error {
	f := File{Name: name, Path: path}
	st, err := os.Stat(path)
	if err != nil {
		return openError(name, err)
	}
	f.Size = st.Size()
	head, err := f.Head(4)
	if err != nil {
		return openError(name, err)
	}
	switch {
	case (string(head) == "PK\x03\x04" || string(head) == "PK\x05\x06") && !isDocument(path):
		return in.unzip(ctx, f, limits)
	case len(head) > 2 && head[0] == 0x1f && head[1] == 0x8b:
		return in.gunzip(ctx, f, limits)
	}
	in.Named = name
	in.Files = append(in.Files, f)
	return in.addSiblings(path)
}

// addSiblings lists the files beside path that share its base name: parts of a
// Shapefile are found whatever the case of their extension.
func (in *Input) addSiblings(path string) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil //nolint:nilerr // a folder that cannot be listed has no siblings to offer
	}
	base := filepath.Base(path)
	stem := strings.TrimSuffix(base, filepath.Ext(base))
	for _, e := range entries {
		if e.Name() == base || !strings.HasPrefix(folded(e.Name()), folded(stem)+".") {
			continue
		}
		beside := filepath.Join(filepath.Dir(path), e.Name())
		if st, err := os.Stat(beside); err == nil && st.Mode().IsRegular() { // where the file is a link, its parts are
			in.Files = append(in.Files, File{Name: e.Name(), Path: beside, Size: st.Size()})
		}
	}
	return nil
}

// folded is a name without case, in the one form of Unicode that does not depend
// on the machine that it was written on.
func folded(name string) string { return norm.NFC.String(strings.ToLower(name)) }

func (in *Input) openFolder(ctx context.Context, root string) error {
	return filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return openError(p, err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if p != root && strings.HasPrefix(e.Name(), ".") {
			if e.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if e.Type()&fs.ModeSymlink != 0 {
			in.links++
		}
		if !e.Type().IsRegular() {
			return nil
		}
		st, err := e.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		in.Files = append(in.Files, File{Name: filepath.ToSlash(rel), Path: p, Size: st.Size()})
		in.original = append(in.original, p)
		return nil
	})
}

// Bytes is the size of what was given, packed as it came.
func (in *Input) Bytes() int64 {
	var n int64
	for _, p := range in.original {
		if st, err := os.Stat(p); err == nil {
			n += st.Size()
		}
	}
	return n
}

// Digest is the SHA-256 of what was given, in hex; for a folder, of its files
// in order of name.
func (in *Input) Digest(ctx context.Context) (string, error) {
	h := sha256.New()
	for _, p := range in.original {
		f, err := os.Open(p)
		if err != nil {
			return "", fmt.Errorf("importers: digest: %w", err)
		}
		_, err = io.Copy(h, contextReader{ctx, f})
		f.Close()
		if err != nil {
			return "", fmt.Errorf("importers: digest: %w", err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Close removes what was unpacked.
func (in *Input) Close() error {
	if in.scratch == "" {
		return nil
	}
	return os.RemoveAll(in.scratch)
}

func (in *Input) scratchDir() (string, error) {
	if in.scratch == "" {
		dir, err := os.MkdirTemp("", "gisd-import-")
		if err != nil {
			return "", StorageError("importers: unpack", TemporaryFolder, err)
		}
		in.scratch = dir
	}
	return in.scratch, nil
}

// contextReader makes a copy stop when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

func rootCause(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}
