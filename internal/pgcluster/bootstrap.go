package pgcluster

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

var (
	//go:embed bootstrap.sql
	bootstrapSQL string
	//go:embed replace.sql
	replaceSQL string
)

// tidySQL drops what a killed restore left. It runs right after a launch, when
// no restore can be under way.
const tidySQL = `select format('drop database %I with (force)', datname) from pg_database
where datname in ('` + BesideName + `', '` + RoleName + `_replaced') \gexec
`

// bootstrap makes role, database and extensions, or finds them made.
func (c *Cluster) bootstrap(ctx context.Context, database string) error {
	return c.script(ctx, "preparing the database", bootstrapSQL, map[string]string{
		"password": c.passwords[RoleName],
		"database": database,
	})
}

// CreateDatabase makes an empty database with the extensions, owned by the
// server's role, in place of one of that name.
func (c *Cluster) CreateDatabase(ctx context.Context, database string) error {
	if err := c.DropDatabase(ctx, database); err != nil {
		return err
	}
	return c.bootstrap(ctx, database)
}

// DropDatabase drops a database, sessions and all; a missing one is no error.
func (c *Cluster) DropDatabase(ctx context.Context, database string) error {
	const sql = "\\set QUIET on\nset client_min_messages = warning;\ndrop database if exists :\"database\" with (force);\n"
	return c.script(ctx, "dropping a database", sql, map[string]string{"database": database})
}

// ReplaceDatabase puts a database in the place of the server's, which is
// dropped. Sessions on it end; pools find the new one as they reconnect.
func (c *Cluster) ReplaceDatabase(ctx context.Context, with string) error {
	err := c.script(ctx, "replacing the database", replaceSQL, map[string]string{
		"database": RoleName, "with": with, "old": RoleName + "_replaced",
	})
	if err != nil {
		err = errors.Join(err, c.bootstrap(context.WithoutCancel(ctx), RoleName)) // lets sessions in again
	}
	return err
}

// script runs SQL as the superuser. Parameters travel on standard input, for
// arguments are there for everyone to read.
func (c *Cluster) script(ctx context.Context, what, sql string, parameters map[string]string) error {
	var input strings.Builder
	input.WriteString("\\set ON_ERROR_STOP on\n")
	for name, value := range parameters {
		input.WriteString("\\set " + name + " " + value + "\n")
	}
	input.WriteString(sql)
	cmd := c.command(ctx, "psql", "-X", "-q", "-h", c.at.socket, "-p", strconv.Itoa(c.port), "-U", superuser, "-d", "postgres")
	// The owner of the cluster cannot read our password file, but it can be told.
	cmd.Env = append(cmd.Env, "PGPASSWORD="+c.passwords[superuser], "PGCONNECT_TIMEOUT=10")
	cmd.Stdin = strings.NewReader(input.String())
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if ctx.Err() != nil {
		return fmt.Errorf("pgcluster: %s: %w", what, ctx.Err())
	}
	if err != nil {
		return c.explain(what, err, out.String())
	}
	return nil
}

// resetPasswords gives both roles new passwords on a stopped cluster, for when
// the password file is lost: PostgreSQL run on one terminal asks for none.
func (c *Cluster) resetPasswords(ctx context.Context) error {
	passwords, err := newPasswords(c.at.pgpass())
	if err != nil {
		return err
	}
	cmd := c.command(ctx, "postgres", "--single", "-D", c.at.data(), "-c", "logging_collector=off", "postgres")
	cmd.Stdin = strings.NewReader("alter role " + superuser + " password " + literal(passwords[superuser]) + "\n")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		_ = os.Remove(c.at.pgpass())
		return c.explain("setting a new password", err, out.String())
	}
	if strings.Contains(out.String(), "ERROR") {
		_ = os.Remove(c.at.pgpass())
		return fmt.Errorf("pgcluster: setting a new password: %s", lastLines(out.String(), 3))
	}
	c.passwords = passwords
	return nil
}

// literal quotes a text for a server with standard_conforming_strings, as is the
// default. Only the single-user server needs it, which knows no parameters.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// bootstrapped reports whether an earlier start got through the bootstrap: a
// cluster killed before that is still new.
func (c *Cluster) bootstrapped() bool {
	_, err := os.Stat(filepath.Join(c.at.home, "bootstrapped"))
	return err == nil
}

func (c *Cluster) markBootstrapped() error {
	path := filepath.Join(c.at.home, "bootstrapped")
	if err := os.WriteFile(path, []byte(c.bin.Version+"\n"), 0o600); err != nil {
		return fmt.Errorf("pgcluster: %w", err)
	}
	return c.at.owner.own(path)
}
