package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gisd/spatial/crs"
)

// epsgTable is what a suite transforms coordinates by, among its resources.
const epsgTable = "proj4/nad/epsg"

// withSystems completes the suite's table by the systems of VN-2000, ahead of
// its own: it compares what a server transforms with what it transforms itself,
// and cannot where it does not know a system. A suite without one needs none.
func (o options) withSystems(f fetched, table []byte, err error) (fetched, error) {
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return f, err
	}
	for _, s := range crs.All() {
		if s.Datum == crs.DatumVN2000 {
			table = fmt.Appendf(table, "\n<%d> %s  <>", s.SRID, s.PROJ())
		}
	}
	home := filepath.Join(o.work, "epsg")
	path := filepath.Join(home, filepath.FromSlash(epsgTable))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return f, err
	}
	f.classpath = home + string(os.PathListSeparator) + f.classpath
	return f, os.WriteFile(path, append(table, '\n'), 0o644)
}
