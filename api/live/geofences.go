package live

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/live/fence"
)

// geofenceFeature is a drawn fence as a GeoJSON feature (RFC 7946 §3.2).
type geofenceFeature struct {
	Type       string             `json:"type"`
	ID         string             `json:"id"`
	Geometry   json.RawMessage    `json:"geometry"`
	Properties geofenceProperties `json:"properties"`
}

type geofenceProperties struct {
	Name string `json:"name,omitempty"`
}

func featureOf(g *fence.Drawn) geofenceFeature {
	return geofenceFeature{Type: "Feature", ID: g.ID, Geometry: g.Geometry, Properties: geofenceProperties{g.Name}}
}

func (h *Handlers) getGeofences(c echo.Context) error {
	access, format, err := h.reader(c, "live: list fences", geoJSONFormats)
	if err != nil {
		return err
	}
	all, err := h.cfg.Rules.Geofences.Geofences(c.Request().Context())
	if err != nil {
		return err
	}
	features := make([]geofenceFeature, len(all))
	for i := range all {
		features[i] = featureOf(&all[i])
	}
	return h.geoJSON(c, access, format.Type, struct {
		Type     string            `json:"type"`
		Returned int               `json:"numberReturned"`
		Features []geofenceFeature `json:"features"`
	}{"FeatureCollection", len(features), features})
}

func (h *Handlers) geoJSON(c echo.Context, access spatial.Access, mediaType string, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	negotiate.Cache(c, access, "no-cache")
	return c.Blob(http.StatusOK, mediaType, append(body, '\n'))
}

func (h *Handlers) getGeofence(c echo.Context) error {
	access, format, err := h.reader(c, "live: read fence", geoJSONFormats)
	if err != nil {
		return err
	}
	g, err := h.cfg.Rules.Geofences.Geofence(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return h.geoJSON(c, access, format.Type, featureOf(g))
}

// postGeofence keeps a drawn fence, in the place of one of its id.
func (h *Handlers) postGeofence(c echo.Context) error {
	const op = "live: keep fence"
	access, err := h.watcher(c, op, true)
	if err != nil {
		return err
	}
	var f struct {
		Type       string          `json:"type"`
		ID         any             `json:"id"`
		Geometry   json.RawMessage `json:"geometry"`
		Properties *struct {
			Name string `json:"name"`
		} `json:"properties"`
	}
	body := http.MaxBytesReader(c.Response(), c.Request().Body, h.cfg.MaxMessageBytes)
	if err := json.NewDecoder(body).Decode(&f); err != nil {
		return unread(op, err, wantsFeature)
	}
	g := fence.Drawn{Geometry: f.Geometry}
	switch id := f.ID.(type) {
	case string:
		g.ID = id
	case float64:
		g.ID = strconv.FormatFloat(id, 'f', -1, 64)
	}
	if f.Properties != nil {
		g.Name = f.Properties.Name
	}
	if faults := g.Faults(); f.Type != "Feature" || len(f.Geometry) == 0 || len(faults) > 0 {
		return spatial.Invalid(op, wantsFeature, faults...)
	}
	ctx := c.Request().Context()
	if err := h.cfg.Rules.Geofences.PutGeofence(ctx, g, access.Subject); err != nil {
		return err
	}
	kept, err := h.cfg.Rules.Geofences.Geofence(ctx, g.ID)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return h.geoJSON(c, access, negotiate.TypeGeoJSON, featureOf(kept))
}

const wantsFeature = "The body wants a GeoJSON feature with an id, a Polygon or MultiPolygon in degrees and, in its properties, a name."

func (h *Handlers) deleteGeofence(c echo.Context) error {
	if err := mayWatch(h.cfg.AccessOf(c), "live: delete fence", true); err != nil {
		return err
	}
	if err := h.cfg.Rules.Geofences.DeleteGeofence(c.Request().Context(), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
