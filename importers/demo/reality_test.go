package demo_test

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"

	"gisd/importers"
	"gisd/internal/testdata"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// plane brings lon lat to EPSG:9210.
func plane(t *testing.T, p orb.Point) orb.Point {
	t.Helper()
	transform, err := crs.NewTransform(spatial.SRIDWGS84, 9210)
	if err != nil {
		t.Fatal(err)
	}
	x, y, err := transform.Point(p[0], p[1])
	if err != nil {
		t.Fatal(err)
	}
	return orb.Point{x, y}
}

// Communes lie where they do: centroids within 1 km of the real ones.
func TestCommunesAgainstReality(t *testing.T) {
	t.Parallel()
	path := testdata.Shared(t, "data/vietnam/admin_2025/wards_hcmc.fgb")
	if _, err := exec.LookPath("ogr2ogr"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("ogr2ogr is missing: install gdal-bin")
		}
		t.Skip("ogr2ogr, which reads the reference file, is missing: install gdal-bin")
	}
	out, err := exec.Command("ogr2ogr", "-f", "GeoJSON", "/vsistdout/", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	real, err := geojson.UnmarshalFeatureCollection(out)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]orb.Point{}
	for _, f := range real.Features {
		centre, _ := planar.CentroidArea(f.Geometry)
		want[f.Properties.MustString("code")] = plane(t, centre)
	}
	n := 0
	read(t, find(t, "demo_communes"), func(g orb.Geometry, r *importers.Record) {
		n++
		code, name := string(r.Values[0].Bytes), string(r.Values[1].Bytes)
		centre, _ := planar.CentroidArea(g)
		there, ok := want[code]
		if !ok {
			t.Errorf("%s %s: no such commune in the reference", code, name)
			return
		}
		if d := planar.Distance(centre, there); d > 1000 {
			t.Errorf("%s %s: centroid %.0f m off, want within 1000 m", code, name, d)
		}
	})
	if n != 36 {
		t.Errorf("%d communes, want 36", n)
	}
}

// QL13 and the Sài Gòn river run where they do: within 300 m on average.
func TestLinesAgainstReality(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, layer, field, value  string
		file, property, referenced string
	}{
		{"QL13", "demo_roads", "ref", "QL13", "data/vietnam/osm_2026/roads.geojson", "ref", "QL.13"},
		{"Sài Gòn", "demo_waterways", "name", "Sông Sài Gòn", "data/vietnam/osm_2026/rivers.geojson", "name", "Sông Sài Gòn"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(testdata.Shared(t, test.file))
			if err != nil {
				t.Fatal(err)
			}
			reference := lines(t, data, test.property, test.referenced)
			if len(reference) == 0 {
				t.Fatalf("no %s in the reference", test.referenced)
			}
			layer := find(t, test.layer)
			column := -1
			for i, f := range layer.Source.Schema().Fields {
				if f.Name == test.field {
					column = i
				}
			}
			var drawn orb.LineString
			read(t, layer, func(g orb.Geometry, r *importers.Record) {
				if string(r.Values[column].Bytes) == test.value {
					drawn = g.(orb.LineString)
				}
			})
			// Both ways: the drawing is near the real line, and the real line
			// near the drawing wherever the drawing reaches.
			if d := meanDistance(sample(drawn, 100), reference); d > 300 {
				t.Errorf("the drawing is %.0f m from the real line on average, want 300 m", d)
			} else {
				t.Logf("drawing to reality: %.0f m", d)
			}
			var real []orb.Point
			for _, line := range reference {
				for _, p := range sample(line, 100) {
					if drawn.Bound().Contains(p) {
						real = append(real, p)
					}
				}
			}
			if d := meanDistance(real, orb.MultiLineString{drawn}); d > 300 {
				t.Errorf("the real line is %.0f m from the drawing on average, want 300 m", d)
			} else {
				t.Logf("reality to drawing: %.0f m", d)
			}
		})
	}
}

// lines returns the features with that property in the plane.
func lines(t *testing.T, data []byte, property, value string) orb.MultiLineString {
	t.Helper()
	var collection geojson.FeatureCollection
	if err := json.Unmarshal(data, &collection); err != nil {
		t.Fatal(err)
	}
	var out orb.MultiLineString
	for _, f := range collection.Features {
		if f.Properties.MustString(property, "") != value {
			continue
		}
		parts, ok := f.Geometry.(orb.MultiLineString)
		if !ok {
			parts = orb.MultiLineString{f.Geometry.(orb.LineString)}
		}
		for _, line := range parts {
			moved := make(orb.LineString, len(line))
			for i, p := range line {
				moved[i] = plane(t, p)
			}
			out = append(out, moved)
		}
	}
	return out
}

// sample returns points every so many metres.
func sample(line orb.LineString, meters float64) []orb.Point {
	var out []orb.Point
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		steps := math.Max(1, math.Ceil(planar.Distance(a, b)/meters))
		for k := 0.0; k < steps; k++ {
			out = append(out, orb.Point{a[0] + (b[0]-a[0])*k/steps, a[1] + (b[1]-a[1])*k/steps})
		}
	}
	return out
}

func meanDistance(points []orb.Point, to orb.MultiLineString) float64 {
	sum := 0.0
	for _, p := range points {
		sum += planar.DistanceFrom(to, p)
	}
	return sum / float64(len(points))
}
