package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gisd/internal/testdata"
)

func TestUpSurvives(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	up := startUp(t, dir)
	up.await(t, "msg=ready")

	// A second one in the same folder.
	r := gisd(t, nil, "up", "--data-dir", dir)
	if r.code != exitFailed || !strings.Contains(r.err, "another `gisd up`") || strings.Count(r.err, "\n") != 1 {
		t.Errorf("a second `gisd up`: exit code %d: %s", r.code, r.err)
	}

	// Its postmaster is killed.
	must(t, nil, "psql", "--data-dir", dir, "--", "-q", "-c", "create table kept ()")
	old := postmasterPID(dir)
	kill(t, old)
	up.await(t, "PostgreSQL died")
	waitFor(t, "a new postmaster", func() bool { pid := postmasterPID(dir); return pid > 0 && pid != old })
	waitFor(t, "the server's return", up.serves)
	must(t, nil, "psql", "--data-dir", dir, "--", "-q", "-c", "select from kept")

	// It is killed itself: the postmaster lives on and is adopted.
	old = postmasterPID(dir)
	up.end(t, syscall.SIGKILL)
	if postmasterPID(dir) != old {
		t.Fatal("the postmaster died with gisd")
	}
	up = startUp(t, dir)
	up.await(t, "msg=ready")
	if got := postmasterPID(dir); got != old {
		t.Errorf("postmaster %d, want %d adopted", got, old)
	}

	// Both are killed.
	up.end(t, syscall.SIGKILL)
	kill(t, postmasterPID(dir))
	up = startUp(t, dir)
	began := time.Now()
	up.await(t, "msg=ready")
	t.Logf("ready %v after both were killed", time.Since(began))

	// It is stopped in order, and says so to whoever waits.
	if code := up.end(t, syscall.SIGTERM); code != exitDone {
		t.Errorf("exit code %d after SIGTERM:\n%s", code, up.log.String())
	}
	if pid := postmasterPID(dir); pid != 0 {
		t.Errorf("postmaster %d is left behind", pid)
	}
	must(t, nil, "psql", "--data-dir", dir, "--", "-q", "-c", "select from kept")
	if pid := postmasterPID(dir); pid != 0 {
		t.Errorf("postmaster %d is left behind by a command", pid)
	}
}

func TestUpInterruptedWhileStarting(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	up := startUp(t, dir)
	waitFor(t, "initdb", func() bool {
		_, err := os.Stat(filepath.Join(dir, "pg", "data.new"))
		return err == nil
	})
	if code := up.end(t, syscall.SIGINT); code != exitFailed {
		t.Errorf("exit code %d, want %d", code, exitFailed)
	}
	if pid := postmasterPID(dir); pid != 0 {
		t.Errorf("postmaster %d is left behind", pid)
	}
	up = startUp(t, dir)
	up.await(t, "msg=ready")
	_ = up.Process.Signal(syscall.SIGINT) // some callers send it twice
	if code := up.end(t, syscall.SIGINT); code != exitDone {
		t.Errorf("exit code %d after Ctrl-C", code)
	}
	if pid := postmasterPID(dir); pid != 0 {
		t.Errorf("postmaster %d is left behind", pid)
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	dir := dataDir(t)
	r := gisd(t, nil, "doctor", "--data-dir", dir)
	if r.code != exitFailed || !strings.Contains(r.out, "gisd up") {
		t.Errorf("without a cluster: exit code %d\n%s", r.code, r.out)
	}
	dir = clusterDir(t)
	must(t, nil, "migrate", "up", "--data-dir", dir)
	out := gisd(t, nil, "doctor", "--data-dir", dir).out
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "WRONG") && !strings.Contains(line, "disk") {
			t.Errorf("a sound cluster: %s", line)
		}
	}

	must(t, nil, "psql", "--data-dir", dir, "--", "-q", "-c", "update spatial_ref_sys set srtext = '' where srid = 9210")
	if err := os.Chmod(filepath.Join(dir, "pgpass"), 0o644); err != nil {
		t.Fatal(err)
	}
	r = gisd(t, nil, "doctor", "--data-dir", dir)
	for _, want := range []string{"1 rows differ", "gisd migrate up", "chmod 600"} {
		if !strings.Contains(r.out, want) || r.code != exitFailed {
			t.Errorf("exit code %d, no %q in\n%s", r.code, want, r.out)
		}
	}

	must(t, nil, "migrate", "up", "--data-dir", dir)
	must(t, nil, "import", squares(t), "--data-dir", dir, "--collection", "zones")
	must(t, nil, "psql", "--data-dir", dir, "--", "-q", "-c", "alter table data.zones_v1 disable trigger note_update")
	r = gisd(t, nil, "doctor", "--data-dir", dir)
	if !strings.Contains(r.out, "-> gisd tiles build --verify zones") || !strings.Contains(r.out, "zones lacks note_update") {
		t.Fatalf("a disabled trigger is not found:\n%s", r.out)
	}
	must(t, nil, "tiles", "build", "--verify", "zones", "--data-dir", dir)
	if r = gisd(t, nil, "doctor", "--data-dir", dir); strings.Contains(r.out, "WRONG  triggers") {
		t.Errorf("after tiles build --verify:\n%s", r.out)
	}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if pid <= 0 {
		t.Fatal("no process to kill")
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited 2 min for %s", what)
		}
	}
}
