package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"gisd/spatial/postgis"
)

func newMigrateCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "migrate",
		Short:   "Bring the database's tables up to this version, or back",
		Example: "  gisd migrate status\n  gisd migrate up",
	}
	cmd.AddCommand(
		newMigrateUpCommand(a),
		newMigrateDownCommand(a),
		&cobra.Command{
			Use:     "status",
			Short:   "List migrations",
			Example: "  gisd migrate status",
			Args:    cobra.NoArgs,
			RunE:    func(cmd *cobra.Command, _ []string) error { return a.migrationStatus(cmd.Context()) },
		},
	)
	return cmd
}

func newMigrateUpCommand(a *app) *cobra.Command {
	var steps int
	cmd := &cobra.Command{
		Use:     "up",
		Short:   "Apply pending migrations, and the rows of spatial_ref_sys",
		Example: "  gisd migrate up",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withConn(cmd.Context(), func(ctx context.Context, conn *pgx.Conn) error {
				done, err := postgis.Migrate(ctx, conn, postgis.Up, postgis.MigrateOptions{Steps: steps, Log: a.log})
				if err != nil {
					return err
				}
				fmt.Fprintf(a.stdout, "%d migrations applied\n", len(done))
				_, err = postgis.SyncSRS(ctx, conn)
				return err
			})
		},
	}
	cmd.Flags().IntVar(&steps, "steps", 0, "at most so many; 0 is all")
	return cmd
}

func newMigrateDownCommand(a *app) *cobra.Command {
	var steps int
	var yes bool
	cmd := &cobra.Command{
		Use:     "down",
		Short:   "Take back the last migration; its data is lost",
		Example: "  gisd migrate down --steps 1 --yes",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !yes {
				return usagef("taking a migration back drops its tables with their data: add --yes")
			}
			return a.withConn(cmd.Context(), func(ctx context.Context, conn *pgx.Conn) error {
				done, err := postgis.Migrate(ctx, conn, postgis.Down, postgis.MigrateOptions{Steps: steps, Log: a.log})
				if err != nil {
					return err
				}
				fmt.Fprintf(a.stdout, "%d migrations taken back\n", len(done))
				return nil
			})
		},
	}
	cmd.Flags().IntVar(&steps, "steps", 1, "how many; 0 is all")
	cmd.Flags().BoolVar(&yes, "yes", false, "yes, drop the data")
	return cmd
}

func (a *app) migrationStatus(ctx context.Context) error {
	return a.withConn(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		states, err := postgis.MigrationStatus(ctx, conn)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
		for _, s := range states {
			at := "pending"
			if !s.AppliedAt.IsZero() {
				at = s.AppliedAt.UTC().Format(time.RFC3339)
			}
			fmt.Fprintf(w, "%04d_%s\t%s\t%s\n", s.Version, s.Name, at, s.Problem)
		}
		return w.Flush()
	})
}

// withConn runs work on a connection without a statement timeout.
func (a *app) withConn(ctx context.Context, work func(context.Context, *pgx.Conn) error) error {
	db, release, err := a.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer release()
	conn, err := db.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return work(ctx, conn)
}
