package mqtt_test

import (
	"context"
	"net"
	"net/url"
	"slices"
	"testing"
	"time"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/prometheus/client_golang/prometheus"

	"gisd/api/mqtt"
)

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
