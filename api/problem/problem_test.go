package problem_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"gisd/api/problem"
	"gisd/spatial"
)

const secret = "password=hunter2 at 10.0.0.7"

func answer(t *testing.T, err error, header http.Header, log io.Writer) (*httptest.ResponseRecorder, problem.Document) {
	t.Helper()
	e := echo.New()
	e.HTTPErrorHandler = problem.Handler(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	e.GET("/fail", func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderXRequestID, "req-1")
		return err
	})
	req := httptest.NewRequest(http.MethodGet, "/fail", nil)
	for k, v := range header {
		req.Header[k] = v
	}
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, req)
	var doc problem.Document
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		t.Fatalf("body %q: %v", rec.Body, err)
	}
	return rec, doc
}

func TestHandler(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		err    error
		status int
		code   spatial.Code
		detail string
	}{
		{"invalid", spatial.Invalid("op", "Three faults.", spatial.FieldError{Name: "bbox", Reason: "needs 4 numbers"}), 400, "invalid", "Three faults."},
		{"unauthenticated", &spatial.Error{Code: spatial.CodeUnauthenticated, Message: "No such key."}, 401, "unauthenticated", "No such key."},
		{"forbidden", &spatial.Error{Code: spatial.CodeForbidden, Message: "No."}, 403, "forbidden", "No."},
		{"wrapped not found", fmt.Errorf("outer: %w", spatial.NotFound("op", "No such collection.")), 404, "not_found", "No such collection."},
		{"not acceptable", &spatial.Error{Code: spatial.CodeNotAcceptable}, 406, "not_acceptable", "No representation matches the Accept header."},
		{"conflict", &spatial.Error{Code: spatial.CodeConflict, Message: "So."}, 409, "conflict", "So."},
		{"stale", &spatial.Error{Code: spatial.CodeStale, Message: "So."}, 412, "stale", "So."},
		{"too large", &spatial.Error{Code: spatial.CodeTooLarge, Message: "So."}, 413, "too_large", "So."},
		{"body over the limit", &http.MaxBytesError{Limit: 7}, 413, "too_large", "The content is over the limit."},
		{"unsupported", &spatial.Error{Code: spatial.CodeUnsupported, Message: "So."}, 415, "unsupported", "So."},
		{"rate", &spatial.Error{Code: spatial.CodeTooManyRequests, Message: "So."}, 429, "too_many_requests", "So."},
		{"unavailable", &spatial.Error{Code: spatial.CodeUnavailable, Message: "So."}, 503, "unavailable", "So."},
		{"deadline", context.DeadlineExceeded, 504, "timeout", "The request took too long; ask for less at once."},
		{"canceled", context.Canceled, 499, "canceled", "The request was canceled."},
		{"unknown error", errors.New(secret), 500, "internal", "The server failed. Tell the administrator this request id."},
		{"internal with message", &spatial.Error{Code: spatial.CodeInternal, Message: secret, Err: errors.New(secret)}, 500, "internal", "The server failed. Tell the administrator this request id."},
		{"unknown code", &spatial.Error{Code: "strange", Message: secret}, 500, "internal", "The server failed. Tell the administrator this request id."},
		{"echo 404", echo.ErrNotFound, 404, "not_found", "There is nothing at this address."},
		{"echo 405", echo.ErrMethodNotAllowed, 405, "method_not_allowed", "This address does not take that method; see the Allow header."},
		{"echo bind", echo.NewHTTPError(400, secret), 400, "invalid", "The request cannot be understood."},
		{"echo teapot", echo.NewHTTPError(418, secret), 400, "invalid", "The request cannot be understood."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rec, doc := answer(t, test.err, nil, io.Discard)
			if rec.Code != test.status || doc.Status != test.status || doc.Code != test.code || doc.Detail != test.detail {
				t.Errorf("got %d %+v", rec.Code, doc)
			}
			if got := rec.Header().Get("Content-Type"); got != problem.ContentType {
				t.Errorf("content type %q", got)
			}
			if doc.RequestID != "req-1" || doc.Title == "" {
				t.Errorf("got %+v", doc)
			}
			if strings.Contains(rec.Body.String(), "hunter2") {
				t.Errorf("the answer leaks the cause: %s", rec.Body)
			}
		})
	}
}

func TestHandlerHeaders(t *testing.T) {
	t.Parallel()
	rec, _ := answer(t, &spatial.Error{Code: spatial.CodeUnauthenticated}, nil, io.Discard)
	if rec.Header().Get("WWW-Authenticate") == "" {
		t.Error("401 without WWW-Authenticate")
	}
	rec, _ = answer(t, &spatial.Error{Code: spatial.CodeUnavailable}, nil, io.Discard)
	if rec.Header().Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
}

func TestHandlerLanguage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ accept, want string }{
		{"", "Not found"},
		{"vi-VN,vi;q=0.9,en;q=0.5", "Không tìm thấy"},
		{"fr,vi;q=0.4", "Không tìm thấy"},
		{"en-GB", "Not found"},
		{"de", "Not found"},
		{strings.Repeat("vi,", 200), "Not found"},
	} {
		_, doc := answer(t, spatial.NotFound("op", ""), http.Header{"Accept-Language": {test.accept}}, io.Discard)
		if doc.Title != test.want {
			t.Errorf("%.20q: title %q, want %q", test.accept, doc.Title, test.want)
		}
	}
}

func TestHandlerReportsEveryFault(t *testing.T) {
	t.Parallel()
	want := []spatial.FieldError{{Name: "bbox", Reason: "a"}, {Name: "limit", Reason: "b"}}
	_, doc := answer(t, spatial.Invalid("op", "Two.", want...), nil, io.Discard)
	if diff := cmp.Diff(want, doc.Errors); diff != "" {
		t.Error(diff)
	}
}

func TestHandlerLogsOnce(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	answer(t, errors.New(secret), nil, &log)
	if got := strings.Count(log.String(), "hunter2"); got != 1 {
		t.Errorf("the cause stands %d times in the log: %s", got, log.String())
	}
	if !strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("a server fault is not logged as an error: %s", log.String())
	}
}
