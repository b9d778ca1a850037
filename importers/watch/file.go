package watch

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// File moves everything of an item into a folder of its own under dir ("done",
// "failed"), named after the time and the item, and returns that folder. What
// cannot be moved stays and is named in the error.
func File(i Item, dir string, at time.Time) (string, error) {
	base := filepath.Join(dir, at.UTC().Format("20060102T150405Z")+"_"+i.Name)
	to := base
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("watch: %w", err)
	}
	for n := 2; ; n++ {
		err := os.Mkdir(to, 0o755)
		if err == nil {
			break
		}
		if !errors.Is(err, os.ErrExist) || n > 1000 {
			return "", fmt.Errorf("watch: %w", err)
		}
		to = fmt.Sprintf("%s_%d", base, n)
	}
	var failed error
	for _, p := range i.Parts {
		failed = errors.Join(failed, move(p, filepath.Join(to, filepath.Base(p))))
	}
	return to, failed
}

// move also crosses file systems.
func move(from, to string) error {
	err := os.Rename(from, to)
	if err == nil {
		return nil
	}
	info, statErr := os.Stat(from)
	if statErr != nil || info.IsDir() {
		return err
	}
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	if err = errors.Join(err, w.Close()); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return os.Remove(from)
}
