package archive_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"gisd/tiles"
	"gisd/tiles/archive"
)

// made is an MBTiles archive of somebody else's making.
func made(t *testing.T, statements string, args ...any) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "theirs.mbtiles")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statements, args...); err != nil {
		t.Fatal(err)
	}
	return path
}

const tables = `create table metadata (name text, value text);
create table tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);`

// What the metadata leave out is seen in the tiles; rows count from the bottom.
func TestRasterMBTiles(t *testing.T) {
	t.Parallel()
	path := made(t, tables+`insert into metadata values ('name', 'Tờ 12'), ('bounds', 'nonsense');
insert into tiles values (9, 407, 271, ?1), (10, 815, 543, ?1), (10, 815, 542, 'no image'), (10, 815, 541, null)`, picture(t, 512))
	a := open(t, path)
	d := a.Description()
	if d.Name != "Tờ 12" || d.Format != archive.FormatPNG || d.TileSize != 512 || d.MinZoom != 9 || d.MaxZoom != 10 {
		t.Errorf("%+v", d)
	}
	// 10/815/480 to 482 of the grid from the top
	if b := d.Bounds; b[0] < 106.52 || b[0] > 106.53 || b[2] < 106.87 || b[2] > 106.88 || b[1] < 10.1 || b[1] > 10.2 || b[3] < 11.1 || b[3] > 11.2 {
		t.Errorf("bounds %v", b)
	}
	s, err := a.Tile(t.Context(), tiles.Coord{Z: 10, X: 815, Y: 480})
	if err != nil || s.Type != tiles.TypePNG || s.Encoding != tiles.Identity {
		t.Errorf("%s, %v", s.Type, err)
	}
	if _, err := a.Tile(t.Context(), tiles.Coord{Z: 10, X: 815, Y: 481}); err == nil || !strings.Contains(err.Error(), "no PNG, JPEG or WebP") {
		t.Errorf("what is no image: %v", err)
	}
	if s, err := a.Tile(t.Context(), tiles.Coord{Z: 10, X: 815, Y: 482}); err != nil || !s.Empty() {
		t.Errorf("a tile without content: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ statements, wants string }{
		"no tables":        {"create table t (a)", "cannot be read as MBTiles"},
		"no tiles":         {tables, "holds no tiles"},
		"another format":   {tables + "insert into metadata values ('format', 'avif'); insert into tiles values (1, 0, 0, 'x')", "of a kind that is not served"},
		"zooms too deep":   {tables + "insert into metadata values ('format', 'png'); insert into tiles values (30, 0, 0, 'x')", "no tiles of zooms"},
		"tiles that recur": {"create table metadata (name text, value text); create view tiles as select * from tiles", "cannot be read as MBTiles"},
	} {
		if _, err := archive.Open(t.Context(), made(t, test.statements)); err == nil || !strings.Contains(err.Error(), test.wants) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := archive.Open(t.Context(), t.TempDir()); err == nil {
		t.Error("a folder was opened")
	}
}
