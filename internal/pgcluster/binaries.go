package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Binaries is one PostgreSQL installation.
type Binaries struct {
	Dir     string // holds initdb, postgres, psql, pg_dump, pg_restore
	Major   int
	Version string // "15.18"
	PostGIS string // version of the extension files, "3.3.2"; empty without
}

// Path returns the path of one of its programs.
func (b Binaries) Path(program string) string { return filepath.Join(b.Dir, program) }

// binaryDirs are the places where packages put PostgreSQL's programs; what is
// on PATH comes first.
var binaryDirs = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin",
	"/usr/local/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/bin",
}

// oldestMajor is the oldest PostgreSQL that gisd's SQL runs on.
const oldestMajor = 15

// FindBinaries returns the newest PostgreSQL that has PostGIS. With major > 0
// only that version will do: a cluster's files fit one major version.
func FindBinaries(ctx context.Context, major int) (Binaries, error) {
	return choose(installed(ctx), major)
}

func choose(found []Binaries, major int) (Binaries, error) {
	var best Binaries
	for _, b := range found {
		if b.PostGIS != "" && b.Major >= oldestMajor && b.Major > best.Major && (major == 0 || b.Major == major) {
			best = b
		}
	}
	if best.Major > 0 {
		return best, nil
	}
	return Binaries{}, missing(found, major)
}

// missing says in one line which command helps.
func missing(found []Binaries, major int) error {
	if major > 0 {
		return &fault{ErrVersion, fmt.Sprintf(
			"this cluster was made by PostgreSQL %d, which is not installed with PostGIS: run `sudo apt-get install -y postgresql-%d-postgis-3`",
			major, major)}
	}
	newest := 0
	for _, b := range found {
		newest = max(newest, b.Major)
	}
	command := "sudo apt-get install -y postgresql postgresql-postgis"
	switch {
	case newest >= oldestMajor:
		command = fmt.Sprintf("sudo apt-get install -y postgresql-%d-postgis-3", newest)
	case newest > 0: // the distribution's own is too old; postgresql-common knows the project's repository
		command = "sudo apt-get install -y postgresql-common && sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-17-postgis-3"
		return &fault{ErrNoPostGIS, fmt.Sprintf("PostgreSQL %d is too old, %d is needed: run `%s`", newest, oldestMajor, command)}
	}
	return &fault{ErrNoPostGIS, "PostGIS is missing: run `" + command + "`"}
}

// installed lists every PostgreSQL server on this machine, oldest first.
func installed(ctx context.Context) []Binaries {
	var dirs []string
	if p, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(p))
	}
	for _, pattern := range binaryDirs {
		matches, _ := filepath.Glob(pattern)
		dirs = append(dirs, matches...)
	}
	seen := map[string]bool{}
	var found []Binaries
	for _, dir := range dirs {
		if resolved, err := filepath.EvalSymlinks(dir); err == nil {
			dir = resolved
		}
		if seen[dir] {
			continue
		}
		seen[dir] = true
		if b, err := inspectBinaries(ctx, dir); err == nil {
			found = append(found, b)
		}
	}
	slices.SortStableFunc(found, func(a, b Binaries) int { return a.Major - b.Major })
	return found
}

var (
	versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)(\.\d+)?`)
	defaultVersion = regexp.MustCompile(`(?m)^default_version\s*=\s*'([^']+)'`)
)

func inspectBinaries(ctx context.Context, dir string) (Binaries, error) {
	for _, program := range []string{"postgres", "initdb", "psql"} {
		if _, err := os.Stat(filepath.Join(dir, program)); err != nil {
			return Binaries{}, err
		}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "-V").Output()
	if err != nil {
		return Binaries{}, fmt.Errorf("pgcluster: asking %s for its version: %w", dir, err)
	}
	m := versionPattern.FindStringSubmatch(string(out))
	if m == nil {
		return Binaries{}, errors.New("pgcluster: unknown version: " + string(out))
	}
	b := Binaries{Dir: dir, Version: m[1] + m[2]}
	b.Major, err = strconv.Atoi(m[1])
	if err != nil {
		return Binaries{}, fmt.Errorf("pgcluster: version %q: %w", m[1], err)
	}
	b.PostGIS = postgisVersion(ctx, b)
	return b, nil
}

func postgisVersion(ctx context.Context, b Binaries) string {
	shares := []string{fmt.Sprintf("/usr/share/postgresql/%d", b.Major)}
	if out, err := exec.CommandContext(ctx, b.Path("pg_config"), "--sharedir").Output(); err == nil {
		shares = slices.Insert(shares, 0, strings.TrimSpace(string(out)))
	}
	for _, share := range shares {
		control, err := os.ReadFile(filepath.Join(share, "extension", "postgis.control"))
		if err != nil {
			continue
		}
		if m := defaultVersion.FindSubmatch(control); m != nil {
			return string(m[1])
		}
	}
	return ""
}
