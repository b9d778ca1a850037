package outbox

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/internal/sleep"
	"gisd/spatial"
	"gisd/spatial/outbox"
	"gisd/spatial/postgis"
)

// Reader puts changes of collections in words for webhooks.
type Reader interface {
	// ReadChanges returns what changed behind a position, as the owner may see it; a
	// nil owner is anybody. An error that is the owner's or the collection's own, such
	// as not_found, is kept with the webhook.
	ReadChanges(ctx context.Context, collection string, owner *spatial.User, since uint64) (outbox.Batch, error)
}

// Store keeps messages and webhooks. Safe for use by many goroutines.
type Store struct {
	db     *postgis.DB
	reader Reader // nil where nothing is delivered
}

// NewStore keeps them through the pool; reader is needed to Fill alone.
func NewStore(db *postgis.DB, reader Reader) *Store { return &Store{db, reader} }

// hearingPoll is how long a connection may be dead before that is noticed.
const hearingPoll = 10 * time.Second

// Lead implements outbox.Store: the node that has the lock delivers, and the lock
// goes with its connection.
func (s *Store) Lead(ctx context.Context, work func(context.Context, <-chan struct{}) error) error {
	s.db.KeepTrying(ctx, "messages are not delivered", func(ctx context.Context, conn *pgx.Conn) error {
		if err := elect(ctx, conn); err != nil {
			return err
		}
		for _, listen := range []string{queryListen, queryListenChanges} {
			if _, err := conn.Exec(ctx, listen); err != nil {
				return err
			}
		}
		leading, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		wake, heard := make(chan struct{}, 1), make(chan struct{})
		go func() {
			defer close(heard)
			stop(hear(leading, conn, wake))
		}()
		err := work(leading, wake)
		lost := context.Cause(leading) // nil while the connection is good
		stop(nil)
		<-heard
		if lost != nil {
			return lost
		}
		return err
	})
	return nil
}

// elect waits until no other node delivers.
func elect(ctx context.Context, conn *pgx.Conn) error {
	const pause = 2 * time.Second
	for {
		var mine bool
		if err := conn.QueryRow(ctx, queryLead).Scan(&mine); err != nil || mine {
			return err
		}
		if err := sleep.For(ctx, pause); err != nil {
			return err
		}
	}
}

// hear passes announcements on until the connection or the context ends.
func hear(ctx context.Context, conn *pgx.Conn, wake chan<- struct{}) error {
	const pause, longest = 5 * time.Millisecond, 50 * time.Millisecond
	for {
		if err := postgis.AwaitAnnouncements(ctx, conn, hearingPoll, pause, longest); err != nil {
			return err
		}
		if err := conn.Ping(ctx); err != nil {
			return err
		}
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// Due implements outbox.Store.
func (s *Store) Due(ctx context.Context, now time.Time, busy []string, limit int) ([]outbox.Message, error) {
	if limit < 1 {
		return nil, nil
	}
	if busy == nil {
		busy = []string{}
	}
	return s.messages(ctx, "postgis: read messages that are due", queryDue, now, busy, limit)
}

func (s *Store) messages(ctx context.Context, op, query string, args ...any) ([]outbox.Message, error) {
	rows, err := s.db.Pool.Query(ctx, query, args...)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[outbox.Message])
	return list, postgis.Wrap(ctx, op, err)
}

// Settle implements outbox.Store.
func (s *Store) Settle(ctx context.Context, m outbox.Message) error {
	query, args := queryPostponed, []any{m.ID, m.Tries, m.NextAt, m.LastError}
	switch m.State {
	case outbox.StateDelivered:
		query, args = queryDelivered, []any{m.ID}
	case outbox.StateDead:
		query, args = queryDead, []any{m.ID, m.Tries, m.LastError}
	case outbox.StateWaiting:
	}
	_, err := s.db.Pool.Exec(ctx, query, args...)
	return postgis.Wrap(ctx, "postgis: settle message", err)
}

// Backlog implements outbox.Store.
func (s *Store) Backlog(ctx context.Context) (b outbox.Backlog, err error) {
	var oldest *time.Time
	err = s.db.Pool.QueryRow(ctx, queryBacklog).Scan(&b.Waiting, &b.Dead, &oldest)
	b.Oldest = postgis.TimeOf(oldest)
	return b, postgis.Wrap(ctx, "postgis: count messages", err)
}
