package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/testdata"
	"gisd/spatial/outbox"
)

// receiver is another program that is told of changes.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	answers string // "500", "200", or "never"
	secret  []byte
	tries   []string // ids of messages, taken or not
	told    []string // changes that were taken, by operation and id
	topics  []string
	entries []string // of incidents, by topic and kind
	faults  []string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{answers: "500"}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(with string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers = with
}

func (r *receiver) count(of func(*receiver) []string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(of(r))
}

func tried(r *receiver) []string { return r.tries }
func told(r *receiver) []string  { return r.told }

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return // whoever sent it died
	}
	r.mu.Lock()
	answers := r.answers
	r.take(q, body, answers == "200")
	r.mu.Unlock()
	switch answers {
	case "500":
		http.Error(w, "not now", http.StatusInternalServerError)
	case "never":
		<-q.Context().Done()
	}
}

func (r *receiver) take(q *http.Request, body []byte, taken bool) {
	id := q.Header.Get("webhook-id")
	r.tries = append(r.tries, id)
	seconds, err := strconv.ParseInt(q.Header.Get("webhook-timestamp"), 10, 64)
	if at := time.Unix(seconds, 0); err != nil || time.Since(at).Abs() > 5*time.Minute {
		r.faults = append(r.faults, "timestamp "+q.Header.Get("webhook-timestamp"))
	} else if q.Header.Get("webhook-signature") != outbox.Sign(r.secret, id, at, body) {
		r.faults = append(r.faults, "signature of "+id)
	}
	var m struct {
		Type string
		Data struct {
			Entries    []struct{ Kind string }
			Collection string
			Changes    []struct {
				Operation, ID string
				Feature       *struct{ Geometry json.RawMessage }
			}
		}
	}
	if err := json.Unmarshal(body, &m); err != nil {
		r.faults = append(r.faults, err.Error())
	}
	if !taken {
		return
	}
	r.topics = append(r.topics, m.Type)
	for _, e := range m.Data.Entries {
		r.entries = append(r.entries, m.Type+" "+e.Kind)
	}
	for _, ch := range m.Data.Changes {
		r.told = append(r.told, fmt.Sprintf("%s %s %v", ch.Operation, ch.ID, ch.Feature != nil))
	}
}

// TestWebhooksSurviveAKill: a receiver fails and hangs, the server is killed while a
// message is on its way, features change meanwhile; in the end the receiver has
// every change, in order, and another one both reports of an incident.
func TestWebhooksSurviveAKill(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	env, pool := importDB(t)
	env = append(env, "GISD_OUTGOING_ALLOW=127.0.0.0/8")
	must(t, env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--publish")
	r := newReceiver(t)
	out := must(t, env, "webhooks", "add", "zones", r.URL+"/hook")
	m := regexp.MustCompile(`^webhook  (\d+)\nsecret   whsec_(\S+)\n$`).FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("added: %q", out)
	}
	id := m[1]
	var err error
	if r.secret, err = base64.StdEncoding.DecodeString(m[2]); err != nil {
		t.Fatal(err)
	}
	edit := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	ids := strings.Fields(ask[string](t, pool, `select string_agg(id::text, ' ' order by id) from layers.zones`))

	centre, operator := followIncidents(t, env, pool), strings.TrimSpace(must(t, env, "keys", "create", "centre", "--role", "operator"))
	address, server := startServing(t, env)
	openIncident(t, address, operator, http.StatusCreated)
	openIncident(t, address, operator, http.StatusOK)
	edit(`update layers.zones set geom = st_translate(geom, 0.0001, 0) where id::text = '` + ids[0] + `'`)
	waitFor(t, "a first try", func() bool { return r.count(tried) > 0 })
	r.answer("never")
	before := r.count(tried)
	waitFor(t, "a failure in the list", func() bool {
		return strings.Contains(must(t, env, "webhooks", "show", id), "500 Internal Server Error")
	})
	must(t, env, "webhooks", "retry", id)
	waitFor(t, "another try", func() bool { return r.count(tried) > before })
	_ = server.Process.Kill()
	_ = server.Wait()

	edit(`update layers.zones set geom = st_translate(geom, 0.0001, 0) where id::text = '` + ids[1] + `'`)
	edit(`delete from layers.zones where id::text = '` + ids[2] + `'`)
	if out := must(t, env, "webhooks", "list"); !strings.Contains(out, "behind since") || strings.Contains(out, m[2]) {
		t.Errorf("list: %s", out)
	}
	r.answer("200")
	startServing(t, env)
	centre.heardIncidents(t)
	waitFor(t, "all changes", func() bool { return r.count(told) >= 3 })
	waitFor(t, "the end", func() bool { return !strings.Contains(must(t, env, "webhooks", "list"), "behind since") })
	must(t, env, "webhooks", "test", id)

	r.mu.Lock()
	defer r.mu.Unlock()
	want := []string{"update " + ids[0] + " true", "update " + ids[1] + " true", "delete " + ids[2] + " false"}
	if diff := cmp.Diff(want, r.told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if first := r.tries[0]; len(r.tries) < 4 || r.tries[1] != first || r.tries[2] != first {
		t.Errorf("a message has another id at another try: %v", r.tries)
	}
	if last := r.topics[len(r.topics)-1]; last != "webhook.test" || slices.Index(r.topics, "webhook.test") != len(r.topics)-1 || len(r.faults) > 0 {
		t.Errorf("topics %v, faults %v", r.topics, r.faults)
	}
}
