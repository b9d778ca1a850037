package postgis

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// readMigrations reads every pair of files, ordered by version. A number used
// twice or half a pair is a fault of the build.
func readMigrations(files fs.FS) ([]migration, error) {
	name := regexp.MustCompile(`^(\d{4})_([a-z0-9_]+)\.(up|down)\.sql$`)
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("postgis: read migrations: %w", err)
	}
	byVersion := map[int]*migration{}
	for _, e := range entries {
		parts := name.FindStringSubmatch(e.Name())
		if parts == nil {
			continue
		}
		body, err := fs.ReadFile(files, e.Name())
		if err != nil {
			return nil, fmt.Errorf("postgis: read migration %s: %w", e.Name(), err)
		}
		version, err := strconv.Atoi(parts[1])
		if err != nil {
			return nil, fmt.Errorf("postgis: number of migration %s: %w", e.Name(), err)
		}
		m := byVersion[version]
		if m == nil {
			m = &migration{version: version, name: parts[2]}
			byVersion[version] = m
		}
		if m.name != parts[2] {
			return nil, fmt.Errorf("postgis: migrations %s and %s share the number %04d", m.name, parts[2], version)
		}
		if parts[3] == "up" {
			m.up = string(body)
		} else {
			m.down = string(body)
		}
	}
	return sortMigrations(byVersion)
}

func sortMigrations(byVersion map[int]*migration) ([]migration, error) {
	sorted := make([]migration, 0, len(byVersion))
	for _, m := range byVersion {
		if m.up == "" || m.down == "" {
			return nil, fmt.Errorf("postgis: migration %04d_%s lacks its up or its down file", m.version, m.name)
		}
		sorted = append(sorted, *m)
	}
	slices.SortFunc(sorted, func(a, b migration) int { return cmp.Compare(a.version, b.version) })
	return sorted, nil
}

// appliedMigration is a row of gisd_migration.
type appliedMigration struct {
	Version   int
	Name      string
	Checksum  string
	AppliedAt time.Time
}

func readApplied(ctx context.Context, conn *pgx.Conn) ([]appliedMigration, error) {
	rows, err := conn.Query(ctx, queryMigrateApplied)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[appliedMigration])
}

// compareMigrations merges what the program knows with what the database has.
func compareMigrations(known []migration, applied []appliedMigration) []MigrationState {
	var states []MigrationState
	for _, m := range known {
		s := MigrationState{Version: m.version, Name: m.name}
		if i := slices.IndexFunc(applied, func(a appliedMigration) bool { return a.Version == m.version }); i >= 0 {
			s.AppliedAt = applied[i].AppliedAt.UTC()
			if applied[i].Checksum != m.checksum() {
				s.Problem = "the file changed after it was applied"
			}
		}
		states = append(states, s)
	}
	for _, a := range applied {
		if !slices.ContainsFunc(known, func(m migration) bool { return m.version == a.Version }) {
			states = append(states, MigrationState{
				Version: a.Version, Name: a.Name, AppliedAt: a.AppliedAt.UTC(),
				Problem: "it was applied by a newer gisd; run that one",
			})
		}
	}
	slices.SortFunc(states, func(a, b MigrationState) int { return cmp.Compare(a.Version, b.Version) })
	return states
}
