package main

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// unmapProgram gives back the pages of the program's own file that are mapped so
// far. The kernel maps 64 KiB around each page that is touched, and so the
// initialisation of all packages leaves some 40 MiB resident, most of which an
// import never looks at again; what it does need comes back from the page cache.
// Only mappings without a page of their own are touched, whose content is that of
// the file. It is a service: where it fails, nothing is lost but memory.
func unmapProgram() {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	smaps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer smaps.Close()
	var found []addresses
	ours := false
	for lines := bufio.NewScanner(smaps); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if m, ok := parseMapping(fields); ok {
			if ours = len(fields) > 5 && fields[5] == program && strings.HasPrefix(fields[1], "r-"); ours {
				found = append(found, m)
			}
		} else if ours && len(fields) > 1 && fields[0] == "Anonymous:" && fields[1] != "0" {
			found = found[:len(found)-1]
		}
	}
	for _, m := range found {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, m.begin, m.end-m.begin, unix.MADV_DONTNEED)
	}
}

// addresses are a range of memory, the end not in it.
type addresses struct{ begin, end uintptr }

// parseMapping reads the head of a mapping in smaps: "begin-end r-xp offset …".
func parseMapping(fields []string) (addresses, bool) {
	if len(fields) < 2 || strings.HasSuffix(fields[0], ":") {
		return addresses{}, false
	}
	first, last, ok := strings.Cut(fields[0], "-")
	begin, err := strconv.ParseUint(first, 16, 64)
	end, errEnd := strconv.ParseUint(last, 16, 64)
	return addresses{uintptr(begin), uintptr(end)}, ok && err == nil && errEnd == nil
}
