package outgoing_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gisd/internal/outgoing"
	"gisd/spatial"
)

// server answers as its paths say, on loopback.
func server(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/plan.zip", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"7"`)
		if r.Header.Get("If-None-Match") == `"7"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "content")
	})
	mux.HandleFunc("/named", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="../../etc/quy hoạch.zip"`)
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush() // no Content-Length
		for range 100 {
			fmt.Fprint(w, strings.Repeat("x", 1000))
		}
	})
	mux.HandleFunc("/declared", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "99999") })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "half")
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/plan.zip", http.StatusFound) })
	mux.HandleFunc("/inside", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
	})
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }

func TestGet(t *testing.T) {
	t.Parallel()
	s := server(t)
	c := outgoing.NewClient(outgoing.Config{Allow: loopback()})
	var body bytes.Buffer
	d, err := c.Get(t.Context(), s.URL+"/moved", outgoing.Validators{}, &body)
	if err != nil || body.String() != "content" || d.Bytes != 7 || d.Name != "plan.zip" || d.ETag != `"7"` || d.Unchanged {
		t.Errorf("%+v, %q, %v", d, &body, err)
	}
	again, err := c.Get(t.Context(), s.URL+"/plan.zip", d.Validators, &body)
	if err != nil || !again.Unchanged || again.ETag != `"7"` || body.Len() != 7 {
		t.Errorf("asked again: %+v, %v", again, err)
	}
	if d, err := c.Get(t.Context(), s.URL+"/named", outgoing.Validators{}, &body); err != nil || d.Name != "quy hoạch.zip" {
		t.Errorf("named: %+v, %v", d, err)
	}
}

func TestGetRefuses(t *testing.T) {
	t.Parallel()
	s := server(t)
	for _, test := range []struct {
		name, address string
		allow         []netip.Prefix
		code          spatial.Code
		wants         string
	}{
		{"loopback that is not listed", s.URL + "/plan.zip", nil, spatial.CodeForbidden, "list it with --outgoing-allow (GISD_OUTGOING_ALLOW)"},
		{"loopback by name", strings.Replace(s.URL, "127.0.0.1", "localhost", 1) + "/plan.zip", nil, spatial.CodeForbidden, ""},
		{"loopback as a number", "http://2130706433/", nil, "", ""}, // refused one way or the other
		{"IPv6 loopback", "http://[::1]:1/", nil, spatial.CodeForbidden, "::1"},
		{"IPv4 in IPv6", "http://[::ffff:127.0.0.1]:1/", nil, spatial.CodeForbidden, ""},
		{"NAT64", "http://[64:ff9b::7f00:1]:1/", nil, spatial.CodeForbidden, ""},
		{"a private address", "http://10.1.2.3/", nil, spatial.CodeForbidden, "10.1.2.3"},
		{"a carrier's", "http://100.64.0.1/", nil, spatial.CodeForbidden, ""},
		{"link-local", "http://169.254.169.254/", nil, spatial.CodeForbidden, ""},
		{"unspecified", "http://0.0.0.0/", nil, spatial.CodeForbidden, ""},
		{"a redirect inside", s.URL + "/inside", loopback(), spatial.CodeForbidden, "169.254.169.254"},
		{"a redirect to a file", s.URL + "/file", loopback(), spatial.CodeInvalid, "http"},
		{"a redirect for ever", s.URL + "/loop", loopback(), spatial.CodeInvalid, "more than 5 times"},
		{"a file", "file:///etc/passwd", nil, spatial.CodeInvalid, "no http"},
		{"no host", "http:///x", nil, spatial.CodeInvalid, "no host"},
		{"no address", "http://%zz", nil, spatial.CodeInvalid, "cannot be read"},
		{"too much", s.URL + "/large", loopback(), spatial.CodeTooLarge, ""},
		{"too much declared", s.URL + "/declared", loopback(), spatial.CodeTooLarge, ""},
		{"too slow", s.URL + "/slow", loopback(), spatial.CodeTimeout, ""},
		{"half of it", s.URL + "/cut", loopback(), spatial.CodeUnavailable, "broke off"},
		{"nobody there", "http://127.0.0.1:1/", loopback(), spatial.CodeUnavailable, "127.0.0.1:1 cannot be reached: connection refused"},
		{"no such host", "http://none.invalid/", nil, "", "none.invalid"},
		{"http on https", strings.Replace(s.URL, "http:", "https:", 1), loopback(), spatial.CodeUnavailable, "does not speak https"},
		{"an error page", s.URL + "/nothing", loopback(), spatial.CodeUnavailable, "404"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg := outgoing.Config{Allow: test.allow, MaxBytes: 5000, Timeout: 30 * time.Second}
			if test.code == spatial.CodeTimeout {
				cfg.Timeout = 200 * time.Millisecond
			}
			c := outgoing.NewClient(cfg)
			_, err := c.Get(t.Context(), test.address, outgoing.Validators{}, new(bytes.Buffer))
			if err == nil || test.code != "" && spatial.CodeOf(err) != test.code || !strings.Contains(err.Error(), test.wants) {
				t.Errorf("error %v, want %s", err, test.code)
			}
			for _, inner := range []string{"Get ", "lookup", "dial tcp", "->"} {
				if strings.Contains(err.Error(), inner) {
					t.Errorf("%v tells of %q", err, inner)
				}
			}
		})
	}
}

func TestGetStops(t *testing.T) {
	t.Parallel()
	s := server(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	c := outgoing.NewClient(outgoing.Config{Allow: loopback()})
	if _, err := c.Get(ctx, s.URL+"/slow", outgoing.Validators{}, new(bytes.Buffer)); err == nil || ctx.Err() == nil {
		t.Errorf("error %v", err)
	}
}
