package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/pflag"

	"gisd/internal/pgcluster"
	"gisd/spatial/postgis"
)

// app is what every command works with.
type app struct {
	cfg     config
	log     *slog.Logger // to stderr
	env     map[string]string
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	running bool // a command's own work began
}

func newApp(env []string, s streams) *app {
	a := &app{cfg: defaultConfig(), env: map[string]string{}, stdin: s.in, stdout: s.out, stderr: s.err}
	for _, assignment := range env {
		name, value, _ := strings.Cut(assignment, "=")
		a.env[name] = value
	}
	a.log = slog.New(slog.NewTextHandler(a.stderr, nil))
	return a
}

// configure settles the settings once flags are parsed.
func (a *app) configure(flags *pflag.FlagSet) error {
	if err := a.cfg.load(a.env, flags); err != nil {
		return err
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(a.cfg.LogLevel)); err != nil {
		return fmt.Errorf("log-level: %w", err)
	}
	options := &slog.HandlerOptions{Level: level}
	if a.cfg.LogFormat == "json" {
		a.log = slog.New(slog.NewJSONHandler(a.stderr, options))
	} else {
		a.log = slog.New(slog.NewTextHandler(a.stderr, options))
	}
	return nil
}

// database opens the database a command works on, ready for use: the one of
// --database-url, else the private cluster of the data folder, which is started
// for the time of the command if it is not running. Call the returned function
// when done, also when the context has ended.
func (a *app) database(ctx context.Context) (*postgis.DB, func(), error) {
	db, release, err := a.openDatabase(ctx)
	if err != nil {
		return nil, nil, err
	}
	if a.cfg.DatabaseURL == "" {
		err = db.Prepare(ctx)
	} else {
		err = a.checkMigrated(ctx, db)
	}
	if err != nil {
		release()
		return nil, nil, err
	}
	return db, release, nil
}

// openDatabase is database without a look at migrations.
func (a *app) openDatabase(ctx context.Context) (*postgis.DB, func(), error) {
	address, leave, err := a.databaseURL(ctx)
	if err != nil {
		return nil, nil, err
	}
	db, err := a.connect(ctx, address)
	if err != nil {
		leave()
		return nil, nil, err
	}
	return db, func() {
		db.Close()
		leave()
	}, nil
}

// databaseURL finds the database and keeps its cluster running until leave.
func (a *app) databaseURL(ctx context.Context) (address string, leave func(), err error) {
	if a.cfg.DatabaseURL != "" {
		return string(a.cfg.DatabaseURL), func() {}, nil
	}
	c, leave, err := a.cluster(ctx)
	if err != nil {
		return "", nil, err
	}
	return c.URL(), leave, nil
}

// cluster keeps the private cluster of the data folder running until leave.
func (a *app) cluster(ctx context.Context) (c *pgcluster.Cluster, leave func(), err error) {
	if !pgcluster.Exists(a.cfg.DataDir) {
		return nil, nil, usagef("no database: set --database-url (GISD_DATABASE_URL), or run this in the folder of a `gisd up` (looked in %s)", a.cfg.DataDir)
	}
	if c, err = a.openCluster(ctx); err != nil {
		return nil, nil, err
	}
	if err := c.Acquire(ctx); err != nil {
		return nil, nil, err
	}
	return c, func() { a.leaveCluster(ctx, c) }, nil
}

// openCluster finds the private cluster. A command's chatter about it is for
// those who ask; `gisd up` passes on all of it.
func (a *app) openCluster(ctx context.Context) (*pgcluster.Cluster, error) {
	log := a.log
	if a.cfg.LogLevel == "info" {
		log = slog.New(quiet{a.log.Handler()})
	}
	c, err := pgcluster.Open(ctx, pgcluster.Config{Dir: a.cfg.DataDir, Log: log})
	if err != nil && ctx.Err() != nil { // a program that it asks was stopped, which says nothing of the cluster
		return nil, ctx.Err()
	}
	return c, err
}

// quiet passes warnings and errors on.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// leaveCluster gives the cluster up, after a stop signal too.
func (a *app) leaveCluster(ctx context.Context, c *pgcluster.Cluster) {
	ctx = context.WithoutCancel(ctx)
	if _, err := c.Release(ctx); err != nil {
		a.log.ErrorContext(ctx, "the cluster was not stopped", "error", err)
	}
}

func (a *app) connect(ctx context.Context, address string) (*postgis.DB, error) {
	return postgis.Open(ctx, postgis.Config{
		URL:              address,
		MaxConns:         a.cfg.DatabaseConns,
		StatementTimeout: a.cfg.StatementTimeout,
	}, a.log)
}

// checkMigrated refuses a database that waits for migrations: it may serve
// nodes of another version, so changing it is left to its owner.
func (a *app) checkMigrated(ctx context.Context, db *postgis.DB) error {
	conn, err := db.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	states, err := postgis.MigrationStatus(ctx, conn)
	if err != nil {
		return err
	}
	for _, s := range states {
		switch {
		case s.Problem != "":
			return fmt.Errorf("migration %04d_%s: %s", s.Version, s.Name, s.Problem)
		case s.AppliedAt.IsZero():
			return fmt.Errorf("the database lacks migration %04d_%s: run `gisd migrate up`", s.Version, s.Name)
		}
	}
	return nil
}
