package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"

	"github.com/labstack/echo/v4"
)

//go:embed layout.html reference.html
var files embed.FS

//go:embed style.css
var style []byte

// Frame is what every page shows around its content. A page's data embeds it.
type Frame struct {
	Lang   string // "vi" or "en"
	Title  string
	Base   string // the server's address without a slash at its end
	JSON   string // address of the same resource for programs; "" is none
	Crumbs []Crumb
}

// Crumb is one step of the way to a page.
type Crumb struct {
	Href, Title string
}

// Parse returns a page whose file defines the template "content".
func Parse(fsys fs.FS, name string) (*template.Template, error) {
	t := template.New("page").Funcs(template.FuncMap{"tr": translate})
	t, err := t.ParseFS(files, "layout.html")
	if err == nil {
		t, err = t.ParseFS(fsys, name)
	}
	if err != nil {
		return nil, fmt.Errorf("page: parse %s: %w", name, err)
	}
	return t, nil
}

// translate picks the sentence in the language.
func translate(lang, vi, en string) string {
	if lang == "vi" {
		return vi
	}
	return en
}

// Write renders the page whole, so that a fault in it becomes an error and not
// half a page.
func Write(c echo.Context, t *template.Template, lang string, data any) error {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", data); err != nil {
		return fmt.Errorf("page: render: %w", err)
	}
	h := c.Response().Header()
	h.Set("Content-Language", lang)
	h.Add(echo.HeaderVary, "Accept-Language")
	return c.HTMLBlob(http.StatusOK, b.Bytes())
}

// Style serves the style sheet of all pages.
func Style(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", style)
}
