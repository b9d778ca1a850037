package postgis

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"gisd/spatial"
)

// Config says how to reach the database; zero values are defaults.
type Config struct {
	URL              string        // postgres://… or key=value form
	MaxConns         int           // 0 is 16
	StatementTimeout time.Duration // 0 is 30 s; the belt to the braces of cancelled contexts
	ApplicationName  string        // "" is "gisd"
}

// DB is the serving pool with what it takes to open connections beside it. It
// is safe for use by many goroutines.
type DB struct {
	Pool *pgxpool.Pool
	Log  *slog.Logger // of the stores that are made from this
}

// Open connects the serving pool. Its sessions plan without JIT and parallel
// workers: each worker would start PROJ anew, which costs a tile more than the
// work it saves. Times are UTC.
//
// Errors: invalid for a URL that cannot be read, unavailable when nothing
// answers there.
func Open(ctx context.Context, c Config, log *slog.Logger) (*DB, error) {
	const op = "postgis: open"
	config, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		// The cause may quote the URL with its password, so it is left out.
		return nil, spatial.Invalid(op, "the database URL cannot be read")
	}
	if c.MaxConns == 0 {
		c.MaxConns = 16
	}
	if c.StatementTimeout == 0 {
		c.StatementTimeout = 30 * time.Second
	}
	if c.ApplicationName == "" {
		c.ApplicationName = "gisd"
	}
	config.MaxConns = int32(min(max(c.MaxConns, 2), 1000))
	config.MaxConnIdleTime = 5 * time.Minute
	params := config.ConnConfig.RuntimeParams
	params["application_name"] = c.ApplicationName
	params["timezone"] = "UTC"
	params["jit"] = "off"
	params["max_parallel_workers_per_gather"] = "0"
	params["statement_timeout"] = strconv.FormatInt(c.StatementTimeout.Milliseconds(), 10)
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, Wrap(ctx, op, err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, Wrap(ctx, op, err)
	}
	return NewDB(pool, log), nil
}

// NewDB wraps a pool that somebody else opened and closes.
func NewDB(pool *pgxpool.Pool, log *slog.Logger) *DB {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &DB{Pool: pool, Log: log}
}

// Close returns every connection; it waits for those in use.
func (db *DB) Close() { db.Pool.Close() }

// Connect opens a connection beside the pool, for work that outlasts a request:
// imports, migrations, LISTEN. It has no statement timeout. The caller closes it.
func (db *DB) Connect(ctx context.Context) (*pgx.Conn, error) {
	return connectBeside(ctx, db.Pool)
}

func connectBeside(ctx context.Context, pool *pgxpool.Pool) (*pgx.Conn, error) {
	config := pool.Config().ConnConfig
	config.RuntimeParams["statement_timeout"] = "0"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, Wrap(ctx, "postgis: connect", err)
	}
	return conn, nil
}

// Prepare brings the database to what this program needs before it serves:
// pending migrations, then the rows of spatial_ref_sys. The pool is emptied
// when a row changed, because PROJ caches systems for each connection.
func (db *DB) Prepare(ctx context.Context) error {
	conn, err := db.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := Migrate(ctx, conn, Up, MigrateOptions{Log: db.Log}); err != nil {
		return err
	}
	changed, err := SyncSRS(ctx, conn)
	if err != nil {
		return fmt.Errorf("postgis: prepare: %w", err)
	}
	if changed {
		db.Pool.Reset()
	}
	return nil
}
