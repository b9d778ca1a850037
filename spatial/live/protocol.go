package live

import (
	"cmp"
	"context"
	"time"

	"gisd/spatial"
)

// Peer is who sends fixes over a device protocol.
type Peer struct {
	Access   spatial.Access // of its key; the listener's own where the protocol has no keys
	Identity string         // of fixes without one, or ""
	Address  string         // for people who decide on strangers
}

const notApproved = "is not approved yet: gisd devices pending lists it"

// Approved returns the device that the identity is one of, or CodeForbidden for a
// stranger, who is noted in the quarantine, and for a revoked device.
func (in *Intake) Approved(identity, address string) (*Device, error) {
	d, revoked := in.Hub.Identified(identity)
	if d != nil {
		return d, nil
	}
	if !revoked && in.Lobby != nil && ValidIdentity(identity) {
		in.Lobby.Note(identity, address, in.now())
	}
	return nil, &spatial.Error{Code: spatial.CodeForbidden, Op: "live: identify", Message: "This device is not approved yet."}
}

// Take takes in what a device protocol read. A fix that names a device in
// Position.Device is that device's, else its identity says whose it is, else the
// peer's. Fixes of strangers, and those that are not valid, are counted as
// rejected; the others are taken. It fails as MayReport and Recorder.Record do,
// and with CodeTooManyRequests where devices report too much and nothing was taken.
func (in *Intake) Take(ctx context.Context, peer Peer, fixes []Fix) (*Receipt, error) {
	receipt := &Receipt{}
	if err := MayReport(peer.Access); err != nil {
		return receipt, err
	}
	now, limits := in.now(), in.Limits.withDefaults()
	good, numbers := make([]Position, 0, len(fixes)), make([]int, 0, len(fixes))
	for i := range fixes {
		p, faults := in.settle(peer, &fixes[i])
		if len(faults) == 0 {
			p.ReceivedAt = now.UTC()
			p.normalize()
			faults = p.faults(now, limits)
		}
		if len(faults) == 0 {
			good, numbers = append(good, p), append(numbers, i+1)
			continue
		}
		receipt.Rejected++
		for _, f := range faults {
			if len(receipt.Errors) < maxRowErrors {
				receipt.Errors = append(receipt.Errors, RowError{
					Row: i + 1, Device: cmp.Or(p.Device, fixes[i].Identity, peer.Identity), Name: f.Name, Reason: f.Reason,
				})
			}
		}
	}
	if len(good) == 0 {
		return receipt, nil
	}
	return receipt, in.take(ctx, lot{good, numbers}, receipt, false)
}

// settle finds the device of a fix, and the place of one without coordinates.
func (in *Intake) settle(peer Peer, fix *Fix) (Position, []spatial.FieldError) {
	p := fix.Position
	fault := func(reason string) (Position, []spatial.FieldError) {
		return p, []spatial.FieldError{{Name: "device", Reason: reason}}
	}
	if p.Device == "" {
		d, err := in.Approved(cmp.Or(fix.Identity, peer.Identity), peer.Address)
		if err != nil {
			return fault(notApproved)
		}
		p.Device = d.ID
	}
	d, ok := in.Hub.Device(p.Device)
	if !ok || !d.ReportableBy(peer.Access) {
		return fault(notRegistered)
	}
	if !fix.Unplaced {
		return p, nil
	}
	last, ok := in.Hub.lastOf(p.Device)
	if !ok {
		return fault("has no place yet: report one position of it")
	}
	p.Lon, p.Lat, p.AccuracyMeters = last.Lon, last.Lat, last.AccuracyMeters
	return p, nil
}

func (in *Intake) now() time.Time {
	if in.Now != nil {
		return in.Now()
	}
	return time.Now()
}

// Refused is the error of a receipt by which nothing of one message was taken: nil
// where something was, CodeForbidden for a stranger, else CodeInvalid with the
// faults.
func (r *Receipt) Refused() error {
	switch {
	case r.Accepted > 0 || r.Rejected == 0:
		return nil
	case r.Rejected == 1 && len(r.Errors) == 1 && r.Errors[0].Reason == notApproved:
		return &spatial.Error{Code: spatial.CodeForbidden, Op: "live: identify", Message: "This device is not approved yet."}
	}
	return r.invalid(r.Rejected)
}
