package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"gisd/internal/filelock"
)

// start brings the cluster up, whatever state a crash left it in: it makes a
// new one, adopts a living postmaster, or starts one. The gate is held.
func (c *Cluster) start(ctx context.Context) error {
	at := c.at
	if err := at.owner.mkdir(at.home); err != nil {
		return err
	}
	pm, alive := livePostmaster(at.data())
	if alive {
		adopted, err := c.adopt(ctx, pm)
		if err != nil {
			return err
		}
		if adopted && c.bootstrapped() {
			return nil
		}
		if adopted {
			return c.prepare(ctx)
		}
	}
	if err := checkSpace(at.home); err != nil {
		return err
	}
	major, err := dataMajor(at.data())
	if err != nil {
		return err
	}
	if major == 0 {
		began := time.Now()
		if err := c.create(ctx); err != nil {
			return err
		}
		c.cfg.Log.InfoContext(ctx, "cluster created", "path", at.home, "postgresql", c.bin.Version, "postgis", c.bin.PostGIS, "took_ms", time.Since(began).Milliseconds())
	}
	if err := clearRemains(at.data(), at.socket); err != nil {
		return err
	}
	if err := c.launch(ctx); err != nil {
		return err
	}
	if err := c.script(ctx, "tidying up", tidySQL, nil); err != nil {
		return err
	}
	return c.prepare(ctx)
}

// prepare runs the bootstrap and settles whether this cluster is new.
func (c *Cluster) prepare(ctx context.Context) error {
	if err := c.bootstrap(ctx, RoleName); err != nil {
		return err
	}
	if c.bootstrapped() {
		return nil
	}
	c.created = true
	return c.markBootstrapped()
}

// adopt takes over a postmaster that runs already. One with other settings than
// the server of the folder wants, or whose password file is lost, is stopped
// instead, unless others are using it.
func (c *Cluster) adopt(ctx context.Context, pm postmaster) (bool, error) {
	passwords, err := readPasswords(c.at.pgpass())
	if err != nil || c.cfg.Server && c.settingsDiffer() {
		filelock.Unlock(c.users)
		alone, lockErr := filelock.Try(c.users, filelock.Exclusive)
		if lockErr != nil {
			return false, lockErr
		}
		if !alone {
			return false, &fault{ErrInUse, "another gisd command uses the cluster in " + c.at.dir + " with other settings: wait for it to end, then start again"}
		}
		if err := c.stop(ctx); err != nil {
			return false, err
		}
		_, err := filelock.Try(c.users, filelock.Shared)
		return false, err
	}
	c.passwords = passwords
	if pm, err = c.awaitReady(ctx, pm.pid, nil); err != nil {
		return false, err
	}
	c.port, c.at.socket = pm.port, pm.socketDir
	done := make(chan struct{})
	go func() {
		defer close(done)
		for worksIn(pm.pid, c.at.data()) {
			time.Sleep(200 * time.Millisecond)
		}
	}()
	c.done = done
	c.cfg.Log.InfoContext(ctx, "adopted a running cluster", "pid", pm.pid)
	return true, nil
}

// launch starts the postmaster in a session of its own and waits until it
// takes connections.
func (c *Cluster) launch(ctx context.Context) error {
	at := c.at
	if err := at.makeSocketDir(); err != nil {
		return err
	}
	if err := at.owner.mkdir(at.logDir()); err != nil {
		return err
	}
	if err := c.writeSettings(at.data()); err != nil {
		return err
	}
	if err := c.loadPasswords(ctx); err != nil {
		return err
	}
	c.logOffset = fileSize(c.serverLog())
	out, err := os.OpenFile(at.startLog(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("pgcluster: %w", err)
	}
	defer out.Close()
	// The postmaster outlives this call and this context: it is stopped, not canceled.
	cmd := c.command(context.WithoutCancel(ctx), "postgres", "-D", at.data())
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("pgcluster: starting PostgreSQL: %w", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait()
	}()
	c.done = done
	if _, err := c.awaitReady(ctx, cmd.Process.Pid, done); err != nil {
		return err
	}
	return nil
}

var errEnded = errors.New("it ended")

// awaitReady waits until the postmaster pid takes connections. Recovery after a
// crash takes as long as it takes, so there is no limit but the context.
func (c *Cluster) awaitReady(ctx context.Context, pid int, done <-chan struct{}) (postmaster, error) {
	told := time.Now()
	for {
		pm, ok := readPostmaster(c.at.data())
		if ok && pm.pid == pid && pm.ready {
			return pm, nil
		}
		if done == nil && !worksIn(pid, c.at.data()) {
			return pm, c.explain("PostgreSQL", errEnded, c.startOutput())
		}
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			c.cfg.Log.InfoContext(ctx, "waiting for PostgreSQL to recover", "pid", pid)
		}
		select {
		case <-ctx.Done():
			_ = syscall.Kill(pid, syscall.SIGINT)
			return pm, fmt.Errorf("pgcluster: waiting for PostgreSQL: %w", ctx.Err())
		case <-done:
			return pm, c.explain("PostgreSQL", errEnded, c.startOutput())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// startOutput is what a postmaster that ended wrote: first to its standard
// error, then through its log collector, which writes for a moment longer.
func (c *Cluster) startOutput() string {
	for range 40 {
		if len(workers(c.at.data())) == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	text, err := os.ReadFile(c.at.startLog())
	if err != nil {
		return ""
	}
	log, err := os.ReadFile(c.serverLog())
	if err != nil || int64(len(log)) < c.logOffset {
		return string(text)
	}
	return string(text) + string(log[c.logOffset:])
}

// serverLog is the log collector's file of today; settings say so.
func (c *Cluster) serverLog() string {
	return filepath.Join(c.at.logDir(), time.Now().UTC().Format("postgresql-Mon.log"))
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// stop ends the postmaster: sessions are cut off, transactions roll back, what
// is committed is on disk. The gate is held and nobody else uses the cluster.
func (c *Cluster) stop(ctx context.Context) error {
	pm, alive := livePostmaster(c.at.data())
	if !alive {
		return nil
	}
	began := time.Now()
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, time.Minute}, {syscall.SIGQUIT, 10 * time.Second}, {syscall.SIGKILL, 5 * time.Second}} {
		if err := syscall.Kill(pm.pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("pgcluster: stopping PostgreSQL: %w", err)
		}
		for deadline := time.Now().Add(step.wait); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			if !worksIn(pm.pid, c.at.data()) {
				c.cfg.Log.InfoContext(ctx, "cluster stopped", "pid", pm.pid, "took_ms", time.Since(began).Milliseconds())
				return nil
			}
		}
	}
	return fmt.Errorf("pgcluster: PostgreSQL (pid %d) does not stop", pm.pid)
}
