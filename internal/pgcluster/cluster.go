package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"gisd/internal/filelock"
)

const (
	// RoleName is the server's own role, no superuser, and its database.
	RoleName  = "gisd"
	superuser = "postgres"

	// BesideName is the database that a restore fills before it replaces the
	// server's; one that is found at a launch is dropped.
	BesideName = RoleName + "_restore"

	defaultPort = 5432
)

// Config describes a cluster. Dir is required.
type Config struct {
	Dir      string            // the data folder, made if absent
	Listen   string            // host:port for TCP as well; "" is the socket alone
	Server   bool              // the caller decides about settings; others take the cluster as it runs
	Settings map[string]string // PostgreSQL settings that win over the tuned ones
	Log      *slog.Logger
}

// Cluster is the private cluster of a folder. Its methods are safe for
// goroutines; Acquire and Release come in pairs.
type Cluster struct {
	cfg       Config
	at        place
	bin       Binaries
	host      string
	port      int
	passwords map[string]string
	logOffset int64 // what the server's log held before this launch

	mu      sync.Mutex
	gate    *os.File      // pg.lock
	users   *os.File      // pg.users
	done    chan struct{} // closed when the postmaster ended
	created bool
}

// Exists reports whether dir holds a cluster, started or not.
func Exists(dir string) bool {
	for _, name := range []string{filepath.Join(homeName, "data", "PG_VERSION"), pointerName} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// Open finds the programs and the place of the cluster of cfg.Dir. It starts
// nothing.
func Open(ctx context.Context, cfg Config) (*Cluster, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	c := &Cluster{cfg: cfg, port: defaultPort}
	if cfg.Listen != "" {
		host, port, err := net.SplitHostPort(cfg.Listen)
		if err != nil {
			return nil, fmt.Errorf("pgcluster: address to listen on: %w", err)
		}
		if c.port, err = strconv.Atoi(port); err != nil || c.port < 1 || c.port > 65535 {
			return nil, fmt.Errorf("pgcluster: address to listen on: %q is no port", port)
		}
		if c.host = host; host == "" {
			c.host = "*"
		}
	}
	var err error
	if c.at, err = locate(cfg.Dir); err != nil {
		return nil, err
	}
	major, err := dataMajor(c.at.data())
	if err != nil {
		return nil, err
	}
	if c.bin, err = FindBinaries(ctx, major); err != nil {
		return nil, err
	}
	return c, nil
}

// Acquire makes sure that the cluster runs, and keeps it running until Release
// or the end of this process.
func (c *Cluster) Acquire(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.users != nil {
		return errors.New("pgcluster: acquired twice")
	}
	err := c.acquire(ctx)
	if err != nil && c.users != nil {
		// What was started half-way is not left behind.
		_, stopErr := c.release(context.WithoutCancel(ctx))
		err = errors.Join(err, stopErr)
	}
	return err
}

func (c *Cluster) acquire(ctx context.Context) error {
	gate, err := filelock.Open(filepath.Join(c.at.dir, "pg.lock"))
	if err != nil {
		return err
	}
	if err := filelock.Wait(ctx, gate, filelock.Exclusive); err != nil {
		_ = filelock.Close(gate)
		return err
	}
	users, err := filelock.Open(filepath.Join(c.at.dir, "pg.users"))
	if err != nil {
		_ = filelock.Close(gate)
		return err
	}
	c.gate, c.users = gate, users
	defer filelock.Unlock(gate)
	if err := filelock.Wait(ctx, users, filelock.Shared); err != nil {
		return err
	}
	return c.start(ctx)
}

// Release gives the cluster up; the last of its users stops it. It reports
// whether the cluster was stopped.
func (c *Cluster) Release(ctx context.Context) (stopped bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.users == nil {
		return false, nil
	}
	return c.release(ctx)
}

func (c *Cluster) release(ctx context.Context) (stopped bool, err error) {
	defer c.closeLocks()
	if err := filelock.Wait(ctx, c.gate, filelock.Exclusive); err != nil {
		return false, err
	}
	filelock.Unlock(c.users)
	last, err := filelock.Try(c.users, filelock.Exclusive)
	if err != nil || !last {
		return false, err
	}
	return true, c.stop(ctx)
}

func (c *Cluster) closeLocks() {
	_ = filelock.Close(c.users)
	_ = filelock.Close(c.gate)
	c.users, c.gate = nil, nil
}

// Restart brings the cluster up again after its postmaster died under us.
func (c *Cluster) Restart(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.users == nil {
		return errors.New("pgcluster: restarting a cluster that is not acquired")
	}
	if err := filelock.Wait(ctx, c.gate, filelock.Exclusive); err != nil {
		return err
	}
	defer filelock.Unlock(c.gate)
	return c.start(ctx)
}

// Done is closed when the postmaster has ended, for whatever reason; each start
// makes a new one.
func (c *Cluster) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done
}

// Created reports whether Acquire made the cluster.
func (c *Cluster) Created() bool { return c.created }

// Binaries returns the programs in use.
func (c *Cluster) Binaries() Binaries { return c.bin }

// SocketDir is the folder of the Unix socket, Home everything that PostgreSQL
// writes, PasswordFile the file for PGPASSFILE, Owner the user it runs as.
func (c *Cluster) SocketDir() string    { return c.at.socket }
func (c *Cluster) Home() string         { return c.at.home }
func (c *Cluster) PasswordFile() string { return c.at.pgpass() }
func (c *Cluster) Owner() string        { return c.at.owner.name }

// Port is part of the socket's name, and the TCP port where one is open.
func (c *Cluster) Port() int { return c.port }

// Running reports whether a postmaster works on the cluster's files.
func (c *Cluster) Running() bool {
	_, alive := livePostmaster(c.at.data())
	return alive
}

// URL is the database for the server's own role. It holds a password.
func (c *Cluster) URL() string { return c.DatabaseURL(RoleName) }

// DatabaseURL is any database of the cluster for the server's own role. It
// holds a password.
func (c *Cluster) DatabaseURL(database string) string { return c.url(RoleName, database) }

// SuperuserURL is a database for the cluster's superuser, who makes and drops
// databases. It holds a password.
func (c *Cluster) SuperuserURL(database string) string { return c.url(superuser, database) }

func (c *Cluster) url(role, database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(role, c.passwords[role]),
		Path:     "/" + database,
		RawQuery: url.Values{"host": {c.at.socket}, "port": {strconv.Itoa(c.port)}}.Encode(),
	}
	return u.String()
}

func (c *Cluster) loadPasswords(ctx context.Context) error {
	passwords, err := readPasswords(c.at.pgpass())
	if err == nil {
		c.passwords = passwords
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	c.cfg.Log.WarnContext(ctx, "the password file is gone, making new passwords", "path", c.at.pgpass())
	return c.resetPasswords(ctx)
}
