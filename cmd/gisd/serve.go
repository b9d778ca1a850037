package main

import (
	"context"

	"github.com/spf13/cobra"
)

func newServeCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "serve",
		Short:   "Serve on a database that is already there",
		Long:    "Serve on GISD_DATABASE_URL, and GISD_REDIS_URL when there is more than one node. Pending migrations are applied first; nodes that start together take turns.",
		Example: "  GISD_DATABASE_URL=postgres://gisd:secret@db/gisd gisd serve --listen :80",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.serve(cmd.Context())
		},
	}
	a.cfg.addFlags(cmd.Flags(), serving)
	return cmd
}

func (a *app) serve(ctx context.Context) error {
	db, release, err := a.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := db.Prepare(ctx); err != nil {
		return err
	}
	return serve(ctx, a, db)
}
