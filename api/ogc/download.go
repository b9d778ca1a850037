package ogc

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// Downloads writes the features of a query as a file. Formats lists what there
// is; a Name is the value of the parameter f and the file's ending.
type Downloads interface {
	Formats() []negotiate.Format
	// Prepare finds faults while they can still be said. The function it returns
	// streams the file; coordinates are x first in the SRID.
	Prepare(ctx context.Context, format string, c *spatial.Collection, d Download) (func(io.Writer) error, error)
}

// Download is what to write.
type Download struct {
	Query spatial.Query // Limit 0 is everything
	SRID  spatial.SRID
}

// IsDownload tells whether the answer to a request is such a file. It costs next to
// nothing for all other requests.
func (h *Handlers) IsDownload(r *http.Request) bool {
	if !strings.HasPrefix(r.URL.Path, "/ogc/collections/") || !strings.HasSuffix(r.URL.Path, "/items") {
		return false
	}
	name, accept := r.URL.Query().Get("f"), r.Header.Get("Accept")
	return slices.ContainsFunc(h.itemFormats(), func(f negotiate.Format) bool {
		if f.Name == formatJSONFG.Name {
			return false
		}
		return f.Name == name || name == "" && f.Type != negotiate.TypeGeoJSON && strings.Contains(accept, f.Type)
	})
}

// maxDownloads at once leave the database to those who look at pages.
const maxDownloads = 4

// download streams what matches as a file. Without a limit that is all of it.
func (h *Handlers) download(c echo.Context, r *request, found *spatial.Collection, q itemsQuery) error {
	q.Limit = unpagedLimit(c, 0)
	if err := onlyForPages(&q); err != nil {
		return err
	}
	done, err := h.mayDownload()
	if err != nil {
		return err
	}
	defer done()
	write, err := h.Downloads.Prepare(c.Request().Context(), r.format.Name, found, Download{Query: q.Query, SRID: q.to.srid})
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set("Content-Crs", "<"+q.to.uri+">")
	header.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": found.ID + "." + r.format.Name}))
	header.Set(echo.HeaderContentType, r.format.Type)
	if negotiate.AskedMethod(c.Request()) == http.MethodHead {
		return c.NoContent(http.StatusOK)
	}
	err = write(r.patient())
	if err == nil || !c.Response().Committed {
		if err != nil {
			for _, name := range []string{echo.HeaderContentDisposition, echo.HeaderContentType, "Content-Crs"} {
				header.Del(name)
			}
		}
		return err
	}
	return r.breakOff(err)
}

// unpagedLimit is the limit as given, found fit already but for the bound of a
// page, or what stands for all.
func unpagedLimit(c echo.Context, all int) int {
	if n, err := strconv.Atoi(c.QueryParam("limit")); err == nil {
		return n
	}
	return all
}

// onlyForPages refuses what a file has not.
func onlyForPages(q *itemsQuery) error {
	var faults []spatial.FieldError
	if q.After != nil && q.offset < 0 || q.Before != nil {
		faults = append(faults, spatial.FieldError{Name: "cursor", Reason: "not with this format"})
	}
	for name, given := range map[string]bool{"offset": q.offset >= 0, "sortby": len(q.Sort) > 0, "zoom-level": q.toleranceMeters > 0,
		"properties": q.fields != nil, "skipGeometry": q.withoutGeometry, "profile": q.titles} {
		if given {
			faults = append(faults, spatial.FieldError{Name: name, Reason: "not with this format"})
		}
	}
	if len(faults) == 0 {
		return nil
	}
	slices.SortFunc(faults, func(a, b spatial.FieldError) int { return strings.Compare(a.Name, b.Name) })
	return spatial.Invalid("ogc: download", "A file holds all that matches, as it is stored: leave out how a page of it would look.", faults...)
}

// mayDownload takes one of the places for files; done gives it back.
func (h *Handlers) mayDownload() (done func(), err error) {
	select {
	case h.downloading <- struct{}{}:
		return func() { <-h.downloading }, nil
	default:
		return nil, &spatial.Error{Code: spatial.CodeUnavailable, Op: "ogc: download", Message: "Too many files are being written at the moment; try again in a minute."}
	}
}

func (r *request) patient() *patient {
	return &patient{c: http.NewResponseController(r.Response()), w: r.Response()}
}

// breakOff ends an answer that has begun and cannot be finished. What is on its
// way looks whole; breaking the connection is the only way left to say that it is
// not.
func (r *request) breakOff(err error) error {
	if ctx := r.Request().Context(); ctx.Err() == nil {
		r.h.Log.ErrorContext(ctx, "an answer broke off", slog.String("path", r.Request().URL.Path), slog.Any("error", err))
	}
	if err := r.patient().c.SetWriteDeadline(time.Unix(1, 0)); err != nil {
		return fmt.Errorf("ogc: download: %w", err)
	}
	return nil
}

// patient gives each piece its own time to arrive, since the whole may take
// longer than an answer is allowed to.
type patient struct {
	c *http.ResponseController
	w io.Writer
}

const pieceTimeout = time.Minute

func (p *patient) Write(b []byte) (int, error) {
	if err := p.c.SetWriteDeadline(time.Now().Add(pieceTimeout)); err != nil {
		return 0, fmt.Errorf("ogc: download: %w", err)
	}
	n, err := p.w.Write(b)
	return min(n, len(b)), err // what compresses may hand on more at once than it was given
}
