package rejects_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/importers"
	"gisd/importers/rejects"
	"gisd/importers/wkb"
	"gisd/spatial"
)

func point(x, y float64) []byte {
	return wkb.AppendFloat(wkb.AppendFloat(wkb.AppendHeader(nil, wkb.Point, spatial.XY), x), y)
}

func entry(srid spatial.SRID, g []byte) importers.RecordError {
	return importers.RecordError{Field: "tên", Reason: spatial.Text{VI: "lý do", EN: "a \"reason\""}, Raw: "raw",
		Whole: &importers.RejectedRecord{Values: []byte(`{"tên":"Đất, \"ở\"","n":1}`), Geometry: g, Dimensions: spatial.XY, SRID: srid}}
}

type collection struct {
	Features []struct {
		Properties map[string]any `json:"properties"`
		Geometry   *struct {
			Coordinates []float64 `json:"coordinates"`
		} `json:"geometry"`
		CRS any `json:"crs"`
	} `json:"features"`
}

func TestFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "r.csv")
	f := rejects.At(path)
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	w := f.Of("lớp")
	for i, e := range []importers.RecordError{
		entry(9210, point(599233, 1222000)),
		entry(2056, point(2646497, 1139902)),
		entry(9210, point(1e9, 1222000)),
		entry(4326, nil),
		entry(990001, point(1, 2)),
		{ID: "a", Reason: spatial.Text{EN: "without a record"}},
	} {
		if err := w.Reject(int64(i+1)%6, e, i == 3); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(lines) != 7 {
		t.Fatal(lines, err)
	}
	want := []string{"lớp", "1", "tên", "false", "lý do", `a "reason"`, "raw", "", `{"tên":"Đất, \"ở\"","n":1}`}
	if diff := cmp.Diff(want, lines[1]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"lớp", "", "", "false", "", "without a record", "", "a", ""}, lines[6]); diff != "" {
		t.Error(diff)
	}
	text, err = os.ReadFile(strings.TrimSuffix(path, ".csv") + ".geojson")
	if err != nil {
		t.Fatal(err)
	}
	var c collection
	if err := json.Unmarshal(text, &c); err != nil || len(c.Features) != 6 {
		t.Fatalf("%v\n%s", err, text)
	}
	first := c.Features[0]
	if p := first.Geometry.Coordinates; math.Abs(p[0]-106.66) > 0.01 || math.Abs(p[1]-11.05) > 0.01 || first.CRS != nil {
		t.Errorf("%v %v", p, first.CRS)
	}
	if v, ok := first.Properties["values"].(map[string]any); !ok || v["n"] != 1.0 {
		t.Errorf("%v", first.Properties)
	}
	for i, crs := range []string{"EPSG::2056", "EPSG::9210"} {
		b, _ := json.Marshal(c.Features[i+1].CRS)
		if c.Features[i+1].Geometry == nil || !strings.Contains(string(b), crs) {
			t.Errorf("feature %d: %v, %s", i+1, c.Features[i+1].Geometry, b)
		}
	}
	if c.Features[3].Geometry != nil || c.Features[3].Properties["loaded"] != true || c.Features[4].Geometry == nil || c.Features[5].Geometry != nil {
		t.Errorf("%s", text)
	}
}

func TestFilesComeWithTheFirstEntry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, path := range []string{"", filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.geojson"), filepath.Join(dir, "c.CSV")} {
		f := rejects.At(path)
		if err := f.Check(); err != nil {
			t.Error(err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if found, err := os.ReadDir(dir); err != nil || len(found) != 0 {
		t.Error(found, err)
	}
	alone := rejects.At(filepath.Join(dir, "b.geojson"))
	if err := alone.Of("x").Reject(1, importers.RecordError{}, false); err != nil {
		t.Error(err)
	}
	if err := alone.Close(); err != nil {
		t.Error(err)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "*")); len(found) != 1 {
		t.Error(found)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	input := filepath.Join(dir, "data.geojson")
	if err := os.WriteFile(input, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "data.csv"), input, filepath.Join(dir, "no", "such.csv"), filepath.Join(dir, "x.txt"), os.DevNull} {
		if err := rejects.At(path).Check(input); err == nil {
			t.Errorf("%s is accepted", path)
		}
	}
	if b, err := os.ReadFile(input); err != nil || string(b) != "{}" {
		t.Errorf("the input became %q, %v", b, err)
	}
}
