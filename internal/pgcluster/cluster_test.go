package pgcluster_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gisd/internal/pgcluster"
)

func TestFirstStart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "var")
	// What a killed initdb leaves.
	if err := os.MkdirAll(filepath.Join(dir, "pg", "data.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(filepath.Join(dir, "pg"), clusterUser(t), -1); err != nil {
		t.Fatal(err)
	}
	c := acquire(t, config(dir))
	if !c.Created() {
		t.Error("the cluster does not say that it is new")
	}
	for _, test := range []struct{ name, sql, want string }{
		{"the role is no superuser", "select rolsuper from pg_roles where rolname = current_user", "f"},
		{"the role owns its database", "select pg_get_userbyid(datdba) from pg_database where datname = current_database()", "gisd"},
		{"jit is off for it", "show jit", "off"},
		{"no TCP", "show listen_addresses", ""},
		{"extensions", "select string_agg(extname, ' ' order by extname) from pg_extension", "btree_gist pg_trgm plpgsql postgis unaccent"},
		{"passwords are scram", "show password_encryption", "scram-sha-256"},
		{"it may write spatial_ref_sys", "insert into spatial_ref_sys (srid) values (990001) returning srid", "990001"},
	} {
		if got := query(t, c, c.URL(), test.sql); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	if _, err := tryQuery(c, strings.Replace(c.URL(), "gisd:", "gisd:x", 1), "select 1"); err == nil {
		t.Error("a wrong password was let in")
	}
	for path, want := range map[string]os.FileMode{c.PasswordFile(): 0o600, c.Home(): 0o700, c.SocketDir(): 0o700} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: mode %o, want %o", path, got, want)
		}
	}
	if owner := ownerOf(t, filepath.Join(c.Home(), "data")); owner == 0 {
		t.Error("the cluster's files belong to root")
	}
	if !release(t, c) || c.Running() {
		t.Error("the only user left and the cluster still runs")
	}

	again := acquire(t, config(dir))
	if again.Created() {
		t.Error("an old cluster says that it is new")
	}
	if got := query(t, again, again.URL(), "select count(*) from spatial_ref_sys where srid = 990001"); got != "1" {
		t.Error("the data of the first start is gone")
	}
}

func TestLastUserStopsTheCluster(t *testing.T) {
	t.Parallel()
	dir := finished(t)
	a := acquire(t, config(dir))
	b := acquire(t, config(dir))
	if release(t, a) {
		t.Error("the first to leave stopped the cluster under the second")
	}
	query(t, b, b.URL(), "select 1")
	if !release(t, b) || b.Running() {
		t.Error("the last to leave did not stop the cluster")
	}
}

func TestOneServerPerFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	free, err := pgcluster.LockServer(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pgcluster.LockServer(dir)
	if !errors.Is(err, pgcluster.ErrInUse) || !strings.Contains(err.Error(), "pid "+strconv.Itoa(os.Getpid())) {
		t.Errorf("got %v, want a message that names this process", err)
	}
	free()
	free, err = pgcluster.LockServer(dir)
	if err != nil {
		t.Fatal(err)
	}
	free()
}

func TestListen(t *testing.T) {
	t.Parallel()
	dir := finished(t)
	// Below the ports that Linux gives to connections, one of which could have it
	// before the cluster does.
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 12_000+os.Getpid()%20_000))
	for port := 12_000; err != nil && port < 13_000; port++ {
		l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	}
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	cfg := config(dir)
	cfg.Listen, cfg.Server = address, true

	taken := open(t, cfg)
	if err := taken.Acquire(t.Context()); !errors.Is(err, pgcluster.ErrInUse) {
		t.Errorf("a taken port: got %v, want ErrInUse", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	c := acquire(t, cfg)
	_, port, _ := net.SplitHostPort(address)
	tcp := func(url string) string {
		return strings.NewReplacer("@/", "@"+address+"/", "host=", "application_name=", "&port="+port, "").Replace(url)
	}
	if got := query(t, c, tcp(c.URL()), "select current_user"); got != "gisd" {
		t.Errorf("over TCP: %q", got)
	}
	if out, err := tryQuery(c, tcp(c.SuperuserURL("gisd")), "select 1"); err == nil {
		t.Errorf("the superuser was let in over TCP: %s", out)
	}
	// A command of the same folder finds the cluster where it listens.
	command := acquire(t, config(dir))
	query(t, command, command.URL(), "select 1")
	release(t, command)
	release(t, c)

	// Without the option the next server closes the port again.
	cfg.Listen = ""
	quiet := acquire(t, cfg)
	if got := query(t, quiet, quiet.URL(), "show listen_addresses"); got != "" {
		t.Errorf("still listens on %q", got)
	}
}

func TestReplaceDatabase(t *testing.T) {
	t.Parallel()
	c := acquire(t, config(finished(t)))
	query(t, c, c.URL(), "create table old ()")
	if err := c.CreateDatabase(t.Context(), "gisd_restore"); err != nil {
		t.Fatal(err)
	}
	query(t, c, c.DatabaseURL("gisd_restore"), "create table new ()")
	if err := c.ReplaceDatabase(t.Context(), "gisd_restore"); err != nil {
		t.Fatal(err)
	}
	if got := query(t, c, c.URL(), "select to_regclass('old'), to_regclass('new')"); got != "|new" {
		t.Errorf("got %q, want the new database alone", got)
	}
	if got := query(t, c, c.URL(), "select count(*) from pg_database where datname like 'gisd_%'"); got != "0" {
		t.Errorf("%s databases are left over", got)
	}
	if err := c.ReplaceDatabase(t.Context(), "no_such"); err == nil {
		t.Error("replaced by a database that is not there")
	}
	query(t, c, c.URL(), "select 1") // and it lets people in all the same
}
