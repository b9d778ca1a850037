package filelock_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"gisd/internal/filelock"
)

func open(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := filelock.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func try(t *testing.T, f *os.File, m filelock.Mode, want bool) {
	t.Helper()
	if got, err := filelock.Try(f, m); err != nil || got != want {
		t.Errorf("mode %d: %v, %v, want %v", m, got, err, want)
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	a, b := open(t, path), open(t, path)
	try(t, a, filelock.Shared, true)
	try(t, b, filelock.Shared, true)
	try(t, b, filelock.Exclusive, false)
	filelock.Unlock(a)
	try(t, b, filelock.Exclusive, true)
	try(t, a, filelock.Shared, false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := filelock.Wait(ctx, a, filelock.Shared); !errors.Is(err, context.Canceled) {
		t.Errorf("a wait that is given up: %v", err)
	}
	if err := filelock.Close(b); err != nil {
		t.Error(err)
	}
	if err := filelock.Wait(ctx, a, filelock.Exclusive); err != nil {
		t.Errorf("a wait for what is free: %v", err)
	}
	if err := filelock.Close(a); err != nil {
		t.Error(err)
	}
	if _, err := filelock.Try(a, filelock.Shared); err == nil {
		t.Error("a closed file was locked")
	}
}

// A process that is being started holds a copy of the file for a moment.
func TestCloseEndsTheLockOfCopies(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	f := open(t, path)
	copied, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(copied) }()
	try(t, f, filelock.Exclusive, true)
	if err := filelock.Close(f); err != nil {
		t.Fatal(err)
	}
	next := open(t, path)
	defer func() { _ = filelock.Close(next) }()
	try(t, next, filelock.Exclusive, true)
}
