package live

import (
	"context"
	"time"

	"github.com/coder/websocket"
	"github.com/labstack/echo/v4"

	"gisd/spatial"
	"gisd/spatial/live"
)

// compactStream is a stream over a WebSocket: binary messages are compact frames, as
// package spatial/live and docs/live.md have them, text messages are what a stream of
// events has beside positions, written as there. What the caller sends ends it.
func (h *Handlers) compactStream(c echo.Context, watch live.Watch, access spatial.Access) error {
	r := c.Request()
	// Accept refuses pages of other origins, which could use a browser's session.
	conn, err := websocket.Accept(c.Response(), r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		h.cfg.Log.DebugContext(r.Context(), "live: no WebSocket", "error", err)
		return nil // answered already
	}
	c.Response().Committed = true
	ctx := conn.CloseRead(r.Context())
	s := &stream{handlers: h, sink: &webSocket{conn, h.cfg.WriteTimeout}, access: access}
	if err := s.run(ctx, watch, r.Header.Get("Last-Event-ID")); err != nil {
		h.cfg.Log.DebugContext(r.Context(), "stream ended", "error", err)
	}
	_ = conn.Close(websocket.StatusGoingAway, "connect again")
	return nil
}

// webSocket writes messages.
type webSocket struct {
	conn    *websocket.Conn
	timeout time.Duration
}

func (w *webSocket) text(ctx context.Context, events []byte) error {
	return w.write(ctx, websocket.MessageText, events)
}

func (w *webSocket) binary(ctx context.Context, frame []byte) error {
	return w.write(ctx, websocket.MessageBinary, frame)
}

func (w *webSocket) write(ctx context.Context, kind websocket.MessageType, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	return w.conn.Write(ctx, kind, message)
}
