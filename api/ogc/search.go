package ogc

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/auth"
	"gisd/api/negotiate"
)

const (
	searchNormal = 10
	searchMax    = 50
)

// hit is a feature found by name. Lon, lat and the bbox are in WGS 84 degrees.
type hit struct {
	Collection string      `json:"collection"`
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	Lon        float64     `json:"lon"`
	Lat        float64     `json:"lat"`
	BBox       *[4]float64 `json:"bbox,omitempty"` // west, south, east, north
	Href       string      `json:"href"`
}

// search finds features by name in every collection that the caller may read.
func (h *Handlers) search(c echo.Context) error {
	if _, err := negotiate.Choose(c, []negotiate.Format{formatJSON}); err != nil {
		return err
	}
	p := negotiate.NewParams(c.QueryParams())
	question, given := p.Text("q")
	limit := p.Limit("limit", searchNormal, searchMax)
	if !given || strings.TrimSpace(question) == "" {
		p.Fault("q", "says what to look for")
	}
	if err := p.Err(); err != nil {
		return err
	}
	access := auth.AccessOf(c)
	found, err := h.Search.Search(c.Request().Context(), question, access, limit)
	if err != nil {
		return err
	}
	r := &request{Context: c, h: h, access: access}
	answer := struct {
		Hits []hit `json:"hits"`
	}{make([]hit, 0, len(found))}
	for _, f := range found {
		one := hit{Collection: f.Collection, ID: f.ID, Name: f.Name, Lon: roundNear(f.Lon), Lat: roundNear(f.Lat),
			Href: r.href(nil, "collections", f.Collection, "items", f.ID)}
		if e := f.Envelope; !e.Empty() {
			one.BBox = &[4]float64{roundDown(e.MinX), roundDown(e.MinY), roundUp(e.MaxX), roundUp(e.MaxY)}
		}
		answer.Hits = append(answer.Hits, one)
	}
	negotiate.Cache(c, access, "no-cache")
	return c.JSON(http.StatusOK, answer)
}
