package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gisd/spatial/outbox"
	outboxstore "gisd/spatial/postgis/outbox"
)

func newWebhooksCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "webhooks",
		Short: "Push changes of collections to other programs",
		Long: "Push what is inserted, updated and deleted in a collection to an address, in order, signed (Standard Webhooks) and at least once: " +
			"what is not taken is tried again for a day and a half, then lies here until it is sent again. docs/features.md says what arrives.",
		Example: "  gisd webhooks add buildings https://taxes.example/hook --owner an\n  gisd webhooks test 1\n  gisd webhooks list",
	}
	cmd.AddCommand(newWebhooksAddCommand(a), newWebhooksListCommand(a), newWebhooksShowCommand(a), newWebhooksRemoveCommand(a),
		newWebhooksRetryCommand(a), newWebhooksTestCommand(a))
	return cmd
}

func (a *app) withWebhooks(ctx context.Context, work func(context.Context, *outboxstore.Store) error) error {
	db, release, err := a.database(ctx)
	if err != nil {
		return err
	}
	defer release()
	return work(ctx, outboxstore.NewStore(db, nil))
}

// webhookCommand is a command on one webhook.
func (a *app) webhookCommand(cmd *cobra.Command, work func(ctx context.Context, s *outboxstore.Store, id int64) error) *cobra.Command {
	cmd.Args = oneArgument("the number of a webhook")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		id, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil {
			return usagef("%q is no webhook's number: see `gisd webhooks list`", args[0])
		}
		return a.withWebhooks(cmd.Context(), func(ctx context.Context, s *outboxstore.Store) error { return work(ctx, s, id) })
	}
	return cmd
}

func newWebhooksAddCommand(a *app) *cobra.Command {
	var owner string
	var live []string
	cmd := &cobra.Command{
		Use:   "add COLLECTION URL | add --live events,incidents URL",
		Short: "Push what happens from now on, and print the secret, once",
		Long: "Push what changes in a collection from now on to an address, and print the webhook's number and the secret that its messages are signed with. " +
			"The rights of --owner, as they are when a change is sent, decide what is sent; without it, what anyone may read. " +
			"With --live it pushes events of rules and incidents in place of changes, to an owner with the role operator or admin. " +
			"An address inside the office's own network wants --outgoing-allow at the server.",
		Example: "  gisd webhooks add buildings https://taxes.example/hook --owner an\n  gisd webhooks add --live events,incidents https://115.example/hook --owner an",
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := subscription(args, live, owner)
			if err != nil {
				return err
			}
			secret, err := outbox.NewSecret()
			if err != nil {
				return err
			}
			w.Secret = secret
			return a.withWebhooks(cmd.Context(), func(ctx context.Context, s *outboxstore.Store) error {
				id, err := s.AddWebhook(ctx, commandLine(), w)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(a.stdout, "webhook  %d\nsecret   %s\n", id, outbox.SecretText(secret))
				return err
			})
		},
	}
	cmd.Flags().StringVar(&owner, "owner", "", "the person whose rights decide what is sent; without it what anyone may read")
	cmd.Flags().StringSliceVar(&live, "live", nil, "events, incidents or both, in place of a collection")
	return cmd
}

// subscription is the webhook that arguments and flags describe.
func subscription(args, live []string, owner string) (w outbox.Subscription, err error) {
	topics := map[string]outbox.Topic{"events": outbox.TopicEvents, "incidents": outbox.TopicIncident}
	w.Owner = owner
	for _, word := range live {
		topic, ok := topics[word]
		if !ok {
			return w, usagef("--live wants events, incidents or both, not %q", word)
		}
		w.Live = append(w.Live, topic)
	}
	switch {
	case len(live) == 0 && len(args) == 2:
		w.Collection, w.URL = args[0], args[1]
	case len(live) > 0 && len(args) == 1:
		w.URL = args[0]
	default:
		return w, usagef("it wants a collection and an address, or --live and an address")
	}
	return w, nil
}

// subjectOfWebhook is the collection, or what a webhook of the live part is told.
func subjectOfWebhook(w outbox.Subscription) string {
	if len(w.Live) == 0 {
		return w.Collection
	}
	words := make([]string, len(w.Live))
	for i, topic := range w.Live {
		words[i] = string(topic)
	}
	return strings.Join(words, ",")
}

func newWebhooksListCommand(a *app) *cobra.Command {
	var collection string
	cmd := &cobra.Command{
		Use: "list", Short: "List webhooks and how far they are", Example: "  gisd webhooks list", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withWebhooks(cmd.Context(), func(ctx context.Context, s *outboxstore.Store) error {
				list, err := s.Webhooks(ctx, collection)
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tOF\tURL\tOWNER\tSTATE\tDEAD\tLAST DELIVERY")
				for _, h := range list {
					delivered := "never"
					if !h.DeliveredAt.IsZero() {
						delivered = h.DeliveredAt.Format(time.RFC3339)
					}
					fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%d\t%s\n", h.ID, subjectOfWebhook(h), h.URL, cmp.Or(h.Owner, "anyone"), stateOfWebhook(h), h.Dead, delivered)
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().StringVar(&collection, "collection", "", "those of one collection")
	return cmd
}

func stateOfWebhook(w outbox.Subscription) string {
	switch {
	case w.Trouble != "":
		return "rests: " + w.Trouble
	case !w.Behind.IsZero():
		return "behind since " + w.Behind.Format(time.RFC3339)
	}
	return "up to date"
}

// webhookDoc and messageDoc are what `gisd webhooks show` prints.
type webhookDoc struct {
	ID          int64          `json:"id"`
	Collection  string         `json:"collection,omitempty"`
	Live        []outbox.Topic `json:"live,omitempty"`
	URL         string         `json:"url"`
	Owner       string         `json:"owner,omitempty"`
	Position    string         `json:"position"`
	State       string         `json:"state"`
	DeliveredAt time.Time      `json:"deliveredAt,omitzero"`
	CreatedBy   string         `json:"createdBy"`
	CreatedAt   time.Time      `json:"createdAt"`
	Messages    []messageDoc   `json:"messages"`
}

type messageDoc struct {
	ID        string          `json:"id"`
	Topic     outbox.Topic    `json:"topic"`
	State     outbox.State    `json:"state"`
	Tries     int             `json:"tries"`
	NextAt    time.Time       `json:"nextAt,omitzero"`
	LastError string          `json:"lastError,omitempty"`
	CreatedAt time.Time       `json:"createdAt"`
	Bytes     int             `json:"bytes"`
	Payload   json.RawMessage `json:"payload,omitempty"`
}

func newWebhooksShowCommand(a *app) *cobra.Command {
	var payload bool
	cmd := a.webhookCommand(&cobra.Command{
		Use: "show ID", Short: "Show a webhook as JSON, with the messages that were not taken",
		Example: "  gisd webhooks show 1\n  gisd webhooks show 1 --payload",
	}, func(ctx context.Context, s *outboxstore.Store, id int64) error {
		w, messages, err := s.Webhook(ctx, id)
		if err != nil {
			return err
		}
		doc := webhookDoc{ID: w.ID, Collection: w.Collection, Live: w.Live, URL: w.URL, Owner: w.Owner, Position: strconv.FormatUint(w.Position, 10), State: stateOfWebhook(*w),
			DeliveredAt: w.DeliveredAt, CreatedBy: w.CreatedBy, CreatedAt: w.CreatedAt, Messages: []messageDoc{}}
		for _, m := range messages {
			d := messageDoc{ID: m.ID, Topic: m.Topic, State: m.State, Tries: m.Tries, LastError: m.LastError, CreatedAt: m.CreatedAt.UTC(), Bytes: len(m.Payload)}
			if m.State == outbox.StateWaiting {
				d.NextAt = m.NextAt.UTC()
			}
			if payload {
				d.Payload = m.Payload
			}
			doc.Messages = append(doc.Messages, d)
		}
		return writeJSON(a.stdout, doc)
	})
	cmd.Flags().BoolVar(&payload, "payload", false, "with what is in the messages")
	return cmd
}

func newWebhooksRemoveCommand(a *app) *cobra.Command {
	return a.webhookCommand(&cobra.Command{
		Use: "remove ID", Short: "Push no more, and forget what was not taken", Example: "  gisd webhooks remove 1",
	}, func(ctx context.Context, s *outboxstore.Store, id int64) error {
		return s.RemoveWebhook(ctx, commandLine(), id)
	})
}

func newWebhooksRetryCommand(a *app) *cobra.Command {
	var message string
	cmd := a.webhookCommand(&cobra.Command{
		Use: "retry ID", Short: "Send again what was given up, and what waits at once",
		Example: "  gisd webhooks retry 1\n  gisd webhooks retry 1 --message msg_4cVw…",
	}, func(ctx context.Context, s *outboxstore.Store, id int64) error {
		count, err := s.RetryWebhook(ctx, commandLine(), id, message)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.stdout, "%d messages go again\n", count)
		return err
	})
	cmd.Flags().StringVar(&message, "message", "", "only this one, as `gisd webhooks show` names it")
	return cmd
}

func newWebhooksTestCommand(a *app) *cobra.Command {
	return a.webhookCommand(&cobra.Command{
		Use: "test ID", Short: "Send a message of the type webhook.test, from here and at once", Example: "  gisd webhooks test 1",
	}, func(ctx context.Context, s *outboxstore.Store, id int64) error {
		number := strconv.FormatInt(id, 10)
		w, _, err := s.Webhook(ctx, id)
		if err != nil {
			return err
		}
		data, err := json.Marshal(map[string]string{"collection": subjectOfWebhook(*w)})
		if err != nil {
			return err
		}
		payload, err := outbox.Envelope(outbox.TopicTest, time.Now(), data)
		if err != nil {
			return err
		}
		m, err := outbox.NewMessage(outbox.TopicTest, outbox.ChannelWebhook, number, payload)
		if err != nil {
			return err
		}
		poster, err := a.webhookPoster()
		if err != nil {
			return err
		}
		if err := (&outbox.Webhooks{Endpoints: s, Poster: poster}).Send(ctx, m); err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.stdout, "%s was taken\n", m.ID)
		return err
	})
}
