package pyramid_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
	"gisd/tiles/mvt/mvttest"
	"gisd/tiles/pyramid"
)

// TestReducedZooms wants of a zoom what its build chose: the style's property
// alone, and nothing below the rank; who names properties gets those.
func TestReducedZooms(t *testing.T) {
	t.Parallel()
	b := cell.NewBuilder()
	if err := b.Reset(band, home, []string{"use", "owner"}); err != nil {
		t.Fatal(err)
	}
	side := int64(1) << (band.Bits() - 14)
	for id := range uint64(2) {
		s := mvt.Shape{
			Positions: []mvt.Position{{X: int64(home.X)*side + side/2, Y: int64(home.Y)*side + side/2}},
			Parts:     []mvt.Part{{Kind: mvt.PointPart, End: 1}},
		}
		if !b.Geometry(&s) || b.String(0, []byte("ODT")) != nil || b.String(1, []byte("B")) != nil {
			t.Fatal("no feature")
		}
		b.EndFeature(cell.Meta{ID: id + 1, Rank: uint16(10 * (id + 1))})
	}
	record, err := b.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewRegistry()
	source, err := pyramid.NewSource(pyramid.Config{Rows: &rows{}, Cells: &store{record: record}}, reg)
	if err != nil {
		t.Fatal(err)
	}
	c := collection()
	c.Pyramid.Dissolve = "use"
	c.Pyramid.Generalisation = json.RawMessage(`[{"zoom":14,"step":"rank","min_rank":15},{"zoom":15,"step":"attributes"}]`)
	at := func(z uint32) tiles.Coord {
		d := z - 14
		return tiles.Coord{Z: z, X: home.X<<d + 1<<d/2, Y: home.Y<<d + 1<<d/2}
	}
	for _, test := range []struct {
		z        uint32
		query    *tiles.Query
		features int
		want     []string
	}{
		{14, nil, 1, []string{"use"}},
		{15, nil, 2, []string{"use"}},
		{15, &tiles.Query{Properties: []string{"owner"}}, 2, []string{"owner"}},
		{16, nil, 2, []string{"owner", "use"}},
	} {
		tile, err := source.Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: at(test.z), Query: test.query})
		if err != nil {
			t.Fatal(err)
		}
		layers, err := mvttest.Check(tile)
		if err != nil || len(layers) != 1 || len(layers[0].Features) != test.features {
			t.Fatalf("z%d: %v, %v", test.z, layers, err)
		}
		if got := slices.Sorted(maps.Keys(layers[0].Features[0].Properties)); !cmp.Equal(got, test.want) {
			t.Errorf("z%d: properties %v, want %v", test.z, got, test.want)
		}
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]float64{}
	for _, f := range families {
		if f.GetName() != "gisd_tiles_generalised_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			counted[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
		}
	}
	want := map[string]float64{"none": 1, "attributes": 2, "vertices": 0, "dissolve": 0, "rank": 1}
	if diff := cmp.Diff(want, counted); diff != "" {
		t.Error(diff)
	}
}
