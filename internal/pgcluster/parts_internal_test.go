package pgcluster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	with := func(major int) Binaries { return Binaries{Major: major, PostGIS: "3.5.0"} }
	bare := func(major int) Binaries { return Binaries{Major: major} }
	for _, test := range []struct {
		name  string
		found []Binaries
		major int
		want  int
		says  string
	}{
		{"nothing", nil, 0, 0, "apt-get install -y postgresql postgresql-postgis`"},
		{"no PostGIS", []Binaries{bare(15)}, 0, 0, "apt-get install -y postgresql-15-postgis-3`"},
		{"too old", []Binaries{with(14)}, 0, 0, "PostgreSQL 14 is too old"},
		{"the newest", []Binaries{with(15), with(17)}, 0, 17, ""},
		{"the newest that has PostGIS", []Binaries{with(15), bare(17)}, 0, 15, ""},
		{"the cluster's own", []Binaries{with(15), with(17)}, 15, 15, ""},
		{"the cluster's own is gone", []Binaries{with(17)}, 15, 0, "apt-get install -y postgresql-15-postgis-3`"},
		{"the cluster's own lost PostGIS", []Binaries{bare(15), with(17)}, 15, 0, "apt-get install -y postgresql-15-postgis-3`"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := choose(test.found, test.major)
			if got.Major != test.want {
				t.Errorf("got %d, want %d", got.Major, test.want)
			}
			if test.says == "" && err != nil || test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("got %v, want one line with %q", err, test.says)
			}
		})
	}
}

func TestTuning(t *testing.T) {
	t.Parallel()
	const gib = 1 << 30
	for _, test := range []struct {
		name   string
		memory int64
		want   map[string]string
	}{
		{"a small board", gib / 2, map[string]string{"shared_buffers": "128MB", "work_mem": "4MB", "maintenance_work_mem": "64MB", "effective_cache_size": "256MB"}},
		{"a laptop", 16 * gib, map[string]string{"shared_buffers": "4096MB", "work_mem": "64MB", "maintenance_work_mem": "1024MB", "effective_cache_size": "8192MB"}},
		{"a large server", 256 * gib, map[string]string{"shared_buffers": "8192MB", "work_mem": "64MB", "maintenance_work_mem": "1024MB", "effective_cache_size": "131072MB"}},
	} {
		settings := tuning(test.memory, 4)
		for name, want := range test.want {
			if got := settings[name]; got != want {
				t.Errorf("%s: %s = %s, want %s", test.name, name, got, want)
			}
		}
	}
}

func TestReadPostmaster(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       postmaster
		ok         bool
	}{
		{"running", "12\n/d\n1700000000\n5433\n/s\nlocalhost\n 1 2\nready   \n", postmaster{12, 5433, "/s", "localhost", true}, true},
		{"starting", "12\n/d\n1700000000\n5433\n/s\n\n 1 2\nstarting\n", postmaster{12, 5433, "/s", "", false}, true},
		{"half written", "12\n/d\n", postmaster{pid: 12}, true},
		{"empty, after a full disk", "", postmaster{}, false},
		{"nonsense", "x\n", postmaster{}, false},
		{"a process group", "-12\n", postmaster{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			if err := os.WriteFile(filepath.Join(data, "postmaster.pid"), []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, ok := readPostmaster(data)
			if got != test.want || ok != test.ok {
				t.Errorf("got %+v, %v; want %+v, %v", got, ok, test.want, test.ok)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	c := &Cluster{at: place{home: "/h"}, cfg: Config{Listen: "localhost:5433"}}
	for _, test := range []struct {
		name, output string
		want         error
	}{
		{"full disk", "FATAL:  could not write lock file \"postmaster.pid\": No space left on device", ErrDiskFull},
		{"port", "LOG:  could not bind IPv4 address \"127.0.0.1\": Address already in use\nFATAL:  could not create any TCP/IP sockets", ErrInUse},
		{"version", "FATAL:  database files are incompatible with server\nDETAIL:  initialized by PostgreSQL version 14", ErrVersion},
	} {
		err := c.explain("PostgreSQL", errEnded, test.output)
		if !errors.Is(err, test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want one line that is %v", test.name, err, test.want)
		}
	}
	err := c.explain("PostgreSQL", errEnded, "LOG:  a\nLOG:  b\nFATAL:  the reason\nLOG:  c\n")
	if !strings.Contains(err.Error(), "FATAL:  the reason") || strings.Contains(err.Error(), "LOG:  a") {
		t.Errorf("got %v, want the reason first", err)
	}
}

func TestLiteral(t *testing.T) {
	t.Parallel()
	for give, want := range map[string]string{"": "''", "abc_-9": "'abc_-9'", "o'clock''": "'o''clock'''''"} {
		if got := literal(give); got != want {
			t.Errorf("literal(%q) = %s, want %s", give, got, want)
		}
	}
}
