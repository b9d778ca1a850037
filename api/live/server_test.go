package live_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	apilive "gisd/api/live"
	"gisd/api/problem"
	"gisd/spatial"
	"gisd/spatial/live"
)

// roleHeader says in tests who asks: "" is anonymous, "device:ID" a device's
// key, "session:ROLE" a person, anything else a role of a key.
const roleHeader = "X-Test-Role"

func accessOf(c echo.Context) spatial.Access {
	role := c.Request().Header.Get(roleHeader)
	if role == "" {
		return spatial.Access{}
	}
	if id, ok := strings.CutPrefix(role, "device:"); ok {
		return spatial.Access{Subject: "key:d", Device: id}
	}
	if name, ok := strings.CutPrefix(role, "session:"); ok {
		return spatial.Access{Subject: "user:1", UserID: 1, Roles: []spatial.Role{spatial.Role(name)}}
	}
	return spatial.Access{Subject: "key:" + role, Roles: []spatial.Role{spatial.Role(role)}}
}

type registrar struct{ devices []live.Device }

func (r *registrar) Register(_ context.Context, devices []live.Device, _ string) (int64, error) {
	if err := live.ValidateDevices(devices); err != nil {
		return 0, err
	}
	r.devices = append(r.devices, devices...)
	return int64(len(devices)), nil
}

type server struct {
	*httptest.Server
	hub      *live.Hub
	handlers *apilive.Handlers
}

// newServer serves three buses: public "p", internal "i" and, for the role 115,
// restricted "r".
func newServer(t *testing.T, change func(*apilive.Config)) *server {
	t.Helper()
	anySpeed := func(k live.Kind) live.Rules {
		r := live.RulesOf(k)
		r.MaxSpeedKMH = 0 // tests jump
		return r
	}
	hub := live.NewHub(live.Config{Tick: 10 * time.Millisecond, Epoch: "test", Rules: anySpeed})
	hub.SetDevices([]live.Device{
		{ID: "p", Kind: live.KindBus, Name: "Xe buýt 1", Visibility: spatial.VisibilityPublic},
		{ID: "i", Kind: live.KindBarge, Visibility: spatial.VisibilityInternal},
		{ID: "r", Kind: live.KindAmbulance, Visibility: spatial.VisibilityRestricted, Roles: []spatial.Role{"115"}},
	})
	cfg := apilive.Config{
		Intake:    &live.Intake{Hub: hub},
		AccessOf:  accessOf,
		Registrar: &registrar{},
		Registry:  prometheus.NewRegistry(),
	}
	if change != nil {
		change(&cfg)
	}
	s := &server{hub: hub, handlers: apilive.New(cfg)}
	e := echo.New()
	e.HTTPErrorHandler = problem.Handler(slog.New(slog.DiscardHandler))
	s.handlers.Register(e)
	s.Server = httptest.NewServer(e)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	go func() { done <- hub.Run(ctx) }()
	go func() { done <- s.handlers.Run(ctx) }()
	t.Cleanup(func() {
		s.handlers.Close()
		s.Close()
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
	return s
}

// do sends a request and returns the status and the body.
func (s *server) do(t *testing.T, method, path, role, contentType, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(roleHeader, role)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// broken reads an answer of 200 as an operator, and returns how its body failed.
func (s *server) broken(t *testing.T, path string) error {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(roleHeader, "operator")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", path, response.Status)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// move reports one position as an operator.
func (s *server) move(t *testing.T, id string, lon, lat float64) {
	t.Helper()
	p := live.Position{Device: id, Lon: lon, Lat: lat, Time: time.Now()}
	if status, text := s.do(t, "POST", "/live/positions", "operator", "application/json", string(p.AppendJSON(nil))); status != http.StatusAccepted {
		t.Fatalf("%d: %s", status, text)
	}
}

type event struct {
	id, name string
	data     map[string]any
	comment  bool
}

// ids lists the devices of an event's positions.
func (e event) ids() (ids []string) {
	positions, _ := e.data["positions"].([]any)
	for _, p := range positions {
		ids = append(ids, p.(map[string]any)["device"].(string))
	}
	return ids
}

// client is an EventSource without reconnecting.
type client struct {
	response *http.Response
	events   chan event // closed at the end of the stream
}

func (s *server) open(t *testing.T, query, role string, header ...string) *client {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/live/stream"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(roleHeader, role)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{response: response, events: make(chan event, 1000)}
	t.Cleanup(func() {
		cancel()
		_ = response.Body.Close()
	})
	go c.read()
	return c
}

func (c *client) read() {
	defer close(c.events)
	lines := bufio.NewScanner(c.response.Body)
	lines.Buffer(nil, 1<<20)
	var e event
	for lines.Scan() {
		line := lines.Bytes()
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch string(name) {
		case "id":
			e.id = string(value)
		case "event":
			e.name = string(value)
		case "data":
			if err := json.Unmarshal(value, &e.data); err != nil {
				e.name = "not JSON: " + string(value)
			}
		case "":
			if bytes.HasPrefix(line, []byte(":")) {
				c.events <- event{comment: true}
			} else if e.name != "" {
				c.events <- e
				e = event{}
			}
		}
	}
}

// next returns the next event of that name; others are passed over.
func (c *client) next(t *testing.T, name string) event {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		select {
		case e, ok := <-c.events:
			if !ok {
				t.Fatalf("the stream ended before %q", name)
			}
			if e.name == name && !e.comment {
				return e
			}
		case <-timeout:
			t.Fatalf("no event %q", name)
		}
	}
}

// sees returns the device's item once it is told at that latitude.
func (c *client) sees(t *testing.T, device string, lat float64) map[string]any {
	t.Helper()
	for {
		positions, _ := c.next(t, "positions").data["positions"].([]any)
		for _, p := range positions {
			if item := p.(map[string]any); item["device"] == device && item["lat"] == lat {
				return item
			}
		}
	}
}
