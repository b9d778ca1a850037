package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"gisd/spatial/outbox"
)

// shelf keeps messages in memory.
type shelf struct {
	mu       sync.Mutex
	messages []outbox.Message
	dead     []outbox.Message
	wake     chan struct{}
}

func newShelf(messages ...outbox.Message) *shelf {
	return &shelf{messages: messages, wake: make(chan struct{}, 1)}
}

func (s *shelf) Lead(ctx context.Context, work func(context.Context, <-chan struct{}) error) error {
	return work(ctx, s.wake)
}

func (s *shelf) Fill(context.Context) error { return nil }

func (s *shelf) Due(_ context.Context, now time.Time, busy []string, limit int) (due []outbox.Message, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var seen []string
	for _, m := range s.messages {
		first := !slices.Contains(seen, m.Lane)
		seen = append(seen, m.Lane)
		if first && !slices.Contains(busy, m.Lane) && !m.NextAt.After(now) && len(due) < limit {
			due = append(due, m)
		}
	}
	return due, nil
}

func (s *shelf) Settle(_ context.Context, m outbox.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.messages, func(o outbox.Message) bool { return o.ID == m.ID })
	if m.State == outbox.StateWaiting {
		s.messages[i] = m
		return nil
	}
	s.messages = slices.Delete(s.messages, i, i+1)
	if m.State == outbox.StateDead {
		s.dead = append(s.dead, m)
	}
	return nil
}

func (s *shelf) Backlog(context.Context) (b outbox.Backlog, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.Waiting, b.Dead = int64(len(s.messages)), int64(len(s.dead))
	if len(s.messages) > 0 {
		b.Oldest = s.messages[0].CreatedAt
	}
	return b, nil
}

func (s *shelf) left() (waiting, dead []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		waiting = append(waiting, m.ID)
	}
	for _, m := range s.dead {
		dead = append(dead, m.ID)
	}
	return waiting, dead
}

// sender notes what is sent and when.
type sender struct {
	mu   sync.Mutex
	sent []string
	at   []time.Time
	send func(context.Context, outbox.Message) error
}

func (s *sender) Send(ctx context.Context, m outbox.Message) error {
	s.mu.Lock()
	s.sent, s.at = append(s.sent, m.ID), append(s.at, time.Now())
	s.mu.Unlock()
	if s.send == nil {
		return nil
	}
	return s.send(ctx, m)
}

func message(id, lane string) outbox.Message {
	return outbox.Message{ID: id, Lane: lane, Topic: outbox.TopicChanges, Channel: outbox.ChannelWebhook, Destination: lane, State: outbox.StateWaiting, CreatedAt: time.Now()}
}

// run delivers until the context ends, with pauses that are not spread.
func run(t *testing.T, c outbox.Config, s *sender, reg prometheus.Registerer) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c.Senders = map[outbox.Channel]outbox.Sender{outbox.ChannelWebhook: s}
	c.Jitter = func() float64 { return 0.5 }
	done := make(chan error, 1)
	go func() { done <- outbox.NewCourier(c, reg).Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// figures are what a scrape sees, counters with their values.
func figures(t *testing.T, reg *prometheus.Registry) (seen []string) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			text := f.GetName()
			if m.Counter != nil {
				text += fmt.Sprintf(" %s %g", m.Label[1].GetValue(), m.Counter.GetValue())
			}
			seen = append(seen, text)
		}
	}
	return seen
}

func TestMessagesOfALaneGoInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newShelf(message("a1", "a"), message("a2", "a"), message("b1", "b"))
		failed := false
		s := &sender{send: func(_ context.Context, m outbox.Message) error {
			if m.ID == "a1" && !failed {
				failed = true
				return errors.New("not now")
			}
			return nil
		}}
		stop := run(t, outbox.Config{Store: store, First: 10 * time.Second}, s, nil)
		time.Sleep(30 * time.Second)
		stop()
		slices.Sort(s.sent[:2]) // two lanes side by side
		if diff := cmp.Diff([]string{"a1", "b1", "a1", "a2"}, s.sent); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPausesGrowUntilAMessageIsDead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newShelf(message("lost", "a"), message("after", "a"))
		s := &sender{send: func(_ context.Context, m outbox.Message) error {
			if m.ID == "lost" {
				return errors.New("nobody there")
			}
			return nil
		}}
		reg := prometheus.NewPedanticRegistry()
		stop := run(t, outbox.Config{Store: store, Tries: 5, First: 10 * time.Second, Longest: 30 * time.Second, Poll: 10 * time.Second}, s, reg)
		begin := time.Now()
		time.Sleep(5 * time.Minute)
		stop()
		var at []int
		for _, moment := range s.at[:5] {
			at = append(at, int(moment.Sub(begin).Seconds()))
		}
		if diff := cmp.Diff([]int{0, 10, 30, 60, 90}, at); diff != "" {
			t.Errorf("tries, in seconds (-want +got):\n%s", diff)
		}
		waiting, dead := store.left()
		if len(waiting) != 0 || !slices.Equal(dead, []string{"lost"}) || s.sent[5] != "after" {
			t.Errorf("waiting %v, dead %v, sent %v", waiting, dead, s.sent)
		}
		if got := store.dead[0]; got.Tries != 5 || got.LastError != "nobody there" {
			t.Errorf("%+v", got)
		}
		want := []string{"gisd_outbox_dead", "gisd_outbox_deliveries_total dead 1", "gisd_outbox_deliveries_total delivered 1",
			"gisd_outbox_deliveries_total failed 4", "gisd_outbox_oldest_seconds", "gisd_outbox_waiting"}
		if diff := cmp.Diff(want, figures(t, reg)); diff != "" {
			t.Error(diff)
		}
	})
}

// Pauses are spread over half of themselves on both sides.
func TestPausesAreSpread(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		jitter float64
		wants  time.Duration
	}{{"shortest", 0, 5 * time.Second}, {"longest", 1, 15 * time.Second}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := newShelf(message("a", "a"))
				s := &sender{send: func(context.Context, outbox.Message) error { return errors.New("no") }}
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				c := outbox.NewCourier(outbox.Config{
					Store: store, Senders: map[outbox.Channel]outbox.Sender{outbox.ChannelWebhook: s},
					First: 10 * time.Second, Jitter: func() float64 { return test.jitter },
				}, nil)
				go func() { done <- c.Run(ctx) }()
				time.Sleep(500 * time.Millisecond)
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
				if got := store.messages[0].NextAt.Sub(s.at[0]); got != test.wants {
					t.Errorf("pause %v, want %v", got, test.wants)
				}
			})
		})
	}
}

// A try that ends because the server stops is none; one that was taken at that
// moment is kept.
func TestStoppingLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newShelf(message("cut", "a"), message("taken", "b"))
		s := &sender{send: func(ctx context.Context, m outbox.Message) error {
			<-ctx.Done()
			if m.ID == "taken" {
				return nil
			}
			return ctx.Err()
		}}
		stop := run(t, outbox.Config{Store: store}, s, nil)
		synctest.Wait()
		stop()
		if waiting, dead := store.left(); !slices.Equal(waiting, []string{"cut"}) || len(dead) != 0 || store.messages[0].Tries != 0 {
			t.Errorf("waiting %+v, dead %v", store.messages, dead)
		}
	})
}

// A message that hangs is given up after its time, and holds no other lane back.
func TestSlowReceivers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newShelf(message("slow", "a"), message("quick", "b"))
		s := &sender{send: func(ctx context.Context, m outbox.Message) error {
			if m.ID == "quick" {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}}
		stop := run(t, outbox.Config{Store: store, Timeout: 20 * time.Second, First: time.Minute}, s, nil)
		synctest.Wait()
		if waiting, _ := store.left(); !slices.Equal(waiting, []string{"slow"}) {
			t.Errorf("waiting %v", waiting)
		}
		time.Sleep(21 * time.Second)
		stop()
		if m := store.messages[0]; m.Tries != 1 || m.LastError != "the other side takes too long to answer" {
			t.Errorf("%+v", m)
		}
	})
}
