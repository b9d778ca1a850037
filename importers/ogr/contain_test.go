package ogr_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"gisd/importers"
	"gisd/importers/ogr"
)

// programs writes stand-ins for GDAL's programs: ogrinfo knows one layer, and
// ogr2ogr does what script says.
func programs(t *testing.T, script string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED, NOT TESTED: needs a shell")
	}
	dir := t.TempDir()
	info := "case $1 in --formats) echo '  MapInfo File -vector- (rw+v): MapInfo File'; echo '  OGR_VRT -vector- (rov): VRT';;\n" +
		"*) printf '\\nLayer name: t\\nGeometry: Point\\nFeature Count: 2\\n';; esac\n"
	for name, body := range map[string]string{"ogrinfo": info, "ogr2ogr": script} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const preamble = `printf 'SELECT AddGeometryColumn('"'public','t','gisd geometry'"',0,'"'GEOMETRY'"',2);\nALTER TABLE "public"."t" ADD COLUMN "a" INTEGER;\nCOPY "public"."t" ("gisd geometry", "a") FROM STDIN;\n'
`

func table(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.tab")
	if err := os.WriteFile(path, []byte("!table\n!version 300\n!charset Neutral\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readWith(t *testing.T, ctx context.Context, f ogr.Format) (int, error) {
	t.Helper()
	layers, err := layersOf(t, table(t), f)
	if err != nil {
		return 0, err
	}
	src, err := layers[0].Open(ctx, importers.SourceOptions{})
	if err != nil {
		return 0, err
	}
	defer src.Close()
	n := 0
	err = src.Read(ctx, func(*importers.Record) error { n++; return nil })
	return n, err
}

// A child that fails in any way is an error that names file, format and reason.
func TestFailures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, script, want string }{
		{"hangs", preamble + "sleep 60", "went silent"},
		{"hangs with a child of its own", preamble + "sleep 60 & wait", "went silent"},
		{"crashes", preamble + "printf '\\\\N\\t1\\n'; kill -SEGV $$", "crashed or reached a limit (signal: segmentation fault"},
		{"spins", preamble + "while :; do :; done", ""}, // silence and the processor's limit come at once
		{"ends half way", preamble + "printf '\\\\N\\t1\\n'; echo 'ERROR 1: Bad block in map' >&2; exit 1", "Bad block in map"},
		{"says too little", preamble + "printf '\\\\N\\t1\\n\\\\.\\n'; echo 'ERROR 1: Bad block in map' >&2", "1 of 2 features were there, then: Bad block in map"},
		{"says nothing", "exit 0", "unexpected EOF"},
		{"endless line", preamble + "/usr/bin/head -c 200000000 /dev/zero", "a line of its output is too long"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			limits := ogr.DefaultLimits()
			limits.Base = time.Minute
			if test.want == "went silent" || test.want == "" {
				limits.Base = 2 * time.Second
			}
			start := time.Now()
			_, err := readWith(t, t.Context(), ogr.Format{Programs: programs(t, test.script), Limits: limits})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "t.tab is a MapInfo table") {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if took := time.Since(start); took > 50*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestReadsWhatTheProgramSays(t *testing.T) {
	t.Parallel()
	n, err := readWith(t, t.Context(), ogr.Format{Programs: programs(t, preamble+"printf '\\\\N\\t1\\n\\\\N\\t2\\n\\\\.\\nEND;\\n'")})
	if n != 2 || err != nil {
		t.Errorf("%d records, error %v", n, err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED, NOT TESTED: the bound is Linux's")
	}
	limits := ogr.DefaultLimits()
	limits.Memory = 64 << 20
	// The shell keeps what it substitutes.
	_, err := readWith(t, t.Context(), ogr.Format{Limits: limits, Programs: programs(t, preamble+"x=$(/usr/bin/head -c 200000000 /dev/zero | /usr/bin/tr '\\0' x); printf '\\\\.\\n'")})
	if err == nil {
		t.Error("200 MB were had within a bound of 64")
	}
}

// The child knows neither our environment nor a network, and sees the drivers
// that it is to do without.
func TestSurroundings(t *testing.T) {
	t.Parallel()
	seen := filepath.Join(t.TempDir(), "seen")
	script := "{ /usr/bin/env; /bin/pwd; /bin/cat /proc/net/dev; } >" + seen + "\n" + preamble + "printf '\\\\N\\t1\\n\\\\N\\t2\\n\\\\.\\nEND;\\n'"
	if _, err := readWith(t, t.Context(), ogr.Format{Programs: programs(t, script), Environment: []string{"GDAL_DATA=/opt/gdal"}}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, want := range []string{"GDAL_SKIP=OGR_VRT\n", "GDAL_DATA=/opt/gdal\n", "GML_DOWNLOAD_SCHEMA=NO\n", "gisd-ogr-"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	for _, secret := range []string{"\nPATH=/", "GISD_", "PG" + "PASSWORD"} {
		if value, ok := os.LookupEnv("PATH"); ok && secret == "\nPATH=/" && strings.Contains(text, "\nPATH="+value+"\n") || secret != "\nPATH=/" && strings.Contains(text, secret) {
			t.Errorf("%q is known to the child", secret)
		}
	}
	if strings.Contains(text, "eth0") {
		t.Log("this machine permits no network namespaces: the child has a network, which its configuration does not use")
	}
	dirs, err := filepath.Glob(filepath.Join(os.TempDir(), "gisd-ogr-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		if strings.Contains(text, dir+"\n") {
			t.Errorf("%s was left behind", dir)
		}
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := readWith(t, ctx, ogr.Format{Programs: programs(t, preamble+"sleep 60 & wait")})
	if err == nil || ctx.Err() == nil || time.Since(start) > 30*time.Second {
		t.Errorf("error %v after %v", err, time.Since(start))
	}
}

func TestWithoutGDAL(t *testing.T) {
	t.Parallel()
	_, err := readWith(t, t.Context(), ogr.Format{Programs: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "apt-get install gdal-bin") {
		t.Errorf("error %v", err)
	}
}
