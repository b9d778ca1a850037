// Package testdb gives tests a real PostGIS: one private cluster, and a fresh
// database for each test, cloned from a template with extensions, migrations
// and the GISD rows of spatial_ref_sys. No coordinates are handled here.
//
// A test process starts a cluster of its own at its first database, unless
// GISD_TEST_CLUSTER names one (internal/testdb/cmd/testcluster starts one for
// a whole `go test ./...`). A cluster never outlives the process that started
// it: see StartCluster.
package testdb

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/internal/pgcluster"
)

// Main runs a package's tests and then stops the cluster they used:
//
//	func TestMain(m *testing.M) { os.Exit(testdb.Main(m)) }
//
// A package may go without it: its cluster then ends a moment after the process.
func Main(m *testing.M) int {
	code := m.Run()
	stopShared()
	return code
}

// DB returns a pool on a fresh migrated database, as the server's own role. The
// database is dropped after the test.
func DB(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return open(t, URL(t))
}

// URL is the address of a fresh migrated database, for the server's own role.
func URL(t testing.TB) string {
	t.Helper()
	s := cluster(t)
	template, err := s.template()
	if err != nil {
		t.Fatal(err)
	}
	return s.clone(t, template)
}

// Empty is the address of a fresh database with the extensions and nothing
// else, for the server's own role.
func Empty(t testing.TB) string {
	t.Helper()
	return cluster(t).clone(t, pgcluster.RoleName)
}

// SuperuserURL is the database of dbURL for the cluster's superuser: for tests
// of what the server's role must not do.
func SuperuserURL(t testing.TB, dbURL string) string {
	t.Helper()
	u, err := url.Parse(dbURL)
	if err != nil {
		t.Fatal(err)
	}
	return cluster(t).urlFor(u.Path[1:], true)
}

func open(t testing.TB, dbURL string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), dbURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// cluster returns the process's cluster. Without PostGIS the test is skipped,
// under CI=true it fails.
func cluster(t testing.TB) *server {
	t.Helper()
	s, err := shared()
	switch {
	case err == nil:
		return s
	case errors.Is(err, pgcluster.ErrNoPostGIS) && os.Getenv("CI") != "true":
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	default:
		t.Fatalf("testdb: %v", err)
	}
	return nil
}

// clone makes a database from a template and drops it after the test.
func (s *server) clone(t testing.TB, template string) string {
	t.Helper()
	suffix := make([]byte, 6)
	if _, err := rand.Read(suffix); err != nil {
		t.Fatal(err)
	}
	name := "t_" + hex.EncodeToString(suffix)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := s.createDatabase(ctx, name, template); err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.exec(ctx, "drop database if exists "+pgx.Identifier{name}.Sanitize()+" with (force)"); err != nil {
			t.Errorf("testdb: dropping %s: %v", name, err)
		}
	})
	return s.urlFor(name, false)
}

func (s *server) createDatabase(ctx context.Context, name, template string) error {
	return s.exec(ctx, "create database "+pgx.Identifier{name}.Sanitize()+
		" template "+pgx.Identifier{template}.Sanitize()+
		" owner "+pgx.Identifier{pgcluster.RoleName}.Sanitize()+
		" strategy "+cloneStrategy)
}
