package pyramid_test

import (
	"bytes"
	"testing"

	"gisd/spatial"
	"gisd/tiles/cell"
	"gisd/tiles/mvt"
)

// owned is a record of the cell at home with a point for each owner, its id ten times
// that.
func owned(t *testing.T, owners ...uint32) []byte {
	t.Helper()
	b := cell.NewBuilder()
	if err := b.Reset(band, home, []string{"id"}); err != nil {
		t.Fatal(err)
	}
	side := int64(1) << (band.Bits() - 14)
	for i, owner := range owners {
		b.Geometry(&mvt.Shape{
			Positions: []mvt.Position{{X: int64(home.X)*side + side/2, Y: int64(home.Y)*side + int64(i+1)*side/16}},
			Parts:     []mvt.Part{{Kind: mvt.PointPart, Start: 0, End: 1}},
		})
		if err := b.String(0, []byte{'o', 'f', byte('0' + owner)}); err != nil {
			t.Fatal(err)
		}
		b.EndFeature(cell.Meta{ID: uint64(owner) * 10, Owner: owner})
	}
	record, err := b.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// limitedTo is the collection for who sees some areas alone.
func limitedTo(c *spatial.Collection, keys ...string) *spatial.Collection {
	var rules []*spatial.RoleLimit
	areas := map[int64]spatial.Area{}
	for i, key := range keys {
		rules = append(rules, &spatial.RoleLimit{ID: int64(i + 1), Role: spatial.Role("r" + key), Areas: []int{i + 1}})
		areas[int64(i+1)] = spatial.Area{EWKB: key, Key: key}
	}
	return c.Limited(rules, areas)
}

// TestAreasFromCells: of a cell who sees some areas gets the features of the sets that
// these are in; who is limited to an area that the cells do not tell apart gets rows,
// and so does everybody whose cell has an owner that nobody knows.
func TestAreasFromCells(t *testing.T) {
	t.Parallel()
	whole := collection()
	whole.Pyramid.Areas = map[string]int{"west": 4, "east": 9}
	held := &store{record: owned(t, 0, 1, 2, 3), owners: map[uint32][]int{1: {4}, 2: {9}}}
	s, rows := newSource(t, held)
	check := func(c *spatial.Collection, want string) {
		t.Helper()
		tile := draw(t, s, c, home)
		got := ""
		for _, owner := range "0123" {
			if bytes.Contains(tile, []byte("of"+string(owner))) {
				got += string(owner)
			}
		}
		if bytes.Equal(tile, fromRows) {
			got = "rows"
		}
		if got != want {
			t.Errorf("%+v: %q, want %q", c.Pyramid.Within, got, want)
		}
	}
	check(whole, "0123")
	check(limitedTo(whole, "west"), "rows") // the third owner is not known to anybody
	if held.told.Load() != 2 {
		t.Errorf("owners were asked for %d times", held.told.Load())
	}
	held.mu.Lock()
	held.owners = map[uint32][]int{1: {4}, 2: {9}, 3: {4, 9}}
	held.mu.Unlock()
	check(limitedTo(whole, "west"), "13")
	check(limitedTo(whole, "east"), "23")
	check(limitedTo(whole, "east", "west"), "123")
	asked := held.told.Load()
	check(limitedTo(whole, "west"), "13")
	if held.told.Load() != asked {
		t.Error("what is known was asked for again")
	}
	before := rows.asked.Load()
	check(limitedTo(whole, "south"), "rows")
	check(limitedTo(whole, "west", "south"), "rows")
	check(limitedTo(whole), "0123")
	if rows.asked.Load() != before+2 {
		t.Errorf("rows were asked %d times", rows.asked.Load()-before)
	}
	// A limit that nobody has matched with the cells is never drawn from them.
	odd := *limitedTo(whole, "west")
	odd.Pyramid.Within = nil
	check(&odd, "rows")
}
