package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func settingsFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gisd.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSettingsOrder(t *testing.T) {
	t.Parallel()
	file := settingsFile(t, "# a comment\nlisten = :1\nlog_level = \"warn\"\ntile_cache_size = 1GiB\n")
	out := must(t, []string{"GISD_CONFIG=" + file, "GISD_LISTEN=:2", "GISD_BASEMAP_URL=from-env", "GISD_STATEMENT_TIMEOUT=5s"},
		"config", "--basemap-url", "from-flag")
	for _, want := range []string{
		"data_dir = ./var\n",        // default
		"log_level = warn\n",        // file beats default
		"tile_cache_size = 1GiB\n",  //
		"listen = :2\n",             // environment beats file
		"statement_timeout = 5s\n",  //
		"basemap_url = from-flag\n", // flag beats environment
		"trusted_proxies = \n",      // unset
		"cors_origins = *\n",        //
		"shutdown_timeout = 15s\n",  //
		"home_area = 106.33,10.86,106.97,11.5\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestSettingsFaultsTogether(t *testing.T) {
	t.Parallel()
	file := settingsFile(t, "no_such = 1\nlog_format = xml\n")
	r := gisd(t, []string{"GISD_LOG_LEVEL=loud", "GISD_DATABASE_CONNS=1", "GISD_TLS_CERT=x"},
		"config", "--config", file, "--statement-timeout", "soon", "--tile-cache-size", "64", "--demo=maybe", "--redis-url", "http://x", "--listen", "foo",
		"--home-area", "106.97,10.86,106.33,11.5")
	if r.code != exitUsage {
		t.Errorf("exit code %d, want %d", r.code, exitUsage)
	}
	for _, want := range []string{
		`unknown setting "no_such"`, "log_format", "GISD_LOG_LEVEL", "GISD_DATABASE_CONNS", "tls-cert and tls-key",
		"--statement-timeout", "--tile-cache-size", "--demo", "redis-url", "--listen: want host:port", "--home-area: want west,south",
	} {
		if !strings.Contains(r.err, want) {
			t.Errorf("no word of %s in %s", want, r.err)
		}
	}
	if strings.Count(r.err, "\n") != 1 {
		t.Errorf("more than one line: %s", r.err)
	}
}

func TestSecretsAreRedacted(t *testing.T) {
	t.Parallel()
	const hidden = "hunter2"
	url := "postgres://gisd:" + hidden + "@localhost/gisd"
	out := must(t, nil, "config", "--database-url", url)
	if strings.Contains(out, hidden) || !strings.Contains(out, "database_url = REDACTED") {
		t.Errorf("the password shows, or nothing does:\n%s", out)
	}
	s := secret(url)
	for _, printed := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q", s, s, s, s, s), fmt.Sprintf("%+v", config{DatabaseURL: s})} {
		if strings.Contains(printed, hidden) {
			t.Errorf("the password shows: %s", printed)
		}
	}
	public, password := splitPassword(url)
	if password != hidden || strings.Contains(public, hidden) {
		t.Errorf("split into %q and %q", public, password)
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		give string
		want byteSize
	}{{"64MiB", 64 << 20}, {"1GiB", 1 << 30}, {"12B", 12}, {"3KiB", 3 << 10}, {"0B", 0}} {
		got, err := parseSize(test.give)
		if err != nil || got != test.want {
			t.Errorf("%s: got %d, %v", test.give, got, err)
		}
		if back, err := parseSize(got.String()); err != nil || back != got {
			t.Errorf("%s printed as %s", test.give, got)
		}
	}
	for _, bad := range []string{"", "64", "-1MiB", "1.5GiB", "99999999999GiB", "MiB"} {
		if got, err := parseSize(bad); err == nil {
			t.Errorf("%q: got %d, want an error", bad, got)
		}
	}
}

func TestUsageExitCodes(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "var")
	for _, test := range []struct {
		name string
		args []string
		want int
		says string
	}{
		{"unknown command", []string{"paint"}, exitUsage, "unknown command"},
		{"unknown subcommand", []string{"migrate", "sideways"}, exitUsage, "sideways"},
		{"unknown flag", []string{"version", "--loud"}, exitUsage, "unknown flag"},
		{"too many arguments", []string{"version", "1"}, exitUsage, ""},
		{"a parent alone", []string{"migrate"}, exitUsage, ""},
		{"down without yes", []string{"migrate", "down"}, exitUsage, "--yes"},
		{"up on a given database", []string{"up", "--database-url", "postgres://x/y"}, exitUsage, "gisd serve"},
		{"no database", []string{"migrate", "status", "--data-dir", empty}, exitUsage, "gisd up"},
		{"restore from nothing", []string{"restore", filepath.Join(empty, "x"), "--data-dir", empty}, exitFailed, "manifest"},
		{"nobody answers", []string{"migrate", "status", "--database-url", "postgres://gisd@127.0.0.1:1/x"}, exitFailed, "cannot be reached"},
		{"version", []string{"version"}, exitDone, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := gisd(t, nil, test.args...)
			if r.code != test.want || !strings.Contains(r.err, test.says) {
				t.Errorf("exit code %d, want %d: %s", r.code, test.want, r.err)
			}
		})
	}
	if _, err := os.Stat(empty); err == nil {
		t.Error("a command that only looks made a data folder")
	}
}

func TestEveryCommandHasAnExample(t *testing.T) {
	t.Parallel()
	for _, cmd := range newRootCommand(newApp(nil, streams{})).Commands() {
		if cmd.Example == "" && cmd.Name() != "help" && cmd.Name() != "completion" {
			t.Errorf("gisd %s has no example", cmd.Name())
		}
	}
}
