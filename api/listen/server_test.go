package listen_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"gisd/api/listen"
	"gisd/spatial"
	"gisd/spatial/live"
)

// words is a protocol of lines: "I name" introduces, "F" is a fix, "Q" one that waits
// for no answer, "X" ends the conversation.
type words struct{}

func (words) Read(data []byte) (int, live.Message, error) {
	line, _, whole := bytes.Cut(data, []byte("\n"))
	var m live.Message
	if !whole {
		return 0, m, nil
	}
	if len(line) == 0 {
		return 1, m, nil
	}
	m.Reply, m.Refusal = []byte("+"), []byte("-")
	switch line[0] {
	case 'I':
		m.Identity = string(line[2:])
	case 'F':
		m.Fixes = []live.Fix{{}}
	case 'Q':
		m = live.Message{Fixes: []live.Fix{{}}}
	case 'X':
		return 0, live.Message{}, errors.New("not a word")
	}
	return len(line) + 1, m, nil
}

// intake knows "known" and, until it is revoked, "passing"; it takes nothing of
// "full".
type intake struct {
	mu      sync.Mutex
	revoked bool
	peers   []live.Peer
	fixes   []int // of each call
	came    chan struct{}
	hold    chan struct{} // taken from before anything is taken; nil holds nothing up
}

func (in *intake) Approved(identity, _ string) (*live.Device, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if identity == "known" || identity == "full" || identity == "passing" && !in.revoked {
		return &live.Device{ID: identity}, nil
	}
	return nil, &spatial.Error{Code: spatial.CodeForbidden}
}

func (in *intake) Take(_ context.Context, peer live.Peer, fixes []live.Fix) (*live.Receipt, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.peers = append(in.peers, peer)
	in.fixes = append(in.fixes, len(fixes))
	in.came <- struct{}{}
	if in.hold != nil {
		<-in.hold
	}
	if peer.Identity == "full" {
		return &live.Receipt{}, &spatial.Error{Code: spatial.CodeUnavailable}
	}
	return &live.Receipt{Accepted: len(fixes)}, nil
}

type fixture struct {
	*listen.Server
	intake   *intake
	registry *prometheus.Registry
}

func serve(t *testing.T, change func(*listen.Config)) *fixture {
	t.Helper()
	f := &fixture{intake: &intake{came: make(chan struct{}, 100)}, registry: prometheus.NewRegistry()}
	cfg := listen.Config{
		Protocol: "words", Address: "127.0.0.1:0", Intake: f.intake, Log: slog.New(slog.DiscardHandler),
		Converse: func(netip.Addr) live.Conversation { return words{} }, Metrics: listen.NewMetrics(f.registry),
	}
	if change != nil {
		change(&cfg)
	}
	var err error
	if f.Server, err = listen.Open(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return f
}

func (f *fixture) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", f.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// TestConversations: what is sent, in pieces, and all that comes back until the
// server ends the connection or the sender has no more to say.
func TestConversations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		send  []string
		want  string
		ended bool // by the server
		taken int
	}{
		{name: "known", send: []string{"I known\nF\nF\n"}, want: "+++", taken: 2},
		{name: "in pieces", send: []string{"I kn", "own\n", "F", "\n"}, want: "++", taken: 1},
		{name: "a stranger", send: []string{"I stranger\nF\n"}, want: "-", ended: true},
		{name: "positions are not taken", send: []string{"I full\nF\nF\n"}, want: "+-", ended: true, taken: 1},
		{name: "another protocol", send: []string{"I known\nX\n"}, want: "+", ended: true},
		{name: "too long", send: []string{"I known\n", "F" + string(bytes.Repeat([]byte("x"), 5000))}, want: "+", ended: true},
		{name: "many devices on one connection", send: []string{"F\nF\n"}, want: "++", taken: 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, func(c *listen.Config) { c.MaxMessage = 4096 })
			conn := f.dial(t)
			for _, piece := range test.send {
				if _, err := io.WriteString(conn, piece); err != nil && !test.ended {
					t.Fatal(err)
				}
			}
			if !test.ended {
				if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
					t.Fatal(err)
				}
			}
			got, err := io.ReadAll(conn)
			// What was sent too much is answered by a reset on some systems.
			if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
				t.Fatalf("the connection is still open: %v", err)
			}
			f.intake.mu.Lock()
			defer f.intake.mu.Unlock()
			if string(got) != test.want && err == nil || len(f.intake.peers) != test.taken {
				t.Errorf("answers %q (%v), want %q; %d taken, want %d", got, err, test.want, len(f.intake.peers), test.taken)
			}
			for _, p := range f.intake.peers {
				if p.Address != "127.0.0.1" || p.Access.Anonymous() {
					t.Errorf("from %+v", p)
				}
			}
		})
	}
}

// A device that is revoked while it is connected is turned away at its next message.
func TestRevokedWhileConnected(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	conn := f.dial(t)
	answer := make([]byte, 2)
	if _, err := io.WriteString(conn, "I passing\nF\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "++" {
		t.Fatalf("%q, %v", answer, err)
	}
	f.intake.mu.Lock()
	f.intake.revoked = true
	f.intake.mu.Unlock()
	if _, err := io.WriteString(conn, "F\n"); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(conn); string(rest) != "-" || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	t.Run("connections of an address", func(t *testing.T) {
		t.Parallel()
		f := serve(t, func(c *listen.Config) { c.PerAddress = 2 })
		for range 2 {
			conn := f.dial(t)
			if _, err := io.WriteString(conn, "I known\n"); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := f.dial(t).Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("a third connection is open: %v", err)
		}
	})
	for _, test := range []struct{ name, send string }{{"nothing is said", ""}, {"half a message", "I kno"}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, func(c *listen.Config) { c.Greeting = 50 * time.Millisecond })
			conn := f.dial(t)
			if _, err := io.WriteString(conn, test.send); err != nil {
				t.Fatal(err)
			}
			if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%d bytes, %v", n, err)
			}
		})
	}
	t.Run("silence", func(t *testing.T) {
		t.Parallel()
		f := serve(t, func(c *listen.Config) { c.Idle = 50 * time.Millisecond })
		conn := f.dial(t)
		if _, err := io.WriteString(conn, "I known\n"); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(conn); string(got) != "+" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func TestDatagrams(t *testing.T) {
	t.Parallel()
	f := serve(t, func(c *listen.Config) { c.UDP, c.Peers = true, 2 })
	for range 3 { // more peers than are remembered
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "udp", f.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"F", "F\n", "X"} {
			if _, err := io.WriteString(conn, text); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			select {
			case <-f.intake.came:
			case <-time.After(30 * time.Second):
				t.Fatal("a datagram is lost")
			}
		}
		_ = conn.Close()
	}
}

// TestTogether: fixes whose sender waits for no answer wait for the disk together.
func TestTogether(t *testing.T) {
	t.Parallel()
	f := serve(t, func(c *listen.Config) { c.UDP = true })
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "udp", f.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "Q\nQ\nF\nQ\nQ\nQ\nQ"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		select {
		case <-f.intake.came:
		case <-time.After(30 * time.Second):
			t.Fatal("a datagram is lost")
		}
	}
	f.intake.mu.Lock()
	defer f.intake.mu.Unlock()
	slices.Sort(f.intake.fixes) // datagrams overtake each other
	if !slices.Equal(f.intake.fixes, []int{3, 4}) {
		t.Errorf("taken in lots of %v", f.intake.fixes)
	}
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	_, err := listen.Open(t.Context(), listen.Config{Protocol: "words", Address: f.Addr().String()})
	if err == nil {
		t.Error("two servers listen on one address")
	}
}

// TestReplyWaits: the device is answered once its fixes are durable, however long that
// takes.
func TestReplyWaits(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	f.intake.hold = make(chan struct{})
	t.Cleanup(func() { close(f.intake.hold) })
	conn := f.dial(t)
	if _, err := io.WriteString(conn, "F\n"); err != nil {
		t.Fatal(err)
	}
	<-f.intake.came
	if err := conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	early := make([]byte, 1)
	if n, err := conn.Read(early); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("answered %q, %v, before the fix is durable", early[:n], err)
	}
	f.intake.hold <- struct{}{}
	if err := conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, early); err != nil || string(early) != "+" {
		t.Errorf("answered %q, %v", early, err)
	}
}
