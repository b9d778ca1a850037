package postgis

import (
	"context"
	_ "embed"
	"encoding/json"

	"github.com/jackc/pgx/v5"
)

var (
	//go:embed queries/backup_snapshot.sql
	queryBackupSnapshot string
	//go:embed queries/backup_collections.sql
	queryBackupCollections string
	//go:embed queries/backup_srs.sql
	queryBackupSRS string
	//go:embed queries/restore_srs.sql
	queryRestoreSRS string
)

// BackupFacts is what a backup holds, to compare with after a restore.
type BackupFacts struct {
	Collections   []BackupCollection `json:"collections"`
	SpatialRefSys json.RawMessage    `json:"spatialRefSys"` // rows that people added
}

// BackupCollection is one collection of a backup.
type BackupCollection struct {
	ID       string `json:"id"`
	Version  int    `json:"version"`
	Features int64  `json:"features"`
}

// Snapshot freezes what conn sees, reads the facts of it, and calls dump with
// the name under which pg_dump sees the same. Writers go on meanwhile.
func Snapshot(ctx context.Context, conn *pgx.Conn, dump func(snapshot string, facts BackupFacts) error) error {
	const op = "postgis: snapshot"
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	var dumpErr error
	err := pgx.BeginTxFunc(ctx, conn, options, func(tx pgx.Tx) error {
		var snapshot string
		if err := tx.QueryRow(ctx, queryBackupSnapshot).Scan(&snapshot); err != nil {
			return err
		}
		facts, err := readFacts(ctx, tx)
		if err != nil {
			return err
		}
		dumpErr = dump(snapshot, facts)
		return nil
	})
	if dumpErr != nil {
		return dumpErr
	}
	return Wrap(ctx, op, err)
}

// Facts reads what the database of conn holds. Without gisd's tables there are
// no facts and ok is false.
func Facts(ctx context.Context, conn *pgx.Conn) (facts BackupFacts, ok bool, err error) {
	const op = "postgis: facts"
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		facts, err = readFacts(ctx, tx)
		return err
	})
	if SQLState(err) == StateUndefinedTable {
		return facts, false, nil
	}
	return facts, err == nil, Wrap(ctx, op, err)
}

// RestoreSRS adds the systems that people had added to spatial_ref_sys before a
// backup; rows that are there stay as they are.
func RestoreSRS(ctx context.Context, conn *pgx.Conn, facts BackupFacts) error {
	if len(facts.SpatialRefSys) == 0 {
		return nil
	}
	_, err := conn.Exec(ctx, queryRestoreSRS, facts.SpatialRefSys)
	return Wrap(ctx, "postgis: restore spatial_ref_sys", err)
}

func readFacts(ctx context.Context, tx pgx.Tx) (BackupFacts, error) {
	var facts BackupFacts
	rows, err := tx.Query(ctx, queryBackupCollections)
	if err != nil {
		return facts, err
	}
	facts.Collections, err = pgx.CollectRows(rows, pgx.RowToStructByPos[BackupCollection])
	if err != nil {
		return facts, err
	}
	err = tx.QueryRow(ctx, queryBackupSRS).Scan(&facts.SpatialRefSys)
	return facts, err
}
