package live

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial/live"
	"gisd/spatial/live/trip"
)

var tripFormats = []negotiate.Format{
	{Name: "json", Type: negotiate.TypeJSON},
	{Name: "csv", Type: "text/csv; charset=utf-8"},
}

// Bounds of what counts as a stop: what a device does while it may still become one is
// kept in memory.
const (
	longestMinStop = 2 * time.Hour
	tripGap        = 24 * time.Hour
)

// getTrips writes the stops of a device and the trips between them.
func (h *Handlers) getTrips(c echo.Context) error {
	p := negotiate.NewParams(c.QueryParams())
	o := trip.Options{
		RadiusMeters: meters(p, "radius"), MinStop: duration(p, "minStop", longestMinStop),
		Gap: duration(p, "gap", tripGap), MinTripMeters: meters(p, "minTrip"),
	}
	read, err := h.reads(c, p, "trips", c.Param("device"))
	if err != nil {
		return err
	}
	format, err := negotiate.Choose(c, tripFormats)
	if err != nil {
		return err
	}
	if err := read.audit(format.Name); err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, format.Type)
	out := newPieces(c)
	w := tripWriter(newTripsJSON(out, read.device.ID))
	if format.Name == "csv" {
		header.Set(echo.HeaderContentDisposition, `attachment; filename="`+strings.ReplaceAll(read.device.ID, ":", "_")+`-trips.csv"`)
		w = newTripsCSV(out)
	}
	for e, err := range trip.Find(h.cfg.History.Tracks.Track(c.Request().Context(), read.query), o) {
		if err == nil {
			err = w.write(documentOf(read.device.ID, e))
		}
		if err != nil {
			return out.fail(err)
		}
	}
	if err := w.close(); err != nil {
		return out.fail(err)
	}
	return out.finish()
}

// tripDocument is a stop or a trip on the wire: degrees, metres, km/h.
type tripDocument struct {
	Type       string    `json:"type"` // "stop", "trip"
	Device     string    `json:"device"`
	Begin      time.Time `json:"begin"`
	End        time.Time `json:"end"`
	Seconds    float64   `json:"seconds"`
	Lon        float64   `json:"lon"` // where it begins
	Lat        float64   `json:"lat"`
	EndLon     *float64  `json:"endLon,omitempty"` // of a trip
	EndLat     *float64  `json:"endLat,omitempty"`
	Fixes      int       `json:"fixes"`
	Meters     *float64  `json:"meters,omitempty"`
	MaxSpeed   *float64  `json:"maxSpeed,omitempty"`
	AfterStop  *bool     `json:"afterStop,omitempty"`
	BeforeStop *bool     `json:"beforeStop,omitempty"`
}

func documentOf(device string, e trip.Event) tripDocument {
	spanning := func(kind string, begin, end *live.Position, fixes int) tripDocument {
		return tripDocument{Type: kind, Device: device, Begin: begin.Time, End: end.Time, Seconds: end.Time.Sub(begin.Time).Seconds(),
			Lon: begin.Lon, Lat: begin.Lat, Fixes: fixes}
	}
	if s := e.Stop; s != nil {
		return spanning("stop", &s.Begin, &s.End, s.Fixes)
	}
	t := e.Trip
	d := spanning("trip", &t.Begin, &t.End, t.Fixes)
	millimetres, _ := strconv.ParseFloat(strconv.FormatFloat(t.Meters, 'f', 3, 64), 64)
	d.EndLon, d.EndLat, d.Meters = &t.End.Lon, &t.End.Lat, &millimetres
	d.AfterStop, d.BeforeStop = &t.AfterStop, &t.BeforeStop
	if t.MaxSpeedKMH.Known {
		d.MaxSpeed = &t.MaxSpeedKMH.Value
	}
	return d
}

type tripWriter interface {
	write(d tripDocument) error
	close() error
}

// tripsJSON writes {"device":"b","items":[…]} while it is read.
type tripsJSON struct {
	out  io.Writer
	next string // before the next item
}

func newTripsJSON(out io.Writer, device string) *tripsJSON {
	return &tripsJSON{out: out, next: `{"device":` + string(live.AppendText(nil, device)) + `,"items":[`}
}

func (w *tripsJSON) write(d tripDocument) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	_, err = w.out.Write(append([]byte(w.next), text...))
	w.next = ","
	return err
}

func (w *tripsJSON) close() error {
	if w.next == "," {
		w.next = ""
	}
	_, err := io.WriteString(w.out, w.next+"]}\n")
	return err
}

type tripsCSV struct{ csv *csv.Writer }

func newTripsCSV(out io.Writer) tripsCSV {
	w := tripsCSV{csv.NewWriter(out)}
	_ = w.csv.Write([]string{"type", "device", "begin", "end", "seconds", "lon", "lat", "end_lon", "end_lat", "fixes", "meters", "max_speed"}) // Error says
	return w
}

func (w tripsCSV) write(d tripDocument) error {
	number := func(v *float64) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'f', -1, 64)
	}
	return w.csv.Write([]string{d.Type, d.Device, d.Begin.Format(time.RFC3339Nano), d.End.Format(time.RFC3339Nano), number(&d.Seconds), number(&d.Lon), number(&d.Lat),
		number(d.EndLon), number(d.EndLat), strconv.Itoa(d.Fixes), number(d.Meters), number(d.MaxSpeed)})
}

func (w tripsCSV) close() error {
	w.csv.Flush()
	return w.csv.Error()
}
