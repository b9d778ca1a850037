package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// zones imports threeZones and returns the settings of its database.
func zones(t *testing.T) []string {
	t.Helper()
	env, _ := importDB(t)
	must(t, env, "import", writeFile(t, "zones.geojson", threeZones), "--collection", "zones", "--key", "code", "--publish")
	return env
}

func TestExportToStandardOutput(t *testing.T) {
	t.Parallel()
	env := zones(t)
	for _, test := range []struct {
		name string
		args []string
		want string // the codes, in order of id
	}{
		{"everything", nil, "CLN LUC ODT"},
		{"a filter", []string{"--filter", "area > 1.6 or area is null"}, "CLN LUC"},
		{"a filter in JSON", []string{"--filter", `{"op":"=","args":[{"property":"Tên"},"Đất ở"]}`}, "ODT"},
		{"a box", []string{"--bbox", "0,0,1,1"}, "LUC"}, // it has no geometry
		{"a limit", []string{"--limit", "1"}, "CLN"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out := must(t, env, append([]string{"export", "zones", "-o", "-", "--format", "geojsonl"}, test.args...)...)
			var codes []string
			for line := range strings.Lines(out) {
				var f struct{ Properties struct{ Code string } }
				if err := json.Unmarshal([]byte(line), &f); err != nil {
					t.Fatalf("%s: %v", line, err)
				}
				codes = append(codes, f.Properties.Code)
			}
			if got := strings.Join(codes, " "); got != test.want {
				t.Errorf("features %s, want %s", got, test.want)
			}
		})
	}
}

func TestExportRefuses(t *testing.T) {
	t.Parallel()
	env := zones(t)
	dir := t.TempDir()
	taken := writeFile(t, "taken.geojson", "precious")
	for _, test := range []struct {
		name  string
		args  []string
		code  int
		wants string
	}{
		{"an unknown collection", []string{"nothing", "-o", filepath.Join(dir, "a.geojson")}, exitFailed, "no such collection"},
		{"an unknown ending", []string{"zones", "-o", filepath.Join(dir, "a.docx")}, exitUsage, ".geojson"},
		{"a file that is there", []string{"zones", "-o", taken}, exitUsage, "--overwrite"},
		{"a bad filter", []string{"zones", "-o", filepath.Join(dir, "a.geojson"), "--filter", "code ="}, exitUsage, "at character 7"},
		{"an unknown property", []string{"zones", "-o", filepath.Join(dir, "a.geojson"), "--filter", "cod = 'x'"}, exitFailed, `no property "cod"`},
		{"a bad box", []string{"zones", "-o", filepath.Join(dir, "a.geojson"), "--bbox", "1,2,3"}, exitUsage, "min lon"},
		{"an unknown system", []string{"zones", "-o", filepath.Join(dir, "a.geojson"), "--crs", "EPSG:123"}, exitFailed, "EPSG:123"},
		{"a folder that is not there", []string{"zones", "-o", filepath.Join(dir, "x", "a.geojson")}, exitFailed, "/x cannot be written: there is no such folder\n"},
		{"a folder itself", []string{"zones", "-o", dir + "/.", "--format", "geojson"}, exitUsage, "is a folder: name a file in it"},
		{"a device", []string{"zones", "-o", os.DevNull, "--format", "geojson", "--overwrite"}, exitUsage, "is a device, not a file; use - for standard output"},
		{"a box of no numbers", []string{"zones", "-o", filepath.Join(dir, "a.geojson"), "--bbox", "NaN,NaN,NaN,NaN"}, exitUsage, "is no box"},
		{"an endless box", []string{"zones", "-o", filepath.Join(dir, "a.geojson"), "--bbox", "-Inf,0,1,1"}, exitUsage, "is no box"},
		{"an empty filter", []string{"zones", "-o", filepath.Join(dir, "a.geojson"), "--filter", ""}, exitUsage, "--filter is empty"},
		{"no output", []string{"zones"}, exitUsage, "gisd: name the file to write with -o FILE, or - for standard output\n"},
		{"a full disk", []string{"zones", "-o", "-", "--format", "geojson"}, exitFailed, "gisd: no space left in the target of standard output\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"export"}, test.args...)
			r := gisd(t, env, args...)
			if test.name == "a full disk" {
				r = ontoFullDisk(t, env, args...)
			}
			if said := strings.Count(r.err, "EPSG:123"); said > 1 {
				t.Errorf("said %d times: %s", said, r.err)
			}
			if said := strings.Count(r.err, "at character"); said > 1 {
				t.Errorf("said %d times: %s", said, r.err)
			}
			if r.code != test.code || !strings.Contains(r.err, test.wants) {
				t.Errorf("exit code %d, %s", r.code, r.err)
			}
		})
	}
	t.Cleanup(func() {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
		if b, err := os.ReadFile(taken); err != nil || string(b) != "precious" {
			t.Errorf("the file that was there: %s, %v", b, err)
		}
	})
}

// What a format has no place for is counted.
func TestExportTellsWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	env := zones(t) // one of three has no geometry
	r := gisd(t, env, "export", "zones", "-o", filepath.Join(t.TempDir(), "a.dxf"))
	if r.code != exitDone || !strings.Contains(r.err, "a.dxf: 2 features in dxf") ||
		!strings.HasSuffix(r.err, "gisd: 1 features have no geometry, which DXF cannot hold: left out\n") {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
}

// ontoFullDisk runs a command whose output finds no space.
func ontoFullDisk(t *testing.T, env []string, args ...string) result {
	t.Helper()
	var stderr strings.Builder
	env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	code := run(t.Context(), args, env, streams{strings.NewReader(""), fullDisk{}, &stderr})
	return result{code: code, err: stderr.String()}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/tmp/.x-123", Err: syscall.ENOSPC}
}
