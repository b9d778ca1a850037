package ogc_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gisd/api/ogc"
	"gisd/importers/geojson"
	"gisd/spatial"
)

// What does not fit into a message is left for the next one; what fits into none is
// left out of its change.
func TestPushedChanges(t *testing.T) {
	t.Parallel()
	store := &memory{}
	h, err := ogc.New(ogc.Config{Catalogue: store, Features: store, Search: store, History: store, Encoder: geojson.Encoder{}, CursorKey: []byte("k")})
	if err != nil {
		t.Fatal(err)
	}
	c := &spatial.Collection{ID: "points", SRID: 9210, GeometryType: spatial.GeometryPoint, Department: "qh", Fields: fields[:1]}
	change := func(position uint64, bytes int) spatial.FeatureChange {
		id := strconv.FormatUint(position, 10)
		return spatial.FeatureChange{Position: position, Kind: spatial.ChangeUpdate, ID: id, ChangedBy: "user:an",
			Feature: &spatial.Feature{ID: id, Geometry: point(t, 9210, 600000, 1220000), Properties: []any{strings.Repeat("x", bytes)}}}
	}
	for _, test := range []struct {
		name  string
		sizes []int
		want  []string // ids, with a minus where the feature is left out
		upTo  uint64
	}{
		{"all fit", []int{1, 1, 1}, []string{"1", "2", "3"}, 3},
		{"two fit", []int{500 << 10, 500 << 10, 500 << 10}, []string{"1", "2"}, 2},
		{"the first is too large", []int{2 << 20, 1}, []string{"1-", "2"}, 2},
		{"the second is too large", []int{1, 2 << 20}, []string{"1"}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			page := &spatial.FeatureChanges{Position: uint64(len(test.sizes))}
			for i, n := range test.sizes {
				page.List = append(page.List, change(uint64(i+1), n))
			}
			data, position, err := h.PushedChanges(c, spatial.Access{}, page)
			if err != nil {
				t.Fatal(err)
			}
			var doc struct {
				Position string
				Changes  []struct {
					ID, ChangedBy string
					Feature       *struct {
						Geometry struct{ Coordinates []float64 }
					}
				}
			}
			if err := json.Unmarshal(data, &doc); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, ch := range doc.Changes {
				id := ch.ID
				if ch.Feature == nil {
					id += "-"
				} else if at := ch.Feature.Geometry.Coordinates; at[0] < 106 || at[0] > 107 {
					t.Errorf("%s lies at %v", id, at)
				}
				if ch.ChangedBy != "" {
					t.Errorf("%s names %s", id, ch.ChangedBy)
				}
				got = append(got, id)
			}
			if diff := cmp.Diff(test.want, got); diff != "" || position != test.upTo || doc.Position != strconv.FormatUint(position, 10) {
				t.Errorf("up to %d, %s: %s", position, doc.Position, diff)
			}
		})
	}
}
