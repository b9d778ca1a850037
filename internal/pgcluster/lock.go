package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// fileLock is an advisory lock that ends with its holder, however that ends.
// The file itself stays.
type fileLock struct{ f *os.File }

func openLock(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("pgcluster: opening a lock: %w", err)
	}
	return &fileLock{f}, nil
}

// try takes the lock if that needs no waiting.
func (l *fileLock) try(how int) (bool, error) {
	err := syscall.Flock(int(l.f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("pgcluster: locking %s: %w", l.f.Name(), err)
	}
	return true, nil
}

func (l *fileLock) wait(ctx context.Context, how int) error {
	for {
		ok, err := l.try(how)
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("pgcluster: waiting for %s: %w", l.f.Name(), ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// unlock ends the lock even where a process being started holds a copy of the
// file for a moment, as closing it alone would not.
func (l *fileLock) unlock() { _ = syscall.Flock(int(l.f.Fd()), syscall.LOCK_UN) }
func (l *fileLock) close()  { _ = l.f.Close() }

// LockServer makes the caller the one server of a data folder, until it calls
// the returned function or ends.
func LockServer(dir string) (func(), error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("pgcluster: making the data folder: %w", err)
	}
	l, err := openLock(filepath.Join(dir, "server.lock"))
	if err != nil {
		return nil, err
	}
	alone, err := l.try(syscall.LOCK_EX)
	if err == nil && !alone {
		holder := make([]byte, 20)
		n, _ := l.f.ReadAt(holder, 0)
		err = &fault{ErrInUse, fmt.Sprintf(
			"another `gisd up` (pid %s) runs in %s: stop it, or choose another folder with --data-dir", strings.TrimSpace(string(holder[:n])), dir)}
	}
	if err != nil {
		l.close()
		return nil, err
	}
	if err := l.f.Truncate(0); err == nil {
		_, _ = l.f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return func() { l.unlock(); l.close() }, nil
}
