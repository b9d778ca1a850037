package outbox_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/spatial"
	"gisd/spatial/outbox"
)

// The example of the specification (Standard Webhooks 1.0, "Signature scheme").
func TestSignature(t *testing.T) {
	t.Parallel()
	secret, err := base64.StdEncoding.DecodeString("plJ3nmyCDGBKInavdOK15jsl")
	if err != nil {
		t.Fatal(err)
	}
	const want = "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
	got := outbox.Sign(secret, "msg_loFOjxBNrRLzqYUf", time.Unix(1731705121, 0), []byte(`{"event_type":"ping","data":{"success":true}}`))
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if text := outbox.SecretText(secret); text != "whsec_plJ3nmyCDGBKInavdOK15jsl" {
		t.Error(text)
	}
}

// post is what a Poster was asked for.
type post struct {
	address string
	header  map[string]string
	body    string
}

func (p *post) Post(_ context.Context, address string, header map[string]string, body []byte) error {
	p.address, p.header, p.body = address, header, string(body)
	return nil
}

type endpoints map[string]outbox.Endpoint

func (e endpoints) Endpoint(_ context.Context, id string) (outbox.Endpoint, error) {
	found, ok := e[id]
	if !ok {
		return found, spatial.NotFound("test", "There is no such webhook.")
	}
	return found, nil
}

func TestWebhookSends(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_800_000_000, 0)
	var sent post
	w := &outbox.Webhooks{Endpoints: endpoints{"7": {URL: "https://taxes.example/hook", Secret: []byte("s")}}, Poster: &sent, Now: func() time.Time { return at }}
	payload, err := outbox.Envelope(outbox.TopicChanges, at, json.RawMessage(`{"collection":"p"}`))
	if err != nil {
		t.Fatal(err)
	}
	m, err := outbox.NewMessage(outbox.TopicChanges, outbox.ChannelWebhook, "7", payload)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := post{"https://taxes.example/hook", map[string]string{
		"Content-Type": "application/json", "webhook-id": m.ID, "webhook-timestamp": "1800000000",
		"webhook-signature": outbox.Sign([]byte("s"), m.ID, at, payload),
	}, `{"type":"collection.changes","timestamp":"2027-01-15T08:00:00Z","data":{"collection":"p"}}`}
	if diff := cmp.Diff(want, sent, cmp.AllowUnexported(post{})); diff != "" {
		t.Error(diff)
	}
	m.Destination = "8"
	if err := w.Send(t.Context(), m); spatial.CodeOf(err) != spatial.CodeNotFound {
		t.Errorf("a webhook that is gone: %v", err)
	}
}

func TestMessagesHaveIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		m, err := outbox.NewMessage(outbox.TopicTest, outbox.ChannelMail, "an@office.example", nil)
		if err != nil || seen[m.ID] || !strings.HasPrefix(m.ID, "msg_") || m.Lane != "mail:an@office.example" {
			t.Fatalf("%+v, %v", m, err)
		}
		seen[m.ID] = true
	}
}
