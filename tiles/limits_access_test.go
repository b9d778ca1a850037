package tiles_test

import (
	"testing"

	"gisd/spatial"
	"gisd/tiles"
)

// limitedTo hands a collection out to holders of a role as they see it.
type limitedTo struct {
	*catalogue
	rules map[spatial.Role][]*spatial.RoleLimit
	areas map[int64]spatial.Area
}

func (c limitedTo) Collection(id string, a spatial.Access) (*spatial.Collection, error) {
	found, err := c.catalogue.Collection(id, a)
	if err != nil || len(a.Roles) == 0 {
		return found, err
	}
	return found.Limited(c.rules[a.Roles[0]], c.areas), nil
}

// Callers who see the same share a tile, all others never do, and what is not for
// everybody is private.
func TestLimitsAreInTheKey(t *testing.T) {
	t.Parallel()
	area := func(ewkb string) spatial.Area {
		return spatial.Area{EWKB: ewkb, Bounds: spatial.Envelope{SRID: 4326, MinX: 106.6, MinY: 11, MaxX: 106.7, MaxY: 11.1}}
	}
	rule := func(id int64, role spatial.Role) *spatial.RoleLimit {
		return &spatial.RoleLimit{ID: id, Role: role, Areas: []int{1}}
	}
	catalogue := limitedTo{catalogueOf(collection("roads")), map[spatial.Role][]*spatial.RoleLimit{
		"west": {rule(1, "west")}, "also-west": {rule(2, "also-west")}, "east": {rule(3, "east")},
		"clerk": {{ID: 4, Role: "clerk", Columns: spatial.ColumnsHidden, Names: []string{"tên"}}},
	}, map[int64]spatial.Area{1: area("w"), 2: area("w"), 3: area("e")}}
	drawn := &source{}
	s := tiles.NewService(tiles.Config{}, catalogue, drawn, &memory{}, nil)
	for i, test := range []struct {
		role    spatial.Role
		private bool
		calls   int32
	}{
		{"", false, 1}, {"west", true, 2}, {"also-west", true, 2}, {"east", true, 3}, {"clerk", true, 4}, {"viewer", false, 4}, {"", false, 4},
	} {
		a := spatial.Access{}
		if test.role != "" {
			a = spatial.Access{Subject: "user:an", Roles: []spatial.Role{test.role}}
		}
		answer, err := s.Tile(t.Context(), tiles.Request{IDs: "roads", Coord: here, Access: a})
		if err != nil || answer.Private != test.private || drawn.calls.Load() != test.calls {
			t.Errorf("%d: %q: private %v, %d drawn, %v", i, test.role, answer.Private, drawn.calls.Load(), err)
		}
		set, err := s.Tileset("roads,roads_label", a)
		if err != nil || set.Private != test.private {
			t.Errorf("%d: %q: tileset private %v, %v", i, test.role, set.Private, err)
		}
		doc := set.TileJSON("u", "vi")
		if east := doc.Bounds[2]; (east == 106.7) != (test.role == "west" || test.role == "also-west" || test.role == "east") {
			t.Errorf("%q: bounds %v", test.role, doc.Bounds)
		}
		for _, l := range doc.VectorLayers {
			for _, f := range l.Fields {
				if f.Name == "tên" && test.role == "clerk" {
					t.Errorf("%s has a hidden column", l.ID)
				}
			}
		}
	}
}
