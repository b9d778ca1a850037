package accounts

import (
	"context"

	"gisd/spatial"
	"gisd/spatial/postgis"
)

// Record adds one entry to the audit trail.
func (a *Store) Record(ctx context.Context, e spatial.AuditEntry) error {
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	_, err := a.pool.Exec(ctx, queryAuditInsert, e.Actor, e.Action, e.Object, e.Detail, e.RequestID, e.RemoteAddress)
	return postgis.Wrap(ctx, "postgis: record audit entry", err)
}
