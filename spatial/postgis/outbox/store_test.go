package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/outbox"
)

// TestFeed: a webhook gets what changed since it was added, in order; its position
// moves when the other side has taken a message, and only then.
func TestFeed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.touch(t, 1)
	id := o.add(t, "p", "")
	begin, _ := o.webhook(t, id)
	if got := o.due(t); len(got) != 0 {
		t.Fatalf("what was before it: %s", words(got))
	}
	o.touch(t, 2, 3, 4, 5)
	first := o.due(t)
	if words(first) != "[2 3 4]" || words(o.due(t)) != "[2 3 4]" {
		t.Fatalf("first: %s", words(first))
	}
	o.settle(t, first[0], outbox.StateWaiting)
	again := o.due(t)
	if w, _ := o.webhook(t, id); w.Position != begin.Position || w.Behind.IsZero() || again[0].ID != first[0].ID || again[0].Tries != 1 {
		t.Errorf("after a failure: %+v, %+v", w, again)
	}
	o.settle(t, again[0], outbox.StateDelivered)
	if w, _ := o.webhook(t, id); w.Position <= begin.Position || w.DeliveredAt.IsZero() {
		t.Errorf("after a delivery: %+v", w)
	}
	rest := o.due(t)
	if words(rest) != "[5]" {
		t.Errorf("then %s", words(rest))
	}
	o.settle(t, rest[0], outbox.StateDelivered)
	if w, messages := o.webhook(t, id); !w.Behind.IsZero() || len(messages) != 0 || len(o.due(t)) != 0 {
		t.Errorf("at the end: %+v %v", w, messages)
	}
}

// TestDeadLetters: what is given up lies there until it is sent again, and what
// comes after it is not held back.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.add(t, "p", "")
	o.touch(t, 1)
	o.settle(t, o.due(t)[0], outbox.StateDead)
	o.touch(t, 2)
	next := o.due(t)
	if words(next) != "[2]" {
		t.Fatalf("next: %s", words(next))
	}
	b, err := o.store.Backlog(t.Context())
	if err != nil || b.Dead != 1 || b.Waiting != 1 || b.Oldest.IsZero() {
		t.Errorf("%+v, %v", b, err)
	}
	w, messages := o.webhook(t, id)
	if w.Dead != 1 || w.Waiting != 1 || len(messages) != 2 || messages[0].State != outbox.StateDead || messages[0].LastError != "no" {
		t.Errorf("%+v %+v", w, messages)
	}
	if n, err := o.store.RetryWebhook(t.Context(), spatial.SystemAccess("cli"), id, messages[0].ID); err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	again := o.due(t)
	if words(again) != "[1]" || again[0].ID != messages[0].ID || again[0].Tries != 0 {
		t.Fatalf("sent again: %s", words(again))
	}
	o.settle(t, again[0], outbox.StateDelivered)
	o.settle(t, o.due(t)[0], outbox.StateDelivered)
	if b, err := o.store.Backlog(t.Context()); err != nil || b != (outbox.Backlog{}) {
		t.Errorf("%+v, %v", b, err)
	}
	if _, err := o.store.RetryWebhook(t.Context(), spatial.SystemAccess("cli"), id, "msg_none"); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Error(err)
	}
}

// TestOwners: the rights of the owner decide, as they are now.
func TestOwners(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.run(t, `insert into gisd.person (name, password_hash, department) values ('an', '', 'qh')`)
	id := o.add(t, "p", "an")
	o.touch(t, 1, 2)
	before, _ := o.webhook(t, id)
	if got := o.due(t); len(got) != 0 {
		t.Fatalf("of which the owner sees nothing: %s", words(got))
	}
	if w, _ := o.webhook(t, id); w.Position <= before.Position || w.Owner != "an" || !w.Behind.IsZero() {
		t.Errorf("%+v", w)
	}
	o.run(t, `update gisd.person set disabled = true`)
	o.touch(t, 3)
	if got := o.due(t); len(got) != 0 {
		t.Fatalf("of a disabled owner: %s", words(got))
	}
	if w, _ := o.webhook(t, id); w.Trouble != "the account of an is disabled" {
		t.Errorf("%+v", w)
	}
	o.run(t, `update gisd.person set disabled = false, department = ''`)
	if got := o.due(t); words(got) != "[3]" {
		t.Errorf("enabled again: %s", words(got))
	}
	if w, _ := o.webhook(t, id); w.Trouble != "" {
		t.Errorf("%+v", w)
	}
}

func TestTroubleOfOneLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	fixture.Collection(t, o.pool, fixture.Spec{ID: "hidden"})
	hidden := o.add(t, "hidden", "")
	o.add(t, "p", "")
	fixture.Collection(t, o.pool, fixture.Spec{ID: "hidden"}) // another version
	o.touch(t, 1)
	if got := o.due(t); words(got) != "[1]" {
		t.Errorf("due: %s", words(got))
	}
	if w, _ := o.webhook(t, hidden); w.Trouble != "There is no such collection." {
		t.Errorf("%+v", w)
	}
}

func TestWebhooksAreKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cli := spatial.SystemAccess("cli")
	for _, test := range []struct {
		name string
		give outbox.Subscription
		want spatial.Code
	}{
		{"no collection", outbox.Subscription{Collection: "none", URL: "https://a.example"}, spatial.CodeNotFound},
		{"no owner", outbox.Subscription{Collection: "p", URL: "https://a.example", Owner: "nobody"}, spatial.CodeNotFound},
		{"no address", outbox.Subscription{Collection: "p", URL: "ftp://a.example"}, spatial.CodeInvalid},
	} {
		test.give.Secret = make([]byte, 32)
		if _, err := o.store.AddWebhook(t.Context(), cli, test.give); spatial.CodeOf(err) != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
	id := o.add(t, "p", "")
	list, err := o.store.Webhooks(t.Context(), "p")
	if err != nil || len(list) != 1 || list[0].ID != id || list[0].CreatedBy != "cli" || list[0].Secret != nil {
		t.Fatalf("%+v, %v", list, err)
	}
	e, err := o.store.Endpoint(t.Context(), strconv.FormatInt(id, 10))
	if err != nil || len(e.Secret) != 32 || e.URL != list[0].URL {
		t.Errorf("%+v, %v", e, err)
	}
	if err := o.store.RemoveWebhook(t.Context(), cli, id); err != nil {
		t.Fatal(err)
	}
	if err := o.store.RemoveWebhook(t.Context(), cli, id); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Error(err)
	}
	got := testdb.Strings(t, o.pool, `select action || ' ' || object || ' ' || (detail ->> 'collection') || ' ' || coalesce(detail ->> 'host', '') from gisd.audit order by id`)
	want := []string{fmt.Sprintf("webhook.add webhook:%d p taxes.example", id), fmt.Sprintf("webhook.remove webhook:%d p ", id)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestOneNodeLeads: of two nodes one works; when its connection is gone the other
// one does, and it hears of what there is to do.
func TestOneNodeLeads(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.add(t, "p", "")
	var at, most atomic.Int32
	terms, heard := make(chan int32, 10), make(chan struct{}, 10)
	node := func(number int32) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- o.store.Lead(ctx, func(ctx context.Context, wake <-chan struct{}) error {
				most.Store(max(most.Load(), at.Add(1)))
				defer at.Add(-1)
				terms <- number
				for {
					select {
					case <-ctx.Done():
						return ctx.Err()
					case <-wake:
						heard <- struct{}{}
					}
				}
			})
		}()
		return func() {
			cancel()
			if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
	}
	stops := []func(){node(0), node(1)}
	leader := <-terms
	if _, err := o.store.RetryWebhook(t.Context(), spatial.SystemAccess("cli"), id, ""); err != nil {
		t.Fatal(err)
	}
	<-heard
	stops[leader]()
	if next := <-terms; next == leader {
		t.Errorf("node %d leads again", next)
	}
	o.run(t, `select pg_terminate_backend(l.pid) from pg_locks l where l.locktype = 'advisory' and l.classid = 1735287658 and l.granted
		and l.database = (select oid from pg_database where datname = current_database())`)
	<-terms
	stops[1-leader]()
	if most.Load() != 1 {
		t.Errorf("%d led at once", most.Load())
	}
}

// TestTrim: old changes are forgotten, never those that a webhook has not got, and
// whoever comes too late is told to load the collection.
func TestTrim(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	feed := func() []string {
		return testdb.Strings(t, o.pool, `select operation || coalesce(id, '') from gisd.change where collection_id = 'p' and position is not null order by position`)
	}
	o.touch(t, 1, 2)
	id := o.add(t, "p", "")
	o.touch(t, 3, 4)
	messages := o.due(t)
	o.run(t, `update gisd.change set at = at - interval '10 days'`)
	o.touch(t, 5)
	trim := func(want int64) {
		t.Helper()
		o.run(t, `select gisd.number_changes()`)
		if n, err := o.store.TrimChanges(t.Context(), 9*24*time.Hour); err != nil || n != want {
			t.Errorf("%d forgotten, want %d: %v", n, want, err)
		}
	}
	trim(2)
	if diff := cmp.Diff([]string{"reload", "update3", "update4", "update5"}, feed()); diff != "" {
		t.Errorf("while a webhook waits:\n%s", diff)
	}
	trim(0)
	o.settle(t, messages[0], outbox.StateDelivered)
	trim(2)
	if diff := cmp.Diff([]string{"reload", "update5"}, feed()); diff != "" {
		t.Errorf("then:\n%s", diff)
	}
	w, _ := o.webhook(t, id)
	forgotten := testdb.Strings(t, o.pool, `select position::text from gisd.change_forgotten`)
	if diff := cmp.Diff([]string{strconv.FormatUint(w.Position, 10)}, forgotten); diff != "" {
		t.Error(diff)
	}
}
