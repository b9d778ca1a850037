package postgis_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gisd/internal/fixture"
	"gisd/internal/testdb"
	"gisd/spatial"
	"gisd/spatial/cql"
	"gisd/tiles"
	"gisd/tiles/postgis"
)

func TestQuery(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	when := time.Date(2025, 7, 1, 1, 30, 0, 0, time.UTC)
	c := fixture.Collection(t, pool, fixture.Spec{ID: "narrowed", SRID: 9210, Features: []fixture.Feature{
		{ID: "1", WKT: "POINT(106.65 10.98)", Properties: []any{"Đường 1", int64(5), 2.5, true, when, when}},
		{ID: "2", WKT: "POINT(106.66 10.98)", Properties: []any{"Đường 2", int64(50), 0.5, false, when, when.AddDate(1, 0, 0)}},
		{ID: "3", WKT: "POINT(106.67 10.98)", Properties: []any{"O'Hara; drop table", nil, nil, nil, nil, nil}},
	}})
	source := postgis.NewSource(pool, nil)
	filter := func(text string) *tiles.Query {
		node, err := cql.ParseText(text)
		if err != nil {
			t.Fatal(err)
		}
		return &tiles.Query{Filter: node}
	}
	year := &spatial.TimeRange{Start: when.AddDate(0, 6, 0), End: when.AddDate(2, 0, 0)}
	tests := []struct {
		name string
		q    *tiles.Query
		want []string
	}{
		{"none", nil, []string{"1", "2", "3"}},
		{"empty", &tiles.Query{}, []string{"1", "2", "3"}},
		{"number", filter("count >= 5 AND count < 10"), []string{"1"}},
		{"text", filter("name = 'O''Hara; drop table'"), []string{"3"}},
		{"or binds less than the box", filter("count = 5 OR count IS NULL"), []string{"1", "3"}},
		{"geometry", filter("S_INTERSECTS(geometry, BBOX(106.655, 10.9, 106.70, 11.0))"), []string{"2", "3"}},
		{"nothing", filter("count > 1000"), nil},
		{"time, and what has none", &tiles.Query{Time: year}, []string{"2", "3"}},
		{"time and filter", &tiles.Query{Time: year, Filter: filter("count > 1").Filter}, []string{"2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, at := range []tiles.Coord{{Z: 10, X: 815, Y: 480}, {Z: 14, X: 13045, Y: 7688}} { // rows as they come, and by id
				tile, err := source.Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: at, Query: tt.q})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for id := range decode(t, tile) {
					got = append(got, fmt.Sprint(id))
				}
				slices.Sort(got)
				if d := cmp.Diff(tt.want, got); d != "" && at.Z == 10 {
					t.Errorf("%v (-want +got):\n%s", at, d)
				}
				for _, id := range got {
					if !slices.Contains(tt.want, id) {
						t.Errorf("%v: feature %s is drawn", at, id)
					}
				}
			}
		})
	}
}

// TestQueryThatDoesNotFit is told to the caller, not to the log.
func TestQueryThatDoesNotFit(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	c := fixture.Collection(t, pool, fixture.Spec{ID: "misfit", SRID: 9210, Features: fixture.Points(5)})
	node, err := cql.ParseText("height > 3")
	if err != nil {
		t.Fatal(err)
	}
	_, err = postgis.NewSource(pool, nil).Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: tiles.Coord{Z: 10, X: 815, Y: 480},
		Query: &tiles.Query{Filter: node}})
	if spatial.CodeOf(err) != spatial.CodeInvalid {
		t.Errorf("%v, want invalid", err)
	}
}

// TestVacant: what is vacant has nothing on any tile below it.
func TestVacant(t *testing.T) {
	t.Parallel()
	pool := testdb.DB(t)
	for _, srid := range []spatial.SRID{9210, 3857, 3395} {
		t.Run(srid.String(), func(t *testing.T) {
			t.Parallel()
			c := fixture.Collection(t, pool, fixture.Spec{ID: fmt.Sprintf("lone_%d", srid), SRID: srid, Features: []fixture.Feature{
				{ID: "1", WKT: "POINT(106.65 10.98)"}, {ID: "2", WKT: "POINT(106.95 11.40)"},
			}})
			source := postgis.NewSource(pool, nil)
			seen := map[bool]int{}
			for x := range uint32(8) {
				for y := range uint32(8) {
					at := tiles.Coord{Z: 13, X: 815<<3 + x, Y: 480<<3 + y}
					vacant, err := source.Vacant(t.Context(), c, at)
					if err != nil {
						t.Fatal(err)
					}
					seen[vacant]++
					for _, below := range []tiles.Coord{at, {Z: 14, X: 2 * at.X, Y: 2 * at.Y}, {Z: 15, X: 4*at.X + 3, Y: 4*at.Y + 3}} {
						tile, err := source.Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: below})
						if err != nil {
							t.Fatal(err)
						}
						if vacant && len(tile) > 0 || below == at && !vacant && len(tile) == 0 {
							t.Errorf("%v is vacant: %v; %v has %d bytes", at, vacant, below, len(tile))
						}
					}
				}
			}
			if seen[true] < 32 || seen[false] == 0 {
				t.Errorf("blocks by vacancy: %v", seen)
			}
		})
	}
}
