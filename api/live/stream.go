package live

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/live"
)

// getStream sends what moves within bbox as server-sent events, until the
// caller leaves or the server stops. Each stream, also one that reconnects with
// Last-Event-ID, begins with a snapshot that replaces what the caller had. Over a
// WebSocket positions come in compact frames, see compactStream.
func (h *Handlers) getStream(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	p := negotiate.NewParams(c.QueryParams())
	watch := live.Watch{Filter: filter(p, access)}
	watch.Zoom = zoom(p, watch.BBox != nil)
	watch.Compact = strings.EqualFold(c.Request().Header.Get("Upgrade"), "websocket")
	if err := p.Err(); err != nil {
		return err
	}
	select {
	case <-h.closing:
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: "live: stream", Message: "The server is stopping."}
	default:
	}
	address := c.RealIP()
	if err := h.limiter.enter(address); err != nil {
		return err
	}
	defer h.limiter.leave(address)
	if watch.Compact {
		return h.compactStream(c, watch, access)
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-store, no-transform")
	header.Set("X-Accel-Buffering", "no") // nginx would hold events back
	c.Response().WriteHeader(http.StatusOK)
	out := &eventStream{out: c.Response(), control: http.NewResponseController(c.Response()), timeout: h.cfg.WriteTimeout}
	// The server's read deadline is for requests, and would end the stream.
	if err := out.control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	s := &stream{handlers: h, sink: out, access: access}
	s.text("retry: ", strconv.Itoa(retryMillis()), "\n\n")
	err := s.run(c.Request().Context(), watch, c.Request().Header.Get("Last-Event-ID"))
	if err != nil {
		// The head is out: nobody can be told, and a caller who went away is no
		// fault.
		h.cfg.Log.DebugContext(c.Request().Context(), "stream ended", "error", err)
	}
	return nil
}

// zoom reads the map's zoom. Without it a viewport is taken for a close look,
// the whole world for a distant one.
func zoom(p *negotiate.Params, viewport bool) float64 {
	text, ok := p.Text("zoom")
	if !ok {
		if viewport {
			return 14
		}
		return 0
	}
	z, err := strconv.ParseFloat(text, 64)
	if err != nil || !(z >= 0 && z <= 24) {
		p.Fault("zoom", "must be a number from 0 to 24")
	}
	return z
}

// stream is one open connection; it belongs to its handler's goroutine.
type stream struct {
	handlers *Handlers
	sink     sink
	access   spatial.Access
	buffer   []byte // nil between frames: an idle stream keeps none
}

// sink is where a stream writes to, each time within the write timeout.
type sink interface {
	text(context.Context, []byte) error   // server-sent events
	binary(context.Context, []byte) error // a compact frame
}

// eventStream writes server-sent events.
type eventStream struct {
	out     http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
}

func (e *eventStream) text(_ context.Context, events []byte) error {
	err := e.control.SetWriteDeadline(time.Now().Add(e.timeout))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := e.out.Write(events); err != nil {
		return err
	}
	return e.control.Flush()
}

func (e *eventStream) binary(context.Context, []byte) error { return http.ErrNotSupported }

// retryMillis spreads reconnecting callers over a second or more.
func retryMillis() int { return 1000 + rand.IntN(2000) }

func (s *stream) run(ctx context.Context, watch live.Watch, lastEvent string) error {
	h := s.handlers
	watcher := h.hub.Watch(watch)
	defer watcher.Close()
	alarm := h.alarms.join(s.access)
	defer h.alarms.leave(alarm)
	comment := time.NewTicker(h.cfg.Comment)
	defer comment.Stop()
	age := time.NewTimer(h.cfg.MaxStreamAge + rand.N(h.cfg.MaxStreamAge/10+1))
	defer age.Stop()

	missed, missedTiles := s.missed(lastEvent)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-h.closing:
			return s.bye(ctx, "shutdown")
		case <-age.C:
			return s.bye(ctx, "age")
		case <-comment.C:
			s.text(": \n\n")
		case <-alarm.wake:
			if !s.alarmed(alarm) {
				continue
			}
		case <-watcher.Wake():
			frame := watcher.Take()
			if frame.Empty() {
				continue
			}
			frame.Collections = append(frame.Collections, missed...)
			for _, c := range missedTiles {
				frame.Tiles = live.MergeTiles(frame.Tiles, c)
			}
			missed, missedTiles = nil, nil
			if frame.Compact != nil {
				h.metrics.bytes.Add(float64(len(frame.Compact)))
				if err := s.sink.binary(ctx, frame.Compact); err != nil {
					return err
				}
			}
			if watch.Compact {
				frame.Snapshot = false
			}
			s.frame(&frame, lastEvent != "")
			h.metrics.frames.Inc()
		}
		if err := s.send(ctx); err != nil {
			return err
		}
	}
}

// missed lists the collections that may have changed since the event that the
// caller saw last, and the parts that changed of others.
func (s *stream) missed(lastEvent string) ([]string, []spatial.Change) {
	if lastEvent == "" || s.handlers.cfg.Catalogue == nil {
		return nil, nil
	}
	epoch, text, _ := strings.Cut(lastEvent, "-")
	if seq, err := strconv.ParseUint(text, 10, 64); err == nil && epoch == s.handlers.hub.Epoch() {
		if ids, tiles, known := s.handlers.news.since(seq, s.access, s.handlers.cfg.Catalogue); known {
			return ids, tiles
		}
	}
	var ids []string
	for _, c := range s.handlers.cfg.Catalogue.Collections(s.access) {
		ids = append(ids, c.ID)
	}
	return ids, nil
}

func (s *stream) text(parts ...string) {
	if s.buffer == nil {
		if kept, ok := s.handlers.buffers.Get().(*[]byte); ok {
			s.buffer = (*kept)[:0]
		}
	}
	for _, part := range parts {
		s.buffer = append(s.buffer, part...)
	}
}

// maxKeptBuffer bounds what is kept for the frames of others.
const maxKeptBuffer = 64 << 10

// send writes what is gathered, if anything.
func (s *stream) send(ctx context.Context) error {
	if len(s.buffer) == 0 {
		return nil
	}
	err := s.sink.text(ctx, s.buffer)
	s.handlers.metrics.bytes.Add(float64(len(s.buffer)))
	if cap(s.buffer) <= maxKeptBuffer {
		kept := s.buffer
		s.handlers.buffers.Put(&kept)
	}
	s.buffer = nil
	return err
}

func (s *stream) bye(ctx context.Context, reason string) error {
	s.text("event: bye\ndata: {\"reason\":\"", reason, "\",\"retryMs\":", strconv.Itoa(retryMillis()), "}\n\n")
	return s.send(ctx)
}
