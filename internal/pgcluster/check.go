package pgcluster

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Finding is one thing that was looked at.
type Finding struct {
	Name   string // "password file"
	OK     bool
	Detail string // what is
	Advice string // what to do about it; "" when OK
}

// Check looks at everything about the cluster of dir that can be seen without
// connecting, and changes nothing.
func Check(ctx context.Context, dir string) []Finding {
	findings := []Finding{checkBinaries(ctx, 0)}
	if !Exists(dir) {
		return append(findings, Finding{Name: "cluster", Detail: "none in " + dir, Advice: "`gisd up` makes one; or set GISD_DATABASE_URL"})
	}
	at, err := locate(dir)
	if err != nil {
		return append(findings, Finding{Name: "cluster", Detail: err.Error(), Advice: "see the message"})
	}
	major, err := dataMajor(at.data())
	if err != nil || major == 0 {
		return append(findings, Finding{Name: "cluster", Detail: fmt.Sprintf("unfinished in %s", at.home), Advice: "run `gisd up`"})
	}
	return append(findings,
		checkBinaries(ctx, major),
		checkOwner(at),
		checkSocket(at),
		checkPasswordFile(at.pgpass()),
		checkFree(at.home),
		checkProcess(at),
	)
}

func checkBinaries(ctx context.Context, major int) Finding {
	b, err := FindBinaries(ctx, major)
	name := "PostgreSQL with PostGIS"
	if major > 0 {
		name = "PostgreSQL of the cluster"
	}
	if err != nil {
		return Finding{Name: name, Detail: "not found", Advice: err.Error()}
	}
	return Finding{Name: name, OK: true, Detail: fmt.Sprintf("%s, PostGIS %s, in %s", b.Version, b.PostGIS, b.Dir)}
}

func checkOwner(at place) Finding {
	f := Finding{Name: "cluster's user", OK: at.owner.uid != 0, Detail: at.owner.name + ", files in " + at.home}
	if !f.OK {
		f.Advice = "give " + at.home + " to an unprivileged user"
	}
	return f
}

func checkSocket(at place) Finding {
	path := filepath.Join(at.socket, fmt.Sprintf(".s.PGSQL.%d", defaultPort))
	f := Finding{Name: "socket path", OK: len(path) <= socketPathLimit, Detail: fmt.Sprintf("%s, %d of %d bytes", path, len(path), socketPathLimit)}
	if !f.OK {
		f.Advice = "choose a shorter --data-dir"
	}
	return f
}

func checkPasswordFile(path string) Finding {
	f := Finding{Name: "password file", Detail: path}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		f.Detail, f.Advice = err.Error(), "stop gisd and run `gisd up`, which makes new passwords"
	case info.Mode().Perm()&0o077 != 0:
		f.Detail, f.Advice = fmt.Sprintf("%s has mode %o", path, info.Mode().Perm()), "run `chmod 600 "+path+"`"
	default:
		f.OK = true
	}
	return f
}

// roomToWork is when a disk is called nearly full: an import keeps the version
// before it, so it needs room for both.
const roomToWork = 5 << 30

func checkFree(dir string) Finding {
	f := Finding{Name: "disk"}
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		f.Detail, f.Advice = err.Error(), "see the message"
		return f
	}
	free := int64(st.Bavail) * int64(st.Bsize)
	f.OK, f.Detail = free >= roomToWork, fmt.Sprintf("%.1f GiB free for %s", float64(free)/(1<<30), dir)
	if !f.OK {
		f.Advice = "free some space: an import needs room for the old version and the new"
	}
	return f
}

func checkProcess(at place) Finding {
	f := Finding{Name: "cluster", OK: true, Detail: "not running; commands start it for their own time"}
	if pm, alive := livePostmaster(at.data()); alive {
		f.Detail = fmt.Sprintf("running, pid %d", pm.pid)
		if pm.listen != "" {
			f.Detail += fmt.Sprintf(", TCP %s:%d", pm.listen, pm.port)
		}
	}
	return f
}
