package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"gisd/api"
	"gisd/api/negotiate"
	"gisd/api/problem"
)

func TestEveryErrorIsAProblem(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.Register = []func(*echo.Echo){func(e *echo.Echo) {
		e.GET("/boom", func(echo.Context) error { panic("boom: hunter2") })
		e.GET("/fail", func(echo.Context) error { return errors.New("hunter2") })
	}}
	s := server(t, cfg)
	for _, test := range []struct {
		method, target string
		header         []string
		status         int
	}{
		{"GET", "/nowhere", nil, 404},
		{"GET", "/assets/nothing.js", nil, 404},
		{"POST", "/healthz", nil, 405},
		{"GET", "/healthz?x=1", nil, 400},
		{"GET", "/healthz", []string{"Authorization", "Bearer wrong"}, 401},
		{"GET", "/?key=wrong", nil, 401},
		{"GET", "/boom", nil, 500},
		{"GET", "/fail", nil, 500},
		{"GET", "/metrics", nil, 404},
	} {
		rec := get(s, test.method, test.target, test.header...)
		var doc problem.Document
		if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
			t.Errorf("%s %s: %v", test.method, test.target, err)
			continue
		}
		if rec.Code != test.status || rec.Header().Get("Content-Type") != problem.ContentType || doc.RequestID == "" ||
			doc.RequestID != rec.Header().Get("X-Request-Id") {
			t.Errorf("%s %s: %d %s %+v", test.method, test.target, rec.Code, rec.Header().Get("Content-Type"), doc)
		}
		if strings.Contains(rec.Body.String(), "hunter2") {
			t.Errorf("%s %s leaks: %s", test.method, test.target, rec.Body)
		}
	}
	if allow := get(s, "POST", "/healthz").Header().Get("Allow"); allow != "OPTIONS, GET, HEAD" {
		t.Errorf("405 allows %q", allow)
	}
}

func TestHeadAndOptions(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.Streams = []string{"/stream"}
	cfg.Register = []func(*echo.Echo){func(e *echo.Echo) {
		e.GET("/stream", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	}}
	live := httptest.NewServer(server(t, cfg).Handler())
	defer live.Close()
	for _, test := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"HEAD", "/healthz", 200, ""}, {"HEAD", "/nowhere", 404, ""}, {"HEAD", "/stream", 405, "OPTIONS, GET"},
		{"OPTIONS", "/healthz", 204, "OPTIONS, GET, HEAD"}, {"OPTIONS", "/stream", 204, "OPTIONS, GET"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), test.method, live.URL+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := live.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != test.status || len(body) != 0 {
			t.Errorf("%s %s: %d, %d bytes, %v", test.method, test.path, res.StatusCode, len(body), err)
		}
		if got := res.Header.Get("Allow"); got != test.allow {
			t.Errorf("%s %s allows %q, want %q", test.method, test.path, got, test.allow)
		}
		res.Body.Close()
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		origins []string
		origin  string
		allowed string
		change  bool
	}{
		{"everybody reads", []string{"*"}, "https://a.vn", "*", false},
		{"a listed origin changes", []string{"https://a.vn"}, "https://a.vn", "https://a.vn", true},
		{"another origin reads nothing", []string{"https://a.vn"}, "https://b.vn", "", false},
		{"nobody is listed", nil, "https://a.vn", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			cfg.CORSOrigins = test.origins
			s := server(t, cfg)
			rec := get(s, "GET", "/healthz", "Origin", test.origin)
			if got := rec.Header().Get("Access-Control-Allow-Origin"); got != test.allowed {
				t.Errorf("got %q", got)
			}
			if rec.Header().Get("Access-Control-Allow-Credentials") != "" {
				t.Error("cookies are let through")
			}
			asked := get(s, "OPTIONS", "/healthz", "Origin", test.origin, "Access-Control-Request-Method", "POST")
			if got := strings.Contains(asked.Header().Get("Access-Control-Allow-Methods"), "POST"); got != test.change {
				t.Errorf("may change: %v", got)
			}
		})
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.RatePerSecond, cfg.RateBurst = 0.001, 3
	cfg.Origin.Trusted = []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")} // httptest's peer
	s := server(t, cfg)
	from := func(address string, header ...string) int {
		return get(s, "GET", "/healthz", append(header, "X-Forwarded-For", address)...).Code
	}
	for range 3 {
		if code := from("203.0.113.1"); code != 200 {
			t.Fatal(code)
		}
	}
	if code := from("203.0.113.1"); code != http.StatusTooManyRequests {
		t.Errorf("the fourth request got %d", code)
	}
	if code := from("203.0.113.2"); code != 200 {
		t.Errorf("another address got %d", code)
	}
	var codes []int
	for _, address := range []string{"203.0.113.3", "203.0.113.4", "203.0.113.5", "203.0.113.6"} {
		codes = append(codes, from(address, "Authorization", "Bearer viewer-key"))
	}
	if codes[2] != 200 || codes[3] != http.StatusTooManyRequests {
		t.Errorf("one key from four addresses: %v", codes)
	}
}

func TestForwardedForIsOnlyBelievedFromProxies(t *testing.T) {
	t.Parallel()
	cfg := config()
	var seen string
	cfg.Register = []func(*echo.Echo){func(e *echo.Echo) {
		e.GET("/ip", func(c echo.Context) error { seen = c.RealIP(); return c.NoContent(204) })
	}}
	get(server(t, cfg), "GET", "/ip", "X-Forwarded-For", "203.0.113.9", "X-Real-Ip", "203.0.113.9")
	if seen != "192.0.2.1" {
		t.Errorf("a stranger chose the address %s", seen)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := server(t, config())
	get(s, "GET", "/secret-looking-path-4711")
	for _, test := range []struct {
		name   string
		peer   string
		header []string
		status int
	}{
		{"this machine", "127.0.0.1:999", nil, 200},
		{"this machine, IPv6", "[::1]:999", nil, 200},
		{"a proxy on this machine", "127.0.0.1:999", []string{"X-Forwarded-For", "203.0.113.9"}, 404},
		{"a stranger", "203.0.113.9:1", nil, 404},
		{"a viewer", "203.0.113.9:1", []string{"Authorization", "Bearer viewer-key"}, 404},
		{"an operator", "203.0.113.9:1", []string{"Authorization", "Bearer operator-key"}, 200},
	} {
		req := httptest.NewRequest("GET", "/metrics", nil)
		req.RemoteAddr = test.peer
		for i := 0; i < len(test.header); i += 2 {
			req.Header.Set(test.header[i], test.header[i+1])
		}
		rec := httptest.NewRecorder()
		s.Handler().ServeHTTP(rec, req)
		if rec.Code != test.status {
			t.Errorf("%s: %d", test.name, rec.Code)
		}
		if rec.Code == 200 && !strings.Contains(rec.Body.String(), `gisd_api_requests_total{method="GET",route="",status="404"}`) {
			t.Errorf("%s: %s", test.name, rec.Body)
		}
		if strings.Contains(rec.Body.String(), "4711") {
			t.Error("an address became a label")
		}
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	cfg := config()
	down := false
	cfg.Ready = []api.Check{{Name: "database", Test: func(context.Context) error {
		if down {
			return errors.New("connection refused at 10.0.0.7")
		}
		return nil
	}}}
	s := server(t, cfg)
	if rec := get(s, "GET", "/readyz"); rec.Code != 200 || rec.Body.String() != `{"status":"ok","checks":["database"]}`+"\n" {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	down = true
	if rec := get(s, "GET", "/readyz"); rec.Code != 503 || !strings.Contains(rec.Body.String(), `"name":"database"`) || strings.Contains(rec.Body.String(), "10.0.0.7") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func TestLogRedactsKeys(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	cfg := config()
	cfg.Log = slog.New(slog.NewJSONHandler(&log, nil))
	s := server(t, cfg)
	get(s, "GET", "/?a=1&key=viewer-key&k%65y=viewer-key&KEY=viewer-key")
	get(s, "GET", "/?key=secret-wrong-key&%zz=secret")
	if text := log.String(); strings.Contains(text, "viewer-key&") || strings.Contains(text, "secret") || !strings.Contains(text, "a=1&key=REDACTED&k%65y=REDACTED&KEY=REDACTED") {
		t.Error(text)
	}
	if !strings.Contains(log.String(), `"subject":"key:viewer-key"`) {
		t.Errorf("the log does not say who asked: %s", log.String())
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.MaxBodyBytes = 10
	cfg.Register = []func(*echo.Echo){func(e *echo.Echo) {
		e.POST("/read", func(c echo.Context) error {
			_, err := io.ReadAll(c.Request().Body)
			return err
		})
	}}
	rec := httptest.NewRecorder()
	server(t, cfg).Handler().ServeHTTP(rec, httptest.NewRequest("POST", "/read", strings.NewReader("more than ten bytes")))
	if rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.Register = []func(*echo.Echo){func(e *echo.Echo) {
		e.GET("/tiles/:ids", func(c echo.Context) error { return c.String(http.StatusOK, strings.Repeat("tile", 1000)) })
	}}
	s := server(t, cfg)
	for target, want := range map[string]string{"/api": "gzip", "/api/openapi.json": "gzip", "/tiles/a": "", "/healthz": ""} {
		if got := get(s, "GET", target, "Accept-Encoding", "gzip").Header().Get("Content-Encoding"); got != want {
			t.Errorf("%s: %q", target, got)
		}
		if got := get(s, "GET", target).Header().Get("Content-Encoding"); got != "" {
			t.Errorf("%s: %q for a caller that does not take it", target, got)
		}
	}
}

// An answer that fails half way breaks off: nobody takes the half for the whole.
func TestHalfAnAnswerBreaksOff(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.Register = []func(*echo.Echo){func(e *echo.Echo) {
		e.GET("/half", func(c echo.Context) error {
			c.Response().WriteHeader(http.StatusOK)
			if _, err := c.Response().Write([]byte("half")); err != nil {
				return err
			}
			c.Response().Flush()
			return errors.New("the database went away")
		})
	}}
	live := httptest.NewServer(server(t, cfg).Handler())
	defer live.Close()
	res, err := live.Client().Get(live.URL + "/half")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("the answer ends as if it were whole: %q", body)
	}
}

func TestReferencePage(t *testing.T) {
	t.Parallel()
	public, err := url.Parse("https://map.vn/gis")
	if err != nil {
		t.Fatal(err)
	}
	cfg := config()
	cfg.Origin = negotiate.Origin{Public: public}
	s := server(t, cfg)
	rec := get(s, "GET", "/api", "Accept-Language", "vi")
	for _, want := range []string{`<html lang="vi">`, `href="https://map.vn/gis/api/page.css"`, "/healthz", "Bản đồ"} {
		if !strings.Contains(rec.Body.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(rec.Body.String(), "<script") || strings.Contains(rec.Body.String(), "style=") {
		t.Error("the page breaks its own security policy")
	}
}
