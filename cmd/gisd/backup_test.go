package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"gisd/internal/testdata"
	"gisd/internal/testdb"
	"gisd/spatial/crs"
)

// sameAsGo compares PostGIS's EPSG:9210 -> 4326 with the exact transform in Go
// on both sides of 11.04° N, where PROJ's own choice of operations would jump
// by 0.80 m. The tolerance is 1 mm on the ground.
func sameAsGo(t *testing.T, env []string) {
	t.Helper()
	a := newApp(env, streams{strings.NewReader(""), os.Stdout, os.Stderr})
	if err := a.configure(pflag.NewFlagSet("", pflag.ContinueOnError)); err != nil {
		t.Fatal(err)
	}
	db, release, err := a.database(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	exact, err := crs.NewTransform(9210, 4326)
	if err != nil {
		t.Fatal(err)
	}
	const metresPerDegree = 111_319.5
	for _, northing := range []float64{1_215_000, 1_220_900, 1_220_950, 1_221_000, 1_226_000} {
		const easting = 590_000.0
		var lon, lat float64
		err := db.Pool.QueryRow(t.Context(),
			"select st_x(p), st_y(p) from st_transform(st_setsrid(st_makepoint($1, $2), 9210), 4326) as p", easting, northing).Scan(&lon, &lat)
		if err != nil {
			t.Fatal(err)
		}
		wantLon, wantLat, err := exact.Point(easting, northing)
		if err != nil {
			t.Fatal(err)
		}
		if d := math.Hypot(lon-wantLon, lat-wantLat) * metresPerDegree; d > 0.001 {
			t.Errorf("northing %.0f (lat %.4f): PostGIS is %.4f m off", northing, lat, d)
		}
	}
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	dir := clusterDir(t)
	dump := filepath.Join(t.TempDir(), "b.dump")
	private := []string{"GISD_DATA_DIR=" + dir}
	up := startUp(t, dir)
	up.await(t, "msg=ready")
	sql := func(env []string, statement string) string {
		return strings.TrimSpace(must(t, env, "psql", "--", "-XAtq", "-c", statement))
	}
	sql(private, `insert into gisd.collection (id, title_vi) values ('duong', 'Đường')`)
	sql(private, `insert into spatial_ref_sys (srid, auth_name, auth_srid, proj4text) values (990001, 'TINH', 1, '+proj=longlat')`)
	must(t, private, "psql", "--superuser", "--", "-q", "-c", "create role reader", "-c", "grant select on gisd.collection to reader")
	sameAsGo(t, private)

	must(t, private, "backup", "-o", dump)
	for _, path := range []string{dump, dump + ".json"} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", path, info.Mode().Perm())
		}
	}

	// What changes after the backup is gone after the restore, with the server up.
	sql(private, `update gisd.collection set title_vi = ''`)
	sql(private, `delete from spatial_ref_sys where srid in (9210, 990001)`)
	if r := gisd(t, private, "restore", dump); r.code != exitUsage || !strings.Contains(r.err, "--yes") {
		t.Errorf("without --yes: exit code %d: %s", r.code, r.err)
	}
	must(t, private, "restore", dump, "--yes")
	const look = `select title_vi, (select auth_name from spatial_ref_sys where srid = 990001) from gisd.collection`
	if got := sql(private, look); got != "Đường|TINH" {
		t.Errorf("restored: %q", got)
	}
	if got := sql(private, `select has_table_privilege('reader', 'gisd.collection', 'select')`); got != "t" {
		t.Error("a grant to a role of the cluster is gone")
	}
	sameAsGo(t, private)

	// Into an empty database elsewhere, once.
	given := []string{"GISD_DATABASE_URL=" + testdb.Empty(t)}
	must(t, given, "restore", dump)
	if got := sql(given, look); got != "Đường|TINH" {
		t.Errorf("restored into a given database: %q", got)
	}
	sameAsGo(t, given)
	if r := gisd(t, given, "restore", dump); r.code != exitUsage {
		t.Errorf("into a full database: exit code %d: %s", r.code, r.err)
	}

	// Into a folder without a cluster, which does not know the role either.
	fresh := []string{"GISD_DATA_DIR=" + dataDir(t)}
	if r := gisd(t, fresh, "restore", dump); r.code != exitDone || !strings.Contains(r.err, "grants") {
		t.Errorf("into a new cluster: exit code %d: %s", r.code, r.err)
	}
	if got := sql(fresh, look); got != "Đường|TINH" {
		t.Errorf("restored into a new cluster: %q", got)
	}

	// A damaged dump changes nothing.
	f, err := os.OpenFile(dump, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if r := gisd(t, private, "restore", dump, "--yes"); r.code != exitFailed || !strings.Contains(r.err, "damaged") {
		t.Errorf("a damaged dump: exit code %d: %s", r.code, r.err)
	}
	if got := sql(private, look); got != "Đường|TINH" {
		t.Errorf("after a refused restore: %q", got)
	}
}

func TestMigrateCommands(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	env := []string{"GISD_DATABASE_URL=" + testdb.Empty(t)}
	if out := must(t, env, "migrate", "status"); !regexp.MustCompile(`(?m)^0001_catalogue +pending`).MatchString(out) {
		t.Errorf("before: %s", out)
	}
	if r := gisd(t, env, "backup", "-o", filepath.Join(t.TempDir(), "x")); r.code != exitFailed || !strings.Contains(r.err, "gisd migrate up") {
		t.Errorf("a command on an unmigrated database: exit code %d: %s", r.code, r.err)
	}
	must(t, env, "migrate", "up")
	if out := must(t, env, "migrate", "status"); strings.Contains(out, "pending") {
		t.Errorf("after: %s", out)
	}
	must(t, env, "migrate", "down", "--steps", "0", "--yes")
	if out := must(t, env, "psql", "--", "-XAtqc", "select to_regnamespace('gisd') is null"); strings.TrimSpace(out) != "t" {
		t.Errorf("the schema is still there")
	}
}
