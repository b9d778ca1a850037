package jobs

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"gisd/internal/filelock"
	"gisd/spatial"
)

// Inbox keeps the files of jobs in one folder, of which one process at a time is
// the owner. Safe for concurrent use.
type Inbox struct {
	dir     string
	reserve int64 // bytes of the disk that are left to others

	mu   sync.Mutex
	lock *os.File // of the file node; nil until the folder is needed
	name string
	open map[string]bool // uploads without a job
}

const (
	nodeFile    = "node"
	contentDir  = "content"
	joinedDir   = "joined"
	rejectsFile = "rejected.csv"
)

// NewInbox returns the inbox in a folder, which is made when it is first needed.
// Uploads leave so many bytes of the disk free.
func NewInbox(dir string, reserve int64) *Inbox {
	return &Inbox{dir: dir, reserve: reserve, open: map[string]bool{}}
}

// Node is the name of this node: it comes into being with the folder and stays
// with it. Without make it is "" where there is no folder yet.
func (b *Inbox) Node(make bool) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.name != "" {
		return b.name, nil
	}
	if _, err := os.Stat(filepath.Join(b.dir, nodeFile)); err != nil && !make {
		return "", nil
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return "", fmt.Errorf("jobs: folder of uploads: %w", err)
	}
	f, err := filelock.Open(filepath.Join(b.dir, nodeFile))
	if err != nil {
		return "", fmt.Errorf("jobs: folder of uploads: %w", err)
	}
	if locked, err := filelock.Try(f, filelock.Exclusive); !locked {
		return "", errors.Join(&spatial.Error{Code: spatial.CodeUnavailable, Op: "jobs: folder of uploads", Err: err,
			Message: "Another server uses the folder of uploads; give each server a data folder of its own."}, f.Close())
	}
	name, err := readName(f)
	if err != nil {
		return "", errors.Join(fmt.Errorf("jobs: name of the node: %w", err), filelock.Close(f))
	}
	b.lock, b.name = f, name
	return name, nil
}

// readName reads the name, or writes a new one.
func readName(f *os.File) (string, error) {
	text, err := io.ReadAll(io.LimitReader(f, 256))
	if err != nil {
		return "", err
	}
	if name := strings.TrimSpace(string(text)); name != "" {
		return name, nil
	}
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	name := host + "-" + newID()[:8]
	_, err = f.WriteString(name + "\n")
	return name, errors.Join(err, f.Sync())
}

// Close gives the folder up.
func (b *Inbox) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lock == nil {
		return nil
	}
	err := filelock.Close(b.lock)
	b.lock, b.name = nil, ""
	return err
}

func newID() string {
	var id [12]byte
	_, _ = rand.Read(id[:]) // it does not fail
	return hex.EncodeToString(id[:])
}

// Begin makes room for an upload, which Drop or the end of its job takes back.
func (b *Inbox) Begin() (id string, err error) {
	if _, err := b.Node(true); err != nil {
		return "", err
	}
	if err := b.room(); err != nil {
		return "", err
	}
	id = newID()
	b.mu.Lock()
	b.open[id] = true
	b.mu.Unlock()
	if err := os.MkdirAll(filepath.Join(b.dir, id, contentDir), 0o700); err != nil {
		return "", fmt.Errorf("jobs: begin upload: %w", err)
	}
	return id, nil
}

// room is what may still be written to the disk.
func (b *Inbox) room() error {
	free, known := freeBytes(b.dir)
	if known && free < b.reserve {
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: "jobs: upload", Message: "The server's disk is full; tell the administrator."}
	}
	return nil
}

// roomEvery is how much is written between two looks at the disk.
const roomEvery = 16 << 20

// Put stores one uploaded file under its base name and returns its size.
// Errors: invalid for a name that cannot be one, or is given twice; unavailable
// when the disk is full; those of r.
func (b *Inbox) Put(id, name string, r io.Reader) (size int64, err error) {
	const op = "jobs: store upload"
	base := BaseName(name)
	if base == "" {
		return 0, spatial.Invalid(op, "A file of the upload has no name.", spatial.FieldError{Name: "file", Reason: "wants a file name"})
	}
	f, err := os.OpenFile(filepath.Join(b.dir, id, contentDir, base), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return 0, spatial.Invalid(op, "Two files of the upload have one name.", spatial.FieldError{Name: "file", Reason: "is given twice"})
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", op, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for {
		n, err := io.CopyN(f, r, roomEvery)
		size += n
		switch {
		case errors.Is(err, io.EOF):
			return size, nil
		case errors.Is(err, syscall.ENOSPC):
			return size, &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Err: err, Message: "The server's disk is full; tell the administrator."}
		case err != nil:
			return size, err
		}
		if err := b.room(); err != nil {
			return size, err
		}
	}
}

// BaseName is what is kept of a file name that somebody sent: the last part,
// without control characters and leading dots; "" where nothing is left.
func BaseName(name string) string {
	name = strings.ToValidUTF8(strings.ReplaceAll(name, `\`, "/"), "_")
	name = name[strings.LastIndexByte(name, '/')+1:]
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(strings.TrimLeft(name, ". "), " ")
	const most = 200 // file systems take 255 bytes
	if len(name) > most {
		ext := filepath.Ext(name)
		if len(ext) > 20 {
			ext = ""
		}
		name = strings.ToValidUTF8(name[:most-len(ext)], "") + ext
	}
	return name
}

// Drop removes everything of a job or an upload.
func (b *Inbox) Drop(id string) error {
	b.settle(id)
	return os.RemoveAll(filepath.Join(b.dir, id))
}

// settle says that an upload has become a job, or nothing.
func (b *Inbox) settle(id string) {
	b.mu.Lock()
	delete(b.open, id)
	b.mu.Unlock()
}

// finish removes what a job read; what it rejected stays.
func (b *Inbox) finish(id string) (hasRejects bool, err error) {
	if _, err := os.Stat(b.rejects(id)); err != nil {
		return false, b.Drop(id)
	}
	dir := filepath.Join(b.dir, id)
	return true, errors.Join(os.RemoveAll(filepath.Join(dir, contentDir)), os.RemoveAll(filepath.Join(dir, joinedDir)))
}

func (b *Inbox) rejects(id string) string { return filepath.Join(b.dir, id, rejectsFile) }

// Rejects opens the reject file of a job, as CSV or GeoJSON; not_found without
// one.
func (b *Inbox) Rejects(id string, geoJSON bool) (*os.File, error) {
	path := b.rejects(id)
	if geoJSON {
		path = strings.TrimSuffix(path, filepath.Ext(path)) + ".geojson"
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, spatial.NotFound("jobs: reject file", "The import has no reject file.")
	}
	return f, err
}

// sweep removes the folders of neither an open upload nor a job that kept lists.
// It is asked last: an upload that becomes a job meanwhile is one or the other.
func (b *Inbox) sweep(kept func() ([]string, error)) error {
	entries, err := os.ReadDir(b.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	b.mu.Lock()
	known := maps.Clone(b.open)
	b.mu.Unlock()
	ids, err := kept()
	if err != nil {
		return err
	}
	for _, id := range ids {
		known[id] = true
	}
	for _, e := range entries {
		if e.IsDir() && isID(e.Name()) && !known[e.Name()] {
			err = errors.Join(err, os.RemoveAll(filepath.Join(b.dir, e.Name())))
		}
	}
	return err
}

func isID(name string) bool {
	b, err := hex.DecodeString(name)
	return err == nil && len(b) == 12
}
