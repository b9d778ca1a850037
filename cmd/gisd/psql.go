package main

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"os/signal"

	"github.com/spf13/cobra"

	"gisd/internal/pgcluster"
)

func newPsqlCommand(a *app) *cobra.Command {
	var superuser bool
	cmd := &cobra.Command{
		Use:   "psql [-- ARGUMENT …]",
		Short: "Open a SQL shell on the database",
		Long: "Open a SQL shell on the database, as the server's own role. Collections are views in schema layers.\n" +
			"What follows -- goes to psql.",
		Example: "  gisd psql\n  gisd psql -- -c 'select count(*) from layers.parcels'\n" +
			"  gisd psql --superuser -- -c \"create role reader login password 'secret'\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.psql(cmd.Context(), superuser, args)
		},
	}
	cmd.Flags().BoolVar(&superuser, "superuser", false, "as the superuser of the private cluster, to make roles for people")
	return cmd
}

func (a *app) psql(ctx context.Context, superuser bool, args []string) error {
	var address string
	if superuser {
		if a.cfg.DatabaseURL != "" {
			return usagef("--superuser is for the private cluster: leave --database-url out")
		}
		c, leave, err := a.cluster(ctx)
		if err != nil {
			return err
		}
		defer leave()
		address = c.SuperuserURL(pgcluster.RoleName)
	} else {
		url, leave, err := a.databaseURL(ctx)
		if err != nil {
			return err
		}
		defer leave()
		address = url
	}
	// Ctrl-C is psql's own business, however often: it cancels a statement, not
	// the shell.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	return a.postgresTool(context.WithoutCancel(ctx), "psql", address, args...)
}

// postgresTool runs one of PostgreSQL's client programs on a database, wired to
// this program's own input and outputs.
func (a *app) postgresTool(ctx context.Context, program, address string, args ...string) error {
	public, password := splitPassword(address)
	var env []string
	if password != "" {
		// An argument is there for everyone to read, the environment for its owner.
		env = append(env, "PGPASSWORD="+password)
	}
	return a.postgresProgram(ctx, program, env, append([]string{"--dbname=" + public}, args...)...)
}

// postgresProgram runs one of PostgreSQL's programs with additions to the
// environment; what it has to say about a failure it says itself.
func (a *app) postgresProgram(ctx context.Context, program string, env []string, args ...string) error {
	bin, err := a.binaries(ctx)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, bin.Path(program), args...)
	for name, value := range a.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = a.stdin, a.stdout, a.stderr
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() > 0 {
		return &exitError{code: exitFailed}
	}
	return err
}

// binaries are those of the private cluster, where that is the database: a
// newer pg_restore speaks of settings that an older server does not know.
func (a *app) binaries(ctx context.Context) (pgcluster.Binaries, error) {
	if a.cfg.DatabaseURL != "" {
		return pgcluster.FindBinaries(ctx, 0)
	}
	c, err := a.openCluster(ctx)
	if err != nil {
		return pgcluster.Binaries{}, err
	}
	return c.Binaries(), nil
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
