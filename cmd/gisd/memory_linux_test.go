package main

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// Not parallel: what other tests touch would come back meanwhile.
func TestUnmapProgram(t *testing.T) {
	before := fileMiB(t)
	unmapProgram()
	if after := fileMiB(t); after > before*3/4 {
		t.Errorf("%.1f MiB of files are resident, of %.1f before", after, before)
	}
}

// fileMiB is what this process holds of the pages of files.
func fileMiB(t *testing.T) float64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "RssFile:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(value)[0], 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib / 1024
		}
	}
	t.Skip("this kernel does not say what is resident of files")
	return 0
}
