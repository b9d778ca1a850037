package postgis_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/postgis"
)

// Tiles of who is limited have the rows of their areas and no hidden column, with a
// filter and without, before and after others drew the same ones.
func TestLimitedTiles(t *testing.T) {
	t.Parallel()
	s := fixture.Open(t)
	fixture.Collection(t, s.Pool, fixture.Spec{ID: "lots", SRID: 9210, Geometry: spatial.GeometryPolygon, Features: fixture.Polygons(30)})
	fixture.Limit{Role: "west", Area: "MULTIPOLYGON(((106.59 10.89,106.65 10.89,106.65 11,106.59 11,106.59 10.89)))", Hide: []string{"name"}}.Store(t, s.Pool)
	if err := s.Catalogue.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	west := spatial.Access{Subject: "user:tay", Roles: []spatial.Role{"west"}}
	var western []string
	for i, f := range fixture.Polygons(30) {
		if i%10 < 5 {
			western = append(western, f.ID)
		}
	}
	slices.Sort(western)
	source := postgis.NewSource(s.Pool, nil)
	at := tiles.Coord{Z: 10, X: 815, Y: 480}
	for _, a := range []spatial.Access{west, {}, west} {
		c, err := s.Catalogue.Collection("lots", a)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []*tiles.Query{nil, {Time: &spatial.TimeRange{}}, {Properties: []string{"name", "count"}}} {
			tile, err := source.Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: at, Access: a, Query: q})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for id, f := range decode(t, tile) {
				got = append(got, fmt.Sprint(id))
				_, named := f.Properties["name"]
				if _, counted := f.Properties["count"]; named != a.Anonymous() || !counted {
					t.Errorf("%q: %v", a.Subject, f.Properties)
				}
			}
			slices.Sort(got)
			if a.Anonymous() && len(got) != 30 || !a.Anonymous() && cmp.Diff(western, got) != "" {
				t.Errorf("%q: %v", a.Subject, got)
			}
		}
	}
}
