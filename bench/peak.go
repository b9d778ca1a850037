package main

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// peakMiB is the largest resident set of a finished process.
func peakMiB(state *os.ProcessState) float64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return float64(usage.Maxrss) / 1024
	}
	return 0
}

// forgetPages has the file of a program read from the disk again, as after a
// start of the machine. A file that was just written lies in the page cache in
// pieces of up to 2 MiB, and since 6.18 Linux maps such a piece whole where one
// page of it is touched: the same program then counts 15 MiB more as resident.
func forgetPages(program string) error {
	f, err := os.Open(program)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if err := unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
		return fmt.Errorf("bench: pages of %s: %w", program, err)
	}
	return nil
}
