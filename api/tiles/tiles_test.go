package tiles_test

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/labstack/echo/v4"

	"gisd/api"
	"gisd/api/auth"
	"gisd/api/negotiate"
	apitiles "gisd/api/tiles"
	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/cache"
)

// keys knows the key of one viewer.
type keys struct{}

func (keys) Key(_ context.Context, sum [32]byte) (*spatial.APIKey, error) {
	if sum == sha256.Sum256([]byte("viewer-key")) {
		return &spatial.APIKey{Prefix: "viewer", Roles: []spatial.Role{spatial.RoleViewer}}, nil
	}
	return nil, spatial.NotFound("keys", "no such key")
}

func (keys) TouchKey(context.Context, int64) error { return nil }

type catalogue map[string]*spatial.Collection

func (m catalogue) Collection(id string, a spatial.Access) (*spatial.Collection, error) {
	if c := m[id]; c != nil && a.CanRead(c) {
		return c, nil
	}
	return nil, spatial.NotFound("test", "no such collection")
}

func (m catalogue) Collections(a spatial.Access) []*spatial.Collection {
	var list []*spatial.Collection
	for _, id := range slices.Sorted(maps.Keys(m)) {
		if a.CanRead(m[id]) {
			list = append(list, m[id])
		}
	}
	return list
}

// source draws 20 kB on every tile but in the far north; what it draws does
// not matter here.
type source struct{}

func (source) Layer(_ context.Context, r tiles.LayerRequest) ([]byte, error) {
	if r.Coord.Y == 0 {
		return nil, nil
	}
	rng := rand.New(rand.NewPCG(1, 1))
	b := make([]byte, 20_000)
	for i := range b {
		b[i] = byte(rng.IntN(16))
	}
	return b, nil
}

func handler(t testing.TB) http.Handler {
	t.Helper()
	h, _ := server(t, source{}, func(*api.Config) {})
	return h
}

// server is a whole server over collections in memory, which the caller may
// change.
func server(t testing.TB, src tiles.Source, change func(*api.Config)) (http.Handler, catalogue) {
	t.Helper()
	s, list := newServer(t, src, change)
	return s.Handler(), list
}

func newServer(t testing.TB, src tiles.Source, change func(*api.Config)) (*api.Server, catalogue) {
	t.Helper()
	memory, err := cache.NewMemory(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	world := spatial.Envelope{SRID: 4326, MinX: -180, MinY: -85, MaxX: 180, MaxY: 85.06}
	at := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	list := catalogue{}
	for _, id := range []string{"parcels", "roads", "secret"} {
		list[id] = &spatial.Collection{ID: id, Title: spatial.Text{VI: "Thửa đất", EN: "Parcels"}, Published: true, Visibility: spatial.VisibilityPublic,
			MaxZoom: 18, Version: 1, VersionAt: at, UpdatedAt: at, GeometryType: spatial.GeometryPolygon, SRID: 9210, Extent: world,
			Fields: []spatial.Field{{Name: "area", Column: "area", Type: spatial.FieldNumber}, {Name: "tên", Column: "ten", Type: spatial.FieldString}}}
	}
	list["secret"].Visibility = spatial.VisibilityInternal
	small := *list["parcels"]
	small.ID, small.MinZoom, small.Extent = "here", 5, spatial.Envelope{SRID: 4326, MinX: 106.6, MinY: 11, MaxX: 106.7, MaxY: 11.1}
	list["here"] = &small
	service := tiles.NewService(tiles.Config{}, list, src, memory, nil)
	cfg := api.Config{
		Auth: auth.New(auth.Config{Keys: keys{}}), Log: slog.New(slog.DiscardHandler),
		CORSOrigins: []string{"*"}, RatePerSecond: 1e9, RateBurst: 1e9, // at work, out of the way
		Shortcut: apitiles.NewShortcut(service, negotiate.Origin{}),
		Register: []func(*echo.Echo){func(e *echo.Echo) {
			apitiles.Register(e, service, foreign{}, negotiate.Origin{})
			apitiles.RegisterOGC(e, service, list, negotiate.Origin{})
		}},
	}
	change(&cfg)
	s, err := api.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s, list
}

func ask(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://plan.example"+target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestTile(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for range 2 { // built, then cached
		plain := ask(h, "GET", "/tiles/parcels/10/815/480.mvt")
		want := map[string]string{
			"Content-Type": "application/vnd.mapbox-vector-tile", "Content-Length": "20000",
			"Cache-Control": "public, no-cache", "Content-Encoding": "",
		}
		got := map[string]string{}
		for k := range want {
			got[k] = plain.Header().Get(k)
		}
		if d := cmp.Diff(want, got); d != "" || plain.Code != http.StatusOK || plain.Body.Len() != 20_000 {
			t.Fatalf("status %d, %d bytes (-want +got):\n%s", plain.Code, plain.Body.Len(), d)
		}
		if vary := plain.Header().Values("Vary"); !strings.Contains(strings.Join(vary, ","), "Accept-Encoding") {
			t.Errorf("Vary: %v", vary)
		}
		tags := map[string]bool{plain.Header().Get("Etag"): true}
		for accept, coding := range map[string]string{
			"zstd, br;q=0.9": "zstd", "gzip, deflate, br": "br", "gzip, deflate": "gzip", "gzip": "gzip",
			"br;q=0.5, gzip;q=0.8": "gzip", "zstd;q=0, *": "br", "identity": "", "gzip;q=0": "",
		} {
			packed := ask(h, "GET", "/tiles/parcels/10/815/480.mvt", "Accept-Encoding", accept)
			if got := packed.Header().Get("Content-Encoding"); got != coding {
				t.Errorf("Accept-Encoding: %s is answered in %q, want %q", accept, got, coding)
			}
			if got := unpack(t, coding, packed.Body); got != plain.Body.String() {
				t.Errorf("Accept-Encoding: %s is answered with %d bytes of something else", accept, len(got))
			}
			tag := packed.Header().Get("Etag")
			tags[tag] = true
			for _, known := range []string{tag, "W/" + tag, `"other", ` + tag} {
				again := ask(h, "GET", "/tiles/parcels/10/815/480.mvt", "Accept-Encoding", accept, "If-None-Match", known)
				if again.Code != http.StatusNotModified || again.Body.Len() != 0 || again.Header().Get("Etag") != tag {
					t.Errorf("If-None-Match: %s gave %d, %v", known, again.Code, again.Header())
				}
			}
		}
		if len(tags) != 4 {
			t.Errorf("4 encodings have the validators %v", tags)
		}
		if again := ask(h, "GET", "/tiles/parcels/10/815/480.mvt", "If-None-Match", "*"); again.Code != http.StatusNotModified {
			t.Errorf("If-None-Match: * gave %d", again.Code)
		}
		if again := ask(h, "GET", "/tiles/parcels/10/815/480.mvt", "If-None-Match", `"other"`); again.Code != http.StatusOK {
			t.Errorf("another tag gave %d", again.Code)
		}
		if head := ask(h, "HEAD", "/tiles/parcels/10/815/480.mvt"); head.Code != http.StatusOK || head.Header().Get("Content-Length") != "20000" {
			t.Errorf("HEAD gave %d, %v", head.Code, head.Header())
		}
	}
}

// unpack is the body without its content coding.
func unpack(t *testing.T, coding string, body io.Reader) string {
	t.Helper()
	var err error
	switch coding {
	case "gzip":
		body, err = gzip.NewReader(body)
	case "br":
		body = brotli.NewReader(body)
	case "zstd":
		body, err = zstd.NewReader(body)
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTileAnswers(t *testing.T) {
	t.Parallel()
	h := handler(t)
	tests := []struct {
		name, target string
		header       []string
		status       int
		cache        string
	}{
		{"several collections", "/tiles/parcels,roads/10/815/480.mvt", nil, 200, "public, no-cache"},
		{"encoded comma", "/tiles/parcels%2Croads/10/815/480.mvt", nil, 200, "public, no-cache"},
		{"empty", "/tiles/parcels/10/815/0.mvt", nil, 204, "public, no-cache"},
		{"column outside the grid", "/tiles/parcels/10/1024/480.mvt", nil, 404, ""},
		{"zoom outside the grid", "/tiles/parcels/25/0/0.mvt", nil, 404, ""},
		{"negative", "/tiles/parcels/10/-1/480.mvt", nil, 404, ""},
		{"another ending", "/tiles/parcels/10/815/480.png", nil, 404, ""},
		{"unknown collection", "/tiles/nothing/10/815/480.mvt", nil, 404, ""},
		{"named twice", "/tiles/parcels,parcels/10/815/480.mvt", nil, 400, ""},
		{"unknown parameter", "/tiles/parcels/10/815/480.mvt?color=x", nil, 400, ""},
		{"hidden", "/tiles/secret/10/815/480.mvt", nil, 404, ""},
		{"hidden in company", "/tiles/parcels,secret/10/815/480.mvt", nil, 404, ""},
		{"hidden, with a key", "/tiles/secret/10/815/480.mvt", []string{"Authorization", "Bearer viewer-key"}, 200, "private, no-cache"},
		{"hidden, with a key in the address", "/tiles/secret/10/815/480.mvt?key=viewer-key", nil, 200, "private, no-cache"},
		{"public, with a key in the address", "/tiles/parcels/10/815/480.mvt?key=viewer-key", nil, 200, "private, no-cache"},
		{"bad key", "/tiles/parcels/10/815/480.mvt?key=zzz", nil, 401, ""},
		{"tilejson of the hidden", "/tiles/secret.json", nil, 404, ""},
		{"tilejson, another ending", "/tiles/parcels.xml", nil, 404, ""},
		{"tilejson, unknown parameter", "/tiles/parcels.json?x=1", nil, 400, ""},
		{"tilejson of the hidden, with a key", "/tiles/secret.json?key=viewer-key", nil, 200, "private, no-cache"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := ask(h, "GET", tt.target, tt.header...)
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if got := w.Header().Get("Cache-Control"); tt.cache != "" && got != tt.cache {
				t.Errorf("Cache-Control: %s, want %s", got, tt.cache)
			}
			if tt.status >= 400 && !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
				t.Errorf("a failure of type %s", w.Header().Get("Content-Type"))
			}
			if tt.status >= 400 && strings.HasPrefix(w.Header().Get("Cache-Control"), "public") {
				t.Error("a failure for everybody to keep")
			}
		})
	}
}

func TestTileJSON(t *testing.T) {
	t.Parallel()
	h := handler(t)
	var doc map[string]any
	w := ask(h, "GET", "/tiles/parcels,secret.json?key=viewer-key", "Accept-Language", "en")
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	want := []any{"http://plan.example/tiles/parcels,secret/{z}/{x}/{y}.mvt?key=viewer-key"}
	if d := cmp.Diff(want, doc["tiles"]); d != "" || doc["tilejson"] != "3.0.0" || doc["name"] != "Parcels, Parcels" {
		t.Errorf("%s\n%s", d, w.Body)
	}
	again := ask(h, "GET", "/tiles/parcels,secret.json?key=viewer-key", "Accept-Language", "en", "If-None-Match", w.Header().Get("Etag"))
	if again.Code != http.StatusNotModified {
		t.Errorf("asked again: %d", again.Code)
	}
	if vi := ask(h, "GET", "/tiles/parcels.json", "Accept-Language", "vi"); !strings.Contains(vi.Body.String(), `"name":"Thửa đất"`) {
		t.Errorf("in Vietnamese: %s", vi.Body)
	}
}
