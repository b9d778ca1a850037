package mqtt

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"

	"gisd/spatial"
	"gisd/spatial/live"
)

// SubscriberConfig of Subscribe.
type SubscriberConfig struct {
	URL      string // mqtt://user:password@host:1883, mqtts://…, ws://…
	ClientID string // of this node; the broker keeps what came while it was away
	Topics   []string
	Intake   Intake
	Limits   live.Limits
	Metrics  *Metrics
	Log      *slog.Logger
	Now      func() time.Time
}

// atOnce is how many messages wait for the disk at the same time. Those of one device
// may pass each other then; their own times tell their order.
const atOnce = 64

// Pauses before a message is tried again that could not be taken.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// Subscribe takes what an outside broker (MQTT 5) has to tell, until the context
// ends; it connects again by itself. Who may publish there is the broker's to say:
// its messages are taken for any approved device. A message is acknowledged once it
// is taken, or can never be.
func Subscribe(ctx context.Context, cfg SubscriberConfig) error {
	address, err := url.Parse(cfg.URL)
	if err != nil {
		return fmt.Errorf("mqtt: address of the broker: %w", err)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	var working sync.WaitGroup
	defer working.Wait()
	places := make(chan struct{}, atOnce)
	client := autopaho.ClientConfig{
		ServerUrls: []*url.URL{address}, KeepAlive: 30, SessionExpiryInterval: sessionSeconds,
		ReconnectBackoff: autopaho.NewExponentialBackoff(firstPause, 30*time.Second, time.Second, 2),
		OnConnectionUp: func(c *autopaho.ConnectionManager, _ *paho.Connack) {
			subscriptions := make([]paho.SubscribeOptions, len(cfg.Topics))
			for i, topic := range cfg.Topics {
				subscriptions[i] = paho.SubscribeOptions{Topic: topic, QoS: 1}
			}
			if _, err := c.Subscribe(ctx, &paho.Subscribe{Subscriptions: subscriptions}); err != nil && ctx.Err() == nil {
				cfg.Log.WarnContext(ctx, "mqtt: no subscription", "error", err)
			}
		},
		OnConnectError: func(err error) { cfg.Log.WarnContext(ctx, "mqtt: no connection to the broker", "error", err) },
		ClientConfig: paho.ClientConfig{
			ClientID: cfg.ClientID, EnableManualAcknowledgment: true,
			OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(pr paho.PublishReceived) (bool, error) {
				select {
				case places <- struct{}{}:
				case <-ctx.Done():
					return true, nil // the server stops: the broker sends it again
				}
				working.Go(func() {
					defer func() { <-places }()
					if cfg.taken(ctx, pr.Packet) {
						// Acknowledgements leave in the order of the messages. Of a connection that is
						// lost there is nothing to acknowledge.
						_ = pr.Client.Ack(pr.Packet)
					}
				})
				return true, nil
			}},
		},
	}
	if user := address.User; user != nil {
		password, _ := user.Password()
		client.ConnectUsername, client.ConnectPassword = user.Username(), []byte(password)
	}
	connection, err := autopaho.NewConnection(ctx, client)
	if err != nil {
		return fmt.Errorf("mqtt: %w", err)
	}
	<-ctx.Done()
	<-connection.Done()
	return nil
}

// taken takes a message and tries again as long as that may help; meanwhile the
// broker keeps the others. It is false where the context ends first.
func (cfg *SubscriberConfig) taken(ctx context.Context, p *paho.Publish) bool {
	m := message{topic: p.Topic, payload: p.Payload, access: spatial.SystemAccess("mqtt"), address: "mqtt"}
	if !understood(p.Topic) {
		return true
	}
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		receipt, err := take(ctx, cfg.Intake, cfg.Limits, m, cfg.Now())
		if ctx.Err() != nil {
			return false
		}
		if err == nil || permanent(err) {
			cfg.Metrics.report("broker", receipt)
			return true
		}
		cfg.Log.WarnContext(ctx, "mqtt: a message is not taken, trying again", "topic", p.Topic, "error", err, "retry_ms", pause.Milliseconds())
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
}
