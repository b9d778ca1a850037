package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"gisd/internal/pgcluster"
	"gisd/spatial/postgis"
)

func newUpCommand(a *app) *cobra.Command {
	var noDemo bool
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start everything on this machine: PostGIS, tables, demo, server",
		Long: "Start a private PostGIS cluster in the data folder, bring its tables up to date, import the demo province " +
			"when the cluster is new, and serve. Ctrl-C stops it all; the data stays.",
		Example: "  gisd up\n  gisd up --no-demo --listen :9000\n  gisd up --pg-listen localhost:5433    # for QGIS on the desktop",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.cfg.DatabaseURL != "" {
				return usagef("`gisd up` runs a database of its own: leave --database-url (GISD_DATABASE_URL) out, or use `gisd serve`")
			}
			if noDemo {
				a.cfg.Demo = false
			}
			return a.up(cmd.Context())
		},
	}
	a.cfg.addFlags(cmd.Flags(), serving)
	cmd.Flags().BoolVar(&noDemo, "no-demo", false, "leave the demo province out of a new cluster")
	return cmd
}

func (a *app) up(ctx context.Context) (err error) {
	began := time.Now()
	c, err := pgcluster.Open(ctx, pgcluster.Config{Dir: a.cfg.DataDir, Listen: a.cfg.PGListen, Server: true, Log: a.log})
	if err != nil {
		return err
	}
	free, err := pgcluster.LockServer(a.cfg.DataDir)
	if err != nil {
		return err
	}
	defer free()
	if err := c.Acquire(ctx); err != nil {
		return err
	}
	defer func() {
		stopped, stopErr := c.Release(context.WithoutCancel(ctx))
		if stopErr == nil && !stopped {
			a.log.InfoContext(ctx, "another gisd command still uses the cluster, which stops with it")
		}
		err = errors.Join(err, stopErr)
	}()
	db, err := a.connect(ctx, c.URL())
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Prepare(ctx); err != nil {
		return err
	}
	if err := a.firstStart(ctx, c, db); err != nil {
		return err
	}
	a.log.InfoContext(ctx, "database ready", "socket", c.SocketDir(), "took_ms", time.Since(began).Milliseconds())
	if a.cfg.PGListen != "" {
		a.log.InfoContext(ctx, "PostgreSQL listens", "address", a.cfg.PGListen, "database", pgcluster.RoleName,
			"user", pgcluster.RoleName, "password_file", c.PasswordFile())
	}

	group, both := errgroup.WithContext(ctx)
	group.Go(func() error { return a.superviseCluster(both, c) })
	group.Go(func() error {
		err := serve(both, a, db)
		if err == nil {
			err = errServerStopped // ends the supervisor
		}
		return err
	})
	err = group.Wait()
	stopped := ctx.Err() != nil && errors.Is(err, context.Canceled) // while the server was being wired
	if stopped || errors.Is(err, errServerStopped) {
		return nil
	}
	return err
}

var errServerStopped = errors.New("the server stopped")

// firstStart does once what a new cluster needs: an admin, the demo. The mark
// is written last, so a start that was killed in between does it again.
func (a *app) firstStart(ctx context.Context, c *pgcluster.Cluster, db *postgis.DB) error {
	mark := filepath.Join(c.Home(), markName)
	if _, err := os.Stat(mark); err == nil {
		return nil
	}
	if err := welcome(ctx, a, db); err != nil {
		return fmt.Errorf("first start: %w", err)
	}
	return markInitialised(c.Home())
}

// superviseCluster starts the postmaster again when it dies under the server:
// someone killed it, or the kernel did for want of memory. A cluster that keeps
// dying is given up.
func (a *app) superviseCluster(ctx context.Context, c *pgcluster.Cluster) error {
	var deaths []time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.Done():
		}
		if ctx.Err() != nil {
			return nil
		}
		deaths = append(deaths, time.Now())
		if n := len(deaths); n >= 5 && deaths[n-1].Sub(deaths[n-5]) < time.Minute {
			return fmt.Errorf("PostgreSQL died five times within a minute: see %s", filepath.Join(c.Home(), "log"))
		}
		a.log.WarnContext(ctx, "PostgreSQL died, starting it again")
		if err := c.Restart(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}
