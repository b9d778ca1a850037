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
	if h.Downloads == nil || !strings.HasPrefix(r.URL.Path, "/ogc/collections/") || !strings.HasSuffix(r.URL.Path, "/items") {
		return false
	}
	name, accept := r.URL.Query().Get("f"), r.Header.Get("Accept")
	return slices.ContainsFunc(h.Downloads.Formats(), func(f negotiate.Format) bool {
		return f.Name == name || name == "" && f.Type != negotiate.TypeGeoJSON && strings.Contains(accept, f.Type)
	})
}

// maxDownloads at once leave the database to those who look at pages.
const maxDownloads = 4

// download streams what matches as a file. Without a limit that is all of it.
func (h *Handlers) download(c echo.Context, r *request, found *spatial.Collection, q spatial.Query, to wire) error {
	q.Limit = 0
	if n, err := strconv.Atoi(c.QueryParam("limit")); err == nil {
		q.Limit = n // as it was found fit, but for the bound of a page
	}
	if q.After != "" {
		return spatial.Invalid("ogc: download", "A file is not paged: leave the cursor away.", spatial.FieldError{Name: "cursor", Reason: "not with this format"})
	}
	select {
	case h.downloading <- struct{}{}:
		defer func() { <-h.downloading }()
	default:
		return &spatial.Error{Code: spatial.CodeUnavailable, Op: "ogc: download", Message: "Too many files are being written at the moment; try again in a minute."}
	}
	write, err := h.Downloads.Prepare(c.Request().Context(), r.format.Name, found, Download{Query: q, SRID: to.srid})
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set("Content-Crs", "<"+to.uri+">")
	header.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": found.ID + "." + r.format.Name}))
	header.Set(echo.HeaderContentType, r.format.Type)
	if negotiate.AskedMethod(c.Request()) == http.MethodHead {
		return c.NoContent(http.StatusOK)
	}
	out := &patient{c: http.NewResponseController(c.Response()), w: c.Response()}
	err = write(out)
	if err == nil || !c.Response().Committed {
		if err != nil {
			for _, name := range []string{echo.HeaderContentDisposition, echo.HeaderContentType, "Content-Crs"} {
				header.Del(name)
			}
		}
		return err
	}
	// What is on its way looks like a file. Breaking the connection is the only
	// way left to say that it is none.
	if c.Request().Context().Err() == nil {
		h.Log.ErrorContext(c.Request().Context(), "a download broke off", slog.String("collection", found.ID), slog.Any("error", err))
	}
	if err := out.c.SetWriteDeadline(time.Unix(1, 0)); err != nil {
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
