package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is the processor time, in seconds, that each side has had.
type usage struct {
	server, database, generator float64
	at                          time.Time
	seconds                     float64 // of a difference
}

func (u usage) since(before usage) usage {
	return usage{u.server - before.server, u.database - before.database, u.generator - before.generator, u.at, u.at.Sub(before.at).Seconds()}
}

const ticksPerSecond = 100 // USER_HZ of Linux, whatever the kernel's own

// usageOf reads what a server, a cluster of PostgreSQL by its postmaster, and this
// process have used.
func usageOf(server, postmaster int) (usage, error) {
	u := usage{at: time.Now()}
	var self syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &self); err != nil {
		return u, err
	}
	u.generator = float64(self.Utime.Nano()+self.Stime.Nano()) / 1e9
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return u, err
	}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		pid, parent, own, children := processTimes(text)
		switch {
		case pid == server:
			u.server = own
		case pid == postmaster:
			u.database += own + children // of backends that have ended
		case parent == postmaster:
			u.database += own
		}
	}
	return u, nil
}

// processTimes reads proc(5) stat: times in seconds, those of children that ended apart.
func processTimes(stat []byte) (pid, parent int, own, children float64) {
	end := bytes.LastIndexByte(stat, ')') // the name may hold anything
	if end < 0 {
		return 0, 0, 0, 0
	}
	fields := strings.Fields(string(stat[end+1:]))
	if len(fields) < 15 {
		return 0, 0, 0, 0
	}
	number := func(text string) int {
		n, err := strconv.Atoi(text)
		if err != nil {
			return 0
		}
		return n
	}
	head, _, _ := strings.Cut(string(stat), " ")
	return number(head), number(fields[1]), float64(number(fields[11])+number(fields[12])) / ticksPerSecond,
		float64(number(fields[13])+number(fields[14])) / ticksPerSecond
}

// residentKiB is the memory of a process.
func residentKiB(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
		}
	}
	return 0, fmt.Errorf("process %d says no VmRSS", pid)
}

// metrics of a server by name, with labels as they are written.
type metrics map[string]float64

func readMetrics(address string) (metrics, error) {
	answer, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	m := metrics{}
	for line := range strings.Lines(string(text)) {
		at := strings.LastIndexByte(strings.TrimSpace(line), ' ')
		if at < 0 || line[0] == '#' {
			continue
		}
		if v, err := strconv.ParseFloat(strings.TrimSpace(line[at:]), 64); err == nil {
			m[line[:at]] = v
		}
	}
	return m, nil
}
