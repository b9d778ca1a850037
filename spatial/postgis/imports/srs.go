package imports

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/collections"
)

// ensureSRID returns the storage CRS of a plan: one that spatial_ref_sys has,
// else a custom system made from the source's well-known text.
func ensureSRID(ctx context.Context, conn *pgx.Conn, p *importers.Plan) (spatial.SRID, error) {
	const op = "postgis: reference system"
	if p.SRID != 0 {
		var known bool
		if err := conn.QueryRow(ctx, querySRIDKnown, int32(p.SRID)).Scan(&known); err != nil {
			return 0, postgis.Wrap(ctx, op, err)
		}
		if known {
			return p.SRID, nil
		}
	}
	if p.CRSText == "" {
		return 0, spatial.Invalid(op, fmt.Sprintf("PostGIS does not know %s: name another system with --crs", p.SRID))
	}
	var srid int32
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := collections.SerializeImports(ctx, tx); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, querySRIDCustom, p.CRSText).Scan(&srid)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if err := tx.QueryRow(ctx, querySRIDRegister, p.CRSText).Scan(&srid); err != nil {
			return err
		}
		var x *float64
		if err := tx.QueryRow(ctx, querySRIDCheck, srid).Scan(&x); err != nil {
			return &spatial.Error{Code: spatial.CodeInvalid, Op: op, Err: err,
				Message: "the file's reference system cannot be used (" + p.CRSReason + "): name one with --crs"}
		}
		return nil
	})
	if err != nil {
		return 0, postgis.Wrap(ctx, op, err)
	}
	return spatial.SRID(srid), nil
}
