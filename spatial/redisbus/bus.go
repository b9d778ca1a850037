package redisbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"gisd/spatial"
	"gisd/spatial/live"
)

// Config of a Bus.
type Config struct {
	Channel string        // nodes of one database share one; "gisd:live"
	Idle    time.Duration // silence after which the connection is tried with a PING; 5 s
}

// Bus is live.Bus over Redis publish/subscribe: at most once. A listener is
// told of a gap whenever it was connected anew.
type Bus struct {
	client redis.UniversalClient
	cfg    Config
	log    *slog.Logger
}

var _ live.Bus = (*Bus)(nil)

// New returns a bus on the client, which stays the caller's to close.
func New(client redis.UniversalClient, cfg Config, log *slog.Logger) *Bus {
	if cfg.Channel == "" {
		cfg.Channel = "gisd:live"
	}
	if cfg.Idle == 0 {
		cfg.Idle = 5 * time.Second
	}
	return &Bus{client: client, cfg: cfg, log: log}
}

// Open connects to a redis:// or unix:// URL and fails with CodeUnavailable
// where nothing answers. The caller closes the client.
func Open(ctx context.Context, url string) (*redis.Client, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, &spatial.Error{Code: spatial.CodeInvalid, Op: "redisbus: open",
			Message: "The Redis URL is not valid; it looks like redis://host:6379/0."}
	}
	client := redis.NewClient(options)
	if err := client.Ping(ctx).Err(); err != nil {
		return nil, errors.Join(&spatial.Error{Code: spatial.CodeUnavailable, Op: "redisbus: open",
			Message: "Redis does not answer.", Err: err}, client.Close())
	}
	return client, nil
}

// Publish implements live.Bus.
func (b *Bus) Publish(ctx context.Context, message []byte) error {
	if err := b.client.Publish(ctx, b.cfg.Channel, message).Err(); err != nil {
		return fmt.Errorf("redisbus: publish: %w", err)
	}
	return nil
}

// Subscribe implements live.Bus.
func (b *Bus) Subscribe(ctx context.Context, l live.BusListener) error {
	wait := 50 * time.Millisecond
	for {
		connected, err := b.listen(ctx, l)
		if ctx.Err() != nil {
			return nil
		}
		if connected {
			wait = 50 * time.Millisecond
		}
		b.log.WarnContext(ctx, "redisbus: the connection is lost, trying again", "error", err, "wait_ms", wait.Milliseconds())
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = min(2*wait, 5*time.Second)
	}
}

// listen serves one connection until it fails.
func (b *Bus) listen(ctx context.Context, l live.BusListener) (connected bool, err error) {
	subscription := b.client.Subscribe(ctx, b.cfg.Channel)
	// A read in progress does not look at the context: closing ends it.
	stop := context.AfterFunc(ctx, func() { closeQuietly(subscription) })
	defer func() {
		if stop() {
			closeQuietly(subscription)
		}
	}()
	pinged := false
	for {
		received, err := subscription.ReceiveTimeout(ctx, b.cfg.Idle)
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() && !pinged {
			pinged = true
			if err := subscription.Ping(ctx); err != nil {
				return connected, err
			}
			continue
		}
		if err != nil {
			return connected, err
		}
		pinged = false
		switch m := received.(type) {
		case *redis.Subscription:
			connected = true
			l.Gap()
		case *redis.Message:
			l.Message([]byte(m.Payload))
		}
	}
}

// closeQuietly drops the error: the connection is given up anyway.
func closeQuietly(s *redis.PubSub) { _ = s.Close() }
