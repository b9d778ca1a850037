package crs

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/crs"
)

const typeText = "text/plain; charset=utf-8"

// formats of a definition. The texts share a media type, so a caller who asks
// by Accept gets WKT 2 and the others are had by f.
func formats() []negotiate.Format {
	return []negotiate.Format{
		{Name: "json", Type: negotiate.TypeJSON},
		{Name: "wkt", Type: typeText, Also: []string{"application/wkt"}},
		{Name: "wkt1", Type: typeText},
		{Name: "esri", Type: typeText},
		{Name: "proj", Type: typeText},
		{Name: "qgis", Type: typeText},
	}
}

// summary is a system in a list.
type summary struct {
	Code  string           `json:"code"` // "EPSG:9210"
	Name  string           `json:"name"`
	URI   string           `json:"uri"`
	Area  [4]float64       `json:"areaOfUse"` // west, south, east, north in degrees on WGS 84
	Links []negotiate.Link `json:"links"`
}

// document is a system with all its definitions.
type document struct {
	summary
	Axes       []string    `json:"axes"`      // as this service takes and gives coordinates
	AxisOrder  []string    `json:"axisOrder"` // as the authority does
	Unit       string      `json:"unit"`      // "deg" or "m" (UCUM)
	Datum      string      `json:"datum"`
	Projection *projection `json:"projection,omitempty"`
	ToWGS84    *shift      `json:"toWGS84,omitempty"`
	WKT        string      `json:"wkt"`
	WKT1       string      `json:"wkt1"`
	ESRI       string      `json:"esri"`
	PROJ       string      `json:"proj"`
	QGIS       string      `json:"qgis"`
}

type projection struct {
	Method          string  `json:"method"`
	CentralMeridian float64 `json:"centralMeridianDegrees"`
	ScaleFactor     float64 `json:"scaleFactor"`
	FalseEasting    float64 `json:"falseEastingMeters"`
	FalseNorthing   float64 `json:"falseNorthingMeters"`
}

// shift is the step to WGS 84 in the position vector convention.
type shift struct {
	Source     string     `json:"source"`
	Parameters [7]float64 `json:"towgs84"` // metres, arc seconds, parts per million
}

// list answers GET /crs with every system, those of Vietnam among the first.
func (h *handlers) list(c echo.Context) error {
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	if _, err := negotiate.Choose(c, formats()[:1]); err != nil {
		return err
	}
	all := crs.All()
	answer := struct {
		Systems []summary `json:"systems"`
	}{make([]summary, 0, len(all))}
	for i := range all {
		answer.Systems = append(answer.Systems, h.summary(c, &all[i], "self"))
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return c.JSON(http.StatusOK, answer)
}

// definition answers GET /crs/{code}: 9210, EPSG:9210 or CRS84.
func (h *handlers) definition(c echo.Context) error {
	s, err := lookup(c.Param("code"))
	if err != nil {
		return err
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	f, err := negotiate.Choose(c, formats())
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	if f.Name != "json" {
		return c.Blob(http.StatusOK, f.Type, []byte(text(s, f.Name)+"\n"))
	}
	return c.JSON(http.StatusOK, h.document(c, s))
}

// lookup finds the system of an address; an unknown one is not found.
func lookup(code string) (*crs.System, error) {
	if code != "" && strings.Trim(code, "0123456789") == "" {
		code = "EPSG:" + code
	}
	srid, err := crs.ParseURI(code)
	if err != nil {
		return nil, spatial.NotFound("crs: definition", "There is no such coordinate reference system here; GET /crs lists them.")
	}
	s, ok := crs.Lookup(srid)
	if !ok {
		return nil, spatial.NotFound("crs: definition", "There is no such coordinate reference system here; GET /crs lists them.")
	}
	return s, nil
}

func text(s *crs.System, format string) string {
	switch format {
	case "wkt1":
		return s.WKT1()
	case "esri":
		return s.ESRI()
	case "proj":
		return s.PROJ()
	case "qgis":
		return s.QGIS()
	}
	return s.WKT2()
}

func (h *handlers) summary(c echo.Context, s *crs.System, rel string) summary {
	a := s.AreaOfUse
	return summary{
		Code: s.SRID.String(), Name: s.Name, URI: s.URI,
		Area:  [4]float64{a.MinX, a.MinY, a.MaxX, a.MaxY},
		Links: []negotiate.Link{h.link(c, s, rel, formats()[0])},
	}
}

func (h *handlers) link(c echo.Context, s *crs.System, rel string, f negotiate.Format) negotiate.Link {
	query := map[string][]string{"f": {f.Name}}
	return negotiate.Link{Href: h.origin.Href(c.Request(), "/crs/"+s.SRID.String(), query), Rel: rel, Type: f.Type, Title: f.Name}
}

func (h *handlers) document(c echo.Context, s *crs.System) document {
	x, y := s.Axes()
	d := document{
		summary: h.summary(c, s, "self"), Axes: []string{x, y}, AxisOrder: []string{x, y}, Unit: "m", Datum: "WGS 84",
		WKT: s.WKT2(), WKT1: s.WKT1(), ESRI: s.ESRI(), PROJ: s.PROJ(), QGIS: s.QGIS(),
	}
	for _, f := range formats()[1:] {
		d.Links = append(d.Links, h.link(c, s, "alternate", f))
	}
	if s.LatLonOrder {
		d.AxisOrder = []string{y, x}
	}
	if s.Geographic {
		d.Unit = "deg"
	}
	switch s.Datum {
	case crs.DatumVN2000:
		d.Datum = "VN-2000"
		d.ToWGS84 = &shift{Source: "Quyết định 05/2007/QĐ-BTNMT (EPSG:6960)", Parameters: crs.TOWGS84()}
	case crs.DatumETRS89:
		d.Datum = "ETRS89"
		d.ToWGS84 = &shift{Source: "taken to coincide (EPSG:1149)"}
	}
	switch s.Method {
	case crs.MethodTransverseMercator:
		d.Projection = &projection{"Transverse Mercator (EPSG:9807)", s.CentralMeridian, s.ScaleFactor, s.FalseEasting, s.FalseNorthing}
	case crs.MethodWebMercator:
		d.Projection = &projection{Method: "Popular Visualisation Pseudo Mercator (EPSG:1024)", ScaleFactor: 1}
	}
	return d
}
