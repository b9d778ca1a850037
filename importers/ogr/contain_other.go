//go:build !linux

package ogr

import (
	"os"
	"syscall"
)

func attributes(bool) *syscall.SysProcAttr { return nil }

func limit(int, Limits, int64) {}

func killGroup(p *os.Process) error { return p.Kill() }
