package mapping_test

import (
	"math"
	"testing"

	"gisd/importers"
	"gisd/importers/mapping"
	"gisd/importers/wkb"
	"gisd/spatial"
)

// A square of a hundredth of a degree at 11° N; the area is that of PROJ's
// azimuthal equal-area projection about its centre, the length that of geod.
func TestAreaInDegrees(t *testing.T) {
	t.Parallel()
	src := table(true, "A", "1")
	src.schema.CRS.SRID = 4326
	g := wkb.AppendCount(wkb.AppendCount(wkb.AppendHeader(nil, wkb.Polygon, spatial.XY), 1), 5)
	for _, p := range [][2]float64{{0, 0}, {0.01, 0}, {0.01, 0.01}, {0, 0.01}, {0, 0}} {
		g = wkb.AppendFloat(wkb.AppendFloat(g, 106.66+p[0]), 11.05+p[1])
	}
	src.records[0].Geometry = g
	out := apply(t, src, "fields: [{name: a, area: m2}, {name: l, length: m}]", mapping.Surroundings{})
	err := out.Read(t.Context(), func(r *importers.Record) error {
		if a, l := r.Values[0].Float, r.Values[1].Float; math.Abs(a-wantArea) > 0.01 || math.Abs(l-wantLength) > 0.001 {
			t.Errorf("area %.3f, length %.4f", a, l)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

const wantArea, wantLength = 1208660.893, 4397.6470
