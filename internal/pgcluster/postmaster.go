package pgcluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postmaster is what postmaster.pid says.
type postmaster struct {
	pid       int
	port      int
	socketDir string
	listen    string // address, "" for the socket alone
	ready     bool
}

func readPostmaster(data string) (postmaster, bool) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return postmaster{}, false
	}
	lines := strings.Split(string(text), "\n")
	line := func(i int) string {
		if i < len(lines) {
			return strings.TrimSpace(lines[i])
		}
		return ""
	}
	pid, err := strconv.Atoi(line(0))
	if err != nil || pid <= 0 {
		return postmaster{}, false
	}
	port, err := strconv.Atoi(line(3))
	if err != nil {
		port = 0 // not written yet
	}
	return postmaster{pid: pid, port: port, socketDir: line(4), listen: line(5), ready: line(7) == "ready"}, true
}

// livePostmaster returns the postmaster that runs on data. A pid file alone
// proves nothing: after a crash its number may belong to any other process. A
// postmaster works in its data folder, so its working directory tells.
func livePostmaster(data string) (postmaster, bool) {
	pm, ok := readPostmaster(data)
	if !ok || !worksIn(pm.pid, data) {
		return postmaster{}, false
	}
	return pm, true
}

func worksIn(pid int, data string) bool {
	cwd, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
	if err == nil {
		return cwd == data
	}
	if _, err := os.Stat("/proc/self/cwd"); err == nil {
		return false // gone, or another user's: not ours either way
	}
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// workers lists the processes that work in data: the postmaster, and children
// that outlived a killed one.
func workers(data string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if cwd, err := os.Readlink(filepath.Join("/proc", e.Name(), "cwd")); err == nil && cwd == data {
			pids = append(pids, pid)
		}
	}
	return pids
}

// clearRemains ends children of a postmaster that was killed and removes its
// pid file. They notice by themselves, unless busy: so they are waited for,
// asked, and then killed. Two postmasters on the same files would destroy them;
// with nobody left in the folder, the pid file protects nothing.
//
// The socket's lock file goes too: it names a process that may linger as a
// zombie, which PostgreSQL takes for alive. The folder of sockets is private.
func clearRemains(data, sockets string) error {
	if _, alive := livePostmaster(data); alive {
		return errors.New("pgcluster: the postmaster is alive")
	}
	for i := range 100 {
		left := workers(data)
		if len(left) == 0 {
			break
		}
		for _, pid := range left {
			switch {
			case i == 20:
				_ = syscall.Kill(pid, syscall.SIGQUIT)
			case i >= 60:
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	if left := workers(data); len(left) > 0 {
		return errors.New("pgcluster: process " + strconv.Itoa(left[0]) + " of a killed postmaster will not end: end it by hand")
	}
	remains := []string{filepath.Join(data, "postmaster.pid")}
	if names, err := filepath.Glob(filepath.Join(sockets, ".s.PGSQL.*")); err == nil {
		remains = append(remains, names...)
	}
	for _, path := range remains {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("pgcluster: clearing what a killed postmaster left: %w", err)
		}
	}
	return nil
}
