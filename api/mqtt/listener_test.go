package mqtt_test

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"
)

const (
	position = `{"device":"p","lon":106.65,"lat":10.98}`
	own      = `{"_type":"location","lat":10.98,"lon":106.65}`
	lora     = `{"deviceInfo":{"devEui":"24e124136b324567"},"object":{"level":1}}`
	things   = `{"end_device_ids":{"dev_eui":"24e124136b324567"},"uplink_message":{"decoded_payload":{"a":1}}}`
)

func TestListener(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, key, topic, payload string
		want                      []string
		reason                    byte // of the acknowledgement
	}{
		{"a position", "operator", "gisd/positions", position, []string{"operator p"}, 0},
		{"an array", "device", "gisd/positions", "[" + position + "," + position + "]", []string{"device p", "device p"}, 0},
		{"lines", "device", "gisd/positions", position + "\n" + position, []string{"device p", "device p"}, 0},
		{"not JSON", "device", "gisd/positions", "[", nil, 0},
		{"a bad position", "device", "gisd/positions", `{"device":"p"}`, nil, 0},
		{"OwnTracks, the key's device", "device", "owntracks/an/phone", own, []string{"device p"}, 0},
		{"OwnTracks by identity", "operator", "owntracks/an/phone", own, []string{"operator owntracks:an:phone"}, 0},
		{"OwnTracks' last will", "operator", "owntracks/an/phone", `{"_type":"lwt"}`, nil, 0},
		{"ChirpStack", "operator", "application/7/device/24e124136b324567/event/up", lora, []string{"operator eui:24e124136b324567"}, 0},
		{"The Things Network", "operator", "v3/app@tenant/devices/one/up", things, []string{"operator eui:24e124136b324567"}, 0},
		{"another topic", "operator", "elsewhere", position, nil, 0x87},
		{"a topic too deep", "operator", "gisd/positions/x", position, nil, 0x87},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := &intake{}
			c, err := connect(t, listenFor(t, in, &keys{}), test.key)
			if err != nil {
				t.Fatal(err)
			}
			ack, err := c.Publish(t.Context(), &paho.Publish{Topic: test.topic, QoS: 1, Payload: []byte(test.payload)})
			if (err != nil) != (test.reason != 0) || ack == nil || ack.ReasonCode != test.reason {
				t.Fatalf("acknowledged with %+v, %v", ack, err)
			}
			// The acknowledgement follows what it acknowledges.
			if got := in.all(); !slices.Equal(got, test.want) {
				t.Errorf("taken %q, want %q", got, test.want)
			}
		})
	}
}

func TestListenerRefuses(t *testing.T) {
	t.Parallel()
	k := &keys{}
	in := &intake{}
	address := listenFor(t, in, k)
	for _, key := range []string{"", "nonsense", "viewer"} {
		if _, err := connect(t, address, key); err == nil {
			t.Errorf("the key %q is let in", key)
		}
	}
	c, err := connect(t, address, "passing")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Subscribe(t.Context(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: "gisd/positions"}}}); err == nil {
		t.Error("there is something to subscribe to")
	}
	k.mu.Lock()
	k.revoked = true
	k.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	go func() { // the client waits on for an acknowledgement
		<-c.Done()
		cancel()
	}()
	if ack, err := c.Publish(ctx, &paho.Publish{Topic: "gisd/positions", QoS: 1, Payload: []byte(position)}); err == nil {
		t.Errorf("a revoked key reports: %+v", ack)
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Error("a revoked key's connection stays")
	}
	if got := in.all(); len(got) > 0 {
		t.Errorf("taken %q", got)
	}
}

// bytes311 are packets of MQTT 3.1.1, written by hand.
func bytes311(packet byte, body string) string { return string([]byte{packet, byte(len(body))}) + body }

func text311(s string) string { return string([]byte{0, byte(len(s))}) + s }

// TestNoAcknowledgementBeforeTaken: with MQTT 3.1.1, what cannot be taken ends the
// connection without an acknowledgement, and is taken when it comes again.
func TestNoAcknowledgementBeforeTaken(t *testing.T) {
	t.Parallel()
	in := &intake{fails: 1}
	address := listenFor(t, in, &keys{})
	publish := bytes311(0x32, text311("gisd/positions")+"\x00\x07"+position)
	for attempt, want := range []string{"\x20\x02\x00\x00", "\x20\x02\x00\x00\x40\x02\x00\x07"} {
		conn := dial(t, address)
		hello := bytes311(0x10, text311("MQTT")+"\x04\xc2\x00\x1e"+text311("tracker")+text311("an")+text311("operator"))
		if _, err := io.WriteString(conn, hello+publish); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(want))
		_, err := io.ReadFull(conn, got)
		if string(got) != want || err != nil {
			t.Fatalf("attempt %d: answered %x, %v", attempt, got, err)
		}
		if attempt == 0 {
			if n, err := conn.Read(got); n > 0 || err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("answered %x, %v", got[:n], err)
			}
		}
		_ = conn.Close()
	}
	if got := in.all(); !slices.Equal(got, []string{"operator p"}) {
		t.Errorf("taken %q", got)
	}
}

// TestAcknowledgementWaits: while a message is not durable there is no PUBACK, however
// long that takes.
func TestAcknowledgementWaits(t *testing.T) {
	t.Parallel()
	in := &intake{hold: make(chan struct{})}
	conn := dial(t, listenFor(t, in, &keys{}))
	t.Cleanup(func() { close(in.hold) })
	hello := bytes311(0x10, text311("MQTT")+"\x04\xc2\x00\x1e"+text311("tracker")+text311("an")+text311("operator"))
	first := bytes311(0x32, text311("gisd/positions")+"\x00\x07"+position)
	second := bytes311(0x32, text311("gisd/positions")+"\x00\x08"+position)
	if _, err := io.WriteString(conn, hello+first+second); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	for i, want := range []string{"\x20\x02\x00\x00", "\x40\x02\x00\x07", "\x40\x02\x00\x08"} {
		if i > 0 {
			if err := conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			if n, err := conn.Read(got); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("answered %x, %v, before it is durable", got[:n], err)
			}
			in.hold <- struct{}{}
		}
		if err := conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
			t.Fatalf("answered %x, %v, want %x", got, err, want)
		}
	}
}

func TestOversizedMessage(t *testing.T) {
	t.Parallel()
	in := &intake{}
	c, err := connect(t, listenFor(t, in, &keys{}), "operator")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	go func() {
		<-c.Done()
		cancel()
	}()
	payload := strings.Repeat(position+"\n", 200)
	if _, err := c.Publish(ctx, &paho.Publish{Topic: "gisd/positions", QoS: 1, Payload: []byte(payload)}); err == nil || len(in.all()) > 0 {
		t.Errorf("%v, %d taken", err, len(in.all()))
	}
}
