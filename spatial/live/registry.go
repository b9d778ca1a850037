package live

import (
	"cmp"
	"slices"

	"gisd/spatial"
)

// SetDevices replaces the registry. Watchers are told of devices that vanish,
// or that they may no longer see, at the next tick.
func (h *Hub) SetDevices(devices []Device) {
	h.mu.Lock()
	defer h.mu.Unlock()
	listed := make(map[string]struct{}, len(devices))
	for i := range devices {
		listed[devices[i].ID] = struct{}{}
		h.put(&devices[i])
	}
	for id, e := range h.byID {
		if _, ok := listed[id]; !ok && e.present {
			h.disown(e)
			h.forget(e)
		}
	}
}

// disown lets go of the identities of an entry, but those that are another's by
// now.
func (h *Hub) disown(e *entry) {
	if e.device == nil {
		return
	}
	for _, identity := range e.device.Identities {
		if h.byIdentity[identity] == e {
			delete(h.byIdentity, identity)
		}
	}
}

// PutDevice registers a device or changes it.
func (h *Hub) PutDevice(d Device) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.put(&d)
}

func (h *Hub) put(d *Device) {
	e, ok := h.byID[d.ID]
	if !ok {
		e = &entry{index: len(h.entries)}
		h.byID[d.ID] = e
		h.entries = append(h.entries, e)
	}
	if ok && e.present && equalDevices(e.device, d) {
		return
	}
	h.disown(e)
	for _, identity := range d.Identities {
		h.byIdentity[identity] = e
	}
	e.rules = h.cfg.Rules(d.Kind)
	if d.Revoked {
		e.device = d
		h.forget(e)
		return
	}
	e.device, e.present, e.untold = d, true, true
	e.item.Store(nil)
	h.soil(e)
}

// forget hides a device; its index stays, for watchers that must be told.
func (h *Hub) forget(e *entry) {
	if e.known {
		delete(h.coarse[e.cell.at(snapshotIndex).cell], e)
		e.pass()
	}
	e.present, e.known = false, false
	e.last = Position{Device: e.device.ID}
	e.truth = truth{}
	h.soil(e)
}

func (h *Hub) soil(e *entry) {
	if !e.dirty {
		e.dirty = true
		h.dirty = append(h.dirty, e)
	}
}

func equalDevices(a, b *Device) bool {
	return a.ID == b.ID && a.Kind == b.Kind && a.Name == b.Name && a.Department == b.Department &&
		a.Visibility == b.Visibility && a.Demo == b.Demo && a.Revoked == b.Revoked && slices.Equal(a.Roles, b.Roles) && slices.Equal(a.Identities, b.Identities)
}

// Device returns a registered device that is not revoked.
func (h *Hub) Device(id string) (*Device, bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if e, ok := h.byID[id]; ok && e.present {
		return e.device, true
	}
	return nil, false
}

// Devices returns the registered devices that the caller may see, by id.
func (h *Hub) Devices(a spatial.Access, kinds []Kind) []*Device {
	h.mu.RLock()
	var found []*Device
	for _, e := range h.entries {
		if e.present && e.device.VisibleTo(a) && (len(kinds) == 0 || slices.Contains(kinds, e.device.Kind)) {
			found = append(found, e.device)
		}
	}
	h.mu.RUnlock()
	slices.SortFunc(found, func(a, b *Device) int { return cmp.Compare(a.ID, b.ID) })
	return found
}
