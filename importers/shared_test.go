package importers_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/importers/geojson"
	"gisd/importers/gpkg"
	"gisd/importers/shapefile"
	"gisd/internal/testdata"
)

func formats() []importers.Format {
	return []importers.Format{shapefile.Format{}, gpkg.Format{}, geojson.Format{}}
}

// inspectAll looks at every layer; what cannot be read is missing.
func inspectAll(t *testing.T, path string) map[string]*importers.Inspection {
	t.Helper()
	found := map[string]*importers.Inspection{}
	in, err := importers.OpenInput(t.Context(), path, nil, importers.DefaultLimits())
	if err != nil {
		return found
	}
	defer in.Close()
	layers, err := importers.Layers(t.Context(), in, formats())
	if err != nil {
		return found
	}
	for _, l := range layers {
		src, err := l.Open(t.Context(), importers.SourceOptions{})
		if err != nil {
			continue
		}
		if got, err := importers.Inspect(t.Context(), src, 0); err == nil {
			found[l.Name] = got
		}
		src.Close()
	}
	return found
}

// TestSharedDataAgreesWithOGRInfo demands of every file under the shared data
// that is a Shapefile, GeoPackage or GeoJSON what ogrinfo counts in it.
func TestSharedDataAgreesWithOGRInfo(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	root := testdata.Shared(t, "data")
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	compared := 0
	for _, path := range dataFiles(t, root) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			want := ogrCounts(t, path)
			got := map[string]int64{}
			rejected := int64(0)
			for name, in := range inspectAll(t, path) {
				got[name] = in.Count
				rejected += in.Rejected
			}
			if rejected > 0 {
				t.Errorf("%d records would be rejected", rejected)
			}
			for name, n := range want {
				if count, ok := got[name]; !ok || count != n {
					t.Errorf("layer %s: %d (%v), ogrinfo counts %d", name, count, ok, n)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d layers, ogrinfo has %d", len(got), len(want))
			}
			compared += len(want)
		})
	}
	if compared < 60 {
		t.Errorf("%d layers compared", compared)
	}
}

func dataFiles(t *testing.T, root string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		for _, ext := range []string{".shp", ".gpkg", ".geojson", ".geojson.gz", ".json"} {
			if strings.HasSuffix(path, ext) {
				files = append(files, path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func ogrCounts(t *testing.T, path string) map[string]int64 {
	t.Helper()
	if strings.HasSuffix(path, ".gz") {
		path = "/vsigzip/" + path
	}
	out, err := exec.CommandContext(t.Context(), "ogrinfo", "-ro", "-so", "-al", path).Output()
	counts := map[string]int64{}
	if err != nil {
		return counts // it refuses the file, as JSON that is no GeoJSON
	}
	layer := regexp.MustCompile(`(?m)^Layer name: (.*)$|^Feature Count: (\d+)$`)
	name := ""
	for _, m := range layer.FindAllStringSubmatch(string(out), -1) {
		if m[1] != "" {
			name = m[1]
			continue
		}
		if counts[name], err = strconv.ParseInt(m[2], 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	return counts
}
