package outbox_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/outbox"
	"gisd/spatial/postgis"
	outboxstore "gisd/spatial/postgis/outbox"
)

// reader words changes as their ids; of the collection "hidden" nothing can be read.
type reader struct {
	pool *pgxpool.Pool
	most int
}

func (r reader) ReadChanges(ctx context.Context, collection string, owner *spatial.User, since uint64) (b outbox.Batch, err error) {
	if collection == "hidden" {
		return b, spatial.NotFound("test", "There is no such collection.")
	}
	rows, err := r.pool.Query(ctx, `select position, coalesce(id, operation) from gisd.change where collection_id = $1 and position > $2 order by position limit $3`,
		collection, since, r.most)
	if err != nil {
		return b, err
	}
	defer rows.Close()
	var words []string
	for rows.Next() {
		var word string
		if err := rows.Scan(&b.Position, &word); err != nil {
			return b, err
		}
		words = append(words, word)
	}
	if owner != nil && owner.Department != "" { // who sees nothing
		return outbox.Batch{Position: since}, rows.Err()
	}
	if len(words) > 0 {
		b.Payload = []byte(strings.Join(words, " "))
	}
	return b, rows.Err()
}

// office is a database with a collection p that is followed.
type office struct {
	pool  *pgxpool.Pool
	store *outboxstore.Store
}

func newOffice(t *testing.T) office {
	t.Helper()
	pool := testdb.DB(t)
	c := fixture.Collection(t, pool, fixture.Spec{ID: "p", Features: fixture.Points(9)})
	o := office{pool, outboxstore.NewStore(postgis.NewDB(pool, nil), reader{pool, 3})}
	o.run(t, `select gisd.watch_edits($1)`, c.Table)
	return o
}

func (o office) run(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := o.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (o office) touch(t *testing.T, ids ...int) {
	t.Helper()
	for _, id := range ids {
		o.run(t, `update layers.p set count = coalesce(count, 0) + 1 where id = $1`, id)
	}
}

func (o office) add(t *testing.T, collection, owner string) int64 {
	t.Helper()
	secret, err := outbox.NewSecret()
	if err != nil {
		t.Fatal(err)
	}
	id, err := o.store.AddWebhook(t.Context(), spatial.SystemAccess("cli"), outbox.Subscription{Collection: collection, URL: "https://taxes.example/hook?key=k", Owner: owner, Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// due fills and returns what is due.
func (o office) due(t *testing.T) []outbox.Message {
	t.Helper()
	if err := o.store.Fill(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := o.store.Due(t.Context(), time.Now().Add(time.Minute), nil, 10)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (o office) settle(t *testing.T, m outbox.Message, state outbox.State) {
	t.Helper()
	m.State, m.Tries, m.LastError = state, m.Tries+1, "no"
	if err := o.store.Settle(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func (o office) webhook(t *testing.T, id int64) (outbox.Subscription, []outbox.Message) {
	t.Helper()
	w, messages, err := o.store.Webhook(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return *w, messages
}

func words(messages []outbox.Message) string {
	var b strings.Builder
	for _, m := range messages {
		fmt.Fprintf(&b, "[%s]", m.Payload)
	}
	return b.String()
}
