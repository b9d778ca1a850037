package ogc

import (
	"math"
	"net/http"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// Features of a sequence that one statement reads. Where the order or a filter
// has the database sort first, fewer statements sort less often.
const (
	stretch       = 10_000
	sortedStretch = 50_000
	sendAt        = 256 << 10 // bytes
)

// recordSeparator begins each text of a sequence (RFC 8142 §2).
const recordSeparator = 0x1e

// sequence streams features as GeoJSON texts in constant memory: all that match,
// unless a limit is given, from a cursor on if there is one.
func (h *Handlers) sequence(r *request, c *spatial.Collection, q itemsQuery) error {
	left := unpagedLimit(r, math.MaxInt)
	w, err := r.newPageWriter(c, q)
	if err != nil {
		return err
	}
	defer w.release()
	w.buf = w.buf[:0]
	if q.Before != nil {
		return spatial.Invalid("ogc: sequence", "A sequence goes forward.", spatial.FieldError{Name: "cursor", Reason: "not with this format"})
	}
	done, err := h.mayDownload()
	if err != nil {
		return err
	}
	defer done()
	if negotiate.AskedMethod(r.Request()) == http.MethodHead {
		r.Response().Header().Set("Content-Crs", "<"+q.to.uri+">")
		r.Response().Header().Set(echo.HeaderContentType, r.format.Type)
		return r.NoContent(http.StatusOK)
	}
	step := stretch
	if len(q.Sort) > 0 || q.BBox != nil || q.Filter != nil || q.Names != nil {
		step = sortedStretch
	}
	next := q.Query
	var page *spatial.FeaturePage
	for {
		next.Limit = min(left, step)
		before := w.count
		if page, err = h.Features.Each(r.Request().Context(), c, next, w.addText); err != nil {
			return w.fail(err)
		}
		if left -= w.count - before; page.Next == nil || left == 0 {
			break
		}
		next.After, next.Offset = page.Next, 0
	}
	page.Prev = nil // a sequence goes forward
	if w.out == nil {
		r.linkHeader(r.itemsLinks(c, q, page))
	} else {
		r.trail(r.itemsLinks(c, q, page))
	}
	if err := w.flush(); err != nil {
		return w.fail(err)
	}
	return nil
}

// addText writes a feature between a record separator and a line feed.
func (w *pageWriter) addText(f *spatial.Feature) (err error) {
	w.buf = append(w.buf, recordSeparator)
	w.count++
	if w.buf, err = w.encoder.append(w.buf, f); err != nil {
		return err
	}
	w.buf = append(w.buf, '\n')
	return w.flushBeyond(sendAt)
}
