package mqtt_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"
	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
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

const (
	position = `{"device":"p","lon":106.65,"lat":10.98}`
	own      = `{"_type":"location","lat":10.98,"lon":106.65}`
	lora     = `{"deviceInfo":{"devEui":"24e124136b324567"},"object":{"level":1}}`
	things   = `{"end_device_ids":{"dev_eui":"24e124136b324567"},"uplink_message":{"decoded_payload":{"a":1}}}`
)

func TestListener(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, key, topic, payload string
		want                      []string
		reason                    byte // of the acknowledgement
	}{
		{"a position", "operator", "gisd/positions", position, []string{"operator p"}, 0},
		{"an array", "device", "gisd/positions", "[" + position + "," + position + "]", []string{"device p", "device p"}, 0},
		{"lines", "device", "gisd/positions", position + "\n" + position, []string{"device p", "device p"}, 0},
		{"not JSON", "device", "gisd/positions", "[", nil, 0},
		{"a bad position", "device", "gisd/positions", `{"device":"p"}`, nil, 0},
		{"OwnTracks, the key's device", "device", "owntracks/an/phone", own, []string{"device p"}, 0},
		{"OwnTracks by identity", "operator", "owntracks/an/phone", own, []string{"operator owntracks:an:phone"}, 0},
		{"OwnTracks' last will", "operator", "owntracks/an/phone", `{"_type":"lwt"}`, nil, 0},
		{"ChirpStack", "operator", "application/7/device/24e124136b324567/event/up", lora, []string{"operator eui:24e124136b324567"}, 0},
		{"The Things Network", "operator", "v3/app@tenant/devices/one/up", things, []string{"operator eui:24e124136b324567"}, 0},
		{"another topic", "operator", "elsewhere", position, nil, 0x87},
		{"a topic too deep", "operator", "gisd/positions/x", position, nil, 0x87},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := &intake{}
			c, err := connect(t, listenFor(t, in, &keys{}), test.key)
			if err != nil {
				t.Fatal(err)
			}
			ack, err := c.Publish(t.Context(), &paho.Publish{Topic: test.topic, QoS: 1, Payload: []byte(test.payload)})
			if (err != nil) != (test.reason != 0) || ack == nil || ack.ReasonCode != test.reason {
				t.Fatalf("acknowledged with %+v, %v", ack, err)
			}
			// The acknowledgement follows what it acknowledges.
			if got := in.all(); !slices.Equal(got, test.want) {
				t.Errorf("taken %q, want %q", got, test.want)
			}
		})
	}
}

func TestListenerRefuses(t *testing.T) {
	t.Parallel()
	k := &keys{}
	in := &intake{}
	address := listenFor(t, in, k)
	for _, key := range []string{"", "nonsense", "viewer"} {
		if _, err := connect(t, address, key); err == nil {
			t.Errorf("the key %q is let in", key)
		}
	}
	c, err := connect(t, address, "passing")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Subscribe(t.Context(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: "gisd/positions"}}}); err == nil {
		t.Error("there is something to subscribe to")
	}
	k.mu.Lock()
	k.revoked = true
	k.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	go func() { // the client waits on for an acknowledgement
		<-c.Done()
		cancel()
	}()
	if ack, err := c.Publish(ctx, &paho.Publish{Topic: "gisd/positions", QoS: 1, Payload: []byte(position)}); err == nil {
		t.Errorf("a revoked key reports: %+v", ack)
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Error("a revoked key's connection stays")
	}
	if got := in.all(); len(got) > 0 {
		t.Errorf("taken %q", got)
	}
}

// bytes311 are packets of MQTT 3.1.1, written by hand.
func bytes311(packet byte, body string) string { return string([]byte{packet, byte(len(body))}) + body }

func text311(s string) string { return string([]byte{0, byte(len(s))}) + s }

// TestNoAcknowledgementBeforeTaken: with MQTT 3.1.1, what cannot be taken ends the
// connection without an acknowledgement, and is taken when it comes again.
func TestNoAcknowledgementBeforeTaken(t *testing.T) {
	t.Parallel()
	in := &intake{fails: 1}
	address := listenFor(t, in, &keys{})
	publish := bytes311(0x32, text311("gisd/positions")+"\x00\x07"+position)
	for attempt, want := range []string{"\x20\x02\x00\x00", "\x20\x02\x00\x00\x40\x02\x00\x07"} {
		conn := dial(t, address)
		hello := bytes311(0x10, text311("MQTT")+"\x04\xc2\x00\x1e"+text311("tracker")+text311("an")+text311("operator"))
		if _, err := io.WriteString(conn, hello+publish); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(want))
		_, err := io.ReadFull(conn, got)
		if string(got) != want || err != nil {
			t.Fatalf("attempt %d: answered %x, %v", attempt, got, err)
		}
		if attempt == 0 {
			if n, err := conn.Read(got); n > 0 || err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("answered %x, %v", got[:n], err)
			}
		}
		_ = conn.Close()
	}
	if got := in.all(); !slices.Equal(got, []string{"operator p"}) {
		t.Errorf("taken %q", got)
	}
}

// TestAcknowledgementWaits: while a message is not durable there is no PUBACK, however
// long that takes.
func TestAcknowledgementWaits(t *testing.T) {
	t.Parallel()
	in := &intake{hold: make(chan struct{})}
	conn := dial(t, listenFor(t, in, &keys{}))
	t.Cleanup(func() { close(in.hold) })
	hello := bytes311(0x10, text311("MQTT")+"\x04\xc2\x00\x1e"+text311("tracker")+text311("an")+text311("operator"))
	first := bytes311(0x32, text311("gisd/positions")+"\x00\x07"+position)
	second := bytes311(0x32, text311("gisd/positions")+"\x00\x08"+position)
	if _, err := io.WriteString(conn, hello+first+second); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	for i, want := range []string{"\x20\x02\x00\x00", "\x40\x02\x00\x07", "\x40\x02\x00\x08"} {
		if i > 0 {
			if err := conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			if n, err := conn.Read(got); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("answered %x, %v, before it is durable", got[:n], err)
			}
			in.hold <- struct{}{}
		}
		if err := conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
			t.Fatalf("answered %x, %v, want %x", got, err, want)
		}
	}
}

func TestOversizedMessage(t *testing.T) {
	t.Parallel()
	in := &intake{}
	c, err := connect(t, listenFor(t, in, &keys{}), "operator")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	go func() {
		<-c.Done()
		cancel()
	}()
	payload := strings.Repeat(position+"\n", 200)
	if _, err := c.Publish(ctx, &paho.Publish{Topic: "gisd/positions", QoS: 1, Payload: []byte(payload)}); err == nil || len(in.all()) > 0 {
		t.Errorf("%v, %d taken", err, len(in.all()))
	}
}

// everybody may do everything.
type everybody struct{ broker.HookBase }

func (*everybody) Provides(b byte) bool {
	return b == broker.OnConnectAuthenticate || b == broker.OnACLCheck
}

func (*everybody) OnConnectAuthenticate(*broker.Client, packets.Packet) bool { return true }

func (*everybody) OnACLCheck(*broker.Client, string, bool) bool { return true }

// TestSubscribe: what another broker tells is taken, once it can be; other topics are
// left.
func TestSubscribe(t *testing.T) {
	t.Parallel()
	other := broker.New(&broker.Options{InlineClient: true, Logger: discard})
	if err := other.AddHook(&everybody{}, nil); err != nil {
		t.Fatal(err)
	}
	port, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := other.AddListener(listeners.NewNet("t", port)); err != nil {
		t.Fatal(err)
	}
	if err := other.Serve(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })

	in := &intake{fails: 2}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	address := url.URL{Scheme: "mqtt", Host: port.Addr().String(), User: url.UserPassword("gisd", "secret")}
	go func() {
		done <- mqtt.Subscribe(ctx, mqtt.SubscriberConfig{URL: address.String(), ClientID: "gisd-test", Topics: append(mqtt.Topics(), "elsewhere"),
			Intake: in, Metrics: mqtt.NewMetrics(prometheus.NewRegistry()), Log: discard})
	}()
	until(t, "the subscription", func() bool { return other.Info.Clone().Subscriptions >= 6 })
	for topic, payload := range map[string]string{"elsewhere": position, "gisd/positions": position, "owntracks/an/phone": own, "v3/a/devices/b/up": "no JSON"} {
		if err := other.Publish(topic, []byte(payload), false, 1); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the messages", func() bool { return len(in.all()) == 2 })
	got := in.all()
	slices.Sort(got)
	if want := []string{"mqtt owntracks:an:phone", "mqtt p"}; !slices.Equal(got, want) {
		t.Errorf("taken %q, want %q", got, want)
	}
	until(t, "the acknowledgements", func() bool {
		c, ok := other.Clients.Get("gisd-test")
		return ok && c.State.Inflight.Len() == 0
	})
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := mqtt.Subscribe(t.Context(), mqtt.SubscriberConfig{URL: "::"}); err == nil {
		t.Error("an address that is none")
	}
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come", what)
		}
	}
}
