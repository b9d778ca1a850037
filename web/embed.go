package web

import (
	"embed"
	"io/fs"
)

// dist/index.html is committed, so that a build without Node still has a page
// that says what is missing; Vite writes the real map to dist/app.
//
//go:embed all:dist
var dist embed.FS

// Files returns the files of the web map with index.html at the root: the
// built map, or the one fallback page when the map was not built. Safe for
// concurrent use.
func Files() fs.FS {
	if Built() {
		return sub("dist/app")
	}
	return sub("dist")
}

// Built reports whether the map itself is inside, not the fallback page alone.
func Built() bool {
	_, err := fs.Stat(dist, "dist/app/index.html")
	return err == nil
}

// sub cannot fail: its argument is one of two valid constant paths.
func sub(dir string) fs.FS {
	files, err := fs.Sub(dist, dir)
	if err != nil {
		return dist
	}
	return files
}
