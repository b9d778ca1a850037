package pgcluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gisd/internal/filelock"
)

// LockServer makes the caller the one server of a data folder, until it calls
// the returned function or ends.
func LockServer(dir string) (func(), error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("pgcluster: making the data folder: %w", err)
	}
	f, err := filelock.Open(filepath.Join(dir, "server.lock"))
	if err != nil {
		return nil, err
	}
	alone, err := filelock.Try(f, filelock.Exclusive)
	if err == nil && !alone {
		holder := make([]byte, 20)
		n, _ := f.ReadAt(holder, 0)
		err = &fault{ErrInUse, fmt.Sprintf(
			"another `gisd up` (pid %s) runs in %s: stop it, or choose another folder with --data-dir", strings.TrimSpace(string(holder[:n])), dir)}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return func() { _ = filelock.Close(f) }, nil
}
