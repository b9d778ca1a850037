package outbox

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/outbox"
	"gisd/spatial/postgis"
)

// feed is a webhook that has not got all changes.
type feed struct {
	webhook    int64
	collection string
	position   uint64
	latest     uint64 // position of the last change
	trouble    string
	owner      *spatial.User // nil is anybody
}

// Fill implements outbox.Store: it writes for each webhook that has got what was
// written before the next message. What cannot be read for one is noted with it and
// leaves the others alone.
func (s *Store) Fill(ctx context.Context) error {
	const op = "postgis: read feeds of webhooks"
	if _, err := s.db.Pool.Exec(ctx, queryNumber); err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	feeds, err := s.feeds(ctx)
	if err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	for _, f := range feeds {
		err := s.fill(ctx, f)
		if code := spatial.CodeOf(err); err == nil || ctx.Err() == nil && code != spatial.CodeUnavailable {
			if err := s.note(ctx, f, err); err != nil {
				return postgis.Wrap(ctx, op, err)
			}
			continue
		}
		return err
	}
	return nil
}

func (s *Store) feeds(ctx context.Context) ([]feed, error) {
	rows, err := s.db.Pool.Query(ctx, queryRipe)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f feed, err error) {
		var person *int64
		var u spatial.User
		var roles []string
		err = row.Scan(&f.webhook, &f.collection, &f.position, &f.latest, &f.trouble, &person, &u.Name, &roles, &u.Department, &u.Disabled)
		if person != nil {
			u.ID = *person
			for _, r := range roles {
				u.Roles = append(u.Roles, spatial.Role(r))
			}
			f.owner = &u
		}
		return f, err
	})
}

func (s *Store) fill(ctx context.Context, f feed) error {
	if f.owner != nil && f.owner.Disabled {
		return &spatial.Error{Code: spatial.CodeForbidden, Op: "postgis: fill webhook", Message: "the account of " + f.owner.Name + " is disabled"}
	}
	batch, err := s.reader.ReadChanges(ctx, f.collection, f.owner, f.position)
	if err != nil {
		return err
	}
	position := batch.Position
	if batch.Payload == nil {
		if !batch.More { // nothing up to the last change is for this owner
			position = max(position, f.latest)
		}
		_, err := s.db.Pool.Exec(ctx, queryAdvance, f.webhook, f.position, position)
		return postgis.Wrap(ctx, "postgis: advance webhook", err)
	}
	m, err := outbox.NewMessage(outbox.TopicChanges, outbox.ChannelWebhook, strconv.FormatInt(f.webhook, 10), batch.Payload)
	if err != nil {
		return err
	}
	_, err = s.db.Pool.Exec(ctx, queryFill, f.webhook, f.position, m.ID, m.Topic, m.Lane, m.Payload, position)
	return postgis.Wrap(ctx, "postgis: write message", err)
}

// note keeps why the changes of a webhook cannot be read, and says it once.
func (s *Store) note(ctx context.Context, f feed, err error) error {
	if err == nil {
		return nil
	}
	trouble := "something went wrong; see the server's log"
	if e, ok := errors.AsType[*spatial.Error](err); ok {
		trouble = e.Message
	}
	if trouble == f.trouble {
		return nil
	}
	s.db.Log.WarnContext(ctx, "changes cannot be read for a webhook", "webhook", f.webhook, "collection", f.collection, "error", err)
	if _, err := s.db.Pool.Exec(ctx, queryTrouble, f.webhook, trouble); err != nil {
		return fmt.Errorf("note trouble: %w", err)
	}
	return nil
}
