package accounts

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/postgis"
)

// AddKey keeps a new API key and returns its id.
func (a *Store) AddKey(ctx context.Context, k spatial.APIKey) (int64, error) {
	var device *string
	if k.DeviceID != "" {
		device = &k.DeviceID
	}
	var id int64
	err := a.pool.QueryRow(ctx, queryKeyInsert, k.Prefix, k.SHA256[:], k.Name, roleTexts(k.Roles), k.Department,
		device, k.CreatedBy, nullTime(k.ExpiresAt)).Scan(&id)
	return id, postgis.Wrap(ctx, "postgis: add key", err)
}

// Key returns a key that is neither revoked nor expired.
func (a *Store) Key(ctx context.Context, sum [32]byte) (*spatial.APIKey, error) {
	k, err := scanKey(a.pool.QueryRow(ctx, queryKeyByHash, sum[:]))
	if err != nil {
		return nil, postgis.WrapAbsent(ctx, "postgis: read key", "There is no such key.", err)
	}
	k.SHA256 = sum
	return &k, nil
}

// Keys lists every key, the newest first.
func (a *Store) Keys(ctx context.Context) ([]spatial.APIKey, error) {
	const op = "postgis: list keys"
	rows, err := a.pool.Query(ctx, queryKeyList)
	if err != nil {
		return nil, postgis.Wrap(ctx, op, err)
	}
	keys, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (spatial.APIKey, error) { return scanKey(row) })
	return keys, postgis.Wrap(ctx, op, err)
}

// TouchKey notes that a key is in use.
func (a *Store) TouchKey(ctx context.Context, id int64) error {
	_, err := a.pool.Exec(ctx, queryKeyTouch, id)
	return postgis.Wrap(ctx, "postgis: touch key", err)
}

// RotateKey keeps a device's new key and lets those that it had end at a time, so
// that the device can be given the new one first.
func (a *Store) RotateKey(ctx context.Context, k spatial.APIKey, othersEnd time.Time) error {
	var id int64
	err := a.pool.QueryRow(ctx, queryKeyRotate, k.Prefix, k.SHA256[:], k.Name, k.DeviceID, k.CreatedBy, othersEnd).Scan(&id)
	return postgis.Wrap(ctx, "postgis: rotate key", err)
}

// RevokeKey revokes the key of that prefix for good.
func (a *Store) RevokeKey(ctx context.Context, prefix string) error {
	return a.execOne(ctx, "postgis: revoke key", "There is no key with that prefix.", queryKeyRevoke, prefix)
}

func scanKey(row pgx.Row) (spatial.APIKey, error) {
	var k spatial.APIKey
	var roles []string
	var device *string
	var expires, used, revoked *time.Time
	err := row.Scan(&k.ID, &k.Prefix, &k.Name, &roles, &k.Department, &device, &k.CreatedBy, &k.CreatedAt, &expires, &used, &revoked)
	if device != nil {
		k.DeviceID = *device
	}
	k.Roles = rolesOf(roles)
	k.ExpiresAt, k.LastUsedAt, k.RevokedAt = postgis.TimeOf(expires), postgis.TimeOf(used), postgis.TimeOf(revoked)
	return k, err
}
