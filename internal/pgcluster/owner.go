package pgcluster

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// owner is the user whose processes the cluster runs as. PostgreSQL refuses to
// run as root, so root hands it to an unprivileged user.
type owner struct {
	uid, gid int
	name     string
	drop     bool // this process is root and has to give up its rights for it
}

// clusterOwner decides for a cluster kept in home, which may not exist yet: an
// existing cluster keeps the user it was made by.
func clusterOwner(home string) (owner, error) {
	euid := os.Geteuid()
	info, err := os.Stat(home)
	exists := err == nil
	var uid, gid int
	if exists {
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			return owner{}, fmt.Errorf("pgcluster: %s: no owner known on this system", home)
		}
		uid, gid = int(stat.Uid), int(stat.Gid)
	}
	switch {
	case euid != 0 && exists && uid != euid:
		return owner{}, &fault{ErrOwner, fmt.Sprintf(
			"the cluster in %s belongs to user %s: run gisd as that user or as root, or choose another folder with --data-dir", home, userName(uid))}
	case euid != 0:
		return owner{uid: euid, gid: os.Getegid(), name: userName(euid)}, nil
	case exists && uid != 0:
		return owner{uid: uid, gid: gid, name: userName(uid), drop: true}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil {
			return owner{uid: uid, gid: gid, name: name, drop: true}, nil
		}
	}
	return owner{}, &fault{ErrOwner, "PostgreSQL does not run as root and there is no user `postgres`: run gisd as another user"}
}

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}

// apply makes cmd run as the owner, in a session of its own: a Ctrl-C in the
// terminal is for gisd, which then stops the cluster in order.
func (o owner) apply(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if o.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(o.uid), Gid: uint32(o.gid)}
	}
}

// own gives path to the owner.
func (o owner) own(path string) error {
	if !o.drop {
		return nil
	}
	if err := os.Chown(path, o.uid, o.gid); err != nil {
		return fmt.Errorf("pgcluster: giving %s to %s: %w", path, o.name, err)
	}
	return nil
}

// mkdir makes a folder only the owner can enter, or keeps the one that is there.
func (o owner) mkdir(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("pgcluster: making a folder: %w", err)
	}
	return o.own(path)
}

// canEnter reports whether the owner reaches dir. The kernel is asked, by a
// process of the owner that starts there: modes, ACLs and mounts all count.
func (o owner) canEnter(dir string) bool {
	if !o.drop {
		return true
	}
	cmd := exec.Command("/bin/true")
	cmd.Dir = dir
	o.apply(cmd)
	return cmd.Run() == nil
}
