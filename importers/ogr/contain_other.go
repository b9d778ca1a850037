//go:build !linux

package ogr

import (
	"os"
	"syscall"
	"time"
)

func attributes(bool) *syscall.SysProcAttr { return nil }

func limit(int, Limits, time.Duration) {}

func killGroup(p *os.Process) error { return p.Kill() }
