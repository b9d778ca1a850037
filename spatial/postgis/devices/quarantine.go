package devices

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/live"
	"gisd/spatial/postgis"
)

var _ live.Quarantine = (*Store)(nil)

// Note implements live.Quarantine: for 10,000 strangers there is room, each is
// forgotten 30 days after it last called.
func (d *Store) Note(ctx context.Context, strangers []live.Stranger) error {
	const op = "postgis: note devices in quarantine"
	if len(strangers) == 0 {
		return nil
	}
	n := len(strangers)
	identities, addresses, messages := make([]string, n), make([]string, n), make([]int64, n)
	first, last := make([]time.Time, n), make([]time.Time, n)
	newest := strangers[0].Last
	for i, s := range strangers {
		identities[i], addresses[i], messages[i], first[i], last[i] = s.Identity, s.Address, s.Messages, s.First, s.Last
		if s.Last.After(newest) {
			newest = s.Last
		}
	}
	if _, err := d.db.Pool.Exec(ctx, queryPendingPrune, newest); err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	_, err := d.db.Pool.Exec(ctx, queryPendingNote, identities, addresses, first, last, messages)
	return postgis.Wrap(ctx, op, err)
}

// PendingDevice is a stranger, and whether somebody has turned it away.
type PendingDevice struct {
	live.Stranger
	Rejected bool
}

// Pending lists who called and is not approved, the last to call first; with
// rejected those too whom somebody turned away.
func (d *Store) Pending(ctx context.Context, rejected bool) ([]PendingDevice, error) {
	const op = "postgis: list devices in quarantine"
	rows, err := d.db.Pool.Query(ctx, queryPendingList, rejected)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (PendingDevice, error) {
		var p PendingDevice
		err := row.Scan(&p.Identity, &p.Address, &p.First, &p.Last, &p.Messages, &p.Rejected)
		return p, err
	})
	return found, postgis.Wrap(ctx, op, err)
}

// Reject turns a stranger away: it is listed no more. not_found where it never
// called.
func (d *Store) Reject(ctx context.Context, identity, by string) error {
	const op = "postgis: reject device"
	err := d.db.Pool.QueryRow(ctx, queryPendingReject, identity, by).Scan(&identity)
	if errors.Is(err, pgx.ErrNoRows) {
		return spatial.NotFound(op, "No such device has called.")
	}
	return postgis.Wrap(ctx, op, err)
}

// Approve gives a device the identity, called before or not: what comes under it is
// the device's from now on. not_found without the device, conflict where the
// identity is another's.
func (d *Store) Approve(ctx context.Context, identity, device, by string) error {
	const op = "postgis: approve device"
	if !live.ValidIdentity(identity) {
		return spatial.Invalid(op, "An identity is a protocol, a colon and a name, such as imei:356307042441013.")
	}
	err := pgx.BeginFunc(ctx, d.db.Pool, func(tx pgx.Tx) error {
		var owner string
		if err := tx.QueryRow(ctx, queryIdentityAdd, identity, device, by).Scan(&owner); err != nil {
			return err
		}
		if owner != device {
			return &spatial.Error{Code: spatial.CodeConflict, Op: op, Message: fmt.Sprintf("This identity belongs to the device %s.", owner)}
		}
		_, err := tx.Exec(ctx, queryPendingRemove, identity)
		return err
	})
	if e, ok := errors.AsType[*spatial.Error](err); ok {
		return e
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return spatial.NotFound(op, "There is no such device.")
	}
	return postgis.Wrap(ctx, op, err)
}

// Forget takes an identity from its device: who calls under it is a stranger again.
// not_found where no device has it.
func (d *Store) Forget(ctx context.Context, identity string) error {
	const op = "postgis: forget identity"
	tag, err := d.db.Pool.Exec(ctx, queryIdentityRemove, identity)
	if err == nil && tag.RowsAffected() == 0 {
		return spatial.NotFound(op, "No device has this identity.")
	}
	return postgis.Wrap(ctx, op, err)
}
