package outbox_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/outbox"
	outboxstore "gisd/spatial/postgis/outbox"
)

// TestPush: what is committed is told, to each owner in words of theirs and in order;
// what is rolled back is not, nor is anything to those who are gone.
func TestPush(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.run(t, `insert into gisd.person (name, password_hash, roles, disabled) values
		('an', '', '{operator}', false), ('binh', '', '{operator}', false), ('chi', '', '{operator}', true)`)
	ids := map[string]int64{}
	for _, name := range []string{"an", "binh", "chi"} {
		id, err := o.store.AddWebhook(t.Context(), spatial.SystemAccess("cli"), outbox.Subscription{
			Live: []outbox.Topic{outbox.TopicIncident}, URL: "https://" + name + ".example/hook", Owner: name, Secret: make([]byte, 32)})
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = id
	}
	for name, want := range map[string]spatial.Code{"": spatial.CodeInvalid, "nobody": spatial.CodeNotFound} {
		_, err := o.store.AddWebhook(t.Context(), spatial.SystemAccess("cli"), outbox.Subscription{
			Live: []outbox.Topic{outbox.TopicEvents}, URL: "https://x.example", Owner: name, Secret: make([]byte, 32)})
		if spatial.CodeOf(err) != want {
			t.Errorf("owner %q: %v, want %s", name, err, want)
		}
	}
	broken := errors.New("broken")
	push := func(topic outbox.Topic, said string, fails error) {
		t.Helper()
		err := pgx.BeginFunc(t.Context(), o.pool, func(tx pgx.Tx) error {
			err := outboxstore.Push(t.Context(), tx, topic, func(owner *spatial.User) (json.RawMessage, error) {
				if owner.Name == "binh" && said == `"first"` || owner.Name == "chi" {
					return nil, nil
				}
				return json.RawMessage(said), nil
			})
			return errors.Join(err, fails)
		})
		if !errors.Is(err, fails) {
			t.Fatal(err)
		}
	}
	push(outbox.TopicIncident, `"lost"`, broken)
	push(outbox.TopicEvents, `"events"`, nil)
	push(outbox.TopicIncident, `"first"`, nil)
	push(outbox.TopicIncident, `"second"`, nil)
	told := func() map[string][]string {
		got := map[string][]string{}
		for range 3 {
			for _, m := range o.due(t) {
				var doc struct {
					Type outbox.Topic
					Data string
				}
				if err := json.Unmarshal(m.Payload, &doc); err != nil || doc.Type != outbox.TopicIncident {
					t.Fatalf("%s: %v", m.Payload, err)
				}
				got[m.Destination] = append(got[m.Destination], doc.Data)
				o.settle(t, m, outbox.StateDelivered)
			}
		}
		return got
	}
	w, _ := o.webhook(t, ids["an"])
	if w.Behind.IsZero() || w.Waiting != 2 || w.Collection != "" || len(w.Live) != 1 {
		t.Errorf("while messages wait: %+v", w)
	}
	want := map[string][]string{strconv.FormatInt(ids["an"], 10): {"first", "second"}, strconv.FormatInt(ids["binh"], 10): {"second"}}
	if diff := cmp.Diff(want, told()); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if w, _ := o.webhook(t, ids["an"]); !w.Behind.IsZero() || w.DeliveredAt.IsZero() {
		t.Errorf("when all is delivered: %+v", w)
	}
	if err := o.store.RemoveWebhook(t.Context(), spatial.SystemAccess("cli"), ids["an"]); err != nil {
		t.Error(err)
	}
}
