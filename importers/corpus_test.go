package importers_test

import (
	"bufio"
	"fmt"
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
	"gisd/spatial"
)

func formats() []importers.Format {
	return []importers.Format{shapefile.Format{}, gpkg.Format{}, geojson.Format{}}
}

// onPurpose lists, by file, why the outcome differs from GDAL's.
var onPurpose = map[string]string{
	"gpkg/huge_feature_count.gpkg":                                  "GDAL believes a count stored in the file; the tables have 1 and 0 rows",
	"gpkg/relation_mapping_table.gpkg":                              "the mapping table is no content of its own: gpkg_contents does not list it",
	"LT05_L2SP_038037_20120505_20200820_02_T1_ST_stac_minimal.json": "a comma before the closing brace is no JSON",
	"shp/mixed_shape_type_non_conformant.shp":                       "the records are of several types and keep them",
	"invalid_featurecollection_feature_nullfeature.geojson":         "null in a feature's place is a rejected record, not nothing",
	"invalid_featurecollection_type_lowercase.geojson":              "\"featurecollection\" is no type of GeoJSON",
	"bad/badfeature.geojson":                                        "a damaged feature is a rejected record, not nothing",
	"bad/featurecollection-type-case.geojson":                       "\"Featurecollection\" is no type of GeoJSON",
	"bad/multiple_problems.geojson":                                 "damaged features are rejected records, not nothing",
	"bad/nofeaturetype.geojson":                                     "a feature without properties and geometry is a rejected record, not nothing",
	"shape_eg_data/3dpoints.shp":                                    "the index is damaged and the table too short; the main file has 22 points",
}

type expectation struct{ path, layer, geometry, count, srs string }

func expectations(t *testing.T) []expectation {
	t.Helper()
	f, err := os.Open(testdata.Shared(t, "corpus/import/expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []expectation
	for sc := bufio.NewScanner(f); sc.Scan(); {
		c := strings.Split(sc.Text(), "\t")
		if len(c) < 6 || c[4] == "-1" || c[4] == "" {
			continue
		}
		switch c[1] {
		case "ESRI Shapefile", "GeoJSON", "GeoJSONSeq", "GPKG":
			all = append(all, expectation{c[0], c[2], c[3], c[4], strings.TrimSpace(c[5])})
		}
	}
	return all
}

// TestCorpusAgreesWithGDAL opens every file of the corpus in a format that is
// read here and compares layer, count, geometry family and reference system
// with what GDAL sees.
func TestCorpusAgreesWithGDAL(t *testing.T) {
	t.Parallel()
	all := expectations(t)
	if len(all) < 300 {
		t.Fatalf("the corpus lists %d layers", len(all))
	}
	agree, used := 0, map[string]bool{}
	opened := map[string]map[string]*importers.Inspection{}
	for _, e := range all {
		if opened[e.path] == nil {
			opened[e.path] = inspectAll(t, testdata.Shared(t, e.path))
		}
		fault := compare(e, opened[e.path])
		if fault == "" {
			agree++
			continue
		}
		known := false
		for suffix := range onPurpose {
			if strings.HasSuffix(e.path, suffix) {
				known, used[suffix] = true, true
			}
		}
		if !known {
			t.Errorf("%s %s: %s", e.path, e.layer, fault)
		}
	}
	for suffix := range onPurpose {
		if !used[suffix] {
			t.Errorf("%s agrees now: take it off the list", suffix)
		}
	}
	t.Logf("%d of %d layers agree, %d differ on purpose", agree, len(all), len(all)-agree)
	if agree*100 < len(all)*95 {
		t.Errorf("fewer than 95 %% agree")
	}
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

func compare(e expectation, found map[string]*importers.Inspection) string {
	got := found[e.layer]
	if got == nil && len(found) == 1 {
		for _, only := range found {
			got = only
		}
	}
	if got == nil {
		return "not read"
	}
	if strconv.FormatInt(got.Count, 10) != e.count {
		return fmt.Sprintf("%d features, GDAL has %s", got.Count, e.count)
	}
	if want := family(e.geometry); want != "Geometry" && got.Count > got.Empty && strings.TrimPrefix(string(got.Geometry), "Multi") != want {
		return fmt.Sprintf("geometry %s, GDAL has %s", got.Geometry, e.geometry)
	}
	// A custom system (SRID 0 here) is what the sink registers from its text;
	// GDAL finds the EPSG code of systems far away, too.
	want := strings.Replace(e.srs, "EPSG:4979", "EPSG:4326", 1)
	if got.SRID != 0 && strings.HasPrefix(want, "EPSG:") && got.SRID.String() != want {
		return fmt.Sprintf("reference system %s (%s), GDAL has %s", got.SRID, got.CRSReason, e.srs)
	}
	return ""
}

// family is the geometry type without its dimensions and the difference of
// single and multi, which a Shapefile does not make.
func family(gdal string) string {
	name := strings.NewReplacer("3D ", "", "Measured ", "", "Multi ", "", " ", "").Replace(gdal)
	switch name {
	case "None":
		return string(spatial.GeometryNone)
	case "Unknown(any)", "GeometryCollection":
		return string(spatial.GeometryAny)
	}
	return name
}

// TestSharedDataAgreesWithOGRInfo demands of every file under the shared data
// that is a Shapefile, GeoPackage or GeoJSON what ogrinfo counts in it.
func TestSharedDataAgreesWithOGRInfo(t *testing.T) {
	t.Parallel()
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
