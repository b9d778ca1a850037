package records

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/metadata"
	"gisd/api/negotiate"
	"gisd/api/page"
	"gisd/api/problem"
	"gisd/spatial"
)

// Catalogue lists what a caller may read; a hidden collection is CodeNotFound.
type Catalogue interface {
	Collections(a spatial.Access) []*spatial.Collection
	Collection(id string, a spatial.Access) (*spatial.Collection, error)
}

// Versions lists what is kept of a collection, the newest first.
type Versions interface {
	Versions(ctx context.Context, a spatial.Access, id string) ([]spatial.CollectionVersion, error)
}

// Config of the handlers; all members but Formats are required.
type Config struct {
	Catalogue Catalogue
	Versions  Versions
	Formats   []negotiate.Format // of files of a collection
	Origin    negotiate.Origin
}

// Handlers serve /records. Safe for concurrent use.
type Handlers struct {
	Config
	links, catalogue, record *template.Template
}

//go:embed html
var htmlFiles embed.FS

const (
	root    = "/records"
	theOnly = root + "/collections/catalogue"
)

// New prepares the handlers.
func New(cfg Config) (*Handlers, error) {
	h := &Handlers{Config: cfg}
	files, err := fs.Sub(htmlFiles, "html")
	if err != nil {
		return nil, fmt.Errorf("records: pages: %w", err)
	}
	for name, t := range map[string]**template.Template{"links.html": &h.links, "catalogue.html": &h.catalogue, "record.html": &h.record} {
		if *t, err = page.Parse(files, name); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// Register adds the routes.
func (h *Handlers) Register(e *echo.Echo) {
	e.GET(root, h.with(formatJSON, (*request).landing))
	e.GET(root+"/conformance", h.with(formatJSON, (*request).conformance))
	e.GET(root+"/collections", h.with(formatJSON, (*request).collections))
	e.GET(theOnly, h.with(formatJSON, (*request).collection))
	e.GET(theOnly+"/items", h.with(formatGeoJSON, (*request).items))
	e.GET(theOnly+"/items/:record", h.with(formatGeoJSON, (*request).item))
	e.GET(root+"/dcat", h.dcat)
}

var (
	formatJSON    = negotiate.Format{Name: "json", Type: negotiate.TypeJSON}
	formatGeoJSON = negotiate.Format{Name: "json", Type: negotiate.TypeGeoJSON, Also: []string{negotiate.TypeJSON}}
	formatHTML    = negotiate.Format{Name: "html", Type: negotiate.TypeHTML, Also: []string{"application/xhtml+xml"}}
)

// request is what every handler needs to know of one.
type request struct {
	echo.Context
	h      *Handlers
	access spatial.Access
	lang   string
	format negotiate.Format
}

func (h *Handlers) with(main negotiate.Format, serve func(*request) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		format, err := negotiate.Choose(c, []negotiate.Format{main, formatHTML})
		if err != nil {
			return err
		}
		r := h.request(c)
		r.format = format
		return serve(r)
	}
}

func (h *Handlers) request(c echo.Context) *request {
	r := &request{Context: c, h: h, access: auth.AccessOf(c), lang: problem.Language(c.Request())}
	negotiate.Cache(c, r.access, "no-cache")
	return r
}

func (r *request) html() bool { return r.format.Name == formatHTML.Name }

func (r *request) in(vi, en string) string { return spatial.Text{VI: vi, EN: en}.In(r.lang) }

// href is the address of a path of this server, which is escaped already.
func (r *request) href(path string, query url.Values) string {
	return r.h.Origin.Href(r.Request(), path, query)
}

func as(format string) url.Values { return url.Values{"f": {format}} }

// selfAndAlternate link a resource in both its formats, the chosen one as self.
func (r *request) selfAndAlternate(path string, main negotiate.Format) []negotiate.Link {
	var links []negotiate.Link
	for _, f := range []negotiate.Format{main, formatHTML} {
		rel := "alternate"
		if f.Name == r.format.Name {
			rel = "self"
		}
		links = append(links, negotiate.Link{Href: r.href(path, as(f.Name)), Rel: rel, Type: f.Type})
	}
	return links
}

// resource is a collection as this caller sees it.
func (r *request) resource(c *spatial.Collection) metadata.Resource {
	return metadata.Resource{Collection: c, Lang: r.lang, Formats: r.h.Formats, Href: r.href}
}

// traced is resource with where it came from.
func (r *request) traced(c *spatial.Collection) (metadata.Resource, error) {
	out := r.resource(c)
	var err error
	out.Versions, err = r.h.Versions.Versions(r.Request().Context(), r.access, c.ID)
	return out, err
}

// json answers with an entity tag of the body, and 304 where the caller has it.
func (r *request) json(contentType string, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // the & of links
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("records: encode: %w", err)
	}
	header := r.Response().Header()
	header.Set("Content-Language", r.lang)
	header.Add(echo.HeaderVary, "Accept-Language")
	sum := sha256.Sum256(append([]byte(contentType+"\x00"+r.lang+"\x00"), b.Bytes()...))
	if negotiate.Unchanged(r.Context, `W/"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`) {
		return r.NoContent(http.StatusNotModified)
	}
	return r.Blob(http.StatusOK, contentType, b.Bytes())
}

func (r *request) frame(title, json string, crumbs ...page.Crumb) page.Frame {
	return page.Frame{Lang: r.lang, Title: title, Base: r.h.Origin.Base(r.Request()), JSON: json, Crumbs: crumbs}
}

func (r *request) crumb() page.Crumb {
	return page.Crumb{Href: r.href(theOnly+"/items", as("html")), Title: r.in("Danh mục", "Catalogue")}
}

// list shows a resource that leads elsewhere.
func (r *request) list(title, description, path string, links []negotiate.Link, classes []string) error {
	return page.Write(r.Context, r.h.links, r.lang, struct {
		page.Frame
		Description string
		Links       []negotiate.Link
		Classes     []string
	}{r.frame(title, r.href(path, as("json")), r.crumb()), description, links, classes})
}
