package main

import (
	"context"
	"errors"
	"net/url"
	"os/exec"

	"github.com/spf13/cobra"

	"gisd/internal/pgcluster"
)

func newPsqlCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "psql [-- ARGUMENT …]",
		Short: "Open a SQL shell on the database",
		Long: "Open a SQL shell on the database, as the server's own role. Collections are views in schema layers.\n" +
			"What follows -- goes to psql.",
		Example: "  gisd psql\n  gisd psql -- -c 'select count(*) from layers.parcels'",
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			address, leave, err := a.databaseURL(ctx)
			if err != nil {
				return err
			}
			defer leave()
			return a.postgresTool(context.WithoutCancel(ctx), "psql", address, args...)
		},
	}
}

// postgresTool runs one of PostgreSQL's client programs on a database, wired to
// this program's own input and outputs. Its exit code passes through as failure.
func (a *app) postgresTool(ctx context.Context, program, address string, args ...string) error {
	path := program
	if bin, err := pgcluster.FindBinaries(ctx, 0); err == nil {
		path = bin.Path(program)
	}
	public, password := splitPassword(address)
	cmd := exec.CommandContext(ctx, path, append([]string{"--dbname=" + public}, args...)...)
	// An argument is there for everyone to read, the environment for its owner.
	for name, value := range a.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if password != "" {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = a.stdin, a.stdout, a.stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() > 0 {
		return &exitError{code: exitFailed}
	}
	return err
}

// splitPassword takes the password out of a database URL.
func splitPassword(address string) (public, password string) {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address, ""
	}
	password, _ = u.User.Password()
	u.User = url.User(u.User.Username())
	return u.String(), password
}
