package tiles_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"gisd/api"
	"gisd/api/auth"
	"gisd/spatial"
)

// TestShortcut: a tile that lies ready is answered as the router answers it, to
// the last header, and counted as there.
func TestShortcut(t *testing.T) {
	t.Parallel()
	const tile = "/tiles/parcels/10/815/480.mvt"
	etag := ask(handler(t), "GET", tile).Header().Get("Etag")
	origins := map[string][]string{"any origin": {"*"}, "one origin": {"https://map.example"}, "none": nil}
	for name, allowed := range origins {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			quick, slow := prometheus.NewRegistry(), prometheus.NewRegistry()
			ours, _ := server(t, source{}, func(c *api.Config) { c.Registry, c.CORSOrigins = quick, allowed })
			theirs, _ := server(t, source{}, func(c *api.Config) { c.Registry, c.CORSOrigins, c.Shortcut = slow, allowed, nil })
			for _, tt := range []struct {
				name, method, target string
				header               []string
			}{
				{"plain", "GET", tile, nil},
				{"compressed", "GET", tile, []string{"Accept-Encoding", "gzip, deflate, br, zstd"}},
				{"unchanged", "GET", tile, []string{"If-None-Match", etag}},
				{"of another page", "GET", tile, []string{"Origin", "https://map.example"}},
				{"of a strange page", "GET", tile, []string{"Origin", "https://evil.example"}},
				{"empty", "GET", "/tiles/parcels/10/815/0.mvt", nil},
				{"request id", "GET", tile, []string{"X-Request-Id", "trace-1"}},
				{"head", "HEAD", tile, nil},
				{"options", "OPTIONS", tile, []string{"Origin", "https://map.example", "Access-Control-Request-Method", "GET"}},
				{"post", "POST", tile, nil},
				{"a query", "GET", tile + "?properties=", nil},
				{"hidden", "GET", "/tiles/secret/10/815/480.mvt", nil},
				{"hidden, with a key", "GET", "/tiles/secret/10/815/480.mvt", []string{"Authorization", "Bearer viewer-key"}},
				{"a bad key", "GET", tile, []string{"Authorization", "Bearer nonsense"}},
				{"a strange scheme", "GET", tile, []string{"Authorization", "Basic dTpw"}},
				{"a foreign cookie", "GET", tile, []string{"Cookie", "theme=dark"}},
				{"escaped", "GET", "/tiles/parcels%2Croads/10/815/480.mvt", nil},
				{"outside", "GET", "/tiles/parcels/10/1024/480.mvt", nil},
				{"too deep", "GET", tile + "/1", nil},
			} {
				for range 3 { // built, cached
					got, want := ask(ours, tt.method, tt.target, tt.header...), ask(theirs, tt.method, tt.target, tt.header...)
					if d := cmp.Diff(answered(want), answered(got)); d != "" {
						t.Errorf("%s (-router +shortcut):\n%s", tt.name, d)
					}
				}
			}
			if d := cmp.Diff(counted(t, slow), counted(t, quick)); d != "" {
				t.Errorf("counts (-router +shortcut):\n%s", d)
			}
		})
	}
}

// answered is what a client sees; request ids differ unless they were given.
func answered(w *httptest.ResponseRecorder) string {
	h := w.Header().Clone()
	if len(h.Get("X-Request-Id")) == 16 {
		h.Set("X-Request-Id", "random")
	}
	body := w.Body.String()
	if w.Code >= http.StatusBadRequest {
		body = ""
		h.Del("Content-Length")
	}
	return fmt.Sprintf("%d\n%v\n%x", w.Code, h, body)
}

func counted(t *testing.T, reg *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "gisd_api_requests_total" {
				out[fmt.Sprint(m.GetLabel())] = m.GetCounter().GetValue()
			}
		}
	}
	return out
}

func TestShortcutKeepsTheLimit(t *testing.T) {
	t.Parallel()
	h, _ := server(t, source{}, func(c *api.Config) { c.RatePerSecond, c.RateBurst = 1e-9, 5 })
	codes := map[int]int{}
	for range 20 {
		codes[ask(h, "GET", "/tiles/parcels/10/815/480.mvt").Code]++
	}
	if codes[http.StatusOK] != 5 || codes[http.StatusTooManyRequests] != 15 {
		t.Errorf("answers %v, want 5 of 200 and 15 of 429", codes)
	}
}

// changing is a key whose roles change.
type changing struct{ roles []spatial.Role }

func (k *changing) Key(context.Context, [32]byte) (*spatial.APIKey, error) {
	if k.roles == nil {
		return nil, spatial.NotFound("keys", "revoked")
	}
	return &spatial.APIKey{Prefix: "k", Roles: k.roles}, nil
}

func (*changing) TouchKey(context.Context, int64) error { return nil }

// TestRolesTakeEffect: five seconds after a role or a key was taken away, or a
// collection closed, no cached tile is handed out.
func TestRolesTakeEffect(t *testing.T) {
	t.Parallel()
	const most = 5 * time.Second
	now := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	key := &changing{roles: []spatial.Role{"planner"}}
	h, list := server(t, source{}, func(c *api.Config) {
		c.Auth = auth.New(auth.Config{Keys: key, Now: func() time.Time { return now }})
	})
	closed := *list["secret"]
	closed.Visibility, closed.Roles = spatial.VisibilityRestricted, []spatial.Role{"planner"}
	list["secret"] = &closed
	status := func() int {
		return ask(h, "GET", "/tiles/secret/10/815/480.mvt", "Authorization", "Bearer any").Code
	}
	for range 3 {
		if got := status(); got != http.StatusOK {
			t.Fatalf("a planner gets %d", got)
		}
	}
	key.roles = []spatial.Role{spatial.RoleViewer}
	now = now.Add(most)
	if got := status(); got != http.StatusNotFound {
		t.Errorf("without the role: %d, want 404", got)
	}
	key.roles = nil
	now = now.Add(most)
	if got := status(); got != http.StatusUnauthorized {
		t.Errorf("with a revoked key: %d, want 401", got)
	}
	// The catalogue has its own news; with them the tile is gone at once.
	if got := ask(h, "GET", "/tiles/parcels/10/815/480.mvt").Code; got != http.StatusOK {
		t.Fatalf("a public tile: %d", got)
	}
	internal := *list["parcels"]
	internal.Visibility = spatial.VisibilityInternal
	list["parcels"] = &internal
	if got := ask(h, "GET", "/tiles/parcels/10/815/480.mvt").Code; got != http.StatusNotFound {
		t.Errorf("a tile of a collection that is public no more: %d, want 404", got)
	}
}
