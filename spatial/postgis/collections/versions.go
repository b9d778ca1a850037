package collections

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/importers"
	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// Versions lists what is kept of a collection with its provenance, the newest
// first, to all who may read it; who imported it is for those who may change it. Who
// sees only part of it hears when each was made: the rest speaks of all features and
// columns.
func (s *Store) Versions(ctx context.Context, a spatial.Access, id string) ([]spatial.CollectionVersion, error) {
	op := fmt.Sprintf("postgis: versions of %q", id)
	var versions []spatial.CollectionVersion
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		c := spatial.Collection{ID: id}
		var limited bool
		_, roles, _ := postgis.AccessArgs(a)
		err := tx.QueryRow(ctx, queryAccess, id, roles).Scan(&c.Department, &c.Visibility, &c.Roles, &c.Published, &limited)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && !a.CanRead(&c) {
			return spatial.NotFound(op, "There is no such collection.")
		}
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, queryVersions, id)
		if err != nil {
			return err
		}
		versions, err = pgx.CollectRows(rows, scanVersion)
		for i, v := range versions {
			if !a.CanEdit(&c) {
				versions[i].ChangedBy = ""
			}
			if limited {
				versions[i] = spatial.CollectionVersion{Version: v.Version, Current: v.Current, CreatedAt: v.CreatedAt,
					GeometryType: v.GeometryType, SRID: v.SRID, FeatureCount: -1, Edits: -1}
			}
		}
		return err
	})
	return versions, postgis.Wrap(ctx, op, err)
}

func scanVersion(row pgx.CollectableRow) (v spatial.CollectionVersion, err error) {
	var started *time.Time
	n := &v.Counts
	err = row.Scan(&v.Version, &v.Current, &v.CreatedAt, &v.GeometryType, &v.SRID, &v.FeatureCount, &v.Edits,
		&v.ChangedBy, &v.Mode, &v.SourceName, &v.SourceLayer, &v.SourceBytes, &v.SourceSHA256,
		&v.Format, &v.Encoding, &v.CRS, &v.CRSReason, &v.Mapping, &started, &v.Seconds,
		&n.Read, &n.Rejected, &n.Repaired, &n.Inserted, &n.Updated, &n.Unchanged, &n.Deleted, &v.SchemaChanges)
	v.CreatedAt = v.CreatedAt.UTC()
	if started != nil {
		v.StartedAt = started.UTC()
	}
	return v, err
}

// Revert is what a revert may do.
type Revert struct {
	// DiscardEdits lets edits made since the last import go: they stay in the
	// version that is left, which a second revert brings back.
	DiscardEdits bool
}

// Revert makes the previous version the current one and returns its number; a
// second Revert takes that back. Errors: conflict when there is no previous
// version, when edits would be lost, or when people are editing.
func (s *Store) Revert(ctx context.Context, a spatial.Access, id string, o Revert) (int, error) {
	op := fmt.Sprintf("postgis: revert %q", id)
	var version int
	err := s.change(ctx, op, func(tx pgx.Tx) error {
		held, err := lockCollection(ctx, tx, a, id)
		if err != nil {
			return err
		}
		lost, err := lookAtEdits(ctx, tx, id, held.Version, o)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, queryRevert, id).Scan(&version)
		if errors.Is(err, pgx.ErrNoRows) {
			return &spatial.Error{Code: spatial.CodeConflict, Op: op, Message: "there is no earlier version to go back to"}
		}
		if err != nil {
			return err
		}
		return recordAudit(ctx, tx, a, "collection.revert", id, map[string]int64{"from": int64(held.Version), "to": int64(version), "discardedEdits": lost})
	})
	if err != nil {
		return 0, err
	}
	s.tidy(ctx, id)
	return version, nil
}

// lookAtEdits counts the edits of a version that is about to be left, and refuses
// to leave them unless that is allowed. Nobody edits it meanwhile.
func lookAtEdits(ctx context.Context, tx pgx.Tx, id string, version int, o Revert) (int64, error) {
	table, err := CurrentTable(ctx, tx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, queryPublishLockTimeout); err != nil {
		return 0, err
	}
	if err := sql.Exec(ctx, tx, sql.Concat(sql.Lit("lock table "), sql.Ident("data", table), sql.Lit(" in share mode"))); err != nil {
		return 0, err
	}
	var ids []string
	var count int64
	err = EachEdit(ctx, tx, id, version, func(e importers.Edit) error {
		if count++; len(ids) < 10 {
			ids = append(ids, e.ID)
		}
		return nil
	})
	if err != nil || count == 0 || o.DiscardEdits {
		return count, err
	}
	return count, &spatial.Error{Code: spatial.CodeConflict, Op: "postgis: revert",
		Message: fmt.Sprintf("features of %s that were edited since the last import would be lost: %d (id %s); --discard-edits leaves them in the version that a second revert brings back", id, count, importers.SomeIDs(ids, count))}
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// EachEdit calls do with every edit made to a version since it was imported. An
// error of do ends the reading and is returned.
func EachEdit(ctx context.Context, db querier, collection string, version int, do func(importers.Edit) error) error {
	rows, err := db.Query(ctx, queryImportEdits, collection, version)
	if err != nil {
		return err
	}
	var e importers.Edit
	_, err = pgx.ForEachRow(rows, []any{&e.ID, &e.Operation, &e.ChangedBy, &e.At}, func() error { return do(e) })
	return err
}
