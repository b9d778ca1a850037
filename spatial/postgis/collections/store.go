package collections

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/spatial"
	"gisd/spatial/postgis"
	"gisd/spatial/postgis/sql"
)

// Store changes the catalogue. Every change is one transaction together
// with its line in the audit log, and the catalogue of this process has it when
// the method returns. Admins may change everything, editors what their
// department owns. Safe for use by many goroutines.
//
// Errors of all methods: not_found for what the caller may not see, forbidden
// for what they may see but not change.
type Store struct {
	pool      *pgxpool.Pool
	catalogue *postgis.Catalogue
	log       *slog.Logger
}

// NewStore changes the catalogue through the pool.
func NewStore(db *postgis.DB, catalogue *postgis.Catalogue) *Store {
	return &Store{pool: db.Pool, catalogue: catalogue, log: db.Log}
}

// Create makes an empty draft, which the caller's department owns unless the
// patch of an admin says otherwise. Errors: invalid for a bad id or patch,
// conflict when the id is taken.
func (s *Store) Create(ctx context.Context, a spatial.Access, id string, p spatial.CollectionPatch) error {
	op := fmt.Sprintf("postgis: create collection %q", id)
	if a.ReadOnly || !a.Has(spatial.RoleEditor) || !a.Has(spatial.RoleAdmin) && a.Department == "" {
		return forbidden(op)
	}
	if !regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`).MatchString(id) {
		return spatial.Invalid(op, "the id of a collection starts with a letter a-z, followed by up to 62 of a-z, 0-9, _ and -",
			spatial.FieldError{Name: "id", Reason: "not allowed"})
	}
	return s.change(ctx, op, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, queryCreate, id, a.Department); err != nil {
			if postgis.CodeOfSQLState(postgis.SQLState(err)) == spatial.CodeConflict {
				return &spatial.Error{Code: spatial.CodeConflict, Op: op, Message: "a collection with this id exists already", Err: err}
			}
			return err
		}
		if err := updateCollection(ctx, tx, a, id, p); err != nil {
			return err
		}
		return recordAudit(ctx, tx, a, "collection.create", id, p)
	})
}

// Update changes what the patch names; publishing is part of it. Errors: invalid
// with all faults of the patch at once.
func (s *Store) Update(ctx context.Context, a spatial.Access, id string, p spatial.CollectionPatch) error {
	op := fmt.Sprintf("postgis: update collection %q", id)
	return s.change(ctx, op, func(tx pgx.Tx) error {
		if err := updateCollection(ctx, tx, a, id, p); err != nil {
			return err
		}
		return recordAudit(ctx, tx, a, "collection.update", id, p)
	})
}

// Drop removes a collection with its versions, its view and its history. It
// waits for those who read the tables and gives up after 2 s with unavailable.
// Errors: conflict while an import into the collection is running.
func (s *Store) Drop(ctx context.Context, a spatial.Access, id string) error {
	op := fmt.Sprintf("postgis: drop collection %q", id)
	return s.change(ctx, op, func(tx pgx.Tx) error {
		held, err := lockCollection(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := refuseDuringImport(ctx, tx, id); err != nil {
			return err
		}
		if err := dropTables(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, queryDelete, id); err != nil {
			return err
		}
		return recordAudit(ctx, tx, a, "collection.drop", id, map[string]int{"version": held.Version})
	})
}

// SerializeImports has the transaction wait for others that begin an import, and
// keeps the next from beginning until it ends.
func SerializeImports(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, queryImportSerialize)
	return err
}

// refuseDuringImport keeps an import's tables from being taken away under it,
// and the next one from beginning until the transaction ends. What a dead import
// left goes with the collection.
func refuseDuringImport(ctx context.Context, tx pgx.Tx, id string) error {
	if err := SerializeImports(ctx, tx); err != nil {
		return err
	}
	var lives bool
	if err := tx.QueryRow(ctx, queryImportLives, id).Scan(&lives); err != nil {
		return err
	}
	if lives {
		return &spatial.Error{Code: spatial.CodeConflict, Op: "postgis: drop collection",
			Message: "an import into " + id + " is running: wait for its end or stop it, then drop the collection"}
	}
	return nil
}

func dropTables(ctx context.Context, tx pgx.Tx, id string) error {
	if _, err := tx.Exec(ctx, queryPublishLockTimeout); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, queryTables, id)
	if err != nil {
		return err
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	statements := []sql.Fragment{sql.Concat(sql.Lit("drop view if exists "), sql.Ident("layers", id))}
	for _, table := range tables {
		statements = append(statements, sql.Concat(sql.Lit("drop table if exists "), sql.Ident("data", table)))
	}
	statements = append(statements, sql.Concat(sql.Lit("drop table if exists "), sql.Ident("history", id)))
	for _, statement := range statements {
		if err := sql.Exec(ctx, tx, statement); err != nil {
			return err
		}
	}
	return nil
}

// change runs a transaction and lets this process's catalogue see it.
func (s *Store) change(ctx context.Context, op string, f func(tx pgx.Tx) error) error {
	if err := pgx.BeginFunc(ctx, s.pool, f); err != nil {
		return postgis.Wrap(ctx, op, err)
	}
	if err := s.catalogue.Reload(ctx); err != nil {
		// The change stands; the announcement or the poll brings it.
		s.log.WarnContext(ctx, "catalogue not reloaded after a change", "error", err)
	}
	return nil
}

// tidy follows a change of the current version; what it cannot do now, the next
// call does.
func (s *Store) tidy(ctx context.Context, id string) {
	if err := TidyVersions(ctx, s.pool, id); err != nil {
		s.log.WarnContext(ctx, "collection not tidied yet", "collection", id, "error", err)
	}
}
