package postgis

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/crs"
)

// Beginner is a pool or a connection that is in no transaction.
type Beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// srsRow is a row of spatial_ref_sys as queries/srs_sync.sql reads it.
type srsRow struct {
	SRID      int32  `json:"srid"`
	AuthName  string `json:"auth_name"`
	AuthSRID  int32  `json:"auth_srid"`
	SRText    string `json:"srtext"`
	Proj4Text string `json:"proj4text"`
}

// SyncSRS makes spatial_ref_sys hold the VN-2000 systems as the ministry
// defines them (spatial/crs) and reports whether a row had to change. It
// compares by hash, so it is cheap at each start; it is needed again after a
// restore or an upgrade of the extension. Connections opened before a change
// keep the old definition, because PROJ caches: reset the pool.
//
// The role needs select, insert and update on spatial_ref_sys; without them the
// error is forbidden and names the grant.
func SyncSRS(ctx context.Context, db Beginner) (changed bool, err error) {
	const op = "postgis: sync spatial_ref_sys"
	wanted, err := json.Marshal(wantedSRS())
	if err != nil {
		return false, fmt.Errorf("%s: %w", op, err)
	}
	err = pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		var differing int
		if err := tx.QueryRow(ctx, querySRSDiffer, wanted).Scan(&differing); err != nil {
			return err
		}
		if changed = differing > 0; !changed {
			return nil
		}
		_, err := tx.Exec(ctx, querySRSSync, wanted)
		return err
	})
	if SQLState(err) == StateInsufficientPrivilege {
		return false, &spatial.Error{
			Code: spatial.CodeForbidden, Op: op, Err: err,
			Message: "this role may not write spatial_ref_sys; as a superuser run: " +
				"grant select, insert, update on spatial_ref_sys to the role of the server",
		}
	}
	if err != nil {
		return false, Wrap(ctx, op, err)
	}
	return changed, nil
}

func wantedSRS() []srsRow {
	var rows []srsRow
	for _, r := range crs.SpatialRefSysRows() {
		rows = append(rows, srsRow{
			SRID: int32(r.SRID), AuthName: r.AuthName, AuthSRID: int32(r.AuthSRID),
			SRText: r.SRText, Proj4Text: r.Proj4Text,
		})
	}
	return rows
}

// OutputSRID is the system in which geometries of a collection leave the
// database: its own where spatial/crs can transform it exactly, else 4326.
func OutputSRID(c *spatial.Collection) spatial.SRID {
	if c.SRID == 0 || crs.Supported(c.SRID) {
		return c.SRID
	}
	return spatial.SRIDWGS84
}
