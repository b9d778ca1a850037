package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/outbox"
	"gisd/spatial/postgis"
)

const noWebhook = "There is no such webhook."

// AddWebhook keeps a new webhook and returns its id; it begins with what changes
// from now on. Errors: invalid for an address that is none and for events and incidents
// without an owner, not_found without its collection or owner.
func (s *Store) AddWebhook(ctx context.Context, a spatial.Access, w outbox.Subscription) (id int64, err error) {
	op := fmt.Sprintf("postgis: add webhook of %q", w.Collection)
	u, err := url.Parse(w.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return 0, spatial.Invalid(op, "a webhook goes to an address that begins with https:// or http://")
	}
	if len(w.Live) > 0 {
		return s.addLive(ctx, a, w, u.Host)
	}
	absent := "There is no such collection."
	if w.Owner != "" {
		absent = "There is no such collection, or nobody of the name " + w.Owner + "."
	}
	err = s.change(ctx, op, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queryNumberAll); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, queryAdd, w.Collection, w.URL, w.Secret, w.Owner, a.Subject).Scan(&id)
		if err != nil {
			return postgis.WrapAbsent(ctx, op, absent, err)
		}
		// The address may hold a key, and the log is read by many.
		return audit(ctx, tx, a, "webhook.add", id, map[string]any{"collection": w.Collection, "host": u.Host, "owner": w.Owner})
	})
	return id, err
}

// Webhooks lists those of a collection, or all for "".
func (s *Store) Webhooks(ctx context.Context, collection string) ([]outbox.Subscription, error) {
	return s.webhooks(ctx, collection, 0)
}

// Webhook returns one, without its secret, with the messages that it has not taken.
func (s *Store) Webhook(ctx context.Context, id int64) (*outbox.Subscription, []outbox.Message, error) {
	const op = "postgis: read webhook"
	list, err := s.webhooks(ctx, "", id)
	if err != nil {
		return nil, nil, err
	}
	if len(list) == 0 {
		return nil, nil, spatial.NotFound(op, noWebhook)
	}
	messages, err := s.messages(ctx, op, queryMessages, id)
	return &list[0], messages, err
}

func (s *Store) webhooks(ctx context.Context, collection string, id int64) ([]outbox.Subscription, error) {
	const op = "postgis: list webhooks"
	rows, err := s.db.Pool.Query(ctx, queryList, collection, id)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w outbox.Subscription, err error) {
		var behind, delivered *time.Time
		err = row.Scan(&w.ID, &w.Collection, &w.Live, &w.URL, &w.Owner, &w.Position, &w.Trouble, &behind, &w.Waiting, &w.Dead, &delivered, &w.CreatedBy, &w.CreatedAt)
		w.Behind, w.DeliveredAt, w.CreatedAt = postgis.TimeOf(behind), postgis.TimeOf(delivered), w.CreatedAt.UTC()
		return w, err
	})
	return list, postgis.Wrap(ctx, op, err)
}

// Endpoint implements outbox.Endpoints.
func (s *Store) Endpoint(ctx context.Context, id string) (e outbox.Endpoint, err error) {
	const op = "postgis: read webhook"
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return e, spatial.NotFound(op, noWebhook)
	}
	err = s.db.Pool.QueryRow(ctx, queryEndpoint, number).Scan(&e.URL, &e.Secret)
	return e, postgis.WrapAbsent(ctx, op, noWebhook, err)
}

// RemoveWebhook takes a webhook away, with all that it has not taken. Errors:
// not_found.
func (s *Store) RemoveWebhook(ctx context.Context, a spatial.Access, id int64) error {
	const op = "postgis: remove webhook"
	return s.change(ctx, op, func(tx pgx.Tx) error {
		var collection string
		if err := tx.QueryRow(ctx, queryRemove, id).Scan(&collection); err != nil {
			return postgis.WrapAbsent(ctx, op, noWebhook, err)
		}
		return audit(ctx, tx, a, "webhook.remove", id, map[string]any{"collection": collection})
	})
}

// RetryWebhook has messages of a webhook sent again at once, from the first try:
// those that were given up and those that wait, or the one that is named. It
// returns how many. Errors: not_found.
func (s *Store) RetryWebhook(ctx context.Context, a spatial.Access, id int64, message string) (count int64, err error) {
	const op = "postgis: retry webhook"
	if _, _, err := s.Webhook(ctx, id); err != nil {
		return 0, err
	}
	err = s.change(ctx, op, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, queryRetry, id, message)
		if err != nil {
			return err
		}
		if count = tag.RowsAffected(); count == 0 && message != "" {
			return spatial.NotFound(op, "The webhook has no such message.")
		}
		return audit(ctx, tx, a, "webhook.retry", id, map[string]any{"messages": count})
	})
	return count, err
}

// change is one transaction, of which whoever delivers hears.
func (s *Store) change(ctx context.Context, op string, do func(pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, s.db.Pool, func(tx pgx.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, queryAnnounce)
		return err
	})
	return postgis.Wrap(ctx, op, err)
}

func audit(ctx context.Context, tx pgx.Tx, a spatial.Access, action string, webhook int64, detail map[string]any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("postgis: audit: %w", err)
	}
	_, err = tx.Exec(ctx, queryAudit, a.Subject, action, "webhook:"+strconv.FormatInt(webhook, 10), text)
	return err
}
