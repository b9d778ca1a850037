package live_test

import (
	"context"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"gisd/spatial/live/livetest"
)

// A stream over a WebSocket: compact frames, and what is news beside them as text.
func TestCompactStream(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	s.move(t, "p", 106.65, 10.98)
	s.move(t, "i", 106.66, 10.99)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, s.URL+"/live/stream?bbox=106.6,10.9,106.7,11.0&zoom=14", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	var m livetest.Map
	until := func(what string, done func() bool) {
		t.Helper()
		for m.Devices == nil || !done() {
			kind, message, err := conn.Read(ctx)
			if err != nil {
				t.Fatalf("%s: %v, the map has %+v", what, err, m)
			}
			if kind != websocket.MessageBinary {
				continue
			}
			if err := m.Apply(message); err != nil {
				t.Fatal(err)
			}
		}
	}
	at := func(lat float64) bool {
		for n, d := range m.Devices {
			if m.Names[n].Device == "p" && math.Abs(d.Lat-lat) < 1e-6 {
				return true
			}
		}
		return false
	}
	until("the first frame", func() bool { return at(10.98) })
	if len(m.Devices) != 1 {
		t.Errorf("nobody in particular sees %+v", m.Devices)
	}
	s.move(t, "p", 106.65, 10.985)
	until("it moves", func() bool { return at(10.985) })
	s.handlers.Close()
	kind, message, err := conn.Read(ctx)
	if err != nil || kind != websocket.MessageText || !strings.HasPrefix(string(message), "event: bye\ndata: {\"reason\":\"shutdown\"") {
		t.Errorf("the last message: %s %v", message, err)
	}
	if _, _, err := conn.Read(ctx); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the server stops: %v", err)
	}
}

// Pages of other origins get no compact stream, with which they could use a browser's
// session.
func TestCompactStreamOfAnotherOrigin(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	_, response, err := websocket.Dial(t.Context(), s.URL+"/live/stream", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://elsewhere.example"}}})
	if err == nil || response == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("got %v %v, want 403", response, err)
	}
}
