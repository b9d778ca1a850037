package arcgis

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/negotiate"
	"gisd/api/page"
	"gisd/api/paging"
	"gisd/api/problem"
	"gisd/spatial"
)

// Catalogue lists what a caller may read; a hidden collection is CodeNotFound.
type Catalogue interface {
	Collections(a spatial.Access) []*spatial.Collection
	Collection(id string, a spatial.Access) (*spatial.Collection, error)
}

// Features reads features; see spatial/postgis/features.
type Features interface {
	Each(ctx context.Context, c *spatial.Collection, q spatial.Query, emit func(*spatial.Feature) error) (*spatial.FeaturePage, error)
	Count(ctx context.Context, c *spatial.Collection, q spatial.Query) (int64, error)
	// Extent is the box around what matches, in the SRID it names, and the count.
	Extent(ctx context.Context, c *spatial.Collection, q spatial.Query) (spatial.Envelope, int64, error)
	// Summarize returns rows of groups and statistics, and whether there are more.
	Summarize(ctx context.Context, c *spatial.Collection, q spatial.Query, s spatial.Summary) ([][]any, bool, error)
}

// CodeLists give codes their meaning; one that is not there is CodeNotFound.
type CodeLists interface {
	CodeList(ctx context.Context, id string) (*spatial.CodeList, error)
}

// GeoJSON writes geometries for f=geojson, rounded to the decimals.
type GeoJSON interface {
	AppendGeometry(dst, ewkb []byte, decimals int) ([]byte, error)
}

// Config of the handlers; all members are required.
type Config struct {
	Catalogue Catalogue
	Features  Features
	CodeLists CodeLists
	GeoJSON   GeoJSON
	Origin    negotiate.Origin
}

// Handlers serve /arcgis. Safe for concurrent use.
type Handlers struct {
	Config
	anchors  *paging.Anchors
	ids      *objectIDs
	services *template.Template
	layer    *template.Template
}

//go:embed html
var htmlFiles embed.FS

// Root is where the services are.
const Root = "/arcgis/rest/services"

// New prepares the handlers.
func New(cfg Config) (*Handlers, error) {
	h := &Handlers{Config: cfg, anchors: paging.NewAnchors(), ids: newObjectIDs()}
	files, err := fs.Sub(htmlFiles, "html")
	if err != nil {
		return nil, fmt.Errorf("arcgis: pages: %w", err)
	}
	if h.services, err = page.Parse(files, "services.html"); err != nil {
		return nil, err
	}
	h.layer, err = page.Parse(files, "layer.html")
	return h, err
}

// Register adds the routes. Clients send long questions as forms.
func (h *Handlers) Register(e *echo.Echo) {
	get := func(path string, answer func(*request) error) { e.GET(path, h.answer(answer)) }
	get("/arcgis/rest/info", (*request).info)
	get(Root, (*request).directory)
	get(Root+"/:collection/FeatureServer", (*request).featureServer)
	get(Root+"/:collection/FeatureServer/layers", (*request).allLayers)
	get(Root+"/:collection/FeatureServer/:layer", (*request).describeLayer)
	get(Root+"/:collection/FeatureServer/:layer/query", (*request).query)
	e.POST(Root+"/:collection/FeatureServer/:layer/query", h.answer((*request).query))
	get(Root+"/:collection/VectorTileServer", (*request).vectorTileServer)
	get(Root+"/:collection/VectorTileServer/", (*request).vectorTileServer)
}

// request is what every handler needs to know of one.
type request struct {
	echo.Context
	h      *Handlers
	access spatial.Access
	lang   string
	format string // "json", "pjson", "html", "geojson"
	values url.Values
}

// answer settles the format, and says what is wrong with a request as an ArcGIS
// Server does, but with the status of HTTP that says the same: clients read either.
// Faults of the server itself go the way of all others.
func (h *Handlers) answer(serve func(*request) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := &request{Context: c, h: h, access: auth.AccessOf(c), lang: problem.Language(c.Request())}
		negotiate.Cache(c, r.access, "no-cache")
		c.Response().Header().Add(echo.HeaderVary, "Accept-Language")
		err := r.begin()
		if err == nil {
			err = serve(r)
		}
		if err == nil {
			return nil
		}
		said := problem.New(err, r.lang, c.Response().Header().Get(echo.HeaderXRequestID))
		if said.Status >= http.StatusInternalServerError || said.Code == spatial.CodeCanceled || c.Response().Committed {
			return err
		}
		return r.refuse(said)
	}
}

// refuse writes an error (GeoServices REST: "error" with code, message, details).
func (r *request) refuse(said problem.Document) error {
	details := []string{}
	for _, f := range said.Errors {
		details = append(details, f.Name+": "+f.Reason)
	}
	r.Response().Header().Set("Cache-Control", "no-store")
	return r.write(said.Status, object{"error": object{"code": said.Status, "message": said.Detail, "details": details}})
}

func (r *request) begin() error {
	var err error
	if r.values, err = r.FormParams(); err != nil {
		return spatial.Invalid("arcgis: form", "The form cannot be read.")
	}
	switch r.format = r.values.Get("f"); r.format {
	case "json", "pjson", "html", "geojson":
		return nil
	case "":
		f, err := negotiate.Choose(r.Context, []negotiate.Format{{Name: "json", Type: negotiate.TypeJSON}, {Name: "html", Type: negotiate.TypeHTML}})
		r.format = f.Name
		if err != nil { // clients of this kind say little of what they take
			r.format = "json"
		}
		return nil
	}
	r.format = "json"
	return spatial.Invalid("arcgis: format", "This resource does not have that format.",
		spatial.FieldError{Name: "f", Reason: "must be one of json, pjson, html, geojson"})
}

type object = map[string]any

// json answers with a document.
func (r *request) json(v any) error { return r.write(http.StatusOK, v) }

func (r *request) write(status int, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if r.format == "pjson" {
		e.SetIndent("", "  ")
	}
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("arcgis: encode: %w", err)
	}
	return r.Blob(status, negotiate.TypeJSON, b.Bytes())
}

// href is the address of a service's resource.
func (r *request) href(query url.Values, steps ...string) string {
	path := Root
	for _, s := range steps {
		path += "/" + url.PathEscape(s)
	}
	return r.h.Origin.Href(r.Request(), path, query)
}

// find returns the collection of the path, one that has been imported.
func (r *request) find() (*spatial.Collection, error) {
	id, err := url.PathUnescape(r.Param("collection"))
	if err != nil {
		id = ""
	}
	c, err := r.h.Catalogue.Collection(id, r.access)
	if err != nil {
		return nil, err
	}
	if c.Version == 0 {
		return nil, spatial.NotFound("arcgis: collection", "There is no such collection.")
	}
	return c, nil
}
