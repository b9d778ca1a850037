package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"gisd/internal/pgcluster"
	"gisd/spatial/postgis"
)

func newRestoreCommand(a *app) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Bring a backup back",
		Long: "Bring a backup back. On the private cluster it is loaded beside the present database and takes its place at the end: " +
			"until then nothing changes. A database given by --database-url has to be empty.",
		Example: "  gisd restore gisd-20260101-020000.dump --yes",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			m, err := readManifest(args[0])
			if err != nil {
				return err
			}
			r := restore{app: a, dump: args[0], manifest: m}
			if a.cfg.DatabaseURL != "" {
				err = r.intoGiven(ctx, string(a.cfg.DatabaseURL))
			} else {
				err = r.intoPrivate(ctx, yes)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "restored %d collections from %s\n", len(m.Collections), args[0])
			return nil
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "yes, replace what is there")
	return cmd
}

// restore is one run of the command.
type restore struct {
	*app
	dump     string
	manifest manifest
}

// intoGiven fills an empty database in one transaction.
func (r restore) intoGiven(ctx context.Context, address string) error {
	facts, err := r.present(ctx, address)
	if err != nil {
		return err
	}
	if facts != nil {
		return usagef("the database of --database-url is not empty: create a new one and restore into that")
	}
	if err := r.load(ctx, address, "--single-transaction"); err != nil {
		return err
	}
	return r.finish(ctx, address)
}

// intoPrivate loads the dump beside the cluster's database and swaps the two.
func (r restore) intoPrivate(ctx context.Context, yes bool) (err error) {
	c, err := r.openCluster(ctx)
	if err != nil {
		return err
	}
	if err := c.Acquire(ctx); err != nil {
		return err
	}
	defer r.leaveCluster(ctx, c)
	facts, err := r.present(ctx, c.URL())
	if err != nil {
		return err
	}
	if facts != nil && len(facts.Collections) > 0 && !yes {
		return usagef("the present database has %d collections, which would be replaced: add --yes", len(facts.Collections))
	}
	const beside = pgcluster.BesideName
	if err := c.CreateDatabase(ctx, beside); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.DropDatabase(context.WithoutCancel(ctx), beside))
		}
	}()
	if err := r.load(ctx, c.DatabaseURL(beside), "--exit-on-error", "--jobs=2"); err != nil {
		return err
	}
	if err := r.finish(ctx, c.DatabaseURL(beside)); err != nil {
		return err
	}
	if err := c.ReplaceDatabase(ctx, beside); err != nil {
		return err
	}
	return markInitialised(c.Home())
}

// present returns what a database holds, nil without gisd's tables.
func (r restore) present(ctx context.Context, address string) (*postgis.BackupFacts, error) {
	var found *postgis.BackupFacts
	err := r.onDatabase(ctx, address, func(db *postgis.DB, conn *pgx.Conn) error {
		facts, ok, err := postgis.Facts(ctx, conn)
		if ok {
			found = &facts
		}
		return err
	})
	return found, err
}

// finish brings a loaded database to this program's version and compares it
// with the manifest.
func (r restore) finish(ctx context.Context, address string) error {
	return r.onDatabase(ctx, address, func(db *postgis.DB, conn *pgx.Conn) error {
		if err := postgis.RestoreSRS(ctx, conn, r.manifest.BackupFacts); err != nil {
			return err
		}
		if err := db.Prepare(ctx); err != nil {
			return err
		}
		facts, _, err := postgis.Facts(ctx, conn)
		if err != nil {
			return err
		}
		if !slices.Equal(facts.Collections, r.manifest.Collections) {
			return fmt.Errorf("restore: the collections differ from the manifest: got %v, want %v", facts.Collections, r.manifest.Collections)
		}
		return nil
	})
}

func (r restore) onDatabase(ctx context.Context, address string, work func(*postgis.DB, *pgx.Conn) error) error {
	db, err := r.connect(ctx, address)
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return work(db, conn)
}

// load runs pg_restore over all entries but those that only a superuser may
// bring back, and those that gisd brings back itself. Grants come last and may
// fail: they can name people's own roles, which a new cluster does not have.
func (r restore) load(ctx context.Context, address string, options ...string) error {
	var contents bytes.Buffer
	listing := *r.app
	listing.stdout = &contents
	if err := listing.postgresProgram(ctx, "pg_restore", nil, "--list", r.dump); err != nil {
		return err
	}
	objects, grants := restorable(contents.String())
	if err := r.loadEntries(ctx, address, objects, append(options, "--no-acl")...); err != nil {
		return err
	}
	if grants == "" {
		return nil
	}
	if err := r.loadEntries(ctx, address, grants); err != nil {
		r.log.WarnContext(ctx, "some grants were not restored: make the roles they name, then grant again")
	}
	return ctx.Err()
}

// loadEntries restores the entries of a list in pg_restore's own form.
func (r restore) loadEntries(ctx context.Context, address, entries string, options ...string) error {
	list, err := os.CreateTemp("", "gisd-restore-*.list")
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer os.Remove(list.Name())
	_, err = io.WriteString(list, entries)
	if err = errors.Join(err, list.Close()); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	args := append([]string{"--no-owner", "--no-password", "--use-list=" + list.Name()}, options...)
	return r.postgresTool(ctx, "pg_restore", address, append(args, r.dump)...)
}

// restorable splits a dump's table of contents.
func restorable(contents string) (objects, grants string) {
	var o, g strings.Builder
	for line := range strings.Lines(contents) {
		switch {
		case strings.HasPrefix(line, ";"),
			strings.Contains(line, " COMMENT - EXTENSION "),
			strings.Contains(line, " COMMENT - SCHEMA public"),
			strings.Contains(line, " SCHEMA - public "),
			strings.Contains(line, " SCHEMA public "),
			strings.Contains(line, " public TABLE spatial_ref_sys "),
			strings.Contains(line, " TABLE DATA public spatial_ref_sys "):
		case strings.Contains(line, " ACL "), strings.Contains(line, " DEFAULT ACL "):
			g.WriteString(line)
		default:
			o.WriteString(line)
		}
	}
	return o.String(), g.String()
}

const markName = "initialised"

func markInitialised(dir string) error {
	text := time.Now().UTC().Format(time.RFC3339) + "\n"
	return os.WriteFile(filepath.Join(dir, markName), []byte(text), 0o644)
}
