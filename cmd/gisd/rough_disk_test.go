package main

import (
	"archive/zip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"gisd/internal/testdata"
	"gisd/internal/testdb"
)

// smallDisk is a folder with that much room, for everybody.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	parent, err := os.MkdirTemp("", "gisd-disk-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(parent) })
	if err := os.Chmod(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("gisd-test", parent, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0777", megabytes)); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a small disk cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(parent, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return parent
}

// TestImportScratchDiskFull: an archive that is larger than the room for
// unpacking it.
func TestImportScratchDiskFull(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	disk := smallDisk(t, 2)
	env, pool := importDB(t)
	must(t, env, "import", numberedPoints(t, 1, 100, 1), "--collection", "land", "--key", "number", "--publish")
	before := catalogueOf(t, pool, "land") + contents(t, pool, "land")
	text, err := os.ReadFile(numberedPoints(t, 1, 50_000, 2))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "land.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	w, err := z.Create("land.geojsonl")
	if err == nil {
		_, err = w.Write(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	refusedForRoom(t, append(env, "TMPDIR="+disk), path)
	if left, err := os.ReadDir(disk); err != nil || len(left) != 0 {
		t.Errorf("left on the disk: %v, %v", left, err)
	}
	if got := catalogueOf(t, pool, "land") + contents(t, pool, "land"); got != before || leftovers(t, pool) != 0 {
		t.Errorf("%s, %s before; %d things left behind", got, before, leftovers(t, pool))
	}
	must(t, env, "import", path, "--collection", "land", "--mode", "replace")
}

// TestImportDatabaseDiskFull: the tables of the database lie on a disk that is
// full before the import is through.
func TestImportDatabaseDiskFull(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	disk := smallDisk(t, 12)
	// A database of its own, for the tablespace outlives the one that uses it.
	admin, err := pgx.Connect(t.Context(), testdb.SuperuserURL(t, testdb.URL(t)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close(context.Background()) })
	var data string
	if err := admin.QueryRow(t.Context(), "show data_directory").Scan(&data); err != nil {
		t.Fatal(err)
	}
	owner, err := os.Stat(data)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(disk, "space")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if s, ok := owner.Sys().(*syscall.Stat_t); !ok || os.Chown(folder, int(s.Uid), int(s.Gid)) != nil {
		t.Skip("SKIPPED, NOT TESTED: the folder cannot be given to the database's user")
	}
	name := pgx.Identifier{filepath.Base(disk)}.Sanitize()
	space := func(sql string) {
		t.Helper()
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	space("create tablespace " + name + " location '" + folder + "'")
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), "drop tablespace "+name); err != nil {
			t.Error(err)
		}
	})
	env, pool := importDB(t)
	space("grant create on tablespace " + name + " to public")
	must(t, env, "import", numberedPoints(t, 1, 100, 1), "--collection", "land", "--key", "number", "--publish")
	space("alter database " + pgx.Identifier{ask[string](t, pool, "select current_database()")}.Sanitize() + " set default_tablespace = " + name)
	many := numberedPoints(t, 1, 200_000, 2)
	for _, mode := range []string{"replace", "append", "upsert"} {
		before := catalogueOf(t, pool, "land") + contents(t, pool, "land")
		refusedForRoom(t, env, many, "--mode", mode)
		if got := catalogueOf(t, pool, "land") + contents(t, pool, "land"); got != before || leftovers(t, pool) != 0 {
			t.Errorf("%s: %s, %s before; %d things left behind", mode, got, before, leftovers(t, pool))
		}
	}
	must(t, env, "import", numberedPoints(t, 1, 1000, 3), "--collection", "land", "--mode", "replace")
}

// refusedForRoom imports into the collection land in a process of its own.
func refusedForRoom(t *testing.T, env []string, path string, args ...string) {
	t.Helper()
	if len(args) == 0 {
		args = []string{"--mode", "replace"}
	}
	cmd, said := child(t, env, append([]string{"import", path, "--collection", "land"}, args...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	code := exitCode(t, cmd)
	message := strings.TrimSpace(lastMessage(said.String()))
	t.Logf("%v: %s", args, message)
	if strings.Contains(message, "damaged") || code != exitFailed || strings.Count(message, "\n") != 0 || !strings.Contains(strings.ToLower(message), "no space left") {
		t.Errorf("%v: exit code %d: %s", args, code, message)
	}
}
