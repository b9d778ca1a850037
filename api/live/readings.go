package live

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial/live"
)

// Readings keeps what sensors measured.
type Readings interface {
	// Readings are the newest that the query chooses, the newest first.
	Readings(ctx context.Context, q live.ReadingQuery) ([]live.Reading, error)
}

const (
	readingsNormally = 1000
	readingsAtMost   = 10_000
	readingsSpan     = 24 * time.Hour // without a datetime
)

var readingFormats = []negotiate.Format{jsonFormats[0], {Name: "csv", Type: "text/csv"}}

// readingDocument is a reading on the wire.
type readingDocument struct {
	Name    string    `json:"name"`
	Time    time.Time `json:"time"`
	Value   float64   `json:"value"`
	Unit    string    `json:"unit,omitempty"`
	Quality string    `json:"quality,omitempty"`
}

// getReadings answers what a device measured, the newest first, to whoever sees the
// device: of the last day, or of a datetime.
func (h *Handlers) getReadings(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	d, err := h.seen(c, access)
	if err != nil {
		return err
	}
	p := negotiate.NewParams(c.QueryParams())
	now := h.now().UTC()
	q := live.ReadingQuery{Device: d.ID, First: now.Add(-readingsSpan), Last: now.Add(readingsSpan), Limit: p.Limit("limit", readingsNormally, readingsAtMost)}
	q.Name, _ = p.Text("name")
	if span := p.DateTime("datetime"); span != nil {
		q.First = span.Start
		if !span.End.IsZero() {
			q.Last = span.End
		}
	}
	if err := p.Err(); err != nil {
		return err
	}
	format, err := negotiate.Choose(c, readingFormats)
	if err != nil {
		return err
	}
	readings, err := h.cfg.Readings.Readings(c.Request().Context(), q)
	if err != nil {
		return err
	}
	negotiate.Cache(c, access, "no-cache")
	if format.Name == "csv" {
		return c.Blob(http.StatusOK, "text/csv; charset=utf-8", readingTable(readings))
	}
	list := struct {
		Device   string            `json:"device"`
		Readings []readingDocument `json:"readings"`
	}{d.ID, make([]readingDocument, len(readings))}
	for i, r := range readings {
		list.Readings[i] = readingDocument{Name: r.Name, Time: r.Time, Value: r.Value, Unit: r.Unit, Quality: r.Quality}
	}
	return c.JSON(http.StatusOK, list)
}

// readingTable has the columns of gisd devices readings.
func readingTable(readings []live.Reading) []byte {
	var table bytes.Buffer
	w := csv.NewWriter(&table)
	_ = w.Write([]string{"time", "name", "value", "unit", "quality"}) // a buffer takes everything
	for _, r := range readings {
		_ = w.Write([]string{r.Time.Format(time.RFC3339Nano), r.Name, strconv.FormatFloat(r.Value, 'g', -1, 64), r.Unit, r.Quality})
	}
	w.Flush()
	return table.Bytes()
}
