package outbox

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/outbox"
	"gisd/spatial/postgis"
)

// addLive keeps a new webhook of events and incidents: those are not for anybody, and
// so the webhook has an owner.
func (s *Store) addLive(ctx context.Context, a spatial.Access, w outbox.Subscription, host string) (id int64, err error) {
	const op = "postgis: add webhook of events and incidents"
	if w.Owner == "" {
		return 0, spatial.Invalid(op, "A webhook of events and incidents needs an owner with the role operator or admin.")
	}
	err = s.change(ctx, op, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, queryAddLive, w.Live, w.URL, w.Secret, w.Owner, a.Subject).Scan(&id)
		if err != nil {
			return postgis.WrapAbsent(ctx, op, "There is nobody of the name "+w.Owner+".", err)
		}
		return audit(ctx, tx, a, "webhook.add", id, map[string]any{"live": w.Live, "host": host, "owner": w.Owner})
	})
	return id, err
}

// Push writes a message for each webhook of the topic, within the transaction of what it
// tells of: what is committed is told, and what is not is not. Word puts it in words for
// the owner, nil where there is nothing for them.
func Push(ctx context.Context, tx pgx.Tx, topic outbox.Topic, word func(owner *spatial.User) (json.RawMessage, error)) error {
	const op = "postgis: write messages of events and incidents"
	rows, err := tx.Query(ctx, querySubscribers, topic)
	if err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	type subscriber struct {
		webhook int64
		owner   spatial.User
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w subscriber, err error) {
		err = row.Scan(&w.webhook, &w.owner.ID, &w.owner.Name, &w.owner.Roles, &w.owner.Department)
		return w, err
	})
	if err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	told := false
	for i := range list {
		data, err := word(&list[i].owner)
		if err != nil {
			return err
		}
		if data == nil {
			continue
		}
		payload, err := outbox.Envelope(topic, time.Now(), data)
		if err != nil {
			return err
		}
		m, err := outbox.NewMessage(topic, outbox.ChannelWebhook, strconv.FormatInt(list[i].webhook, 10), payload)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, queryPush, m.ID, m.Topic, m.Lane, m.Payload, list[i].webhook); err != nil {
			return postgis.Wrap(ctx, op, err)
		}
		told = true
	}
	if !told {
		return nil
	}
	_, err = tx.Exec(ctx, queryAnnounce)
	return postgis.Wrap(ctx, op, err)
}
