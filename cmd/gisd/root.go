package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/spf13/cobra"

	"gisd/spatial"
)

// Exit codes of every command.
const (
	exitDone     = 0
	exitFailed   = 1  // nothing changed
	exitRejected = 2  // done, but some rows were rejected
	exitUsage    = 64 // bad flags, arguments or settings
)

// streams are a command's input and outputs.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run is the whole program: a test runs it as a person would.
func run(ctx context.Context, args, env []string, s streams) int {
	a := newApp(env, s)
	root := newRootCommand(a)
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || spatial.CodeOf(err) == spatial.CodeCanceled) {
		fmt.Fprintln(s.err, "gisd: interrupted")
		return exitFailed
	}
	if coded, ok := errors.AsType[*exitError](err); ok {
		if coded.err != nil {
			fmt.Fprintln(s.err, "gisd:", describe(coded.err))
		}
		return coded.code
	}
	fmt.Fprintln(s.err, "gisd:", describe(err))
	if !a.running {
		return exitUsage
	}
	return exitFailed
}

// exitError ends the program with a code of its own; without err in silence.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usagef reports bad usage that a command found by itself.
func usagef(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// describe is an error for the person at the terminal: who runs a command may
// see causes that a client of the server may not. A cause is left out where the
// message has said it already, and where it is the database's own words for
// something that the message explains.
func describe(err error) string {
	e, ok := errors.AsType[*spatial.Error](err)
	if !ok {
		return err.Error()
	}
	inner, wrapped := errors.AsType[*spatial.Error](e.Err)
	for wrapped && inner.Message == e.Message { // a wrap that only adds where
		e = inner
		inner, wrapped = errors.AsType[*spatial.Error](e.Err)
	}
	var b strings.Builder
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		if !strings.Contains(e.Message, f.Reason) {
			fmt.Fprintf(&b, "; %s: %s", f.Name, f.Reason)
		}
	}
	if _, bare := e.Err.(syscall.Errno); bare || e.Err == nil || e.Code != spatial.CodeInternal && fromDatabase(e.Err) { //nolint:errorlint // the errno itself, which the message puts in words
		return b.String()
	}
	if cause := describe(e.Err); !strings.Contains(b.String(), cause) {
		fmt.Fprintf(&b, " (%s)", cause)
	}
	return b.String()
}

// fromDatabase tells a failed statement; a refused connection is for the person
// at the terminal to mend and stays in sight.
func fromDatabase(err error) bool {
	_, statement := errors.AsType[*pgconn.PgError](err)
	_, connection := errors.AsType[*pgconn.ConnectError](err)
	return statement && !connection
}

func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "gisd",
		Short:         "Planning and infrastructure maps from PostGIS",
		Long:          "gisd serves planning and infrastructure data from PostGIS: vector tiles, OGC APIs, live positions and a web map.",
		Example:       "  gisd up\n  gisd import parcels.zip --collection parcels --publish",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return a.configure(cmd.Flags())
		},
	}
	a.cfg.addFlags(root.PersistentFlags(), everywhere)
	root.SetFlagErrorFunc(flagError)
	root.PersistentFlags().String("config", "", "settings file (default gisd.conf, where it exists)")
	root.AddCommand(commands(a)...)
	markRunning(a, root)
	return root
}

// commands lists every command; each has a file of its own.
func commands(a *app) []*cobra.Command {
	return []*cobra.Command{
		newUpCommand(a),
		newServeCommand(a),
		newMigrateCommand(a),
		newBackupCommand(a),
		newRestoreCommand(a),
		newDoctorCommand(a),
		newPsqlCommand(a),
		newTransformCommand(a),
		newDemoCommand(a),
		newDevicesCommand(a),
		newSimulateCommand(a),
		newConfigCommand(a),
		newImportCommand(a),
		newInspectCommand(a),
		newExportCommand(a),
		newCollectionsCommand(a),
		newTilesCommand(a),
		newTilesetsCommand(a),
		newUsersCommand(a),
		newRolesCommand(a),
		newKeysCommand(a),
		newWebhooksCommand(a),
		newVersionCommand(a),
	}
}

// markRunning notes when a command's own work begins: what fails before is bad
// usage. A parent without work of its own wants a subcommand.
func markRunning(a *app, cmd *cobra.Command) {
	work := cmd.RunE
	switch {
	case work != nil:
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			a.running = true
			return work(cmd, args)
		}
	case cmd.HasSubCommands():
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q for %q: see `%s --help`", args[0], cmd.CommandPath(), cmd.CommandPath())
			}
			_ = cmd.Help()
			return &exitError{code: exitUsage}
		}
	}
	for _, sub := range cmd.Commands() {
		markRunning(a, sub)
	}
}
