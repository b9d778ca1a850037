package main

import (
	"context"
	"time"

	"gisd/api/auth"
	"gisd/api/ogc"
	"gisd/internal/outgoing"
	"gisd/spatial"
	"gisd/spatial/outbox"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/features"
	outboxstore "gisd/spatial/postgis/outbox"
)

// What one delivery of a webhook may take, and how many changes are in one.
const (
	webhookTimeout = 20 * time.Second
	webhookAnswer  = 64 << 10
	webhookChanges = 500
)

// addOutbox delivers what other programs are told.
func (n *node) addOutbox(store *features.Store, handlers *ogc.Handlers) error {
	poster, err := n.webhookPoster()
	if err != nil {
		return err
	}
	messages := outboxstore.NewStore(n.db, pushedChanges{n.catalogue, store, handlers})
	courier := outbox.NewCourier(outbox.Config{
		Store:   messages,
		Senders: map[outbox.Channel]outbox.Sender{outbox.ChannelWebhook: &outbox.Webhooks{Endpoints: messages, Poster: poster}},
		Timeout: webhookTimeout, Log: n.log,
	}, n.registry)
	n.parts = append(n.parts, courier.Run)
	if days := n.cfg.ChangeDays; days > 0 {
		n.parts = append(n.parts, func(ctx context.Context) error {
			return messages.KeepChanges(ctx, time.Duration(days)*24*time.Hour)
		})
	}
	return nil
}

func (a *app) webhookPoster() (*outgoing.Client, error) {
	return a.outgoing(outgoing.Config{MaxBytes: webhookAnswer, Timeout: webhookTimeout})
}

// pushedChanges reads what changed with the rights that the owner of a webhook has
// now.
type pushedChanges struct {
	catalogue *postgis.Catalogue
	features  *features.Store
	handlers  *ogc.Handlers
}

// ReadChanges implements the outbox's Reader.
func (p pushedChanges) ReadChanges(ctx context.Context, collection string, owner *spatial.User, since uint64) (b outbox.Batch, err error) {
	var access spatial.Access
	if owner != nil {
		access = auth.AccessOfUser(owner)
	}
	c, err := p.catalogue.Collection(collection, access)
	if err != nil {
		return b, err
	}
	page, err := p.features.Changes(ctx, c, access, since, webhookChanges)
	if err != nil {
		return b, err
	}
	b = outbox.Batch{Position: page.Position, More: page.More}
	if len(page.List) == 0 {
		return b, nil
	}
	data, position, err := p.handlers.PushedChanges(c, access, page)
	if err != nil {
		return b, err
	}
	b.Position, b.More = position, page.More || position < page.Position
	b.Payload, err = outbox.Envelope(outbox.TopicChanges, time.Now(), data)
	return b, err
}
