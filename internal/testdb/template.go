package testdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"

	"gisd/internal/pgcluster"
	"gisd/migrations"
	"gisd/spatial/crs"
	"gisd/spatial/postgis"
)

// templateLock orders the processes that want the same template.
const templateLock = 1_735_287_001

// makeTemplate returns the name of the migrated template of this cluster. It
// carries a hash of its making, so that a long-lived cluster never hands
// out yesterday's tables; the first process that needs it makes it.
func (s *server) makeTemplate(ctx context.Context) (string, error) {
	sum, err := templateHash()
	if err != nil {
		return "", err
	}
	name := "template_" + sum
	conn, err := s.admin.Acquire(ctx)
	if err != nil {
		return "", fmt.Errorf("testdb: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", templateLock); err != nil {
		return "", fmt.Errorf("testdb: %w", err)
	}
	defer conn.Exec(ctx, "select pg_advisory_unlock($1)", templateLock)
	var exists bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&exists); err != nil || exists {
		return name, err
	}
	making := name + "_making"
	quoted := pgx.Identifier{making}.Sanitize()
	if err := s.exec(ctx, "drop database if exists "+quoted+" with (force)"); err != nil {
		return "", fmt.Errorf("testdb: %w", err)
	}
	if err := s.createDatabase(ctx, making, pgcluster.RoleName); err != nil {
		return "", fmt.Errorf("testdb: making the template: %w", err)
	}
	if err := migrate(ctx, s.urlFor(making, false)); err != nil {
		return "", fmt.Errorf("testdb: migrating the template: %w", err)
	}
	return name, s.exec(ctx, "alter database "+quoted+" rename to "+pgx.Identifier{name}.Sanitize())
}

// templateHash covers all that goes into the template.
func templateHash() (string, error) {
	h := sha256.New()
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
	}
	fmt.Fprintf(h, "%+v", crs.SpatialRefSysRows())
	return hex.EncodeToString(h.Sum(nil)[:6]), nil
}

// migrate does what a first start does, as the server's own role.
func migrate(ctx context.Context, dbURL string) error {
	conn, err := pgx.Connect(ctx, dbURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := postgis.Migrate(ctx, conn, postgis.Up, postgis.MigrateOptions{}); err != nil {
		return err
	}
	_, err = postgis.SyncSRS(ctx, conn)
	return err
}
