//go:build linux || darwin

package jobs

import "syscall"

// freeBytes is what may be written to the disk of a folder.
func freeBytes(dir string) (free int64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
