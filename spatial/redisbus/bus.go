package redisbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

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

// Open returns a client of a redis:// or unix:// URL that gives up in time. It
// does not connect: a node works without Redis, and takes it up when it comes. The
// caller closes the client. The error is of code invalid and does not hold the URL,
// which may hold a password.
func Open(url string) (*redis.Client, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, spatial.Invalid("redisbus: open", "The Redis URL is not valid; it looks like redis://host:6379/0.")
	}
	logging.Disable() // the library prints a line for every connection that it cannot make
	options.ContextTimeoutEnabled = true
	options.MaxRetries = -1
	options.DialTimeout = time.Second
	options.DialerRetries = 1 // whoever asks tries again
	return redis.NewClient(options), nil
}

// Publish implements live.Bus.
func (b *Bus) Publish(ctx context.Context, message []byte) error {
	if err := b.client.Publish(ctx, b.cfg.Channel, message).Err(); err != nil {
		return fmt.Errorf("redisbus: publish: %w", err)
	}
	return nil
}

// Subscribe implements live.Bus. It logs once that the connection is lost, or
// could not be made, and once that it is there again.
func (b *Bus) Subscribe(ctx context.Context, l live.BusListener) error {
	const first, longest = 50 * time.Millisecond, 5 * time.Second
	wait, lost := first, false
	heard := live.BusListener{Message: l.Message, Gap: func() {
		if lost {
			b.log.InfoContext(ctx, "redisbus: connected again")
		}
		wait, lost = first, false
		l.Gap()
	}}
	for {
		err := b.listen(ctx, heard)
		if ctx.Err() != nil {
			return nil
		}
		if !lost {
			lost = true
			b.log.WarnContext(ctx, "redisbus: no connection; this node works alone until there is one", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = min(2*wait, longest)
	}
}

// listen serves one connection until it fails.
func (b *Bus) listen(ctx context.Context, l live.BusListener) error {
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
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		pinged = false
		switch m := received.(type) {
		case *redis.Subscription:
			l.Gap()
		case *redis.Message:
			l.Message([]byte(m.Payload))
		}
	}
}

// closeQuietly drops the error: the connection is given up anyway.
func closeQuietly(s *redis.PubSub) { _ = s.Close() }
