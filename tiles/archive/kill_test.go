package archive_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"gisd/internal/testdata"
)

// childVariable names the archive that a process writes until it kills itself.
const childVariable = "GISD_TEST_ARCHIVE"

// TestChild is no test but what TestExportSurvivesAKill runs.
func TestChild(t *testing.T) {
	path := os.Getenv(childVariable)
	if path == "" {
		t.Skip("run by TestExportSurvivesAKill")
	}
	e := export(t, func(n int64) error {
		if n == 150 {
			return syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return nil
	})
	e.Every = time.Nanosecond
	_, err := e.Write(t.Context(), path)
	t.Fatalf("it lives: %v", err)
}

func TestExportSurvivesAKill(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	for _, ending := range endings() {
		t.Run(ending, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "a"+ending)
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestChild$")
			child.Env = append(os.Environ(), childVariable+"="+path)
			out, err := child.CombinedOutput()
			if child.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("%v\n%s", err, out)
			}
			e := export(t, nil)
			report, err := e.Write(t.Context(), path)
			if err != nil || !report.Resumed {
				t.Fatalf("%+v, %v", report, err)
			}
			whole := filepath.Join(t.TempDir(), "whole"+ending)
			want, err := e.Write(t.Context(), whole)
			if err != nil || want.Counts != report.Counts {
				t.Fatalf("%+v, want %+v, %v", report, want, err)
			}
			a, b := open(t, whole), open(t, path)
			for _, c := range around(t) {
				if !bytes.Equal(tile(t, a, c), tile(t, b, c)) {
					t.Fatalf("%v differs", c)
				}
			}
		})
	}
}
