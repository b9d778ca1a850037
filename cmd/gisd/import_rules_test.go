package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gisd/importers"
	"gisd/internal/testdata"
)

// importReport runs an import with --json and returns its report.
func importReport(t *testing.T, env []string, args ...string) (importers.Report, result) {
	t.Helper()
	r := gisd(t, env, append([]string{"import", "--json"}, args...)...)
	var report importers.Report
	if r.code == exitDone || r.code == exitRejected {
		if err := json.Unmarshal([]byte(r.out), &report); err != nil {
			t.Fatalf("%v: %s", err, r.out)
		}
	}
	return report, r
}

func lines(features ...string) string { return strings.Join(features, "\n") + "\n" }

func feature(n int, geometry string) string {
	return fmt.Sprintf(`{"type":"Feature","geometry":%s,"properties":{"n":%d}}`, geometry, n)
}

// TestImportRules is docs/import-rules.md against a real database, rule by rule.
func TestImportRules(t *testing.T) {
	t.Parallel()
	square := `{"type":"Polygon","coordinates":[[[106.6,11],[106.7,11],[106.7,11.1],[106.6,11.1],[106.6,11]]]}`
	for _, tc := range []struct {
		name, content  string
		args           []string
		loaded, reject int64
		want           string // geometries as EWKT, - for none
		says           string // in the reject file
	}{
		{"no geometry, or an empty one", lines(feature(1, `{"type":"Point","coordinates":[106,11]}`), feature(2, "null"), feature(3, `{"type":"Point","coordinates":[]}`)), nil,
			3, 0, "POINT(106 11) - -", ""},
		{"a latitude beyond the pole", lines(feature(1, `{"type":"Point","coordinates":[106,11]}`), feature(2, `{"type":"Point","coordinates":[10,95]}`)), nil,
			1, 1, "POINT(106 11)", "outside the range of EPSG:4326"},
		{"an easting beyond the projection", lines(feature(1, `{"type":"Point","coordinates":[599233,1222000]}`), feature(2, `{"type":"Point","coordinates":[1e9,1222000]}`)),
			[]string{"--crs", "EPSG:9210"}, 1, 1, "POINT(599233 1222000)", "outside the range of EPSG:9210"},
		{"a self-crossing is cut", lines(feature(1, square), feature(2, `{"type":"Polygon","coordinates":[[[106.6,11],[106.7,11.1],[106.7,11],[106.6,11.1],[106.6,11]]]}`)), nil,
			2, 0, "POLYGON((106.6 11,106.6 11.1,106.7 11.1,106.7 11,106.6 11)) MULTIPOLYGON(((106.65 11.05,106.7 11.1,106.7 11,106.65 11.05)),((106.6 11,106.6 11.1,106.65 11.05,106.6 11)))", ""},
		{"a spike without an area is left empty", lines(feature(1, square), feature(2, `{"type":"Polygon","coordinates":[[[106.6,11],[106.7,11],[106.6,11],[106.6,11]]]}`)), nil,
			2, 0, "POLYGON((106.6 11,106.6 11.1,106.7 11.1,106.7 11,106.6 11)) -", "cannot be repaired"},
		{"an open ring is closed", lines(feature(1, `{"type":"Polygon","coordinates":[[[106.6,11],[106.7,11],[106.7,11.1]]]}`)), nil,
			1, 0, "POLYGON((106.6 11,106.7 11.1,106.7 11,106.6 11))", ""},
		{"repeats are kept", lines(feature(1, `{"type":"Point","coordinates":[106,11]}`), feature(1, `{"type":"Point","coordinates":[106,11]}`), feature(3, `{"type":"Point","coordinates":[106,11]}`)), nil,
			3, 0, "POINT(106 11) POINT(106 11) POINT(106 11)", ""},
		{"a key that repeats", lines(feature(1, `{"type":"Point","coordinates":[106,11]}`), feature(1, `{"type":"Point","coordinates":[107,11]}`)), []string{"--key", "n"},
			1, 1, "POINT(106 11)", "the key was used by an earlier record"},
		{"single and multi", lines(feature(1, `{"type":"Point","coordinates":[106,11]}`), feature(2, `{"type":"MultiPoint","coordinates":[[106,11],[107,11]]}`)), nil,
			2, 0, "POINT(106 11) MULTIPOINT(107 11,106 11)", ""},
		{"heights stay", lines(feature(1, `{"type":"Point","coordinates":[106,11,5]}`), feature(2, `{"type":"Point","coordinates":[107,11]}`)), nil,
			2, 0, "POINT(106 11 5) POINT(107 11 0)", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			env, pool := importDB(t)
			rejects := filepath.Join(t.TempDir(), "r.csv")
			args := append([]string{writeFile(t, "a.geojsonl", tc.content), "--collection", "a", "--reject", rejects}, tc.args...)
			report, r := importReport(t, env, args...)
			if report.Loaded != tc.loaded || report.Rejected != tc.reject || (r.code == exitRejected) != (tc.reject > 0) {
				t.Fatalf("exit code %d, %+v: %s", r.code, report, r.err)
			}
			if got := ask[string](t, pool, `select string_agg(coalesce(ST_AsText(ST_Normalize(geom), 4), '-'), ' ' order by id) from layers.a`); normalText(got) != tc.want {
				t.Errorf("stored %s", got)
			}
			text, err := os.ReadFile(rejects)
			if tc.says == "" != os.IsNotExist(err) || !strings.Contains(string(text), tc.says) {
				t.Errorf("reject file %v: %s", err, text)
			}
		})
	}
}

// normalText drops what versions of PostGIS write differently.
func normalText(s string) string {
	s = strings.NewReplacer(" Z (", "(", " (", "(").Replace(s)
	if i := strings.Index(s, "MULTIPOINT(("); i >= 0 {
		s = s[:i] + strings.NewReplacer("((", "(", "),(", ",", "))", ")").Replace(s[i:])
	}
	return s
}

func TestImportCountsRepeats(t *testing.T) {
	t.Parallel()
	env, _ := importDB(t)
	p := `{"type":"Point","coordinates":[106,11]}`
	report, r := importReport(t, env, writeFile(t, "a.geojsonl", lines(feature(1, p), feature(2, p), feature(2, p), feature(3, `{"type":"Point","coordinates":[107,11]}`), feature(4, "null"), feature(4, "null"))), "--collection", "a")
	if want := (importers.Repeats{Geometry: 2, Whole: 2}); report.Repeats != want {
		t.Errorf("%+v: %s", report.Repeats, r.err)
	}
}

// TestImportRejectFiles finds the whole record in both files, the geometry in
// WGS 84.
func TestImportRejectFiles(t *testing.T) {
	t.Parallel()
	env, _ := importDB(t)
	dir := t.TempDir()
	content := lines(`{"type":"Feature","geometry":{"type":"Point","coordinates":[599233,1222000]},"properties":{"so":"A","ten":"Đất"}}`,
		`{"type":"Feature","geometry":{"type":"Point","coordinates":[599333,1222100]},"properties":{"so":"A","ten":"Nước"}}`)
	_, r := importReport(t, env, writeFile(t, "a.geojsonl", content), "--collection", "a", "--crs", "9210", "--key", "so", "--reject", filepath.Join(dir, "r.csv"))
	if r.code != exitRejected {
		t.Fatal(r.code, r.err)
	}
	table, err := os.ReadFile(filepath.Join(dir, "r.csv"))
	if err != nil || !strings.Contains(string(table), `"{""so"":""A"",""ten"":""Nước""}"`) || !strings.Contains(string(table), "khóa bị trùng") {
		t.Errorf("%v %s", err, table)
	}
	text, err := os.ReadFile(filepath.Join(dir, "r.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		Features []struct {
			Geometry struct {
				Coordinates [2]float64 `json:"coordinates"`
			} `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(text, &c); err != nil || len(c.Features) != 1 || math.Abs(c.Features[0].Geometry.Coordinates[0]-106.66) > 0.01 {
		t.Errorf("%v %s", err, text)
	}
}

// TestImportRepairsWards imports the invalid wards and wants every one valid,
// with its area before and after.
func TestImportRepairsWards(t *testing.T) {
	t.Parallel()
	testdata.SkipUnderRace(t)
	files, err := filepath.Glob(filepath.Join(testdata.Shared(t, "corpus/import/vn_invalid_wards"), "*.geojson"))
	if err != nil || len(files) != 38 {
		t.Fatal(len(files), err)
	}
	env, pool := importDB(t)
	r := gisd(t, env, "import", "--json", filepath.Dir(files[0]), "--all-layers", "--collection", "ward")
	if r.code != exitDone {
		t.Fatalf("exit code %d: %s", r.code, r.err)
	}
	reports := json.NewDecoder(strings.NewReader(r.out))
	n := 0
	for ; reports.More(); n++ {
		var report importers.Report
		if err := reports.Decode(&report); err != nil {
			t.Fatal(err)
		}
		rep := report.Repair
		t.Logf("%s: %.1f m² before, %.1f m² after", report.Layer, rep.AreaBefore, rep.AreaAfter)
		if rep.Invalid != 1 || rep.Emptied != 0 || rep.AreaUnit != "m2" || len(rep.Features) != 1 || rep.Features[0].AreaAfter != rep.AreaAfter || rep.Features[0].Reason == "" {
			t.Errorf("%s: %+v", report.Layer, rep)
		}
		if math.Abs(rep.AreaAfter-rep.AreaBefore) > 10 || rep.AreaAfter < 1e6 {
			t.Errorf("%s: %v m² before, %v after", report.Layer, rep.AreaBefore, rep.AreaAfter)
		}
		stored := ask[float64](t, pool, `select coalesce(sum(ST_Area(geom::geography)) filter (where ST_IsValid(geom)), 0) from layers.`+report.Collection)
		if math.Abs(stored-rep.AreaAfter) > 0.01 {
			t.Errorf("%s: %v m² stored, the report says %v", report.Layer, stored, rep.AreaAfter)
		}
	}
	if n != len(files) {
		t.Errorf("%d reports", n)
	}
}
