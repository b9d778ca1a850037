// Package filelock locks files among the processes of one machine, by flock(2). A lock
// is of the open file: it ends with Unlock, or with the last process that has the file
// open, however that ends. The file itself stays. No coordinates are handled here.
package filelock

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"gisd/internal/sleep"
)

// Mode is how a file is locked.
type Mode int

// Many hold a shared lock, one holds an exclusive one, never both.
const (
	Shared    Mode = syscall.LOCK_SH
	Exclusive Mode = syscall.LOCK_EX
)

// Open opens a file to lock, which is made where it is missing.
func Open(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("filelock: open: %w", err)
	}
	return f, nil
}

// Try takes the lock if that needs no waiting, and reports whether it did. A lock of the
// other mode that f holds gives way to it, and is lost where that fails.
func Try(f *os.File, m Mode) (bool, error) {
	err := syscall.Flock(int(f.Fd()), int(m)|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("filelock: lock %s: %w", f.Name(), err)
	}
	return true, nil
}

// look is how often Wait looks again: flock cannot wait for a context.
const look = 50 * time.Millisecond

// Wait takes the lock, or returns the error of a context that ends before.
func Wait(ctx context.Context, f *os.File, m Mode) error {
	for {
		if ok, err := Try(f, m); ok || err != nil {
			return err
		}
		if err := sleep.For(ctx, look); err != nil {
			return fmt.Errorf("filelock: wait for %s: %w", f.Name(), err)
		}
	}
}

// Unlock ends the lock and keeps the file open.
func Unlock(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

// Close ends the lock and closes the file. Closing alone would leave the lock to a
// process that is being started at that moment and holds a copy of the file.
func Close(f *os.File) error {
	Unlock(f)
	return f.Close()
}
