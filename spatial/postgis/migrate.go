package postgis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"gisd/migrations"
	"gisd/spatial"
	"gisd/spatial/postgis/sql"
)

// Direction of a migration run.
type Direction int

// Up applies what is pending, Down takes back what is applied.
const (
	Up Direction = iota
	Down
)

// MigrateOptions bounds a run; the zero value applies or takes back everything.
type MigrateOptions struct {
	Steps int          // at most so many migrations; 0 is all
	Files fs.FS        // NNNN_name.{up,down}.sql; nil is the embedded set
	Log   *slog.Logger // nil is silent
}

// MigrationState is one migration with when it was applied.
type MigrationState struct {
	Version   int
	Name      string
	AppliedAt time.Time // UTC; zero when pending
	Problem   string    // "" or why the next run will refuse: changed after it was applied, unknown to this program
}

// extensions that the schema needs. Only postgis needs a superuser to create it.
var extensions = [...]sql.Static{"postgis", "pg_trgm", "unaccent", "btree_gist"}

// Migrate brings the database of conn up or down and returns the versions it
// touched, in the order it did. Each migration is a transaction of its own.
// Runs exclude one another by an advisory lock, so that nodes that start
// together do not race: the second one finds nothing left to do. conn should
// carry no statement timeout.
//
// Errors: conflict when an applied migration differs from its file or is
// unknown to this program; unavailable when an extension is missing.
func Migrate(ctx context.Context, conn *pgx.Conn, dir Direction, o MigrateOptions) ([]int, error) {
	files := o.Files
	if files == nil {
		files = migrations.Files
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	known, err := readMigrations(files)
	if err != nil {
		return nil, err
	}
	unlock, err := lockMigrations(ctx, conn)
	if err != nil {
		return nil, Wrap(ctx, "postgis: lock migrations", err)
	}
	defer unlock()
	if err := prepareMigrations(ctx, conn, dir); err != nil {
		return nil, err
	}
	applied, err := readApplied(ctx, conn)
	if err != nil {
		return nil, Wrap(ctx, "postgis: read applied migrations", err)
	}
	states := compareMigrations(known, applied)
	for _, s := range states {
		if s.Problem != "" {
			return nil, &spatial.Error{
				Code: spatial.CodeConflict, Op: "postgis: migrate",
				Message: fmt.Sprintf("migration %04d_%s: %s", s.Version, s.Name, s.Problem),
			}
		}
	}
	return runMigrations(ctx, conn, planMigrations(known, states, dir, o.Steps), dir, log)
}

// MigrationStatus lists every migration, known or applied, by version. It needs
// no more than read access and creates nothing.
func MigrationStatus(ctx context.Context, conn *pgx.Conn) ([]MigrationState, error) {
	known, err := readMigrations(migrations.Files)
	if err != nil {
		return nil, err
	}
	applied, err := readApplied(ctx, conn)
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok && pgErr.Code == StateUndefinedTable {
		applied, err = nil, nil
	}
	if err != nil {
		return nil, Wrap(ctx, "postgis: migration status", err)
	}
	return compareMigrations(known, applied), nil
}

// lockMigrations waits for the session's advisory lock and lifts the timeouts
// for as long as it is held.
func lockMigrations(ctx context.Context, conn *pgx.Conn) (func(), error) {
	var statementTimeout, lockTimeout string
	if err := conn.QueryRow(ctx, queryMigrateTimeouts).Scan(&statementTimeout, &lockTimeout); err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, queryMigrateSetTimeouts, "0", "0"); err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, queryMigrateLock); err != nil {
		return nil, err
	}
	return func() {
		// The lock dies with the session, should either statement fail.
		ctx := context.WithoutCancel(ctx)
		_, _ = conn.Exec(ctx, queryMigrateUnlock)
		_, _ = conn.Exec(ctx, queryMigrateSetTimeouts, statementTimeout, lockTimeout)
	}, nil
}

// prepareMigrations creates the table of applied migrations and, on the way up,
// the extensions. An extension that exists is left alone and needs no rights.
func prepareMigrations(ctx context.Context, conn *pgx.Conn, dir Direction) error {
	if _, err := conn.Exec(ctx, queryMigrateTable); err != nil {
		return Wrap(ctx, "postgis: create table gisd_migration", err)
	}
	if dir == Down {
		return nil
	}
	for _, name := range extensions {
		text, _ := sql.Concat(sql.Lit("create extension if not exists "), sql.Lit(name)).Build()
		if _, err := conn.Exec(ctx, text); err != nil {
			return &spatial.Error{
				Code: spatial.CodeUnavailable, Op: "postgis: create extension", Err: err,
				Message: fmt.Sprintf("the database lacks the extension %[1]s and this role may not create it: "+
					"as a superuser run: create extension %[1]s", name),
			}
		}
	}
	return nil
}

type migration struct {
	version        int
	name, up, down string
}

func (m migration) checksum() string {
	sum := sha256.Sum256([]byte(m.up))
	return hex.EncodeToString(sum[:])
}

func planMigrations(known []migration, states []MigrationState, dir Direction, steps int) []migration {
	done := make(map[int]bool, len(states))
	for _, s := range states {
		done[s.Version] = !s.AppliedAt.IsZero()
	}
	var plan []migration
	for i := range known {
		m := known[i]
		if dir == Down {
			m = known[len(known)-1-i]
		}
		if done[m.version] == (dir == Down) {
			plan = append(plan, m)
		}
	}
	if steps > 0 && len(plan) > steps {
		plan = plan[:steps]
	}
	return plan
}

func runMigrations(ctx context.Context, conn *pgx.Conn, plan []migration, dir Direction, log *slog.Logger) ([]int, error) {
	var touched []int
	for _, m := range plan {
		started := time.Now()
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return runMigration(ctx, tx, m, dir) })
		if err != nil {
			return touched, Wrap(ctx, fmt.Sprintf("postgis: migration %04d_%s", m.version, m.name), err)
		}
		touched = append(touched, m.version)
		log.InfoContext(ctx, "migrated", "version", m.version, "name", m.name, "down", dir == Down,
			"took_ms", time.Since(started).Milliseconds())
	}
	return touched, nil
}

func runMigration(ctx context.Context, tx pgx.Tx, m migration, dir Direction) error {
	body := m.up
	if dir == Down {
		body = m.down
	}
	// The simple protocol, because a migration holds many statements.
	if _, err := tx.Conn().PgConn().Exec(ctx, body).ReadAll(); err != nil {
		return err
	}
	if dir == Down {
		_, err := tx.Exec(ctx, queryMigrateForget, m.version)
		return err
	}
	_, err := tx.Exec(ctx, queryMigrateRecord, m.version, m.name, m.checksum())
	return err
}
