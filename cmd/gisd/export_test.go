package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
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
		{"a folder that is not there", []string{"zones", "-o", filepath.Join(dir, "x", "a.geojson")}, exitUsage, "cannot be written"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := gisd(t, env, append([]string{"export"}, test.args...)...)
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
