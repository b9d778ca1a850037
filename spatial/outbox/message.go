package outbox

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

// Channel is how a message goes.
type Channel string

// The channels; each has its Sender.
const (
	ChannelWebhook Channel = "webhook" // the destination is the id of a webhook
	ChannelMail    Channel = "mail"    // the destination is an address of mail
)

// Topic is what a message tells of, as receivers see it.
type Topic string

// The topics.
const (
	TopicChanges  Topic = "collection.changes" // features that were inserted, updated and deleted
	TopicEvents   Topic = "live.events"        // what rules found: provisional, final, withdrawn, corrections
	TopicIncident Topic = "live.incident"      // an incident as it is now, and what became of it

	TopicTest Topic = "webhook.test" // nothing: somebody tries whether it arrives
)

// State is where a message stands.
type State string

// A message waits until it is delivered, or dead after its last try.
const (
	StateWaiting   State = "waiting"
	StateDelivered State = "delivered"
	StateDead      State = "dead"
)

// Message is one thing that is to reach a destination.
type Message struct {
	ID          string // the same at each try: receivers know repeats by it
	Topic       Topic
	Channel     Channel
	Destination string
	Lane        string // messages of one lane go one after the other; "" is that of the destination
	Payload     []byte
	State       State
	Tries       int       // so far
	NextAt      time.Time // it is not tried before
	LastError   string    // of the last try, in words for people
	CreatedAt   time.Time
}

// NewMessage gives a message its id and its lane.
func NewMessage(topic Topic, channel Channel, destination string, payload []byte) (Message, error) {
	raw := make([]byte, 18)
	if _, err := rand.Read(raw); err != nil {
		return Message{}, fmt.Errorf("outbox: id of a message: %w", err)
	}
	return Message{
		ID: "msg_" + base64.RawURLEncoding.EncodeToString(raw), Topic: topic, Channel: channel, Destination: destination,
		Lane: string(channel) + ":" + destination, Payload: payload, State: StateWaiting,
	}, nil
}

// Envelope is the payload of a webhook: what it tells of, since when it waits to
// be told, and the data, which are JSON (Standard Webhooks, "Payload structure").
func Envelope(topic Topic, at time.Time, data json.RawMessage) ([]byte, error) {
	payload, err := json.Marshal(struct {
		Type      Topic           `json:"type"`
		Timestamp time.Time       `json:"timestamp"`
		Data      json.RawMessage `json:"data"`
	}{topic, at.UTC().Truncate(time.Millisecond), data})
	if err != nil {
		return nil, fmt.Errorf("outbox: envelope: %w", err)
	}
	return payload, nil
}
