package redisbus_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/livetest"
	"gisd/spatial/redisbus"
)

// server is a redis-server on a unix socket of its own.
type server struct {
	binary, socket string
	cmd            *exec.Cmd
}

func (s *server) start(t *testing.T) {
	t.Helper()
	s.cmd = exec.Command(s.binary, "--port", "0", "--unixsocket", s.socket, "--save", "", "--appendonly", "no",
		"--dir", filepath.Dir(s.socket))
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	client := s.client(t)
	for deadline := time.Now().Add(30 * time.Second); ; {
		if client.Ping(t.Context()).Err() == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("redis-server does not answer")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *server) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	_ = s.cmd.Wait()
}

func (s *server) client(t *testing.T) *redis.Client {
	t.Helper()
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: s.socket, MaxRetries: -1})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func newServer(t *testing.T) *server {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is not installed")
		}
		t.Skip("SKIPPED: redis-server is not installed (apt install redis-server)")
	}
	dir, err := os.MkdirTemp("", "gisd-redis") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &server{binary: binary, socket: filepath.Join(dir, "s")}
	s.start(t)
	t.Cleanup(func() { s.stop(t) })
	return s
}

func TestConformance(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	livetest.TestBus(t, func(t *testing.T) live.Bus {
		return redisbus.New(s.client(t), redisbus.Config{Channel: t.Name()}, slog.New(slog.DiscardHandler))
	})
}

// TestTwoNodes: a position reported to one node is seen by those who watch at
// the other.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	var nodes sync.WaitGroup
	var hubs []*live.Hub
	for _, epoch := range []string{"a", "b"} {
		bus := redisbus.New(s.client(t), redisbus.Config{}, slog.New(slog.DiscardHandler))
		hub := live.NewHub(live.Config{Bus: bus, Epoch: epoch, Tick: 10 * time.Millisecond})
		hub.PutDevice(live.Device{ID: "bus", Kind: live.KindBus, Visibility: spatial.VisibilityPublic})
		nodes.Go(func() {
			if err := hub.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		hubs = append(hubs, hub)
	}
	defer nodes.Wait()
	defer cancel()
	watcher := hubs[1].Watch(live.Watch{Zoom: 12})
	defer watcher.Close()
	timeout := time.After(30 * time.Second)
	for at := time.Now(); ; at = at.Add(time.Second) {
		// Repeated: a message before the other node's subscription is lost.
		hubs[0].Update([]live.Position{{Device: "bus", Lon: 106.5, Lat: 11, Time: at}})
		select {
		case <-watcher.Wake():
			if len(watcher.Take().Positions) == 1 {
				return
			}
		case <-time.After(50 * time.Millisecond):
		case <-timeout:
			t.Fatal("the other node's watcher saw nothing")
		}
	}
}

func TestReconnect(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	bus := redisbus.New(s.client(t), redisbus.Config{Idle: 100 * time.Millisecond}, slog.New(slog.DiscardHandler))
	gaps := make(chan struct{}, 10)
	var mu sync.Mutex
	var got [][]byte
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- bus.Subscribe(ctx, live.BusListener{
			Gap: func() { gaps <- struct{}{} },
			Message: func(m []byte) {
				mu.Lock()
				got = append(got, bytes.Clone(m))
				mu.Unlock()
			},
		})
	}()
	await(t, gaps)
	s.stop(t)
	if err := bus.Publish(t.Context(), []byte("lost")); err == nil {
		t.Error("publishing without a server: no error")
	}
	s.start(t)
	await(t, gaps)
	if err := bus.Publish(t.Context(), []byte("back")); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		mu.Lock()
		arrived := slices.ContainsFunc(got, func(m []byte) bool { return string(m) == "back" })
		mu.Unlock()
		if arrived {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no message after the server came back")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Subscribe: %v", err)
	}
}

func await(t *testing.T, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(30 * time.Second):
		t.Fatal("no gap was told")
	}
}

func TestOpenKeepsSecrets(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"::", "redis://user:hunter2@host:port"} {
		_, err := redisbus.Open(url)
		if spatial.CodeOf(err) != spatial.CodeInvalid || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestRedisComesLate: without Redis a node starts, says so once, and takes Redis
// up when it comes.
func TestRedisComesLate(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.stop(t)
	client, err := redisbus.Open("unix://" + s.socket)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var lines lines
	bus := redisbus.New(client, redisbus.Config{}, slog.New(slog.NewTextHandler(&lines, nil)))
	if err := bus.Publish(t.Context(), []byte("lost")); err == nil {
		t.Error("publishing without a server: no error")
	}
	gaps := make(chan struct{}, 10)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- bus.Subscribe(ctx, live.BusListener{Gap: func() { gaps <- struct{}{} }, Message: func([]byte) {}})
	}()
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(lines.String(), "level=WARN"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody says that there is no Redis")
		}
	}
	s.start(t)
	await(t, gaps)
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Subscribe: %v", err)
	}
	if text := lines.String(); strings.Count(text, "level=WARN") != 1 || strings.Count(text, "connected again") != 1 {
		t.Errorf("logged:\n%s", text)
	}
}

// lines is a log that goroutines may write to.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
