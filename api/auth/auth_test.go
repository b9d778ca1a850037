package auth_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/negotiate"
	"gisd/api/problem"
	"gisd/spatial"
)

const (
	password  = "đường 30 tháng 4"
	key       = "gisd_key"
	deviceKey = "gisd_device"
)

// clock is handed in and moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type fixture struct {
	*echo.Echo
	clock   *clock
	store   *memory
	service *auth.Service
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	c := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	store := newMemory(c.Now)
	hash, err := auth.HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	store.users["an"] = &spatial.User{ID: 1, Name: "an", PasswordHash: hash, Roles: []spatial.Role{spatial.RoleEditor}, Department: "qh"}
	store.addKey(key, spatial.APIKey{ID: 1, Prefix: "gisd_k", Roles: []spatial.Role{spatial.RoleOperator}})
	store.addKey(deviceKey, spatial.APIKey{ID: 2, Prefix: "gisd_d", DeviceID: "bus-1"})
	service := auth.New(auth.Config{Users: store, Sessions: store, Keys: store, Audit: store, Now: c.Now})
	e := echo.New()
	e.HTTPErrorHandler = problem.Handler(service.Log)
	e.Use(service.Middleware(negotiate.Origin{}))
	auth.Register(e, service, negotiate.Origin{})
	whoami := func(c echo.Context) error { return c.JSON(http.StatusOK, auth.AccessOf(c)) }
	e.Any("/data", whoami)
	e.POST("/live/positions", whoami)
	e.GET("/live/osmand", whoami)
	return &fixture{Echo: e, clock: c, store: store, service: service}
}

func (f *fixture) do(method, target, body string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, req)
	return rec
}

func (f *fixture) login(name, password string) *httptest.ResponseRecorder {
	body, _ := json.Marshal(map[string]string{"name": name, "password": password})
	return f.do("POST", "/auth/login", string(body), "Content-Type", "application/json")
}

// signIn returns the cookie and the CSRF token.
func (f *fixture) signIn(t *testing.T) (cookie, csrf string) {
	t.Helper()
	rec := f.login("An", password)
	if rec.Code != http.StatusOK {
		t.Fatalf("login: %d %s", rec.Code, rec.Body)
	}
	var me struct{ CSRFToken string }
	if err := json.Unmarshal(rec.Body.Bytes(), &me); err != nil {
		t.Fatal(err)
	}
	set := rec.Result().Cookies()
	if len(set) != 1 || !set[0].HttpOnly || set[0].SameSite != http.SameSiteLaxMode || set[0].Secure {
		t.Fatalf("cookie %+v", set)
	}
	return set[0].Name + "=" + set[0].Value, me.CSRFToken
}

func basic(name, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cookie, csrf := f.signIn(t)
	for _, test := range []struct {
		name, method, target string
		header               []string
		status               int
		subject              string
	}{
		{"anonymous", "GET", "/data", nil, 200, ""},
		{"key in the header", "GET", "/data", []string{"Authorization", "Bearer " + key}, 200, "key:gisd_k"},
		{"key in the header changes", "POST", "/data", []string{"Authorization", "bearer " + key}, 200, "key:gisd_k"},
		{"key in the address", "GET", "/data?key=" + key, nil, 200, "key:gisd_k"},
		{"key in the address changes nothing", "POST", "/data?key=" + key, nil, 403, ""},
		{"key in the address deletes nothing", "DELETE", "/data?key=" + key, nil, 403, ""},
		{"bad key in the header", "GET", "/data", []string{"Authorization", "Bearer nonsense"}, 401, ""},
		{"bad key in the address", "GET", "/data?key=nonsense", nil, 401, ""},
		{"empty key in the address", "GET", "/data?key=", nil, 401, ""},
		{"empty bearer", "GET", "/data", []string{"Authorization", "Bearer "}, 401, ""},
		{"another scheme", "GET", "/data", []string{"Authorization", "Basic YTpi"}, 401, ""},
		{"key as a password", "GET", "/data", []string{"Authorization", basic("qgis", key)}, 200, "key:gisd_k"},
		{"key as a password changes", "PUT", "/data", []string{"Authorization", basic("", key)}, 200, "key:gisd_k"},
		{"password in a browser reads", "GET", "/data", []string{"Authorization", basic("a", key), "Sec-Fetch-Site", "cross-site"}, 200, "key:gisd_k"},
		{"password in a browser changes nothing", "POST", "/data", []string{"Authorization", basic("a", key), "Sec-Fetch-Site", "same-origin"}, 403, ""},
		{"password from another page changes nothing", "POST", "/data", []string{"Authorization", basic("a", key), "Origin", "http://elsewhere.example"}, 403, ""},
		{"key as a name", "GET", "/data", []string{"Authorization", basic(key, "")}, 401, ""},
		{"no base64", "GET", "/data", []string{"Authorization", "Basic ?"}, 401, ""},
		{"bad key on an address that is not there", "GET", "/nowhere", []string{"Authorization", "Bearer nonsense"}, 401, ""},
		{"session", "GET", "/data", []string{"Cookie", cookie}, 200, "user:an"},
		{"session changes with its token", "POST", "/data", []string{"Cookie", cookie, "X-CSRF-Token", csrf}, 200, "user:an"},
		{"session without its token", "POST", "/data", []string{"Cookie", cookie}, 403, ""},
		{"session with another token", "PUT", "/data", []string{"Cookie", cookie, "X-CSRF-Token", "x"}, 403, ""},
		{"dead session", "GET", "/data", []string{"Cookie", "gisd_session=x"}, 401, ""},
		{"dead session opening a page", "GET", "/data", []string{"Cookie", "gisd_session=x", "Sec-Fetch-Mode", "navigate"}, 200, ""},
		{"somebody else's cookie", "GET", "/data", []string{"Cookie", "theme=dark"}, 200, ""},
		{"device reports", "POST", "/live/positions", []string{"Authorization", "Bearer " + deviceKey}, 200, "key:gisd_d"},
		{"device reports by address", "GET", "/live/osmand?key=" + deviceKey, nil, 200, "key:gisd_d"},
		{"device reads", "GET", "/data", []string{"Authorization", "Bearer " + deviceKey}, 200, "key:gisd_d"},
		{"device changes nothing else", "POST", "/data", []string{"Authorization", "Bearer " + deviceKey}, 403, ""},
		{"address alone does not post", "POST", "/live/positions?key=" + deviceKey, nil, 403, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			rec := f.do(test.method, test.target, "", test.header...)
			if rec.Code != test.status {
				t.Fatalf("got %d %s", rec.Code, rec.Body)
			}
			if rec.Code != http.StatusOK {
				return
			}
			var got spatial.Access
			if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if got.Subject != test.subject || got.ReadOnly != strings.Contains(test.target, "?key=") {
				t.Errorf("got %+v", got)
			}
			if private := strings.HasPrefix(rec.Header().Get("Cache-Control"), "private"); private != (test.subject != "") {
				t.Errorf("cache control %q", rec.Header().Get("Cache-Control"))
			}
		})
	}
}

func TestRevokedKeyStops(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	read := func() int { return f.do("GET", "/data", "", "Authorization", "Bearer "+key).Code }
	for range 10 {
		if got := read(); got != 200 {
			t.Fatal(got)
		}
	}
	if f.store.lookups != 1 {
		t.Errorf("%d look-ups for ten requests at once", f.store.lookups)
	}
	f.store.addKey(key, spatial.APIKey{ID: 1, Prefix: "gisd_k", RevokedAt: f.clock.Now()})
	f.clock.Advance(3 * time.Second)
	if got := read(); got != 401 {
		t.Errorf("another process's revocation is not noticed after 3 s: %d", got)
	}

	f.store.addKey(key, spatial.APIKey{ID: 1, Prefix: "gisd_k"})
	if got := read(); got != 200 {
		t.Fatal(got)
	}
	f.store.addKey(key, spatial.APIKey{ID: 1, Prefix: "gisd_k", RevokedAt: f.clock.Now()})
	f.service.Forget()
	if got := read(); got != 401 {
		t.Errorf("this process's own revocation is not noticed at once: %d", got)
	}
}

func TestMe(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cookie, csrf := f.signIn(t)
	var got map[string]any
	if err := json.Unmarshal(f.do("GET", "/auth/me", "", "Cookie", cookie).Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"anonymous": false, "subject": "user:an", "roles": []any{"editor"}, "department": "qh", "readOnly": false, "csrfToken": csrf}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if body := f.do("GET", "/auth/me", "").Body.String(); body != `{"anonymous":true,"roles":[],"readOnly":false}`+"\n" {
		t.Errorf("anonymous: %s", body)
	}
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := auth.NewLimiter(1, 3)
	var allowed int
	for range 10 {
		if l.Allow("a", now) {
			allowed++
		}
	}
	if allowed != 3 || !l.Allow("b", now) || !l.Allow("a", now.Add(time.Second)) {
		t.Errorf("%d allowed", allowed)
	}
	free := auth.NewLimiter(0, 0)
	for range 100 {
		if !free.Allow("a", now) {
			t.Fatal("a limiter without a limit refuses")
		}
	}
}
