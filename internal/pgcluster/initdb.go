package pgcluster

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// minimumFree is what a start needs on the disk: less, and PostgreSQL would
// stop in the middle of the first import.
const minimumFree = 256 * mib

// dataMajor returns the major version that made the data folder, 0 when there
// is none yet.
func dataMajor(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("pgcluster: reading the cluster's version: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("pgcluster: the cluster's version: %w", err)
	}
	return major, nil
}

// checkSpace fails early, in words, where PostgreSQL would fail late.
func checkSpace(dir string) error {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return fmt.Errorf("pgcluster: asking for free space: %w", err)
	}
	free := int64(st.Bavail) * int64(st.Bsize)
	if free < minimumFree {
		return diskFull(dir, free)
	}
	return nil
}

func diskFull(dir string, free int64) error {
	return &fault{ErrDiskFull, fmt.Sprintf("the disk of %s is full (%d MB free): free at least %d MB, then start again", dir, free/mib, minimumFree/mib)}
}

// create makes a new cluster. It works in a folder beside and renames it as the
// last step: killed half-way, it leaves nothing that looks like a cluster.
func (c *Cluster) create(ctx context.Context) error {
	at := c.at
	data := at.data()
	fresh := data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("pgcluster: clearing an unfinished cluster: %w", err)
	}
	passwords, err := newPasswords(at.pgpass())
	if err != nil {
		return err
	}
	// The owner reads the superuser's password from a file of its own.
	pwfile := filepath.Join(at.home, "initdb.password")
	defer os.Remove(pwfile)
	if err := os.WriteFile(pwfile, []byte(passwords[superuser]+"\n"), 0o600); err != nil {
		return fmt.Errorf("pgcluster: %w", err)
	}
	if err := at.owner.own(pwfile); err != nil {
		return err
	}
	args := []string{"-D", fresh, "--username=" + superuser, "--pwfile=" + pwfile,
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"}
	if c.cfg.Settings["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	cmd := c.command(ctx, "initdb", args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		_ = os.RemoveAll(fresh)
		if ctx.Err() != nil {
			return fmt.Errorf("pgcluster: making a cluster: %w", ctx.Err())
		}
		return c.explain("initdb", err, out.String())
	}
	conf := "include 'gisd.conf'\ninclude_if_exists 'local.conf'\n"
	if err := appendFile(filepath.Join(fresh, "postgresql.conf"), conf); err != nil {
		return err
	}
	if err := os.Rename(fresh, data); err != nil {
		return fmt.Errorf("pgcluster: %w", err)
	}
	return nil
}

func appendFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("pgcluster: %w", err)
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// command prepares one of PostgreSQL's programs to run as the cluster's owner.
func (c *Cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.bin.Path(program), args...)
	cmd.Dir = c.at.home // the owner may not be allowed where gisd was started
	cmd.Env = []string{"PATH=" + c.bin.Dir + ":/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=" + c.at.home}
	c.at.owner.apply(cmd)
	return cmd
}

// explain turns what a program wrote into one line with what to do.
func (c *Cluster) explain(program string, err error, output string) error {
	switch {
	case strings.Contains(output, "No space left on device"):
		return diskFull(c.at.home, 0)
	case strings.Contains(output, "incompatible with server"):
		return &fault{ErrVersion, lastLines(output, 2)}
	case strings.Contains(output, "could not bind"), strings.Contains(output, "could not create any TCP/IP sockets"):
		return &fault{ErrInUse, fmt.Sprintf("another program listens on %s: choose another --pg-listen", c.cfg.Listen)}
	}
	return fmt.Errorf("pgcluster: %s failed: %w: %s", program, err, lastLines(output, 4))
}

// newPasswords writes a password file with random passwords of 192 bits.
func newPasswords(path string) (map[string]string, error) {
	passwords := map[string]string{}
	var text strings.Builder
	for _, role := range []string{RoleName, superuser} {
		secret := make([]byte, 24)
		if _, err := rand.Read(secret); err != nil {
			return nil, fmt.Errorf("pgcluster: making a password: %w", err)
		}
		passwords[role] = hex.EncodeToString(secret)
		text.WriteString("*:*:*:" + role + ":" + passwords[role] + "\n")
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("pgcluster: %w", err)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		return nil, fmt.Errorf("pgcluster: writing the password file: %w", err)
	}
	return passwords, nil
}

func readPasswords(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("pgcluster: reading the password file: %w", err)
	}
	passwords := map[string]string{}
	for line := range strings.Lines(string(text)) {
		parts := strings.Split(strings.TrimSpace(line), ":")
		if len(parts) == 5 {
			passwords[parts[3]] = parts[4]
		}
	}
	if passwords[RoleName] == "" || passwords[superuser] == "" {
		return nil, fmt.Errorf("pgcluster: %s lacks a password", path)
	}
	return passwords, nil
}
