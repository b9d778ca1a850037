package main

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
)

// followIncidents adds a webhook of incidents to a receiver that fails.
func followIncidents(t *testing.T, env []string, pool *pgxpool.Pool) *receiver {
	t.Helper()
	if _, err := pool.Exec(t.Context(), `insert into gisd.person (name, password_hash, roles) values ('lan', '', '{operator}')`); err != nil {
		t.Fatal(err)
	}
	r := newReceiver(t)
	m := regexp.MustCompile(`secret   whsec_(\S+)`).FindStringSubmatch(must(t, env, "webhooks", "add", "--live", "events,incidents", r.URL+"/115", "--owner", "lan"))
	if m == nil {
		t.Fatal("no secret")
	}
	var err error
	if r.secret, err = base64.StdEncoding.DecodeString(m[1]); err != nil {
		t.Fatal(err)
	}
	return r
}

// openIncident reports under one name: the first opens an incident, the next is folded
// into it.
func openIncident(t *testing.T, server, key string, want int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server+"/live/incidents", strings.NewReader(`{"key":"115-7","title":"Cháy","severity":"severe"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != want {
		t.Fatalf("incident: %d, want %d", response.StatusCode, want)
	}
}

// heardIncidents waits until the receiver has both reports, each signed and once, in
// their order.
func (r *receiver) heardIncidents(t *testing.T) {
	t.Helper()
	r.answer("200")
	waitFor(t, "both reports", func() bool { return r.count(func(r *receiver) []string { return r.topics }) >= 2 })
	r.mu.Lock()
	defer r.mu.Unlock()
	if diff := cmp.Diff([]string{"live.incident opened", "live.incident repeated"}, r.entries); diff != "" || len(r.faults) > 0 {
		t.Errorf("%v, told (-want +got):\n%s", r.faults, diff)
	}
}
