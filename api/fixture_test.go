package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"log/slog"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"gisd/api"
	"gisd/api/auth"
	"gisd/spatial"
)

// keys knows two keys and nobody.
type keys struct{}

func (keys) Key(_ context.Context, sum [32]byte) (*spatial.APIKey, error) {
	for secret, role := range map[string]spatial.Role{"viewer-key": spatial.RoleViewer, "operator-key": spatial.RoleOperator} {
		if sum == sha256.Sum256([]byte(secret)) {
			return &spatial.APIKey{Prefix: secret, Roles: []spatial.Role{role}}, nil
		}
	}
	return nil, spatial.NotFound("keys", "no such key")
}

func (keys) TouchKey(context.Context, int64) error { return nil }

var mapFiles = fstest.MapFS{
	"index.html":          {Data: []byte("<!doctype html><title>gisd</title>")},
	"favicon.svg":         {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
	"assets/main-ab12.js": {Data: bytes.Repeat([]byte("console.log('gisd');\n"), 500)},
}

func config() api.Config {
	return api.Config{
		Auth: auth.New(auth.Config{Keys: keys{}}),
		Map:  mapFiles,
		Log:  slog.New(slog.DiscardHandler),
	}
}

func server(t *testing.T, cfg api.Config) *api.Server {
	t.Helper()
	s, err := api.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(s *api.Server, method, target string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, req)
	return rec
}
