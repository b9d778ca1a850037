package mqtt_test

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"
	"github.com/prometheus/client_golang/prometheus"

	"gisd/api/mqtt"
	"gisd/spatial"
	"gisd/spatial/live"
)

var discard = slog.New(slog.DiscardHandler)

// intake notes what comes: "subject device" of rows, "subject identity" of fixes. It
// fails as long as it is told to.
type intake struct {
	mu    sync.Mutex
	came  []string
	fails int
	hold  chan struct{} // taken from before anything is; nil holds nothing up
}

func (in *intake) note(text string) error {
	if in.hold != nil {
		<-in.hold
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.fails > 0 {
		in.fails--
		return &spatial.Error{Code: spatial.CodeUnavailable}
	}
	in.came = append(in.came, text)
	return nil
}

func (in *intake) all() []string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return slices.Clone(in.came)
}

func (in *intake) Report(_ context.Context, a spatial.Access, rows []live.Row, _ bool) (*live.Receipt, error) {
	for _, r := range rows {
		if len(r.Faults) > 0 {
			return &live.Receipt{Rejected: 1}, spatial.Invalid("test", "bad")
		}
		if err := in.note(a.Subject + " " + r.Position.Device); err != nil {
			return &live.Receipt{}, err
		}
	}
	return &live.Receipt{Accepted: len(rows)}, nil
}

func (in *intake) Take(_ context.Context, peer live.Peer, fixes []live.Fix) (*live.Receipt, error) {
	for _, f := range fixes {
		if err := in.note(peer.Access.Subject + " " + f.Identity + f.Position.Device); err != nil {
			return &live.Receipt{}, err
		}
	}
	return &live.Receipt{Accepted: len(fixes)}, nil
}

// keys: "operator", "device" of the device p, "viewer"; "passing" until it is revoked.
type keys struct {
	mu      sync.Mutex
	revoked bool
}

func (k *keys) access(_ context.Context, key string) (spatial.Access, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case key == "operator", key == "passing" && !k.revoked:
		return spatial.Access{Subject: key, Roles: []spatial.Role{spatial.RoleOperator}}, nil
	case key == "device":
		return spatial.Access{Subject: key, Device: "p"}, nil
	case key == "viewer":
		return spatial.Access{Subject: key, Roles: []spatial.Role{spatial.RoleViewer}}, nil
	}
	return spatial.Access{}, &spatial.Error{Code: spatial.CodeUnauthenticated}
}

func listenFor(t *testing.T, in *intake, k *keys) string {
	t.Helper()
	l, err := mqtt.Listen(t.Context(), mqtt.ListenerConfig{
		Address: "127.0.0.1:0", Intake: in, Access: k.access, Metrics: mqtt.NewMetrics(prometheus.NewRegistry()), Log: discard, PacketSize: 4096,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// connect signs in with MQTT 5.
func connect(t *testing.T, address, key string) (*paho.Client, error) {
	t.Helper()
	c := paho.NewClient(paho.ClientConfig{Conn: dial(t, address)})
	_, err := c.Connect(t.Context(), &paho.Connect{ClientID: "c-" + key, KeepAlive: 30, CleanStart: true,
		UsernameFlag: true, Username: "tracker", PasswordFlag: true, Password: []byte(key)})
	if err == nil {
		t.Cleanup(func() { _ = c.Disconnect(&paho.Disconnect{}) })
	}
	return c, err
}
