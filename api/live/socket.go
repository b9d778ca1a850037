package live

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/labstack/echo/v4"

	"gisd/api/problem"
	"gisd/spatial"
	"gisd/spatial/live"
)

// getSocket takes positions over a WebSocket. A message holds one position, an
// array, or lines of them; each is answered, in order, with a receipt as
// POST /live/positions gives it, or a problem. The good lines are taken. Rights are
// read anew each MaxStreamAge: the socket then ends with status 1012, "connect
// again".
func (h *Handlers) getSocket(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	if err := live.MayReport(access); err != nil {
		return err
	}
	r := c.Request()
	if r.Header.Get("Upgrade") == "" {
		return spatial.Invalid("live: socket", "This address speaks WebSocket (RFC 6455) only.")
	}
	address := c.RealIP()
	if err := h.limiter.enter(address); err != nil {
		return err
	}
	defer h.limiter.leave(address)
	// Accept refuses pages of other origins, which could use a browser's session.
	conn, err := websocket.Accept(c.Response(), r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		h.cfg.Log.DebugContext(r.Context(), "live: no WebSocket", "error", err)
		return nil // answered already
	}
	c.Response().Committed = true
	conn.SetReadLimit(h.cfg.MaxMessageBytes)
	s := &socket{handlers: h, conn: conn, access: access, lang: problem.Language(r), requestID: c.Response().Header().Get(echo.HeaderXRequestID)}
	ctx, cancel := context.WithTimeout(r.Context(), h.cfg.MaxStreamAge)
	defer cancel()
	var closer sync.WaitGroup
	closer.Go(func() {
		select {
		case <-h.closing:
			_ = conn.Close(websocket.StatusGoingAway, "the server stops")
		case <-ctx.Done():
			_ = conn.Close(websocket.StatusServiceRestart, "connect again")
		}
	})
	err = s.run(r.Context())
	h.cfg.Log.DebugContext(r.Context(), "live: WebSocket ended", "error", err)
	_ = conn.CloseNow()
	cancel()
	closer.Wait()
	return nil
}

// socket is one open WebSocket; it belongs to its handler's goroutine.
type socket struct {
	handlers  *Handlers
	conn      *websocket.Conn
	access    spatial.Access
	lang      string
	requestID string
}

// run returns why the socket ended.
func (s *socket) run(ctx context.Context) error {
	for {
		message, err := s.read(ctx)
		if err != nil {
			return err
		}
		answer, err := json.Marshal(s.answer(ctx, message))
		if err != nil {
			return err
		}
		if err := s.write(ctx, answer); err != nil {
			return err
		}
	}
}

func (s *socket) read(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s.handlers.cfg.Silence)
	defer cancel()
	_, message, err := s.conn.Read(ctx)
	return message, err
}

func (s *socket) write(ctx context.Context, answer []byte) error {
	ctx, cancel := context.WithTimeout(ctx, s.handlers.cfg.WriteTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, answer)
}

// answer takes a message in and says what became of it.
func (s *socket) answer(ctx context.Context, message []byte) any {
	h := s.handlers
	rows, err := decodeMessage(message, h.now(), h.cfg.Intake.Limits)
	if err != nil {
		return problem.New(err, s.lang, s.requestID)
	}
	receipt, err := h.cfg.Intake.Report(ctx, s.access, rows, false)
	h.metrics.report(receipt)
	// Where no row is good the receipt says why, row by row.
	if err != nil && (spatial.CodeOf(err) != spatial.CodeInvalid || receipt.Rejected == 0) {
		return problem.New(err, s.lang, s.requestID)
	}
	for i := range receipt.Errors {
		receipt.Errors[i].Reason = problem.Say(receipt.Errors[i].Reason, s.lang)
	}
	return receipt
}

func decodeMessage(message []byte, now time.Time, l live.Limits) ([]live.Row, error) {
	if trimmed := bytes.TrimLeft(message, " \t\r\n"); len(trimmed) == 0 || trimmed[0] == '[' {
		rows, _, err := live.DecodeJSON(bytes.NewReader(message), now, l)
		return rows, err
	}
	return live.DecodeLines(bytes.NewReader(message), now, l)
}
