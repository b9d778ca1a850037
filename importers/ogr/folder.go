package ogr

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gisd/importers"
)

// folder is the private place of one dataset.
type folder struct {
	path string
	main string // absolute
}

// place makes the folder; the caller removes it.
func place(d *dataset) (*folder, error) {
	root, err := os.MkdirTemp("", "gisd-ogr-")
	if err != nil {
		return nil, fmt.Errorf("ogr: private folder: %w", err)
	}
	f := &folder{path: root, main: filepath.Join(root, "data", d.main)}
	if err := f.fill(d); err != nil {
		return nil, errors.Join(fmt.Errorf("ogr: private folder: %w", err), f.remove())
	}
	return f, nil
}

func (f *folder) fill(d *dataset) error {
	if err := os.MkdirAll(filepath.Join(f.path, "tmp"), 0o700); err != nil {
		return err
	}
	for _, p := range d.parts {
		to := filepath.Join(f.path, "data", filepath.FromSlash(p.name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		// Of two names that differ in nothing we can keep, the first wins.
		if err := placePart(to, d.kind, p.file); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

func placePart(to string, k kind, file importers.File) error {
	path, err := filepath.Abs(file.Path)
	if err != nil {
		return err
	}
	file.Path = path
	if ext := file.Ext(); k.format == "mapinfo" && ext != ".dat" && ext != ".dbf" && ext != ".map" && ext != ".id" && ext != ".ind" && ext != ".mid" {
		return placeMapInfo(to, file)
	}
	return os.Symlink(path, to)
}

func (f *folder) remove() error { return os.RemoveAll(f.path) }
