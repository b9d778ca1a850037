package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Store keeps messages. Every method may be called by many goroutines.
type Store interface {
	// Lead calls work on one node at a time, and again after a failure, until the
	// context ends. The context of work ends when this node does not lead any more;
	// wake tells that something may have to be done.
	Lead(ctx context.Context, work func(ctx context.Context, wake <-chan struct{}) error) error
	// Fill writes the messages that are due from feeds.
	Fill(ctx context.Context) error
	// Due returns the first waiting message of each lane whose time has come, at
	// most limit, none of the busy lanes.
	Due(ctx context.Context, now time.Time, busy []string, limit int) ([]Message, error)
	// Settle keeps what became of a try: the message is delivered and forgotten, dead,
	// or waits for the next one.
	Settle(ctx context.Context, m Message) error
	Backlog(ctx context.Context) (Backlog, error)
}

// Sender hands a message to the other side and returns nil once that has taken it.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Backlog is how much is not delivered.
type Backlog struct {
	Waiting int64
	Dead    int64
	// Oldest is since when the oldest waiting message waits, or the oldest change that
	// a webhook has not got; zero for none.
	Oldest time.Time
}

// Config of a Courier; Store and Senders are required, zero values elsewhere mean
// the defaults.
type Config struct {
	Store    Store
	Senders  map[Channel]Sender
	Tries    int           // 16, within about 35 hours
	First    time.Duration // pause after the first try, 5 s; twice as long after each further one
	Longest  time.Duration // pause between two tries, 6 h
	Timeout  time.Duration // of one try; 20 s
	Poll     time.Duration // looks without being told; 1 s
	Parallel int           // lanes that are served at once; 8
	Now      func() time.Time
	Jitter   func() float64 // from 0 to 1; random
	Log      *slog.Logger
}

// Courier delivers what a Store keeps. Of several nodes one does.
type Courier struct {
	c       Config
	metrics *metrics
}

// NewCourier fills the defaults in; reg may be nil.
func NewCourier(c Config, reg prometheus.Registerer) *Courier {
	setDefault(&c.Tries, 16)
	setDefault(&c.First, 5*time.Second)
	setDefault(&c.Longest, 6*time.Hour)
	setDefault(&c.Timeout, 20*time.Second)
	setDefault(&c.Poll, time.Second)
	setDefault(&c.Parallel, 8)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Courier{c, newMetrics(reg)}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Run delivers until the context ends, and returns nil then.
func (c *Courier) Run(ctx context.Context) error {
	var watching sync.WaitGroup
	watching.Go(func() { c.watch(ctx) })
	err := c.c.Store.Lead(ctx, c.lead)
	watching.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// lead hands out messages as long as this node is the one that does. Each lane has
// one message on its way at most.
func (c *Courier) lead(ctx context.Context, wake <-chan struct{}) error {
	ctx, cancel := context.WithCancel(ctx)
	var under sync.WaitGroup
	defer under.Wait()
	defer cancel()
	var busy []string
	finished := make(chan string, c.c.Parallel)
	poll := time.NewTicker(c.c.Poll)
	defer poll.Stop()
	for {
		if err := c.c.Store.Fill(ctx); err != nil {
			return fmt.Errorf("outbox: fill: %w", err)
		}
		due, err := c.c.Store.Due(ctx, c.c.Now(), busy, c.c.Parallel-len(busy))
		if err != nil {
			return fmt.Errorf("outbox: due: %w", err)
		}
		for _, m := range due {
			busy = append(busy, m.Lane)
			under.Go(func() {
				c.try(ctx, m)
				finished <- m.Lane
			})
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
		case <-poll.C:
		case lane := <-finished:
			busy = without(busy, lane)
			for len(finished) > 0 {
				busy = without(busy, <-finished)
			}
		}
	}
}

func without(lanes []string, gone string) []string {
	kept := lanes[:0]
	for _, lane := range lanes {
		if lane != gone {
			kept = append(kept, lane)
		}
	}
	return kept
}

// settling is how long what became of a try may take to be kept, also where the
// server stops meanwhile: what is not kept is sent again.
const settling = 5 * time.Second

// try hands one message over and keeps what became of it. A try that ends because
// the server stops was none.
func (c *Courier) try(ctx context.Context, m Message) {
	err := c.send(ctx, m)
	if err != nil && ctx.Err() != nil {
		return
	}
	m = c.after(m, err)
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), settling)
	defer cancel()
	if err := c.c.Store.Settle(keep, m); err != nil {
		c.c.Log.WarnContext(ctx, "a message is sent again: what became of it was not kept", "message", m.ID, "error", err)
		return
	}
	c.metrics.settled(m)
	if m.State == StateDead {
		c.c.Log.ErrorContext(ctx, "a message was not delivered", "message", m.ID, "topic", m.Topic, "channel", m.Channel,
			"destination", m.Destination, "tries", m.Tries, "error", m.LastError)
	}
}

func (c *Courier) send(ctx context.Context, m Message) error {
	sender := c.c.Senders[m.Channel]
	if sender == nil {
		return fmt.Errorf("outbox: this server sends no %s", m.Channel)
	}
	limited, cancel := context.WithTimeout(ctx, c.c.Timeout)
	defer cancel()
	return sender.Send(limited, m)
}

// after is the message after a try.
func (c *Courier) after(m Message, err error) Message {
	m.Tries++
	switch {
	case err == nil:
		m.State, m.LastError = StateDelivered, ""
	case m.Tries >= c.c.Tries:
		m.State, m.LastError = StateDead, reason(err)
	default:
		m.State, m.LastError, m.NextAt = StateWaiting, reason(err), c.c.Now().Add(c.pause(m.Tries))
	}
	return m
}

// pause doubles with each try, and is spread over half of itself on both sides so
// that what failed together is not tried together.
func (c *Courier) pause(tries int) time.Duration {
	pause := c.c.Longest
	if shift := tries - 1; shift < 32 && c.c.First<<shift < c.c.Longest {
		pause = c.c.First << shift
	}
	return time.Duration(float64(pause) * (0.5 + c.c.Jitter()))
}
