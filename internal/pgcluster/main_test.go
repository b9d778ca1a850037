package pgcluster_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gisd/internal/pgcluster"
)

// holderVariable makes this test binary a program that acquires the cluster of
// the folder named by it and holds it until killed.
const holderVariable = "PGCLUSTER_TEST_HOLD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holderVariable); dir != "" {
		os.Exit(hold(dir))
	}
	code := m.Run()
	if dir := baseDir; dir != "" {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func hold(dir string) int {
	c, err := pgcluster.Open(context.Background(), config(dir))
	if err == nil {
		err = c.Acquire(context.Background())
	}
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	fmt.Println("ready")
	time.Sleep(time.Minute)
	return 0
}

func config(dir string) pgcluster.Config {
	return pgcluster.Config{Dir: dir, Settings: map[string]string{
		"fsync": "off", "shared_buffers": "32MB", "min_wal_size": "32MB", "autovacuum": "off",
	}}
}

var baseDir string

// base is a finished cluster that tests copy: making one takes seconds.
var base = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "pgcluster-base-")
	if err != nil {
		return "", err
	}
	baseDir = dir
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	c, err := pgcluster.Open(context.Background(), config(filepath.Join(dir, "var")))
	if err != nil {
		return "", err
	}
	if err := c.Acquire(context.Background()); err != nil {
		return "", err
	}
	_, err = c.Release(context.Background())
	return filepath.Join(dir, "var"), err
})

// finished returns a folder with a stopped cluster of its own.
func finished(t *testing.T) string {
	t.Helper()
	from, err := base()
	if err != nil {
		skipOrFail(t, err)
	}
	dir := filepath.Join(folder(t), "var")
	if out, err := exec.Command("cp", "-a", from, dir).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v: %s", err, out)
	}
	return dir
}

// folder is an empty folder that every user may enter; whatever cluster is in
// it afterwards is ended.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgcluster-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		killWorkers(filepath.Join(dir, "var", "pg", "data"))
		_ = os.RemoveAll(dir)
	})
	return dir
}

func skipOrFail(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") != "true" && strings.Contains(err.Error(), "PostGIS is missing") {
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	t.Fatal(err)
}

func open(t *testing.T, cfg pgcluster.Config) *pgcluster.Cluster {
	t.Helper()
	c, err := pgcluster.Open(t.Context(), cfg)
	if err != nil {
		skipOrFail(t, err)
	}
	return c
}

func acquire(t *testing.T, cfg pgcluster.Config) *pgcluster.Cluster {
	t.Helper()
	c := open(t, cfg)
	if err := c.Acquire(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := c.Release(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return c
}

func release(t *testing.T, c *pgcluster.Cluster) (stopped bool) {
	t.Helper()
	stopped, err := c.Release(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stopped
}

// query runs one statement through psql, as a person with the URL would.
func query(t *testing.T, c *pgcluster.Cluster, url, sql string) string {
	t.Helper()
	out, err := tryQuery(c, url, sql)
	if err != nil {
		t.Fatalf("%s: %v: %s", sql, err, out)
	}
	return out
}

func tryQuery(c *pgcluster.Cluster, url, sql string) (string, error) {
	out, err := exec.Command(c.Binaries().Path("psql"), "-XAtq", "-d", url, "-c", sql).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func postmasterPID(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "pg", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// holder starts this binary as another process that holds the cluster of dir.
func holder(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holderVariable+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line := make([]byte, 200)
	n, _ := out.Read(line)
	if got := strings.TrimSpace(string(line[:n])); got != "ready" {
		t.Fatalf("holder: %s", got)
	}
	return cmd
}

func killHard(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// killWorkers ends every process that works in a data folder.
func killWorkers(data string) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if cwd, err := os.Readlink(filepath.Join("/proc", e.Name(), "cwd")); err == nil && cwd == data {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}
