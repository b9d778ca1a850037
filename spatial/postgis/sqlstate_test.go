package postgis_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/postgis"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancelLate := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancelLate()
	state := func(s string) error {
		return fmt.Errorf("while: %w", &pgconn.PgError{Code: s, Message: "secret detail"})
	}
	for _, tt := range []struct {
		name string
		ctx  context.Context
		err  error
		want spatial.Code
	}{
		{"caller gone", gone, state("57014"), spatial.CodeCanceled},
		{"deadline", late, state("57014"), spatial.CodeTimeout},
		{"statement timeout", t.Context(), state("57014"), spatial.CodeTimeout},
		{"no rows", t.Context(), pgx.ErrNoRows, spatial.CodeNotFound},
		{"data", t.Context(), state("22P02"), spatial.CodeInvalid},
		{"check", t.Context(), state("23514"), spatial.CodeInvalid},
		{"unique", t.Context(), state("23505"), spatial.CodeConflict},
		{"lock", t.Context(), state("55P03"), spatial.CodeUnavailable},
		{"too many connections", t.Context(), state("53300"), spatial.CodeUnavailable},
		{"disk full", t.Context(), state("53100"), spatial.CodeUnavailable},
		{"connection", t.Context(), state("08006"), spatial.CodeUnavailable},
		{"starting up", t.Context(), state("57P03"), spatial.CodeUnavailable},
		{"syntax", t.Context(), state("42601"), spatial.CodeInternal},
		{"other", t.Context(), errors.New("x"), spatial.CodeInternal},
		{"already one of ours", t.Context(), fmt.Errorf("a: %w", spatial.NotFound("b", "no such")), spatial.CodeNotFound},
	} {
		err := postgis.Wrap(tt.ctx, "postgis: test", tt.err)
		if got := spatial.CodeOf(err); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
		e, ok := errors.AsType[*spatial.Error](err)
		if !ok || e.Message == "" || strings.Contains(e.Message, "secret") || !errors.Is(err, tt.err) {
			t.Errorf("%s: %+v", tt.name, e)
		}
	}
	if postgis.Wrap(t.Context(), "x", nil) != nil {
		t.Error("nil did not stay nil")
	}
}

func TestCancelledQueryEndsInTheDatabase(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := pool.Exec(ctx, `select pg_sleep(30)`)
	if code := spatial.CodeOf(postgis.Wrap(ctx, "postgis: sleep", err)); code != spatial.CodeTimeout {
		t.Errorf("code %s of %v", code, err)
	}
	for end := time.Now().Add(25 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var running int
		if err := pool.QueryRow(t.Context(), `
			select count(*) from pg_stat_activity
			where datname = current_database() and query like 'select pg_sleep%' and state = 'active'`).Scan(&running); err != nil {
			t.Fatal(err)
		}
		if running == 0 {
			return
		}
	}
	t.Error("the query still runs")
}

func TestOpen(t *testing.T) {
	t.Parallel()
	if _, err := postgis.Open(t.Context(), postgis.Config{URL: "postgres://u:hidden@host:notaport/x"}, nil); spatial.CodeOf(err) != spatial.CodeInvalid || strings.Contains(err.Error(), "hidden") {
		t.Errorf("bad URL: %v", err)
	}
	if _, err := postgis.Open(t.Context(), postgis.Config{URL: "postgres://u@/x?host=/nonexistent"}, nil); spatial.CodeOf(err) != spatial.CodeUnavailable {
		t.Errorf("nobody there: %v", err)
	}
	db, err := postgis.Open(t.Context(), postgis.Config{URL: testdb.URL(t), StatementTimeout: 7 * time.Second}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for setting, want := range map[string]string{
		"jit": "off", "max_parallel_workers_per_gather": "0", "statement_timeout": "7s",
		"TimeZone": "UTC", "application_name": "gisd",
	} {
		var got string
		if err := db.Pool.QueryRow(t.Context(), `select current_setting($1)`, setting).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", setting, got, want, err)
		}
	}
	conn, err := db.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var timeout string
	if err := conn.QueryRow(t.Context(), `select current_setting('statement_timeout')`).Scan(&timeout); err != nil || timeout != "0" {
		t.Errorf("a connection beside the pool has statement_timeout %q (%v)", timeout, err)
	}
}
