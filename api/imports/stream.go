package imports

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/spatial"
)

// stream sends a job as server-sent events until it has ended: progress at each
// change, then one event named by how it ended, done, failed, canceled or
// interrupted. Each carries the whole job, so nothing is lost with an event that
// was missed. bye comes where the stream ends before the job.
func (h *Handlers) stream(c echo.Context, j *spatial.Job, changed <-chan struct{}) error {
	const op = "imports: stream"
	r := c.Request()
	if j.State.Ended() && r.Header.Get("Last-Event-ID") == string(j.State) {
		return c.NoContent(http.StatusNoContent) // ends the reconnecting of a browser
	}
	select {
	case <-h.closing:
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: "The server is stopping."}
	default:
	}
	defer h.streams.Add(-1)
	if h.streams.Add(1) > h.cfg.Streams {
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: op, Message: "Too many streams are open."}
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, typeEvents+"; charset=utf-8")
	header.Set("Cache-Control", "no-store, no-transform")
	header.Set("X-Accel-Buffering", "no") // nginx would hold events back
	c.Response().WriteHeader(http.StatusOK)
	s := &stream{h: h, r: r, out: c.Response(), control: http.NewResponseController(c.Response())}
	if err := s.run(r.Context(), j, changed); err != nil {
		// The head is out: nobody can be told, and a caller who went away is no
		// fault.
		h.cfg.Log.DebugContext(r.Context(), "stream ended", "error", err)
	}
	return nil
}

// stream is one open connection; it belongs to its handler's goroutine.
type stream struct {
	h       *Handlers
	r       *http.Request
	out     http.ResponseWriter
	control *http.ResponseController
	last    []byte // what was sent
}

// leastPause keeps a fast import from flooding a slow line.
const leastPause = 200 * time.Millisecond

func (s *stream) run(ctx context.Context, j *spatial.Job, changed <-chan struct{}) error {
	// The server's read deadline is for requests, and would end the stream.
	if err := s.control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	comment := time.NewTicker(s.h.cfg.Comment)
	defer comment.Stop()
	age := time.NewTimer(s.h.cfg.MaxStreamAge)
	defer age.Stop()
	if err := s.send("retry: 2000\n\n"); err != nil {
		return err
	}
	for {
		if err := s.job(j); err != nil || j.State.Ended() {
			return err
		}
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				return nil
			case <-s.h.closing:
				return s.bye("shutdown")
			case <-age.C:
				return s.bye("age")
			case <-comment.C:
				if err := s.send(": \n\n"); err != nil {
					return err
				}
			case <-changed:
				waiting = false
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(leastPause):
		}
		changed = s.h.cfg.Jobs.Changed(j.ID)
		now, err := s.h.cfg.Jobs.Job(ctx, j.ID)
		switch {
		case err == nil:
			j = now
		case spatial.CodeOf(err) == spatial.CodeNotFound || ctx.Err() != nil:
			return errors.Join(err, s.bye("gone"))
		}
		// Else the database is away for a moment; the next change tells more.
	}
}

// job sends an event, unless nothing has changed.
func (s *stream) job(j *spatial.Job) error {
	body, err := json.Marshal(s.h.describe(s.r, j))
	if err != nil {
		return err
	}
	if bytes.Equal(body, s.last) {
		return nil
	}
	s.last = body
	name := "progress"
	if j.State.Ended() {
		name = string(j.State)
	}
	return s.send("id: " + name + "\nevent: " + name + "\ndata: " + string(body) + "\n\n")
}

func (s *stream) bye(reason string) error {
	return s.send("event: bye\ndata: {\"reason\":" + strconv.Quote(reason) + ",\"retryMs\":2000}\n\n")
}

// send writes within the write timeout.
func (s *stream) send(text string) error {
	err := s.control.SetWriteDeadline(time.Now().Add(s.h.cfg.WriteTimeout))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.out.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
