package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
)

// asset is one file of the web map, kept in memory plain and compressed.
type asset struct {
	contentType string
	cache       string
	etag        string
	plain       []byte
	gzipped     []byte // nil where it would not be smaller
}

// loadAssets reads every file once; the key is its address.
func loadAssets(files fs.FS) (map[string]*asset, error) {
	assets := map[string]*asset{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		a := newAsset(name, content)
		assets["/"+name] = a
		if name == "index.html" {
			assets["/"] = a
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("api: read the web map: %w", err)
	}
	return assets, nil
}

func newAsset(name string, content []byte) *asset {
	contentType := mime.TypeByExtension(path.Ext(name))
	if contentType == "" {
		contentType = http.DetectContentType(content)
	}
	sum := sha256.Sum256(content)
	a := &asset{
		contentType: contentType,
		cache:       "no-cache",
		etag:        `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
		plain:       content,
	}
	if strings.HasPrefix(name, "assets/") {
		a.cache = "public, max-age=31536000, immutable" // the name holds a hash of the content
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, 6)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil && w.Close() == nil && b.Len() < len(content)*9/10 {
		a.gzipped = b.Bytes()
	}
	return a
}

func (a *asset) serve(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Cache-Control", a.cache)
	if negotiate.Unchanged(c, a.etag) {
		return c.NoContent(http.StatusNotModified)
	}
	if a.gzipped == nil {
		return c.Blob(http.StatusOK, a.contentType, a.plain)
	}
	h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
	if !negotiate.AcceptsGzip(c.Request()) {
		return c.Blob(http.StatusOK, a.contentType, a.plain)
	}
	h.Set(echo.HeaderContentEncoding, "gzip")
	return c.Blob(http.StatusOK, a.contentType, a.gzipped)
}
