package postgis_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/mvt/mvttest"
	"gisd/tiles/postgis"
)

// labelsAt draws the label points of every tile around the fixture's origin and
// returns, by feature id, where they are in degrees.
func labelsAt(t *testing.T, source *postgis.Source, base *spatial.Collection, z uint32) (map[uint64][]orb.Point, map[uint64]map[string]any) {
	t.Helper()
	c := *base
	c.ID, c.LabelsOf = base.ID+tiles.LabelSuffix, base.ID
	n := math.Exp2(float64(z))
	column := func(lon float64) uint32 { return uint32((lon + 180) / 360 * n) }
	row := func(lat float64) uint32 {
		return uint32((1 - math.Asinh(math.Tan(lat*math.Pi/180))/math.Pi) / 2 * n)
	}
	at, properties := map[uint64][]orb.Point{}, map[uint64]map[string]any{}
	for x := column(106.5); x <= column(106.8); x++ {
		for y := row(11.0); y <= row(10.8); y++ {
			tile, err := source.Layer(t.Context(), tiles.LayerRequest{Collection: &c, Coord: tiles.Coord{Z: z, X: x, Y: y}})
			if err != nil {
				t.Fatal(err)
			}
			layers, err := mvttest.Check(tile)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range layers {
				for _, f := range l.Features {
					if f.Type != mvttest.Point || len(f.Parts) != 1 || l.Name != c.ID {
						t.Errorf("layer %s: %+v", l.Name, f)
					}
					p := f.Parts[0][0]
					lon := (float64(x)+float64(p[0])/4096)/n*360 - 180
					lat := math.Atan(math.Sinh(math.Pi*(1-2*(float64(y)+float64(p[1])/4096)/n))) * 180 / math.Pi
					at[f.ID] = append(at[f.ID], orb.Point{lon, lat})
					properties[f.ID] = f.Properties
				}
			}
		}
	}
	return at, properties
}

func TestLabelPoints(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	source := postgis.NewSource(pool, nil)
	shapes := []fixture.Feature{
		{ID: "1", WKT: "POLYGON((106.6 10.9,106.7 10.9,106.7 10.91,106.62 10.91,106.62 10.98,106.6 10.98,106.6 10.9))", Properties: []any{"L"}},
		{ID: "2", WKT: "POLYGON((106.64 10.92,106.7 10.92,106.7 10.98,106.64 10.98,106.64 10.92),(106.66 10.94,106.68 10.94,106.68 10.96,106.66 10.96,106.66 10.94))"},
		{ID: "3", WKT: "MULTIPOLYGON(((106.55 10.85,106.551 10.85,106.551 10.851,106.55 10.85)),((106.56 10.86,106.58 10.86,106.58 10.88,106.56 10.88,106.56 10.86)))"},
		{ID: "4", WKT: "LINESTRING(106.72 10.9,106.74 10.92,106.76 10.94)"},
		{ID: "5", WKT: "POLYGON((106.77 10.9,106.7701 10.9,106.7701 10.9001,106.77 10.9001,106.77 10.9))"},
		{ID: "6", WKT: "POINT(106.6 10.9)"},
	}
	want := map[uint64]orb.Point{3: {106.57, 10.87}, 4: {106.74, 10.92}, 5: {106.77005, 10.90005}}
	for _, srid := range []spatial.SRID{4326, 9210, 3857, 3395} {
		c := fixture.Collection(t, pool, fixture.Spec{ID: "shapes" + srid.String()[5:], SRID: srid, Features: shapes})
		for _, z := range []uint32{10, 13, 16} {
			at, properties := labelsAt(t, source, c, z)
			count := 4
			if z == 16 {
				count = 5 // the one of eleven metres shows
			}
			if len(at) != count {
				t.Errorf("%v, z%d: labels of %d features, want %d: %v", srid, z, len(at), count, at)
			}
			for id, points := range at {
				if len(points) != 1 {
					t.Errorf("%v, z%d: feature %d has labels at %v", srid, z, id, points)
				}
				if p, ok := want[id]; ok && math.Hypot(points[0][0]-p[0], points[0][1]-p[1]) > 0.0005 {
					t.Errorf("%v, z%d: feature %d has its label at %v, want %v", srid, z, id, points[0], p)
				}
			}
			if p := at[1]; len(p) == 1 && (p[0][0] < 106.603 || p[0][0] > 106.617 || p[0][1] > 10.975) {
				t.Errorf("%v, z%d: the L has its label at %v", srid, z, p[0])
			}
			if a, ok := properties[4]["angle"].(float64); !ok || math.Abs(a+45) > 2 {
				t.Errorf("%v, z%d: the line's label is turned by %v", srid, z, properties[4]["angle"])
			}
			if properties[1]["name"] != "L" || properties[1]["angle"] != nil {
				t.Errorf("%v, z%d: %v", srid, z, properties[1])
			}
		}
	}
}
