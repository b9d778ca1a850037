package outbox

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gisd/spatial"
)

// secretPrefix and secretBytes are those of Standard Webhooks ("Signature scheme").
const (
	secretPrefix = "whsec_"
	secretBytes  = 32
)

// NewSecret makes what signs the messages of one webhook.
func NewSecret() ([]byte, error) {
	secret := make([]byte, secretBytes)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("outbox: secret: %w", err)
	}
	return secret, nil
}

// SecretText is a secret as libraries of receivers take it.
func SecretText(secret []byte) string {
	return secretPrefix + base64.StdEncoding.EncodeToString(secret)
}

// Sign returns the header webhook-signature of a message that is sent at that
// time: HMAC-SHA256 over "id.timestamp.body", the timestamp in seconds since 1970.
func Sign(secret []byte, id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Endpoint is where messages of a webhook go, and what signs them.
type Endpoint struct {
	URL    string
	Secret []byte
}

// Endpoints knows webhooks by their ids; one that is gone is CodeNotFound.
type Endpoints interface {
	Endpoint(ctx context.Context, id string) (Endpoint, error)
}

// Poster sends a body to an address and returns nil after an answer 2xx.
type Poster interface {
	Post(ctx context.Context, address string, header map[string]string, body []byte) error
}

// Webhooks send messages over HTTP as Standard Webhooks 1.0 has it.
type Webhooks struct {
	Endpoints Endpoints
	Poster    Poster
	Now       func() time.Time // time.Now
}

// Send posts the payload, which is JSON, to the address of the webhook.
func (w *Webhooks) Send(ctx context.Context, m Message) error {
	e, err := w.Endpoints.Endpoint(ctx, m.Destination)
	if err != nil {
		return fmt.Errorf("outbox: webhook %s: %w", m.Destination, err)
	}
	return w.SendTo(ctx, e, m)
}

// SendTo is Send to an endpoint that is known.
func (w *Webhooks) SendTo(ctx context.Context, e Endpoint, m Message) error {
	now := time.Now
	if w.Now != nil {
		now = w.Now
	}
	at := now()
	return w.Poster.Post(ctx, e.URL, map[string]string{
		"Content-Type":      "application/json",
		"webhook-id":        m.ID,
		"webhook-timestamp": strconv.FormatInt(at.Unix(), 10),
		"webhook-signature": Sign(e.Secret, m.ID, at, m.Payload),
	}, m.Payload)
}

// reasonMost bounds what is kept of the reason of a failure.
const reasonMost = 500

// reason puts a failed try in words that people may see; other causes are for the
// log of whoever sends.
func reason(err error) string {
	text := err.Error()
	if e, ok := errors.AsType[*spatial.Error](err); ok {
		text = e.Message
	} else if errors.Is(err, context.DeadlineExceeded) {
		text = "the other side takes too long to answer"
	}
	if len(text) > reasonMost {
		text = strings.ToValidUTF8(text[:reasonMost], "")
	}
	return text
}
