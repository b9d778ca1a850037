package tiles_test

import (
	"testing"

	"gisd/spatial"
	"gisd/tiles"
)

func TestLabelLayers(t *testing.T) {
	t.Parallel()
	points, own, hidden := collection("wells"), collection("roads_label"), collection("secret")
	points.GeometryType, hidden.Visibility = spatial.GeometryPoint, spatial.VisibilityInternal
	cache := &memory{}
	s := tiles.NewService(tiles.Config{}, catalogueOf(collection("parcels"), collection("roads"), own, points, hidden), &source{}, cache, nil)
	here := tiles.Coord{Z: 12, X: 3261, Y: 1923}
	for _, test := range []struct {
		ids, want string
		code      spatial.Code
	}{
		{ids: "parcels,parcels_label", want: "<parcels v1 12/3261/1923><parcels_label v1 12/3261/1923>"},
		{ids: "roads_label", want: "<roads_label v1 12/3261/1923>"},
		{ids: "wells_label", code: spatial.CodeNotFound},
		{ids: "secret_label", code: spatial.CodeNotFound},
		{ids: "nothing_label", code: spatial.CodeNotFound},
		{ids: "parcels_label_label", code: spatial.CodeNotFound},
	} {
		a, err := s.Tile(t.Context(), tiles.Request{IDs: test.ids, Coord: here})
		if spatial.CodeOf(err) != test.code {
			t.Errorf("%s: %v", test.ids, err)
			continue
		}
		if err == nil && string(plain(a)) != test.want {
			t.Errorf("%s: got %s, want %s", test.ids, plain(a), test.want)
		}
	}
	set, err := s.Tileset("parcels_label", spatial.Access{})
	if err != nil {
		t.Fatal(err)
	}
	layer := set.TileJSON("u", "en").VectorLayers[0]
	if layer.ID != "parcels_label" || layer.GeometryType != spatial.GeometryPoint || layer.Fields[len(layer.Fields)-1] != (tiles.FieldType{Name: "angle", Type: "Number"}) {
		t.Errorf("%+v", layer)
	}
	for collection, want := range map[string]bool{"parcels": true, "roads": true, "parcel": false, "parcels_l": false} {
		if got := (tiles.Key{IDs: "wells,parcels_label,roads"}).Of(collection); got != want {
			t.Errorf("an edit of %s touches the tile: %v", collection, got)
		}
	}
}
