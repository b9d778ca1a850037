package main

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"gisd/api/auth"
	apilive "gisd/api/live"
	"gisd/spatial"
	"gisd/spatial/live/fence"
	"gisd/spatial/live/incident"
	"gisd/spatial/outbox"
	outboxstore "gisd/spatial/postgis/outbox"
)

// pushedNews writes what webhooks of events and incidents are sent, with the rights
// that their owners have now. The handlers are there before anything is recorded.
type pushedNews struct{ handlers *apilive.Handlers }

// Recorded implements the follower of events.
func (p *pushedNews) Recorded(ctx context.Context, tx pgx.Tx, events []fence.Event) error {
	return outboxstore.Push(ctx, tx, outbox.TopicEvents, func(owner *spatial.User) (json.RawMessage, error) {
		return p.handlers.PushedEvents(events, auth.AccessOfUser(owner))
	})
}

// Changed implements the follower of incidents.
func (p *pushedNews) Changed(ctx context.Context, tx pgx.Tx, i *incident.Incident, entries []incident.Entry) error {
	return outboxstore.Push(ctx, tx, outbox.TopicIncident, func(owner *spatial.User) (json.RawMessage, error) {
		return p.handlers.PushedIncident(i, entries, auth.AccessOfUser(owner))
	})
}
