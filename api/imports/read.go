package imports

import (
	"errors"
	"io/fs"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
)

const (
	typeEvents = "text/event-stream"
	typeCSV    = "text/csv"
)

// list tells of the newest imports that the caller may know of.
func (h *Handlers) list(c echo.Context) error {
	a, err := h.signedIn(c)
	if err != nil {
		return err
	}
	p := negotiate.NewParams(c.QueryParams())
	limit := p.Limit("limit", 50, 1000)
	if err := p.Err(); err != nil {
		return err
	}
	if _, err := negotiate.Choose(c, []negotiate.Format{{Name: "json", Type: negotiate.TypeJSON}}); err != nil {
		return err
	}
	jobs, err := h.cfg.Jobs.Jobs(c.Request().Context(), h.asReader(a), limit)
	if err != nil {
		return err
	}
	list := struct {
		Imports []document `json:"imports"`
	}{[]document{}}
	for i := range jobs {
		list.Imports = append(list.Imports, h.describe(c.Request(), &jobs[i]))
	}
	negotiate.Cache(c, a, "no-store")
	return c.JSON(http.StatusOK, list)
}

// get tells of one import: as it is now, or as it goes on.
func (h *Handlers) get(c echo.Context) error {
	a, err := h.signedIn(c)
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	f, err := negotiate.Choose(c, []negotiate.Format{{Name: "json", Type: negotiate.TypeJSON}, {Name: "sse", Type: typeEvents}})
	if err != nil {
		return err
	}
	changed := h.cfg.Jobs.Changed(c.Param("id"))
	j, err := h.visible(c, a)
	if err != nil {
		return err
	}
	negotiate.Cache(c, a, "no-store")
	if f.Name == "sse" && negotiate.AskedMethod(c.Request()) != http.MethodHead {
		return h.stream(c, j, changed)
	}
	return c.JSON(http.StatusOK, h.describe(c.Request(), j))
}

// cancel ends an import before its time.
func (h *Handlers) cancel(c echo.Context) error {
	a, err := h.mayImport(c)
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	if _, err := h.visible(c, a); err != nil {
		return err
	}
	j, err := h.cfg.Jobs.Cancel(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	negotiate.Cache(c, a, "no-store")
	return c.JSON(http.StatusAccepted, h.describe(c.Request(), j))
}

// rejects sends the records that were not loaded.
func (h *Handlers) rejects(c echo.Context) error {
	const op = "imports: reject file"
	a, err := h.signedIn(c)
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	f, err := negotiate.Choose(c, []negotiate.Format{{Name: "csv", Type: typeCSV}, {Name: "geojson", Type: negotiate.TypeGeoJSON, Also: []string{negotiate.TypeJSON}}})
	if err != nil {
		return err
	}
	j, err := h.visible(c, a)
	if err != nil {
		return err
	}
	if !j.HasRejects {
		return spatial.NotFound(op, "The import has no reject file.")
	}
	file, err := h.cfg.Files.Rejects(j.ID, f.Name == "geojson")
	if spatial.CodeOf(err) == spatial.CodeNotFound || errors.Is(err, fs.ErrNotExist) {
		return spatial.NotFound(op, "The reject file lies with another server, "+j.Node+".")
	}
	if err != nil {
		return err
	}
	defer file.Close()
	const longest = 30 * time.Minute
	_ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Now().Add(longest)) // where there are deadlines
	negotiate.Cache(c, a, "no-store")
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, f.Type)
	header.Set(echo.HeaderContentDisposition, `attachment; filename="rejected.`+f.Name+`"`)
	http.ServeContent(c.Response(), c.Request(), "", j.FinishedAt, file)
	return nil
}
