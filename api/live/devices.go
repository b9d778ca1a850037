package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/live"
)

// deviceDocument is a device on the wire. Who may see it is told to those who
// signed in.
type deviceDocument struct {
	ID         string             `json:"id"`
	Kind       live.Kind          `json:"kind"`
	Name       string             `json:"name"`
	Department string             `json:"department,omitempty"`
	Visibility spatial.Visibility `json:"visibility,omitempty"`
	Roles      []spatial.Role     `json:"roles,omitempty"`
	Demo       bool               `json:"demo,omitempty"` // made up, goes with the demo
}

func document(d *live.Device, a spatial.Access) deviceDocument {
	doc := deviceDocument{ID: d.ID, Kind: d.Kind, Name: d.Name, Department: d.Department, Demo: d.Demo}
	if !a.Anonymous() {
		doc.Visibility, doc.Roles = d.Visibility, d.Roles
	}
	return doc
}

func (h *Handlers) getDevices(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	p := negotiate.NewParams(c.QueryParams())
	f := filter(p, access)
	if err := p.Err(); err != nil {
		return err
	}
	if f.BBox != nil {
		return spatial.Invalid("live: list devices", "One parameter is wrong.",
			spatial.FieldError{Name: "bbox", Reason: "is no parameter of this resource; /live/positions has it"})
	}
	if _, err := negotiate.Choose(c, jsonFormats); err != nil {
		return err
	}
	list := struct {
		Devices []deviceDocument `json:"devices"`
	}{[]deviceDocument{}}
	for _, d := range h.hub.Devices(access, f.Kinds) {
		list.Devices = append(list.Devices, document(d, access))
	}
	negotiate.Cache(c, access, "no-cache")
	return c.JSON(http.StatusOK, list)
}

func (h *Handlers) getDevice(c echo.Context) error {
	access := h.cfg.AccessOf(c)
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	d, err := h.seen(c, access)
	if err != nil {
		return err
	}
	if _, err := negotiate.Choose(c, jsonFormats); err != nil {
		return err
	}
	negotiate.Cache(c, access, "no-cache")
	return c.JSON(http.StatusOK, document(d, access))
}

// seen is the device that the address names; not_found where the caller does not see it.
func (h *Handlers) seen(c echo.Context, access spatial.Access) (*live.Device, error) {
	d, ok := h.hub.Device(c.Param("id"))
	if !ok || !d.VisibleTo(access) {
		return nil, spatial.NotFound("live: read device", "There is no such device.")
	}
	return d, nil
}

// maxDevices bounds one registration.
const maxDevices = 10_000

// postDevices registers one device or an array, or changes them: operators and
// admins only. Without a visibility a device is internal.
func (h *Handlers) postDevices(c echo.Context) error {
	const op = "live: register devices"
	access := h.cfg.AccessOf(c)
	switch {
	case access.Anonymous():
		return &spatial.Error{Code: spatial.CodeUnauthenticated, Op: op, Message: "Registering devices needs an API key."}
	case access.ReadOnly, access.Device != "", !access.Has(spatial.RoleOperator):
		return &spatial.Error{Code: spatial.CodeForbidden, Op: op, Message: "Registering devices needs the role operator or admin."}
	}
	if err := negotiate.Only(c.QueryParams()); err != nil {
		return err
	}
	documents, err := decodeDevices(http.MaxBytesReader(c.Response(), c.Request().Body, h.cfg.MaxBodyBytes))
	if err != nil {
		return err
	}
	devices := make([]live.Device, len(documents))
	for i, doc := range documents {
		devices[i] = live.Device{ID: doc.ID, Kind: doc.Kind, Name: doc.Name, Department: doc.Department,
			Visibility: doc.Visibility, Roles: doc.Roles, Demo: doc.Demo}
		if devices[i].Visibility == "" {
			devices[i].Visibility = spatial.VisibilityInternal
		}
	}
	changed, err := h.cfg.Registrar.Register(c.Request().Context(), devices, access.Subject)
	if err != nil {
		return err
	}
	// Other nodes hear of it from the database; this one need not wait.
	for _, d := range devices {
		h.hub.PutDevice(d)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, map[string]int64{"changed": changed})
}

func decodeDevices(body io.Reader) ([]deviceDocument, error) {
	const op = "live: register devices"
	invalid := func(err error) error {
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return &spatial.Error{Code: spatial.CodeTooLarge, Op: op, Message: "The list of devices is too long.", Err: tooLarge}
		}
		return &spatial.Error{Code: spatial.CodeInvalid, Op: op, Err: err,
			Message: "The body wants a device, or an array of devices, with the members id, kind, name, department, visibility and roles."}
	}
	var raw json.RawMessage
	if err := json.NewDecoder(body).Decode(&raw); err != nil {
		return nil, invalid(err)
	}
	var documents []deviceDocument
	if raw[0] == '[' {
		if err := unmarshalStrictly(raw, &documents); err != nil {
			return nil, invalid(err)
		}
	} else {
		documents = make([]deviceDocument, 1)
		if err := unmarshalStrictly(raw, &documents[0]); err != nil {
			return nil, invalid(err)
		}
	}
	if len(documents) > maxDevices {
		return nil, &spatial.Error{Code: spatial.CodeTooLarge, Op: op, Message: "At most 10000 devices are registered at once."}
	}
	return documents, nil
}

func unmarshalStrictly(raw json.RawMessage, target any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(target)
}
