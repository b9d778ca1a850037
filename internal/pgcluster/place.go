package pgcluster

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	homeName     = "pg"          // the cluster's folder within Dir
	pointerName  = "pg.location" // names the folder when it is elsewhere
	passwordName = "pgpass"      // libpq's password file, 0600
	elsewhere    = "/var/lib/gisd"

	// A socket's address holds 108 bytes with the closing zero.
	socketPathLimit = 107
)

// place says where the parts of a cluster are.
type place struct {
	dir    string // the folder people named, absolute
	home   string // everything PostgreSQL writes
	socket string // folder of the socket
	owner  owner
}

func (p place) pgpass() string   { return filepath.Join(p.dir, passwordName) }
func (p place) logDir() string   { return filepath.Join(p.home, "log") }
func (p place) startLog() string { return filepath.Join(p.home, "start.log") }

// data is PostgreSQL's data folder with links resolved, for that is how the
// kernel names the working directory of a postmaster.
func (p place) data() string {
	path := filepath.Join(p.home, "data")
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	return path
}

// locate resolves the places of the cluster of dir, which it makes if absent.
func locate(dir string) (place, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return place{}, fmt.Errorf("pgcluster: %w", err)
	}
	if err := os.MkdirAll(abs, 0o755); err != nil {
		return place{}, fmt.Errorf("pgcluster: making the data folder: %w", err)
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return place{}, fmt.Errorf("pgcluster: %w", err)
	}
	p := place{dir: abs}
	if p.home, p.owner, err = locateHome(abs); err != nil {
		return place{}, err
	}
	p.socket = socketDir(p.home)
	return p, nil
}

func locateHome(dir string) (string, owner, error) {
	pointer := filepath.Join(dir, pointerName)
	text, err := os.ReadFile(pointer)
	if err == nil {
		home := strings.TrimSpace(string(text))
		if _, err := os.Stat(home); err != nil {
			return "", owner{}, fmt.Errorf("pgcluster: %s names %s, which cannot be read (%w): bring it back, or remove %s to begin with an empty cluster",
				pointer, home, err, pointer)
		}
		o, err := clusterOwner(home)
		return home, o, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", owner{}, fmt.Errorf("pgcluster: reading where the cluster is: %w", err)
	}
	home := filepath.Join(dir, homeName)
	o, err := clusterOwner(home)
	if err != nil {
		return "", owner{}, err
	}
	if o.canEnter(dir) {
		return home, o, nil
	}
	sum := sha256.Sum256([]byte(dir))
	home = filepath.Join(elsewhere, hex.EncodeToString(sum[:8]))
	if err := os.MkdirAll(elsewhere, 0o755); err != nil {
		return "", owner{}, fmt.Errorf("pgcluster: %w", err)
	}
	if err := o.mkdir(home); err != nil {
		return "", owner{}, err
	}
	if err := os.WriteFile(pointer, []byte(home+"\n"), 0o644); err != nil {
		return "", owner{}, fmt.Errorf("pgcluster: writing where the cluster is: %w", err)
	}
	return home, o, nil
}

// socketDir is within home where the path is short enough, else under /tmp.
func socketDir(home string) string {
	dir := filepath.Join(home, "s")
	if len(dir)+len("/.s.PGSQL.65535.lock") <= socketPathLimit {
		return dir
	}
	sum := sha256.Sum256([]byte(home))
	return "/tmp/gisd-" + hex.EncodeToString(sum[:6])
}

// makeSocketDir makes the folder and refuses one that someone else laid there
// first: whoever owns it could put their own server in our place.
func (p place) makeSocketDir() error {
	if err := os.Mkdir(p.socket, 0o700); err == nil {
		return p.owner.own(p.socket)
	} else if !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("pgcluster: making the socket folder: %w", err)
	}
	info, err := os.Lstat(p.socket)
	if err != nil {
		return fmt.Errorf("pgcluster: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(stat.Uid) != p.owner.uid || info.Mode().Perm()&0o077 != 0 {
		return &fault{ErrOwner, fmt.Sprintf("%s is not a private folder of user %s: remove it", p.socket, p.owner.name)}
	}
	return nil
}
