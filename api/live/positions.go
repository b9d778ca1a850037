package live

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/live"
)

// postPositions takes one position or an array (all or nothing), or NDJSON (the
// good lines), and answers 202 with a receipt.
func (h *Handlers) postPositions(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	if err := live.MayReport(access); err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	rows, allOrNothing, err := h.decode(c)
	if err != nil {
		return err
	}
	receipt, err := h.cfg.Intake.Report(c.Request().Context(), access, rows, allOrNothing)
	h.metrics.report(receipt)
	if err != nil {
		return err
	}
	return h.receipt(c, receipt)
}

func (h *Handlers) decode(c echo.Context) (rows []live.Row, allOrNothing bool, err error) {
	r := c.Request()
	body := http.MaxBytesReader(c.Response(), r.Body, h.cfg.MaxBodyBytes)
	mediaType := negotiate.TypeJSON
	if header := r.Header.Get(echo.HeaderContentType); header != "" {
		if mediaType, _, err = mime.ParseMediaType(header); err != nil {
			mediaType = header
		}
	}
	switch mediaType {
	case negotiate.TypeJSON:
		rows, _, err = live.DecodeJSON(body, h.now(), h.cfg.Intake.Limits)
		allOrNothing = true
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines":
		rows, err = live.DecodeLines(body, h.now(), h.cfg.Intake.Limits)
	default:
		return nil, false, &spatial.Error{Code: spatial.CodeUnsupported, Op: "live: report",
			Message: "Positions are read as application/json or application/x-ndjson."}
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = &spatial.Error{Code: spatial.CodeTooLarge, Op: "live: report", Err: tooLarge,
			Message: fmt.Sprintf("A report holds at most %d bytes.", tooLarge.Limit)}
	}
	return rows, allOrNothing, err
}

func (h *Handlers) now() time.Time {
	if h.cfg.Intake.Now != nil {
		return h.cfg.Intake.Now()
	}
	return time.Now()
}

// filter reads bbox and kinds.
func filter(p *negotiate.Params, access spatial.Access) live.Filter {
	f := live.Filter{Access: access, BBox: p.BBox("bbox")}
	text, ok := p.Text("kinds")
	if !ok {
		return f
	}
	for kind := range strings.SplitSeq(text, ",") {
		if !live.ValidKind(kind) || len(f.Kinds) == 32 {
			p.Fault("kinds", "must be kinds of devices separated by commas, such as bus,barge")
			break
		}
		f.Kinds = append(f.Kinds, live.Kind(kind))
	}
	return f
}

var (
	geoJSONFormats = []negotiate.Format{{Name: "json", Type: negotiate.TypeGeoJSON, Also: []string{negotiate.TypeJSON}}}
	jsonFormats    = []negotiate.Format{{Name: "json", Type: negotiate.TypeJSON}}
)

// getPositions answers the last known positions that the caller may see, as a
// GeoJSON feature collection ordered by device id.
func (h *Handlers) getPositions(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	p := negotiate.NewParams(c.QueryParams())
	f := filter(p, access)
	if err := p.Err(); err != nil {
		return err
	}
	format, err := negotiate.Choose(c, geoJSONFormats)
	if err != nil {
		return err
	}
	sightings := h.hub.Last(f)
	body := make([]byte, 0, 128+320*len(sightings))
	body = append(body, `{"type":"FeatureCollection","timeStamp":"`...)
	body = h.now().UTC().AppendFormat(body, time.RFC3339)
	body = append(body, `","numberReturned":`...)
	body = strconv.AppendInt(body, int64(len(sightings)), 10)
	body = append(body, `,"features":[`...)
	for i := range sightings {
		if i > 0 {
			body = append(body, ',')
		}
		body = sightings[i].AppendFeature(body)
	}
	body = append(body, "]}\n"...)
	negotiate.Cache(c, access, "no-cache")
	return c.Stream(http.StatusOK, format.Type, bytes.NewReader(body))
}
