package testdb

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"gisd/internal/pgcluster"
)

const (
	passwordParameter = "gisd_password"
	folderPrefix      = "gisd-test-"
)

// StartCluster starts a throw-away cluster and returns its superuser's URL for
// ClusterVariable, and a function that stops and removes it. Should this
// process be killed, a watchdog that holds the other end of a pipe ends the
// cluster; should that be killed too, the next StartCluster does.
func StartCluster(ctx context.Context) (address string, stop func(), err error) {
	reap()
	dir, err := os.MkdirTemp("", folderPrefix)
	if err != nil {
		return "", nil, err
	}
	// The cluster's own user has to get in; what matters inside is private.
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", nil, err
	}
	release, err := watch(dir)
	if err != nil {
		return "", nil, err
	}
	c, err := pgcluster.Open(ctx, pgcluster.Config{Dir: dir, Settings: map[string]string{
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
		"shared_buffers": "128MB", "work_mem": "16MB", "maintenance_work_mem": "128MB",
		"max_connections": "300", "autovacuum": "off", "max_wal_size": "2GB",
		"logging_collector": "off", "jit": "off",
	}})
	if err == nil {
		err = c.Acquire(ctx)
	}
	if err != nil {
		release()
		return "", nil, err
	}
	u, err := url.Parse(c.SuperuserURL("postgres"))
	if err != nil {
		release()
		return "", nil, err
	}
	role, err := url.Parse(c.URL())
	if err != nil {
		release()
		return "", nil, err
	}
	password, _ := role.User.Password()
	query := u.Query()
	query.Set(passwordParameter, password)
	u.RawQuery = query.Encode()
	return u.String(), release, nil
}

// watchdog waits for its input to close, then ends the cluster in folder $1.
// Nothing in there is worth an orderly shutdown.
const watchdog = `read -r _
pid=$(head -n 1 "$1/pg/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$1/pg/data" ]; then
  kill -QUIT "$pid"
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -d "/proc/$pid" ] || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null
fi
rm -rf "$1"`

// watch starts the watchdog of a folder and returns the function that lets it
// do its work and waits for it.
func watch(dir string) (func(), error) {
	if err := os.WriteFile(filepath.Join(dir, "owner"), []byte(fmt.Sprint(os.Getpid())), 0o644); err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", watchdog, "sh", dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func() {
		_ = pipe.Close()
		_ = cmd.Wait()
	}, nil
}

// reap removes clusters whose process and watchdog are both gone.
func reap() {
	dirs, err := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		text, err := os.ReadFile(filepath.Join(dir, "owner"))
		if err != nil {
			continue
		}
		pid := strings.TrimSpace(string(text))
		if _, err := os.Stat(filepath.Join("/proc", pid)); err == nil {
			continue
		}
		cmd := exec.Command("/bin/sh", "-c", watchdog, "sh", dir)
		_ = cmd.Run() // input is empty: it acts at once
	}
}
