package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"gisd/internal/testdb"
)

// TestLiveThroughServer: a device's own key reports, an anonymous stream hears
// of it through all of the server's middleware, and stopping the server ends
// the stream first.
func TestLiveThroughServer(t *testing.T) {
	t.Parallel()
	env := []string{"GISD_DATABASE_URL=" + testdb.URL(t), "PATH=" + os.Getenv("PATH")}
	key := strings.TrimSpace(must(t, env, "devices", "register", "bus-12", "--kind", "bus", "--visibility", "public", "--key"))
	operator := strings.TrimSpace(must(t, env, "keys", "create", "centre", "--role", "operator"))
	must(t, env, "devices", "register", "patrol", "--kind", "truck")
	server, stop := startServer(t, append(env, "GISD_SHUTDOWN_TIMEOUT=5m"))

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server+"/live/stream?bbox=106,10,107,12&zoom=12", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	stream, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	if stream.StatusCode != http.StatusOK || stream.Header.Get("Content-Encoding") != "" || stream.Header.Get("X-Accel-Buffering") != "no" {
		t.Fatalf("stream: %d %v", stream.StatusCode, stream.Header)
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		s := bufio.NewScanner(stream.Body)
		for s.Scan() {
			lines <- s.Text()
		}
	}()
	until := func(want string) {
		t.Helper()
		timeout := time.After(30 * time.Second)
		for {
			select {
			case line, ok := <-lines:
				if !ok {
					t.Fatalf("the stream ended before %q", want)
				}
				if strings.Contains(line, want) {
					return
				}
			case <-timeout:
				t.Fatalf("the stream does not say %q", want)
			}
		}
	}
	until("event: snapshot")
	post := func(body string) (int, string) {
		t.Helper()
		return sendJSON(t, http.MethodPost, server+"/live/positions", key, body)
	}
	if status, text := post(`{"device":"bus-12","lon":106.65,"lat":10.98,"speed":36}`); status != http.StatusAccepted {
		t.Fatalf("%d %s", status, text)
	}
	until(`"device":"bus-12","lon":106.65,"lat":10.98`)
	if status, text := post(`{"device":"bus-12","lon":106.65,"lat":95}`); status != http.StatusBadRequest || !strings.Contains(text, `"lat"`) {
		t.Errorf("latitude 95: %d %s", status, text)
	}
	if status, text := post(`{"device":"patrol","lon":106.65,"lat":10.98}`); status != http.StatusBadRequest || !strings.Contains(text, "not registered") {
		t.Errorf("another device: %d %s", status, text)
	}
	rulesThroughServer(t, server, operator, key)
	must(t, env, "devices", "revoke", "bus-12")
	until(`"devices":["bus-12"]`)
	stop()
	until("event: bye") // long before the server gives requests up
}

// sendJSON sends a body with a key, and returns the status and the text of the answer.
func sendJSON(t *testing.T, method, address, key, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
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
