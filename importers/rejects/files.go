package rejects

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gisd/importers"
)

// Files is a reject file: a CSV and, beside it, a GeoJSON of the same name. Each
// comes into being with the first entry. It is for one goroutine.
type Files struct {
	csv     *table    // nil for GeoJSON alone
	geojson *features // nil without a path
	// Vietnamese puts what is English in a Vietnamese reason, as the words of a
	// library, into the language; nil leaves it.
	Vietnamese func(string) string
}

// At names the files by the path that was asked for: FILE.csv also writes
// FILE.geojson; FILE.geojson is written alone. "" writes nothing.
func At(path string) *Files {
	switch ext := filepath.Ext(path); {
	case path == "":
		return &Files{}
	case strings.EqualFold(ext, ".geojson"), strings.EqualFold(ext, ".json"):
		return &Files{geojson: &features{path: path}}
	default:
		return &Files{csv: &table{path: path}, geojson: &features{path: strings.TrimSuffix(path, ext) + ".geojson"}}
	}
}

// paths are those that may be written.
func (f *Files) paths() []string {
	var all []string
	if f.csv != nil {
		all = append(all, f.csv.path)
	}
	if f.geojson != nil {
		all = append(all, f.geojson.path)
	}
	return all
}

// Check finds out now whether the files can be written: a typo in a name must not
// show only after hours of work, with the first record that is rejected. Files of
// the input are refused.
func (f *Files) Check(inputs ...string) error {
	if f.csv != nil && !strings.EqualFold(filepath.Ext(f.csv.path), ".csv") {
		return fmt.Errorf("%s ends in neither .csv nor .geojson", f.csv.path)
	}
	for _, path := range f.paths() {
		before, missing := os.Stat(path)
		if missing == nil && !before.Mode().IsRegular() { // opening a pipe waits for a reader
			return fmt.Errorf("%s is no file", path)
		}
		if missing == nil && slices.ContainsFunc(inputs, func(in string) bool {
			source, err := os.Stat(in)
			return err == nil && os.SameFile(before, source)
		}) {
			return fmt.Errorf("%s would overwrite the file to import", path)
		}
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o666)
		if err != nil {
			if cause, ok := errors.AsType[*fs.PathError](err); ok {
				err = cause.Err
			}
			return fmt.Errorf("%s cannot be written: %w", path, err)
		}
		err = file.Close()
		if errors.Is(missing, fs.ErrNotExist) {
			err = errors.Join(err, os.Remove(path))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Of writes the records of one layer.
func (f *Files) Of(layer string) importers.RejectWriter { return writer{f, layer} }

// Close completes what was begun.
func (f *Files) Close() error {
	var err error
	if f.csv != nil {
		err = f.csv.close()
	}
	if f.geojson != nil {
		err = errors.Join(err, f.geojson.close())
	}
	return err
}

type writer struct {
	*Files
	layer string
}

// Reject implements importers.RejectWriter.
func (w writer) Reject(record int64, e importers.RecordError, lost bool) error {
	if w.Vietnamese != nil {
		e.Reason.VI = w.Vietnamese(e.Reason.VI)
	}
	if w.csv != nil {
		if err := w.csv.add(w.layer, record, &e, lost); err != nil {
			return err
		}
	}
	if w.geojson != nil {
		return w.geojson.add(w.layer, record, &e, lost)
	}
	return nil
}
