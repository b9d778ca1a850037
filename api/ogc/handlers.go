package ogc

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/negotiate"
	"gisd/api/paging"
	"gisd/api/problem"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// Catalogue lists what a caller may read; a hidden collection is CodeNotFound.
type Catalogue interface {
	Collections(a spatial.Access) []*spatial.Collection
	Collection(id string, a spatial.Access) (*spatial.Collection, error)
}

// Features reads features. Each hands on those of a page, one after the other,
// each the handler's own, and returns the page without them.
type Features interface {
	Each(ctx context.Context, c *spatial.Collection, q spatial.Query, emit func(*spatial.Feature) error) (*spatial.FeaturePage, error)
	Feature(ctx context.Context, c *spatial.Collection, id string, a spatial.Access) (*spatial.Feature, error)
}

// Searcher finds features by name, those that the caller may read.
type Searcher interface {
	Search(ctx context.Context, q string, a spatial.Access, limit int) ([]spatial.SearchHit, error)
}

// Encoder writes features as GeoJSON. The coordinates are written as they stand,
// rounded to the given number of decimals.
type Encoder interface {
	AppendFeature(dst []byte, c *spatial.Collection, f *spatial.Feature, decimals int) ([]byte, error)
	AppendGeometry(dst, ewkb []byte, decimals int) ([]byte, error)
}

// Decoder reads GeoJSON geometry objects as little-endian EWKB; the coordinates stay
// as they stand.
type Decoder interface {
	ReadGeometry(raw []byte) ([]byte, error)
}

// CodeLists give codes their meaning; one that is not there is CodeNotFound.
type CodeLists interface {
	CodeList(ctx context.Context, id string) (*spatial.CodeList, error)
}

// Config of the handlers; all members but CodeLists, Editor with Decoder, Now,
// Downloads, Attachments, Extensions and Log are required.
type Config struct {
	Catalogue Catalogue
	Features  Features
	Search    Searcher
	History   Versions
	CodeLists CodeLists // nil for none
	Encoder   Encoder
	Editor    Editor // nil where features are read alone
	Decoder   Decoder
	Downloads Downloads // nil for none
	// Attachments are photos and documents of features; nil for none.
	Attachments Attachments
	// Extensions are what other rooms serve below /ogc.
	Extensions []Extension
	Log        *slog.Logger
	Origin     negotiate.Origin
	CursorKey  []byte           // seals paging cursors; the same on every node
	Now        func() time.Time // time.Now
}

// Handlers serve /ogc and /search. Safe for concurrent use.
type Handlers struct {
	Config
	cursors     cursors
	anchors     *paging.Anchors
	pages       *pages
	patches     crs.PatchSet  // of stored geometries and the systems of answers
	buffers     sync.Pool     // of *[]byte, for pages that are being written
	downloading chan struct{} // full when as many run as may
}

// New prepares the handlers.
func New(cfg Config) (*Handlers, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	p, err := newPages()
	if err != nil {
		return nil, err
	}
	sealed, err := newCursors(cfg.CursorKey)
	if err != nil {
		return nil, err
	}
	return &Handlers{Config: cfg, cursors: sealed, anchors: paging.NewAnchors(), pages: p, downloading: make(chan struct{}, maxDownloads)}, nil
}

// Register adds the routes.
func (h *Handlers) Register(e *echo.Echo) {
	e.GET("/ogc", h.landing)
	e.GET("/ogc/", h.landing)
	e.GET("/ogc/conformance", h.conformance)
	e.GET("/ogc/api", h.api)
	e.GET("/ogc/collections", h.collections)
	e.GET("/ogc/collections/:collection", h.collection)
	e.GET("/ogc/functions", h.functions)
	e.GET("/ogc/collections/:collection/queryables", h.queryables)
	e.GET("/ogc/collections/:collection/sortables", h.sortables)
	e.GET("/ogc/collections/:collection/schema", h.schema)
	e.GET("/ogc/collections/:collection/versions", h.versions)
	e.GET("/ogc/collections/:collection/items", h.items)
	e.GET("/ogc/collections/:collection/items/:feature", h.feature)
	e.GET("/search", h.search)
	if h.Editor != nil {
		h.registerEdits(e)
	}
	if h.Attachments != nil {
		h.registerAttachments(e)
	}
}

// request is what every handler needs to know of one.
type request struct {
	echo.Context
	h      *Handlers
	access spatial.Access
	lang   string
	format negotiate.Format
}

var (
	formatJSON    = negotiate.Format{Name: "json", Type: negotiate.TypeJSON}
	formatHTML    = negotiate.Format{Name: "html", Type: negotiate.TypeHTML, Also: []string{"application/xhtml+xml"}}
	formatGeoJSON = negotiate.Format{Name: "json", Type: negotiate.TypeGeoJSON, Also: []string{negotiate.TypeJSON}}
	formatOpenAPI = negotiate.Format{Name: "json", Type: negotiate.TypeOpenAPI, Also: []string{negotiate.TypeJSON, "application/openapi+json"}}
)

// begin settles format and language and says whose the answer is.
func (h *Handlers) begin(c echo.Context, main negotiate.Format, others ...negotiate.Format) (*request, error) {
	return h.beginWith(c, append([]negotiate.Format{main, formatHTML}, others...))
}

// beginWith is begin for a resource in exactly these formats.
func (h *Handlers) beginWith(c echo.Context, formats []negotiate.Format) (*request, error) {
	format, err := negotiate.Choose(c, formats)
	if err != nil {
		return nil, err
	}
	r := &request{Context: c, h: h, access: auth.AccessOf(c), lang: problem.Language(c.Request()), format: format}
	negotiate.Cache(c, r.access, "no-cache")
	return r, nil
}

// href is the address of a resource below /ogc, escaped step by step.
func (r *request) href(query url.Values, steps ...string) string {
	path := "/ogc"
	for _, step := range steps {
		path += "/" + url.PathEscape(step)
	}
	return r.h.Origin.Href(r.Request(), path, query)
}

// step is one part of the path as the caller meant it. The router hands out
// the raw part where the path holds an escaped slash or the like.
func (r *request) step(name string) string {
	text := r.Param(name)
	if r.Request().URL.RawPath == "" {
		return text
	}
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// formatQuery asks for a format by name.
func formatQuery(name string) url.Values { return url.Values{"f": {name}} }

// selfAndAlternate link a resource in both its formats, the chosen one as self.
func (r *request) selfAndAlternate(main negotiate.Format, steps ...string) []negotiate.Link {
	return r.representations([]negotiate.Format{main, formatHTML}, steps...)
}

func (r *request) representations(formats []negotiate.Format, steps ...string) []negotiate.Link {
	var links []negotiate.Link
	for _, f := range formats {
		rel := "alternate"
		if f.Name == r.format.Name {
			rel = "self"
		}
		links = append(links, negotiate.Link{Href: r.href(formatQuery(f.Name), steps...), Rel: rel, Type: f.Type, Title: r.in(formatTitle(f))})
	}
	return links
}

func formatTitle(f negotiate.Format) spatial.Text {
	if f.Name == formatJSONFG.Name {
		return spatial.Text{VI: "Tài nguyên này ở dạng JSON-FG", EN: "This resource as JSON-FG"}
	}
	if f.Name == formatHTML.Name {
		return spatial.Text{VI: "Trang này ở dạng HTML", EN: "This resource as HTML"}
	}
	return spatial.Text{VI: "Tài nguyên này ở dạng JSON", EN: "This resource as JSON"}
}

func (r *request) in(t spatial.Text) string { return t.In(r.lang) }

// json answers with an entity tag of the body, and 304 where the caller has it.
func (r *request) json(contentType string, v any) error {
	body, err := marshal(v)
	if err != nil {
		return err
	}
	return r.body(contentType, body, body)
}

// marshal leaves the & of links as it is; nobody takes JSON for HTML, whose type
// says otherwise.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("ogc: encode: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// body is json for bytes that are there already; tagged is the part of them
// that the entity tag speaks for.
func (r *request) body(contentType string, body, tagged []byte) error {
	return r.bodyAs(contentType, body, entityTag(contentType, r.lang, tagged))
}

// bodyAs is body under an entity tag that is made already.
func (r *request) bodyAs(contentType string, body []byte, tag string) error {
	h := r.Response().Header()
	h.Set("Content-Language", r.lang)
	h.Add(echo.HeaderVary, "Accept-Language")
	if negotiate.Unchanged(r.Context, tag) {
		return r.NoContent(http.StatusNotModified)
	}
	return r.Blob(http.StatusOK, contentType, body)
}

// entityTag is weak: the bytes differ by compression and time stamp. It guards
// caches, not secrets: XXH64 reads a page of 10,000 features in a tenth of the time of
// SHA-256, which would be a fifth of all work on it.
func entityTag(contentType, lang string, body []byte) string {
	hash := xxhash.New()
	_, _ = hash.WriteString(contentType + "\x00" + lang + "\x00") // never an error
	_, _ = hash.Write(body)
	return `W/"` + base64.RawURLEncoding.EncodeToString(hash.Sum(nil)) + `"`
}

// linkHeader repeats links for clients that read headers alone.
func (r *request) linkHeader(links []negotiate.Link) {
	for _, l := range links {
		r.Response().Header().Add("Link", l.Header())
	}
}
