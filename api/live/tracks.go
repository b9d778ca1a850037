package live

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/track"
)

// Auditor keeps who did what.
type Auditor interface {
	Record(ctx context.Context, e spatial.AuditEntry) error
}

// History is what devices did. Without it there are no such routes.
type History struct {
	Tracks live.Tracks
	Audit  Auditor // of those who read
}

func (h *Handlers) registerHistory(e *echo.Echo) {
	if h.cfg.History.Tracks == nil {
		return
	}
	e.GET("/live/tracks/:device", h.getTrack)
	e.GET("/live/tracks/:device/trips", h.getTrips)
}

// IsDownload tells requests whose answer takes as long as it takes.
func (h *Handlers) IsDownload(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/live/tracks/")
}

var trackFormats = []negotiate.Format{
	{Name: "json", Type: negotiate.TypeGeoJSON, Also: []string{negotiate.TypeJSON}},
	{Name: "gpx", Type: "application/gpx+xml"},
	{Name: "csv", Type: "text/csv; charset=utf-8"},
}

// getTrack writes where a device was, as long as that is.
func (h *Handlers) getTrack(c echo.Context) error {
	p := negotiate.NewParams(c.QueryParams())
	o := track.Options{Gap: duration(p, "gap", 24*time.Hour), SimplifyMeters: meters(p, "simplify")}
	held := p.Choice("held", "exclude", "include")
	read, err := h.reads(c, p, "track", c.Param("device"))
	if err != nil {
		return err
	}
	format, err := negotiate.Choose(c, trackFormats)
	if err != nil {
		return err
	}
	if err := read.audit(format.Name); err != nil {
		return err
	}
	q := read.query
	q.Held, q.Attributes = held == "include", format.Name == "csv"
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, format.Type)
	if format.Name != "json" {
		header.Set(echo.HeaderContentDisposition, `attachment; filename="`+strings.ReplaceAll(q.Device, ":", "_")+"."+format.Name+`"`)
	}
	out := newPieces(c)
	var w track.Writer
	switch format.Name {
	case "gpx":
		w = track.NewGPX(out, read.device)
	case "csv":
		w = track.NewCSV(out)
	default:
		w = track.NewGeoJSON(out, read.device)
	}
	for part, err := range track.Parts(h.cfg.History.Tracks.Track(c.Request().Context(), q), o) {
		if err == nil {
			err = w.Part(part)
		}
		if err != nil {
			return out.fail(err)
		}
	}
	if err := w.Close(); err != nil {
		return out.fail(err)
	}
	return out.finish()
}

// trackRead is a request for what a device did, of somebody who may read it.
type trackRead struct {
	device *live.Device
	query  live.TrackQuery
	audit  func(format string) error // has to succeed before anything is told
}

// withoutDatetime is how far back what is asked for reaches where it does not say.
const withoutDatetime = 24 * time.Hour

// reads judges a request for the history of a device: not_found for one that the caller
// does not see, then whether they are among the readers of its kind, then the
// parameters, purpose and datetime among them.
func (h *Handlers) reads(c echo.Context, p *negotiate.Params, what, id string) (*trackRead, error) {
	access, ctx := h.cfg.AccessOf(c), c.Request().Context()
	d, ok := h.hub.Device(id)
	if !ok || !d.VisibleTo(access) {
		return nil, spatial.NotFound("live: read track", "There is no such device.")
	}
	purpose, _ := p.Text("purpose")
	span := h.span(p)
	rule, err := h.cfg.History.Tracks.TrackRule(ctx, d.Kind)
	if err != nil {
		return nil, err
	}
	if err := rule.Admits(access, d.ID); err != nil {
		return nil, err
	}
	if reason := rule.Allows(purpose); reason != "" {
		p.Fault("purpose", reason)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	c.Response().Header().Set("Cache-Control", "private, no-store")
	return &trackRead{
		device: d, query: live.TrackQuery{Device: d.ID, First: span.Start, Last: span.End},
		audit: func(format string) error {
			err := h.cfg.History.Audit.Record(ctx, spatial.AuditEntry{
				Actor: access.Subject, Action: "track.read", Object: "device:" + d.ID,
				Detail:        map[string]any{"what": what, "purpose": purpose, "datetime": negotiate.FormatDateTime(span), "format": format},
				RemoteAddress: c.RealIP(), RequestID: c.Response().Header().Get(echo.HeaderXRequestID),
			})
			if err != nil {
				return fmt.Errorf("live: audit a reader of tracks: %w", err)
			}
			return nil
		},
	}, nil
}

// span reads datetime; without it the last day.
func (h *Handlers) span(p *negotiate.Params) spatial.TimeRange {
	if span := p.DateTime("datetime"); span != nil {
		return *span
	}
	now := h.now().UTC()
	return spatial.TimeRange{Start: now.Add(-withoutDatetime), End: now}
}

// duration reads a time such as 90s or 10m; 0 where it was not given.
func duration(p *negotiate.Params, name string, most time.Duration) time.Duration {
	text, ok := p.Text(name)
	if !ok {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > most {
		p.Fault(name, "must be a time such as 90s or 10m, from 1s to "+most.String())
	}
	return d
}

// mostMeters bounds lengths that callers choose.
const mostMeters = 10_000

func meters(p *negotiate.Params, name string) float64 {
	text, ok := p.Text(name)
	if !ok {
		return 0
	}
	m, err := strconv.ParseFloat(text, 64)
	if err != nil || !(m >= 0 && m <= mostMeters) {
		p.Fault(name, "must be metres from 0 to 10000")
	}
	return m
}
