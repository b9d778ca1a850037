package ogr

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// attributes put the child into a process group of its own and, if isolated,
// into a user and a network namespace of its own: the latter has no devices.
func attributes(isolated bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if isolated {
		a.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
	}
	return a
}

// limit bounds the process while it is still being linked. Its one failure is
// that the process has ended, which its reader notices.
func limit(pid int, l Limits, bytes int64) {
	seconds := uint64(l.allowance(bytes).Seconds())
	for resource, most := range map[int]uint64{
		unix.RLIMIT_DATA: uint64(l.memory(bytes)), unix.RLIMIT_FSIZE: uint64(l.File), unix.RLIMIT_NOFILE: uint64(l.Files),
		unix.RLIMIT_CPU: seconds, unix.RLIMIT_CORE: 0,
	} {
		_ = unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: most}, nil)
	}
}

func killGroup(p *os.Process) error { return unix.Kill(-p.Pid, unix.SIGKILL) }
