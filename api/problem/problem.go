package problem

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"gisd/spatial"
)

// ContentType of every error answer (RFC 9457 §3).
const ContentType = "application/problem+json"

// Document is the body of an error answer (RFC 9457 §3.1).
type Document struct {
	Type      string               `json:"type"`
	Title     string               `json:"title"`
	Status    int                  `json:"status"`
	Detail    string               `json:"detail"`
	Code      spatial.Code         `json:"code"`
	RequestID string               `json:"requestId"`
	Errors    []spatial.FieldError `json:"errors,omitempty"`
	// Current is the state that a change met instead of the one it builds on.
	Current *spatial.FeatureState `json:"current,omitempty"`
}

// describe reduces an error to a domain error. Only messages written for
// callers survive: the text of any other error stays in the log.
func describe(err error) *spatial.Error {
	if e, ok := errors.AsType[*spatial.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*echo.HTTPError](err); ok {
		return &spatial.Error{Code: codeOfStatus(e.Code), Err: err}
	}
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &spatial.Error{Code: spatial.CodeTooLarge, Err: e}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &spatial.Error{Code: spatial.CodeCanceled, Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &spatial.Error{Code: spatial.CodeTimeout, Err: err}
	}
	return &spatial.Error{Code: spatial.CodeInternal, Err: err}
}

// New builds the document for an error in the language "vi" or "en".
func New(err error, lang, requestID string) Document {
	e := describe(err)
	r := lookup(e.Code)
	code := e.Code
	if _, known := table[code]; !known {
		code = spatial.CodeInternal
	}
	detail := sentence(Say(e.Message, lang))
	if e.Message == "" || code == spatial.CodeInternal {
		detail = r.detail.In(lang)
	}
	return Document{
		Type:      "about:blank",
		Title:     r.title.In(lang),
		Status:    r.status,
		Detail:    detail,
		Code:      code,
		RequestID: requestID,
		Errors:    sayFields(e.Fields, lang),
		Current:   e.Current,
	}
}

// Write sends the document. A HEAD request gets the headers alone.
func (d Document) Write(c echo.Context, lang string) error {
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Language", lang)
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	h.Del("Content-Encoding")
	switch d.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="gisd"`)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		if h.Get("Retry-After") == "" {
			h.Set("Retry-After", "2")
		}
	}
	return c.Blob(d.Status, ContentType, body)
}
