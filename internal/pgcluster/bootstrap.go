package pgcluster

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed bootstrap.sql
var bootstrapSQL string

// bootstrap makes role, database and extensions, or finds them made. The
// password travels on standard input: arguments are there for everyone to read.
func (c *Cluster) bootstrap(ctx context.Context) error {
	cmd := c.command(ctx, "psql", "-X", "-q", "-h", c.at.socket, "-p", strconv.Itoa(c.port), "-U", superuser, "-d", "postgres")
	// The owner of the cluster cannot read our password file, but it can be told.
	cmd.Env = append(cmd.Env, "PGPASSWORD="+c.passwords[superuser], "PGCONNECT_TIMEOUT=10")
	cmd.Stdin = strings.NewReader(`\set password ` + c.passwords[RoleName] + "\n" + bootstrapSQL)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return c.explain("preparing the database", err, out.String())
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
	cmd.Stdin = strings.NewReader(fmt.Sprintf("alter role %s password '%s'\n", superuser, passwords[superuser]))
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
