package problem

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Handler answers every error that a handler or middleware returns, echo's own
// 404 and 405 included. It logs server faults, each once: the caller sees the
// message of a *spatial.Error and never the text of any other error. That the
// server has enough to do is no fault: an unavailable error without a cause is told
// by the line of its request alone.
func Handler(log *slog.Logger) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		r := c.Request()
		if r.Context().Err() != nil && errors.Is(r.Context().Err(), context.Canceled) {
			err = context.Canceled // the caller left: whatever failed, failed for that
		}
		lang := Language(r)
		doc := New(err, lang, c.Response().Header().Get(echo.HeaderXRequestID))
		level := slog.LevelDebug
		busy := doc.Status == http.StatusServiceUnavailable && describe(err).Err == nil
		if doc.Status >= http.StatusInternalServerError && !busy {
			level = slog.LevelError
		}
		log.LogAttrs(r.Context(), level, "request failed",
			slog.String("request_id", doc.RequestID),
			slog.String("method", r.Method),
			slog.String("path", r.URL.Path),
			slog.Int("status", doc.Status),
			slog.String("error", err.Error()))
		if c.Response().Committed {
			return
		}
		if err := doc.Write(c, lang); err != nil && r.Context().Err() == nil {
			log.LogAttrs(r.Context(), slog.LevelDebug, "error answer not written",
				slog.String("request_id", doc.RequestID), slog.String("error", err.Error()))
		}
	}
}
