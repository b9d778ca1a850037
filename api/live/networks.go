package live

import (
	"io"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/api/problem"
	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/gtfsrt"
	"gisd/spatial/live/lorawan"
)

// receipt answers 202 with what became of the fixes, in the caller's language.
func (h *Handlers) receipt(c echo.Context, r *live.Receipt) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	lang := problem.Language(c.Request())
	for i := range r.Errors {
		r.Errors[i].Reason = problem.Say(r.Errors[i].Reason, lang)
	}
	return c.JSON(http.StatusAccepted, r)
}

func (h *Handlers) takeAll(c echo.Context, access spatial.Access, fixes []live.Fix) error {
	peer := live.Peer{Access: access, Address: c.RealIP()}
	receipt, err := h.cfg.Intake.Take(c.Request().Context(), peer, fixes)
	h.metrics.report(receipt)
	if err != nil {
		return err
	}
	return h.receipt(c, receipt)
}

// postLoRaWAN takes a message of a LoRaWAN network server. Messages without
// readings, and those of strangers, are answered with a receipt: network servers
// stop calling an address that refuses.
func (h *Handlers) postLoRaWAN(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	if err := live.MayReport(access); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, h.cfg.MaxBodyBytes))
	if err != nil {
		return err
	}
	fix, carries, faults := lorawan.Decode(body, h.now())
	switch {
	case len(faults) > 0:
		return spatial.Invalid("live: lorawan", "The message is not valid.", faults...)
	case !carries:
		return h.receipt(c, &live.Receipt{})
	}
	return h.takeAll(c, access, []live.Fix{fix})
}

// postGTFSRT takes the vehicle positions of a GTFS Realtime feed. Vehicles whose id
// is a registered device's need no approval.
func (h *Handlers) postGTFSRT(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	if err := live.MayReport(access); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, h.cfg.MaxBodyBytes))
	if err != nil {
		return err
	}
	fixes, err := gtfsrt.Decode(body, h.now())
	if err != nil {
		return err
	}
	for i := range fixes {
		if d, ok := h.hub.Device(nameOf(fixes[i].Identity, gtfsrt.Scheme)); ok && d.ReportableBy(access) {
			fixes[i].Position.Device = d.ID
		}
	}
	return h.takeAll(c, access, fixes)
}

// transit are the kinds of a feed whose reader names none.
var transit = []live.Kind{live.KindBus, live.KindTrain}

// getGTFSRT answers a GTFS Realtime feed of the vehicles that the caller may see,
// without those that are offline.
func (h *Handlers) getGTFSRT(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	p := negotiate.NewParams(c.QueryParams())
	f := filter(p, access)
	if err := p.Err(); err != nil {
		return err
	}
	if len(f.Kinds) == 0 {
		f.Kinds = transit
	}
	heard := slices.DeleteFunc(h.hub.Last(f), func(s live.Sighting) bool { return s.State == live.Offline })
	body, err := gtfsrt.Encode(heard, h.now())
	if err != nil {
		return err
	}
	negotiate.Cache(c, access, "no-cache")
	return c.Blob(http.StatusOK, gtfsrt.MediaType, body)
}
