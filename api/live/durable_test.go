package live_test

import (
	"context"
	"strings"
	"testing"

	"github.com/coder/websocket"

	apilive "gisd/api/live"
	"gisd/spatial"
	"gisd/spatial/live"
)

// disk is a recorder that waits for the test, and then does what it says.
type disk struct {
	came chan struct{}
	then chan error
}

func (d *disk) Record(context.Context, []live.Position) error {
	d.came <- struct{}{}
	return <-d.then
}

// TestAnswersFollowDurability: over HTTP and WebSocket, whoever sends is answered once
// the positions are durable, and told where they are not.
func TestAnswersFollowDurability(t *testing.T) {
	t.Parallel()
	d := &disk{came: make(chan struct{}), then: make(chan error)}
	s := newServer(t, func(c *apilive.Config) { c.Intake.Recorder = d })
	const position = `{"device":"p","lon":106.65,"lat":10.98}`
	ways := map[string]func() string{
		"POST /live/positions": func() string {
			_, text := s.do(t, "POST", "/live/positions", "operator", "application/json", position)
			return text
		},
		"POST /live/owntracks": func() string {
			_, text := s.do(t, "POST", "/live/owntracks", "device:p", "application/json", `{"_type":"location","lat":10.98,"lon":106.65}`)
			return text
		},
	}
	conn := s.socket(t, "operator")
	ways["WebSocket"] = func() string {
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(position)); err != nil {
			return err.Error()
		}
		_, text, err := conn.Read(t.Context())
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
	full := &spatial.Error{Code: spatial.CodeUnavailable, Message: "Positions come in faster than they can be stored; try again later."}
	for name, send := range ways {
		for _, err := range []error{full, nil} {
			answered := make(chan string, 1)
			go func() { answered <- send() }()
			<-d.came
			select {
			case text := <-answered:
				t.Fatalf("%s: answered %s before it is durable", name, text)
			default:
			}
			d.then <- err
			text := <-answered
			if refused := strings.Contains(text, `"status":503`); refused != (err != nil) {
				t.Errorf("%s: answered %s where the disk says %v", name, text, err)
			}
		}
	}
}
