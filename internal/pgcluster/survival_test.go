package pgcluster_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gisd/internal/pgcluster"
)

func TestHolderKilled(t *testing.T) {
	t.Parallel()
	dir := finished(t)
	h := holder(t, dir)
	pid := postmasterPID(t, dir)
	killHard(t, h.Process.Pid)
	_ = h.Wait()
	c := acquire(t, config(dir))
	if got := postmasterPID(t, dir); got != pid {
		t.Errorf("postmaster %d, want the living %d adopted", got, pid)
	}
	query(t, c, c.URL(), "select 1")
	if !release(t, c) || c.Running() {
		t.Error("the adopted cluster was not stopped")
	}
}

func TestPostmasterKilledUnderUs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"started", "adopted"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := finished(t)
			if name == "adopted" {
				h := holder(t, dir)
				defer func() { _ = h.Process.Kill() }()
			}
			c := acquire(t, config(dir))
			query(t, c, c.URL(), "create table kept ()")
			done := c.Done()
			killHard(t, postmasterPID(t, dir))
			select {
			case <-done:
			case <-time.After(30 * time.Second):
				t.Fatal("its death went unnoticed")
			}
			if err := c.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := query(t, c, c.URL(), "select to_regclass('kept')"); got != "kept" {
				t.Errorf("got %q, want the table", got)
			}
		})
	}
}

// A child that is busy when its postmaster is killed goes on; PostgreSQL will
// not start again beside it.
func TestAllKilledWithABusyChild(t *testing.T) {
	t.Parallel()
	dir := finished(t)
	h := holder(t, dir)
	c := acquire(t, config(dir))
	busy := exec.Command(c.Binaries().Path("psql"), "-XAtq", "-d", c.URL(),
		"-c", "select 'busy'", "-c", `do $$ declare i bigint := 0; begin loop i := i + 1; end loop; end $$`)
	out, err := busy.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := busy.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Wait() }()
	defer func() { _ = busy.Process.Kill() }()
	if _, err := out.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	killHard(t, h.Process.Pid)
	killHard(t, postmasterPID(t, dir))
	<-c.Done()
	release(t, c)

	again := acquire(t, config(dir))
	query(t, again, again.URL(), "select 1")
}

// After a crash the number in the pid file may be anyone's, even another
// process of the cluster's own user: PostgreSQL alone would refuse to start.
func TestStalePIDFile(t *testing.T) {
	t.Parallel()
	dir := finished(t)
	sleeper := exec.Command("sleep", "60")
	sleeper.SysProcAttr = &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		sleeper.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(clusterUser(t)), Gid: 65534}
	}
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sleeper.Wait() }()
	defer func() { _ = sleeper.Process.Kill() }()
	data := filepath.Join(dir, "pg", "data")
	pidFile := fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n\n  1234567         0\nready\n", sleeper.Process.Pid, data, filepath.Join(dir, "pg", "s"))
	if err := os.WriteFile(filepath.Join(data, "postmaster.pid"), []byte(pidFile), 0o600); err != nil {
		t.Fatal(err)
	}
	c := acquire(t, config(dir))
	query(t, c, c.URL(), "select 1")
	if err := syscall.Kill(sleeper.Process.Pid, 0); err != nil {
		t.Error("the innocent process was killed")
	}
}

func TestPasswordFileLost(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"stopped", "running"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := finished(t)
			if name == "running" {
				h := holder(t, dir)
				killHard(t, h.Process.Pid)
				_ = h.Wait()
			}
			if err := os.Remove(filepath.Join(dir, "pgpass")); err != nil {
				t.Fatal(err)
			}
			c := acquire(t, config(dir))
			query(t, c, c.URL(), "select 1")
			query(t, c, c.SuperuserURL("postgres"), "select 1")
		})
	}
}

func TestOtherMajorVersion(t *testing.T) {
	t.Parallel()
	dir := finished(t)
	if err := os.WriteFile(filepath.Join(dir, "pg", "data", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := pgcluster.Open(t.Context(), config(dir))
	if !errors.Is(err, pgcluster.ErrVersion) || !strings.Contains(err.Error(), "apt-get install -y postgresql-9-postgis-3") {
		t.Errorf("got %v, want the command that installs the old version", err)
	}
}

func TestDiskFull(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=500m,mode=755", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: cannot mount a small disk: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	from, err := base()
	if err != nil {
		skipOrFail(t, err)
	}
	if out, err := exec.Command("cp", "-a", from, filepath.Join(dir, "var")).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v: %s", err, out)
	}
	full := filepath.Join(dir, "full")
	_ = exec.Command("dd", "if=/dev/zero", "of="+full, "bs=1M").Run() // until it is full
	cfg := config(filepath.Join(dir, "var"))
	if err := open(t, cfg).Acquire(t.Context()); !errors.Is(err, pgcluster.ErrDiskFull) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v, want one line about the disk", err)
	}
	if err := os.Remove(full); err != nil {
		t.Fatal(err)
	}
	c := acquire(t, cfg)
	query(t, c, c.URL(), "select 1")
}

func TestFolderOnlyRootCanEnter(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED, NOT TESTED: not root")
	}
	parent := folder(t)
	if err := os.Chmod(parent, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(parent, "var")
	c := open(t, config(dir))
	t.Cleanup(func() {
		killWorkers(filepath.Join(c.Home(), "data"))
		_ = os.RemoveAll(c.Home())
	})
	if err := c.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(c.Home(), "/var/lib/gisd/") {
		t.Errorf("the cluster is in %s", c.Home())
	}
	pointer, err := os.ReadFile(filepath.Join(dir, "pg.location"))
	if err != nil || strings.TrimSpace(string(pointer)) != c.Home() {
		t.Errorf("pointer %q, %v; want %s", pointer, err, c.Home())
	}
	query(t, c, c.URL(), "create table kept ()")
	release(t, c)
	again := acquire(t, config(dir))
	if got := query(t, again, again.URL(), "select to_regclass('kept')"); got != "kept" {
		t.Error("the second start made another cluster")
	}
	release(t, again)
}

func TestLongPath(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(finished(t), "..", strings.Repeat("đường", 12))
	if err := os.Rename(filepath.Join(filepath.Dir(dir), "var"), dir); err != nil {
		t.Fatal(err)
	}
	c := acquire(t, config(dir))
	t.Cleanup(func() { _ = os.RemoveAll(c.SocketDir()) })
	if len(c.SocketDir()) > 90 {
		t.Errorf("socket in %s", c.SocketDir())
	}
	query(t, c, c.URL(), "select 1")
}

func TestClusterOnAnotherDisk(t *testing.T) {
	t.Parallel()
	dir := finished(t)
	elsewhere := filepath.Join(filepath.Dir(dir), "big-disk")
	if err := os.Rename(filepath.Join(dir, "pg"), elsewhere); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(dir, "pg")); err != nil {
		t.Fatal(err)
	}
	h := holder(t, dir)
	pid := postmasterPID(t, dir)
	killHard(t, h.Process.Pid)
	_ = h.Wait()
	c := acquire(t, config(dir))
	if got := postmasterPID(t, dir); got != pid {
		t.Errorf("postmaster %d, want the living %d adopted", got, pid)
	}
	if !release(t, c) || c.Running() {
		t.Error("the cluster was not stopped")
	}
}

func TestOtherUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED, NOT TESTED: not root")
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	uid, err := strconv.Atoi(nobody.Uid)
	if err != nil {
		t.Fatal(err)
	}
	parent := folder(t)
	if err := os.Chown(parent, uid, -1); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(parent, "var")
	// The test binary is in a folder of root's.
	program := filepath.Join(parent, "holder")
	if out, err := exec.Command("cp", os.Args[0], program).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v: %s", err, out)
	}
	cmd := exec.Command(program)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/bin:/bin", holderVariable + "=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 300)
	n, _ := out.Read(line)
	if got := strings.TrimSpace(string(line[:n])); got != "ready" {
		t.Fatalf("as nobody: %s", got)
	}
	if got := ownerOf(t, filepath.Join(dir, "pg", "data")); got != uid {
		t.Errorf("the cluster belongs to %d, want %d", got, uid)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	// Root that comes later keeps the cluster with the user who made it.
	c := acquire(t, config(dir))
	query(t, c, c.URL(), "select 1")
	if c.Owner() != "nobody" {
		t.Errorf("root runs the cluster as %s", c.Owner())
	}
}

func ownerOf(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Sys().(*syscall.Stat_t).Uid)
}

// clusterUser is the user that clusters of this process run as.
func clusterUser(t *testing.T) int {
	t.Helper()
	if os.Geteuid() != 0 {
		return os.Geteuid()
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, err := strconv.Atoi(u.Uid)
			if err != nil {
				t.Fatal(err)
			}
			return uid
		}
	}
	t.Skip("SKIPPED, NOT TESTED: no unprivileged user")
	return 0
}
