package wfs

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/negotiate"
	"gisd/api/paging"
	"gisd/api/problem"
	"gisd/spatial"
)

// Path is where the service is.
const Path = "/wfs"

// Catalogue lists what a caller may read; a hidden collection is CodeNotFound.
type Catalogue interface {
	Collections(a spatial.Access) []*spatial.Collection
	Collection(id string, a spatial.Access) (*spatial.Collection, error)
}

// Features reads features; see spatial/postgis/features.
type Features interface {
	Each(ctx context.Context, c *spatial.Collection, q spatial.Query, emit func(*spatial.Feature) error) (*spatial.FeaturePage, error)
	Count(ctx context.Context, c *spatial.Collection, q spatial.Query) (int64, error)
}

// Config of the handlers; all members but Now are required.
type Config struct {
	Catalogue Catalogue
	Features  Features
	Origin    negotiate.Origin
	Now       func() time.Time // time.Now
}

// Handlers serve /wfs. Safe for concurrent use.
type Handlers struct {
	Config
	anchors *paging.Anchors
}

// New prepares the handlers.
func New(cfg Config) *Handlers {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Handlers{Config: cfg, anchors: paging.NewAnchors()}
}

// Register adds the route.
func (h *Handlers) Register(e *echo.Echo) { e.GET(Path, h.serve) }

// request is what every operation needs to know of one.
type request struct {
	echo.Context
	h      *Handlers
	access spatial.Access
	lang   string
	values map[string]string // names in small letters (OGC 09-025r2 §6.2.5.2)
	faults []spatial.FieldError
}

func (r *request) fault(name, reason string) {
	r.faults = append(r.faults, spatial.FieldError{Name: name, Reason: reason})
}

// err reports the faults, nil where there is none.
func (r *request) err() error {
	if len(r.faults) == 0 {
		return nil
	}
	return spatial.Invalid("wfs: parameters", "The request cannot be answered.", r.faults...)
}

// The media types of the answers.
const (
	typeXML = "text/xml; charset=utf-8"
	typeGML = "application/gml+xml; version=3.2"
)

// serve finds the operation. What is wrong with a request is said as the standard
// wants it; faults of the server itself go the way of all others.
func (h *Handlers) serve(c echo.Context) error {
	r := &request{Context: c, h: h, access: auth.AccessOf(c), lang: problem.Language(c.Request()), values: map[string]string{}}
	for name, values := range c.QueryParams() {
		r.values[strings.ToLower(name)] = values[0]
	}
	negotiate.Cache(c, r.access, "no-cache")
	c.Response().Header().Add(echo.HeaderVary, "Accept-Language")
	err := r.operate()
	if err == nil {
		return nil
	}
	said := problem.New(err, r.lang, c.Response().Header().Get(echo.HeaderXRequestID))
	if said.Status >= http.StatusInternalServerError || said.Code == spatial.CodeCanceled || c.Response().Committed {
		return err
	}
	return r.refuse(said)
}

func (r *request) operate() error {
	if service := r.values["service"]; service != "" && !strings.EqualFold(service, "WFS") {
		return invalid("service", "must be WFS")
	}
	operation := strings.ToLower(r.values["request"])
	if version := r.values["version"]; version != "" && !strings.HasPrefix(version, "2.0") && operation != "getcapabilities" {
		return invalid("version", "must be 2.0.0")
	}
	switch operation {
	case "getcapabilities":
		return r.capabilities()
	case "describefeaturetype":
		return r.describe()
	case "getfeature":
		return r.features()
	case "liststoredqueries":
		return r.listStoredQueries()
	case "describestoredqueries":
		return r.describeStoredQueries()
	}
	return invalid("request", "must be GetCapabilities, DescribeFeatureType, GetFeature, ListStoredQueries or DescribeStoredQueries")
}

func invalid(name, reason string) error {
	return spatial.Invalid("wfs: request", "The request cannot be answered.", spatial.FieldError{Name: name, Reason: reason})
}

// refuse writes an exception report (OGC 06-121r3 §8).
func (r *request) refuse(said problem.Document) error {
	var b document
	b.raw(`<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" version="2.0.0">`)
	exception := func(code, locator, text string) {
		b.raw(`<ows:Exception exceptionCode="`).raw(code)
		if locator != "" {
			b.raw(`" locator="`).text(locator)
		}
		b.raw(`"><ows:ExceptionText>`).text(text).raw(`</ows:ExceptionText></ows:Exception>`)
	}
	for _, f := range said.Errors {
		code := "InvalidParameterValue"
		if f.Name == "request" && r.values["request"] == "" {
			code = "MissingParameterValue"
		} else if f.Name == "request" {
			code = "OperationNotSupported"
		}
		exception(code, f.Name, f.Name+": "+f.Reason)
	}
	if len(said.Errors) == 0 {
		code := "NoApplicableCode"
		if said.Code == spatial.CodeNotFound {
			code = "NotFound"
		}
		exception(code, "", said.Detail)
	}
	b.raw(`</ows:ExceptionReport>`)
	r.Response().Header().Set("Cache-Control", "no-store")
	return r.Blob(said.Status, typeXML, b.bytes())
}

// href is the address of an operation.
func (r *request) href(query url.Values) string { return r.h.Origin.Href(r.Request(), Path, query) }

// document is XML in the making.
type document struct{ b []byte }

func (d *document) raw(s string) *document {
	d.b = append(d.b, s...)
	return d
}

// text writes what is no markup.
func (d *document) text(s string) *document {
	if err := xml.EscapeText(d, []byte(s)); err != nil { // a document in memory takes everything
		return d
	}
	return d
}

// Write implements io.Writer.
func (d *document) Write(p []byte) (int, error) {
	d.b = append(d.b, p...)
	return len(p), nil
}

func (d *document) bytes() []byte { return append([]byte(xml.Header), d.b...) }
