package live

import (
	"cmp"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/live/osmand"
	"gisd/spatial/live/owntracks"
)

// maxTrackerBody bounds one report of a tracker.
const maxTrackerBody = 64 << 10

// trackerAccess is the caller's access on the addresses of trackers that can hold
// nothing but an address: a key in it reports. A browser's session does not, since
// any page could make the browser ask for such an address.
func (h *Handlers) trackerAccess(c echo.Context) (spatial.Access, error) {
	access := h.cfg.AccessOf(c)
	if access.UserID != 0 {
		return access, &spatial.Error{Code: spatial.CodeForbidden, Op: "live: tracker",
			Message: "Trackers report with a key, not with a session."}
	}
	access.ReadOnly = false
	return access, live.MayReport(access)
}

func trackerBody(c echo.Context) ([]byte, error) {
	return io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, maxTrackerBody))
}

// takeOne takes a tracker's fix in. A device's own key says whose fix it is; with
// another key the name that the tracker gives itself does, a registered device's id
// or else an identity that was approved.
func (h *Handlers) takeOne(c echo.Context, access spatial.Access, name string, fix live.Fix) error {
	if access.Device != "" {
		fix.Position.Device = access.Device
	} else if d, ok := h.hub.Device(name); ok && d.ReportableBy(access) {
		fix.Position.Device = d.ID
	}
	if fix.Position.Device == "" && fix.Identity == "" {
		return invalidFix([]spatial.FieldError{{Name: "id", Reason: "is missing"}})
	}
	peer := live.Peer{Access: access, Address: c.RealIP()}
	receipt, err := h.cfg.Intake.Take(c.Request().Context(), peer, []live.Fix{fix})
	h.metrics.report(receipt)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return receipt.Refused()
}

func invalidFix(faults []spatial.FieldError) error {
	return spatial.Invalid("live: tracker", "The position is not valid.", faults...)
}

// osmand takes a fix of OsmAnd or Traccar Client, in the query, a form or JSON, and
// answers 200 without a body.
func (h *Handlers) osmand(c echo.Context) error {
	access, err := h.trackerAccess(c)
	if err != nil {
		return err
	}
	body, err := trackerBody(c)
	if err != nil {
		return err
	}
	query := c.QueryParams()
	mediaType, _, _ := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	var fix live.Fix
	var faults []spatial.FieldError
	if mediaType == echo.MIMEApplicationJSON {
		fix, faults = osmand.DecodeJSON(body, h.now())
	} else {
		if mediaType == echo.MIMEApplicationForm {
			form, err := url.ParseQuery(string(body))
			if err != nil {
				return invalidFix([]spatial.FieldError{{Reason: "wants a form"}})
			}
			for name, values := range form {
				query[name] = values
			}
		}
		fix, faults = osmand.DecodeQuery(query, h.now())
	}
	if len(faults) > 0 {
		return invalidFix(faults)
	}
	if err := h.takeOne(c, access, nameOf(fix.Identity, osmand.Scheme), fix); err != nil {
		return err
	}
	return c.NoContent(http.StatusOK)
}

// nameOf is what follows the scheme of an identity.
func nameOf(identity, scheme string) string {
	if len(identity) <= len(scheme)+1 {
		return ""
	}
	return identity[len(scheme)+1:]
}

// owntracks takes a message of the OwnTracks apps. Those that are no location are
// answered all the same: the app would send them for ever. The answer is the empty
// list of commands.
func (h *Handlers) owntracks(c echo.Context) error {
	access, err := h.trackerAccess(c)
	if err != nil {
		return err
	}
	body, err := trackerBody(c)
	if err != nil {
		return err
	}
	fix, located, faults := owntracks.Decode(body, h.now())
	if len(faults) > 0 {
		return invalidFix(faults)
	}
	if located {
		header := c.Request().Header
		user := cmp.Or(c.QueryParam("u"), header.Get("X-Limit-U"))
		device := cmp.Or(c.QueryParam("d"), header.Get("X-Limit-D"))
		fix.Identity = owntracks.IdentityOf(user, device)
		if err := h.takeOne(c, access, nameOf(fix.Identity, owntracks.Scheme), fix); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, []struct{}{})
}
