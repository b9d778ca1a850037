package importers

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"gisd/spatial"
)

// TemporaryFolder is how messages call the folder that holds what is unpacked,
// downloaded and collected.
const TemporaryFolder = "the temporary folder (TMPDIR)"

// StorageError says in one line what keeps a file of our own from being written
// at place, a path or TemporaryFolder; names of scratch files mean nothing to
// people. Errors of another kind are returned as they are.
func StorageError(op, place string, err error) error {
	var what string
	if e, ok := errors.AsType[*spatial.Error](err); ok && e.Code != spatial.CodeInternal {
		return err // it is in words
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), diskFull(err):
		what = "no space left in " + place
	case errors.Is(err, syscall.EDQUOT):
		what = "the disk quota is used up in " + place
	case errors.Is(err, syscall.EFBIG):
		what = "the file system takes no larger files in " + place
	case !ofFile(err):
		return err
	case errors.Is(err, syscall.EROFS):
		what = place + " cannot be written: the file system is read-only"
	case errors.Is(err, fs.ErrPermission):
		what = place + " cannot be written: permission denied"
	case errors.Is(err, fs.ErrNotExist):
		what = place + " cannot be written: there is no such folder"
	default:
		return err
	}
	number, _ := errors.AsType[syscall.Errno](err)
	return &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: what, Err: number}
}

// ofFile keeps out what the system says of other things, as of a socket.
func ofFile(err error) bool {
	_, path := errors.AsType[*fs.PathError](err)
	_, link := errors.AsType[*os.LinkError](err)
	return path || link
}

// diskFull tells the code of SQLite for it (SQLITE_FULL), whose errors do not
// wrap the system's.
func diskFull(err error) bool {
	const full = 13
	e, ok := errors.AsType[interface {
		error
		Code() int
	}](err)
	return ok && e.Code()&0xff == full
}

// KeepingWriter remembers the first failure of W, which comes back from those who
// write through it in many wrappings, or more than once.
type KeepingWriter struct {
	W   io.Writer
	Err error
}

// Write implements io.Writer.
func (k *KeepingWriter) Write(p []byte) (int, error) {
	n, err := k.W.Write(p)
	if k.Err == nil {
		k.Err = err
	}
	return n, err
}

// openError says why a file that was given cannot be opened.
func openError(name string, err error) error {
	cause := rootCause(err)
	code := spatial.CodeNotFound
	if errors.Is(err, fs.ErrPermission) {
		code = spatial.CodeForbidden
	}
	return &spatial.Error{Code: code, Op: "importers: open", Message: fmt.Sprintf("%s cannot be opened: %v", name, cause), Err: cause}
}

// CheckRegular refuses what has no end or no content of its own: opening a pipe
// waits for somebody at its other end. standard is what "-" stands for instead,
// "standard input".
func CheckRegular(name string, mode fs.FileMode, standard string) error {
	kind := "something else"
	switch {
	case mode.IsRegular():
		return nil
	case mode&fs.ModeNamedPipe != 0:
		kind = "a pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	case mode&fs.ModeDevice != 0:
		kind = "a device"
	}
	return &spatial.Error{Code: spatial.CodeUnsupported, Op: "importers: open", Message: fmt.Sprintf("%s is %s, not a file; use - for %s", name, kind, standard)}
}
