package main

import (
	"bytes"
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
	"gisd/internal/testdb"
)

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" {
		os.Exit(run(untilSignal(), os.Args[1:], os.Environ(), streams{os.Stdin, os.Stdout, os.Stderr}))
	}
	code := testdb.Main(m)
	removeFinished()
	removePlain()
	os.Exit(code)
}

// finished is a cluster that tests copy, for making one takes seconds. It does
// not wait for the disk.
var finished, removeFinished = finishedCluster()

func finishedCluster() (get func() (string, error), remove func()) {
	var parent string
	get = sync.OnceValues(func() (string, error) {
		var err error
		if parent, err = os.MkdirTemp("", "gisd-cmd-base-"); err != nil {
			return "", err
		}
		if err := os.Chmod(parent, 0o755); err != nil {
			return "", err
		}
		dir := filepath.Join(parent, "var")
		c, err := pgcluster.Open(context.Background(), pgcluster.Config{Dir: dir, Settings: map[string]string{"fsync": "off"}})
		if err != nil {
			return "", err
		}
		if err := c.Acquire(context.Background()); err != nil {
			return "", err
		}
		if _, err := c.Release(context.Background()); err != nil {
			return "", err
		}
		local := filepath.Join(c.Home(), "data", "local.conf")
		return dir, os.WriteFile(local, []byte("fsync = off\nshared_buffers = 64MB\n"), 0o644)
	})
	return get, func() { _ = os.RemoveAll(parent) }
}

// result is what a command left.
type result struct {
	code     int
	out, err string
}

// gisd runs a command in this process.
func gisd(t *testing.T, env []string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	code := run(t.Context(), args, env, streams{strings.NewReader(""), &out, &err})
	return result{code, out.String(), err.String()}
}

// must is gisd for commands that have to work.
func must(t *testing.T, env []string, args ...string) string {
	t.Helper()
	r := gisd(t, env, args...)
	if r.code != exitDone {
		t.Fatalf("gisd %s: exit code %d: %s", strings.Join(args, " "), r.code, r.err)
	}
	return r.out
}

// clusterDir is a folder with a stopped private cluster without tables, which
// ends with the test.
func clusterDir(t *testing.T) string {
	t.Helper()
	dir := dataDir(t)
	from, err := finished()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", "-a", from, dir).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v: %s", err, out)
	}
	return dir
}

// dataDir is the folder of a private cluster that is yet to be made, which ends
// with the test.
func dataDir(t *testing.T) string {
	t.Helper()
	if _, err := pgcluster.FindBinaries(t.Context(), 0); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	parent, err := os.MkdirTemp("", "gisd-cmd-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(parent, "var")
	t.Cleanup(func() {
		if pid := postmasterPID(dir); pid > 0 {
			_ = syscall.Kill(pid, syscall.SIGQUIT)
		}
		for i := 0; i < 50 && postmasterPID(dir) > 0; i++ {
			time.Sleep(100 * time.Millisecond)
		}
		_ = os.RemoveAll(parent)
	})
	return dir
}

// postmasterPID is the pid of the living postmaster of a data folder, or 0.
func postmasterPID(dir string) int {
	data := filepath.Join(dir, "pg", "data")
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil {
		return 0
	}
	if cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); err != nil || cwd != data {
		return 0
	}
	return pid
}
