package pyramid_test

import (
	"bytes"
	"testing"

	"gisd/spatial"
	"gisd/tiles"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
)

// What is cut from a cell holds no hidden column, also where somebody asks for it by
// its name in a tile that joins collections; who sees some areas alone gets rows.
func TestLimitsAndCells(t *testing.T) {
	t.Parallel()
	b := cell.NewBuilder()
	if err := b.Reset(band, home, []string{"id", "name", "owner"}); err != nil {
		t.Fatal(err)
	}
	side := int64(1) << (band.Bits() - 14)
	b.Geometry(&mvt.Shape{
		Positions: []mvt.Position{{X: int64(home.X)*side + side/2, Y: int64(home.Y)*side + side/2}},
		Parts:     []mvt.Part{{Kind: mvt.PointPart, Start: 0, End: 1}},
	})
	for key, value := range map[int]string{1: "public-name", 2: "secret-owner"} {
		if err := b.String(key, []byte(value)); err != nil {
			t.Fatal(err)
		}
	}
	b.EndFeature(cell.Meta{ID: 1})
	record, err := b.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	whole := collection()
	whole.Fields = []spatial.Field{{Name: "name", Column: "name", Type: spatial.FieldString}, {Name: "owner", Column: "owner", Type: spatial.FieldString}}
	hiding := whole.Limited([]*spatial.RoleLimit{{ID: 1, Role: "a", Columns: spatial.ColumnsHidden, Names: []string{"owner"}}}, nil)
	within := whole.Limited([]*spatial.RoleLimit{{ID: 2, Role: "b", Areas: []int{1}}}, nil)
	s, rows := newSource(t, &store{record: record})
	for _, q := range []*tiles.Query{nil, {}, {Properties: []string{"name", "owner"}}} {
		for _, c := range []*spatial.Collection{whole, hiding} {
			tile, err := s.Layer(t.Context(), tiles.LayerRequest{Collection: c, Coord: home, Query: q})
			if err != nil || !bytes.Contains(tile, []byte("public-name")) || bytes.Contains(tile, []byte("owner")) != (c == whole) {
				t.Errorf("%+v, limits %v: %q, %v", q, c.Limits, tile, err)
			}
		}
	}
	if rows.asked.Load() != 0 {
		t.Error("hidden columns need no rows")
	}
	// Small scales that are merged by a hidden column come from rows, no others.
	small := tiles.Coord{Z: 9, X: home.X >> 5, Y: home.Y >> 5}
	merged := collection()
	merged.Fields, merged.Pyramid.Dissolve = whole.Fields, "owner"
	merged.Pyramid.Bands = append(merged.Pyramid.Bands, spatial.ZoomBand{First: 9, Last: 9})
	merged = merged.Limited([]*spatial.RoleLimit{{ID: 1, Role: "a", Columns: spatial.ColumnsHidden, Names: []string{"owner"}}}, nil)
	if got := draw(t, s, merged, small); !bytes.Equal(got, fromRows) {
		t.Errorf("a small scale merged by a hidden column: %q", got)
	}
	if got := draw(t, s, merged, home); !bytes.Contains(got, []byte("public-name")) || bytes.Contains(got, []byte("owner")) {
		t.Errorf("a large scale: %q", got)
	}
	if got := draw(t, s, within, home); !bytes.Equal(got, fromRows) {
		t.Errorf("who sees areas alone got %q", got)
	}
}
