package main

import (
	"os"
	"syscall"
)

// peakMiB is the largest resident set of a finished process.
func peakMiB(state *os.ProcessState) float64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return float64(usage.Maxrss) / 1024
	}
	return 0
}
