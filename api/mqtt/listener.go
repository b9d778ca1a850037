package mqtt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"gisd/spatial"
	"gisd/spatial/live"
)

// ListenerConfig of a Listener.
type ListenerConfig struct {
	Address string // host:port
	Intake  Intake
	Limits  live.Limits
	// Access looks a key up, see auth.Service.Access; the answer may be a few seconds old.
	Access  func(ctx context.Context, key string) (spatial.Access, error)
	Metrics *Metrics
	Log     *slog.Logger
	Now     func() time.Time

	Clients    int64  // at once; 10000
	PacketSize uint32 // bytes; 1 MiB
}

// Bounds of a client; the broker's own defaults are none.
const (
	maxInFlight    = 20
	maxWrites      = 256
	sessionSeconds = 3600
)

// Listener takes MQTT 3.1.1 and 5 from devices, QoS 0 and 1. A device sends a key as
// its password; its name and client id are its own. There is nothing to subscribe to
// and nothing is retained.
type Listener struct {
	cfg    ListenerConfig
	server *broker.Server
	port   net.Listener
}

// Listen begins to listen; Run serves. Close ends a listener that never ran.
func Listen(ctx context.Context, cfg ListenerConfig) (*Listener, error) {
	if cfg.Clients == 0 {
		cfg.Clients = 10_000
	}
	if cfg.PacketSize == 0 {
		cfg.PacketSize = 1 << 20
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	capabilities := broker.NewDefaultServerCapabilities()
	capabilities.MaximumClients, capabilities.MaximumPacketSize = cfg.Clients, cfg.PacketSize
	capabilities.MaximumClientWritesPending, capabilities.MaximumInflight, capabilities.ReceiveMaximum = maxWrites, maxInFlight, maxInFlight
	capabilities.MaximumSessionExpiryInterval = sessionSeconds
	capabilities.MaximumQos, capabilities.RetainAvailable = 1, 0
	capabilities.SharedSubAvailable, capabilities.WildcardSubAvailable, capabilities.TopicAliasMaximum = 0, 0, 0
	l := &Listener{cfg: cfg, server: broker.New(&broker.Options{
		Capabilities: capabilities, Logger: slog.New(slog.DiscardHandler), ClientNetReadBufferSize: 2 << 10, ClientNetWriteBufferSize: 1 << 10,
	})}
	var err error
	if l.port, err = (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Address); err != nil {
		return nil, fmt.Errorf("mqtt: listen: %w", err)
	}
	return l, nil
}

// Addr is where it listens.
func (l *Listener) Addr() net.Addr { return l.port.Addr() }

// Close stops listening. It may be called again.
func (l *Listener) Close() { _ = l.port.Close() }

// Run serves until the context ends, and ends every connection then.
func (l *Listener) Run(ctx context.Context) error {
	h := &hook{cfg: l.cfg, ctx: func() context.Context { return ctx }, keys: map[*broker.Client]string{}}
	if err := l.server.AddHook(h, nil); err != nil {
		return fmt.Errorf("mqtt: %w", err)
	}
	if err := l.server.AddListener(listeners.NewNet("devices", l.port)); err != nil {
		return fmt.Errorf("mqtt: %w", err)
	}
	if err := l.server.Serve(); err != nil {
		return fmt.Errorf("mqtt: %w", err)
	}
	l.cfg.Log.InfoContext(ctx, "listening for devices", "protocol", "mqtt", "address", l.Addr().String())
	<-ctx.Done()
	if err := l.server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("mqtt: stop: %w", err)
	}
	return nil
}

// hook is what the broker asks.
type hook struct {
	broker.HookBase
	cfg ListenerConfig
	ctx func() context.Context // the run's

	mu   sync.Mutex
	keys map[*broker.Client]string
}

func (h *hook) ID() string { return "gisd" }

func (h *hook) Provides(b byte) bool {
	return bytes.IndexByte([]byte{broker.OnConnectAuthenticate, broker.OnACLCheck, broker.OnPublish, broker.OnDisconnect}, b) >= 0
}

// OnConnectAuthenticate lets in who may report.
func (h *hook) OnConnectAuthenticate(c *broker.Client, pk packets.Packet) bool {
	key := string(pk.Connect.Password)
	access, err := h.cfg.Access(h.ctx(), key)
	if err == nil {
		err = live.MayReport(access)
	}
	if err != nil {
		h.cfg.Metrics.ended("key")
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keys[c] = key
	return true
}

// OnDisconnect forgets the client's key.
func (h *hook) OnDisconnect(c *broker.Client, _ error, _ bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.keys, c)
}

// OnACLCheck lets clients publish what is understood and subscribe to nothing.
func (h *hook) OnACLCheck(_ *broker.Client, topic string, write bool) bool {
	return write && understood(topic)
}

// OnPublish takes a message before it is acknowledged. What can never be taken is
// acknowledged too, or it would come again for ever; where others fail the
// connection ends without an acknowledgement, and the device sends it again.
func (h *hook) OnPublish(c *broker.Client, pk packets.Packet) (packets.Packet, error) {
	now := h.cfg.Now()
	h.mu.Lock()
	key := h.keys[c]
	h.mu.Unlock()
	access, err := h.cfg.Access(h.ctx(), key) // it may have been revoked
	if err == nil {
		m := message{topic: pk.TopicName, payload: pk.Payload, access: access, address: hostOf(c.Net.Remote)}
		var receipt *live.Receipt
		receipt, err = take(h.ctx(), h.cfg.Intake, h.cfg.Limits, m, now)
		h.cfg.Metrics.report("listener", receipt)
	}
	switch {
	case err == nil:
		return pk, packets.CodeSuccessIgnore
	case spatial.CodeOf(err) == spatial.CodeUnauthenticated:
		h.cfg.Metrics.ended("key")
		_ = c.Net.Conn.Close()
		return pk, packets.ErrRejectPacket
	case permanent(err):
		return pk, packets.CodeSuccessIgnore
	}
	h.cfg.Metrics.ended("not_taken")
	h.cfg.Log.DebugContext(h.ctx(), "a device's message is not taken", "protocol", "mqtt", "error", err)
	_ = c.Net.Conn.Close()
	return pk, packets.ErrRejectPacket
}

func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}
