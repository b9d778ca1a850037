package api_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestMap(t *testing.T) {
	t.Parallel()
	s := server(t, config())
	page := get(s, "GET", "/")
	if page.Code != 200 || page.Header().Get("Cache-Control") != "no-cache" || !strings.HasPrefix(page.Header().Get("Content-Type"), "text/html") {
		t.Errorf("%d %v", page.Code, page.Header())
	}
	csp := page.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "worker-src 'self' blob:", "img-src 'self' data:"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy lacks %q: %s", want, csp)
		}
	}
	if strings.Contains(csp, "unsafe") {
		t.Errorf("the policy admits inline code: %s", csp)
	}
	script := get(s, "GET", "/assets/main-ab12.js", "Accept-Encoding", "br, gzip")
	if script.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || script.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("%v", script.Header())
	}
	r, err := gzip.NewReader(script.Body)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := io.ReadAll(r); err != nil || !bytes.Equal(plain, mapFiles["assets/main-ab12.js"].Data) {
		t.Errorf("%d bytes, %v", len(plain), err)
	}
	if plain := get(s, "GET", "/assets/main-ab12.js", "Accept-Encoding", "gzip;q=0"); plain.Header().Get("Content-Encoding") != "" {
		t.Error("compressed for a caller that refuses it")
	}
	if again := get(s, "GET", "/", "If-None-Match", page.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("%d", again.Code)
	}
}

func TestContentPolicyAdmitsTheBasemap(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.BasemapURL = "https://tile.example.org/{z}/{x}/{y}.png"
	csp := get(server(t, cfg), "GET", "/").Header().Get("Content-Security-Policy")
	if !strings.Contains(csp, "img-src 'self' data: blob: https://tile.example.org;") || !strings.Contains(csp, "connect-src 'self' https://tile.example.org;") {
		t.Error(csp)
	}
}
