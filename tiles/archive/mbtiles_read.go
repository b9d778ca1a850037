package archive

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"

	"gisd/tiles"
)

// mbtiles reads an MBTiles archive. The file is never written to, nor locked.
type mbtiles struct {
	db          *sql.DB
	tile        *sql.Stmt
	description Description
}

func openMBTiles(ctx context.Context, path string) (_ Archive, err error) {
	query := "mode=ro&immutable=1"
	if st, err := os.Stat(path + "-wal"); err == nil && st.Size() > 0 {
		query = "mode=ro"
	}
	u := url.URL{Scheme: "file", Path: path, OmitHost: true, RawQuery: query + "&_pragma=cache_size(-1000)&_pragma=trusted_schema(off)"}
	m := &mbtiles{}
	if m.db, err = sql.Open("sqlite", u.String()); err != nil {
		return nil, err
	}
	m.db.SetMaxOpenConns(runtime.GOMAXPROCS(0))
	if err := m.prepare(ctx); err != nil {
		return nil, errors.Join(err, m.db.Close())
	}
	return m, nil
}

func (m *mbtiles) prepare(ctx context.Context) error {
	values, err := m.metadata(ctx)
	if err != nil {
		return err
	}
	m.tile, err = m.db.PrepareContext(ctx, `
select case when length(tile_data) <= ? then tile_data end, length(tile_data)
from tiles
where zoom_level = ?
  and tile_column = ?
  and tile_row = ?`)
	if err != nil {
		return notMBTiles(err)
	}
	return m.describe(ctx, values)
}

func notMBTiles(err error) error { return fmt.Errorf("it cannot be read as MBTiles: %w", err) }

// maxRows bounds the metadata.
const maxRows = 1000

func (m *mbtiles) metadata(ctx context.Context) (map[string]string, error) {
	rows, err := m.db.QueryContext(ctx, "select name, value from metadata where length(value) <= ? limit ?", maxMetadata, maxRows)
	if err != nil {
		return nil, notMBTiles(err)
	}
	defer rows.Close()
	values := map[string]string{}
	for rows.Next() {
		var name, value sql.NullString
		if err := rows.Scan(&name, &value); err != nil {
			return nil, notMBTiles(err)
		}
		values[name.String] = value.String
	}
	if err := rows.Err(); err != nil {
		return nil, notMBTiles(err)
	}
	return values, nil
}

// describe takes what the metadata say, and of what they leave out what the
// tiles show.
func (m *mbtiles) describe(ctx context.Context, values map[string]string) error {
	d := Description{Name: values["name"], Description: values["description"], Attribution: values["attribution"]}
	var first, last sql.NullInt64
	if err := m.db.QueryRowContext(ctx, "select min(zoom_level), max(zoom_level) from tiles").Scan(&first, &last); err != nil {
		return notMBTiles(err)
	}
	if !last.Valid || first.Int64 < 0 || last.Int64 > tiles.MaxZoom {
		return errors.New("the archive holds no tiles of zooms that are served")
	}
	d.MinZoom, d.MaxZoom = int(first.Int64), int(last.Int64)
	d.CenterZoom = d.MinZoom
	var err error
	if d.Format, err = m.format(ctx, values["format"]); err != nil {
		return err
	}
	if d.Bounds, err = m.bounds(ctx, values["bounds"], d.MaxZoom); err != nil {
		return err
	}
	d.Center = [2]float64{(d.Bounds[0] + d.Bounds[2]) / 2, (d.Bounds[1] + d.Bounds[3]) / 2}
	if c, ok := numbers(values["center"], 3); ok {
		d.Center, d.CenterZoom = [2]float64(c[:2]), min(max(int(c[2]), d.MinZoom), d.MaxZoom)
	}
	if !d.Format.Vector() {
		var first []byte
		if err := m.db.QueryRowContext(ctx, "select substr(tile_data, 1, 65536) from tiles limit 1").Scan(&first); err != nil {
			return notMBTiles(err)
		}
		d.TileSize = side(first)
	}
	if d.Format.Vector() {
		var doc pmtilesMetadata
		if json.Unmarshal([]byte(values["json"]), &doc) == nil {
			d.VectorLayers = doc.VectorLayers
		}
	}
	m.description = d
	return nil
}

// format is what the metadata call it, else what the first tile is.
func (m *mbtiles) format(ctx context.Context, named string) (Format, error) {
	switch f := Format(strings.ToLower(named)); f {
	case FormatVector, FormatPNG, FormatJPEG, FormatWebP:
		return f, nil
	case "jpeg":
		return FormatJPEG, nil
	case "":
	default:
		return "", fmt.Errorf("its tiles are of a kind that is not served (%.20s): pbf, png, jpg or webp are", named)
	}
	var head []byte
	if err := m.db.QueryRowContext(ctx, "select substr(tile_data, 1, 16) from tiles limit 1").Scan(&head); err != nil {
		return "", notMBTiles(err)
	}
	if f, ok := map[string]Format{tiles.TypePNG: FormatPNG, tiles.TypeJPEG: FormatJPEG, tiles.TypeWebP: FormatWebP}[tiles.TypeOfImage(head)]; ok {
		return f, nil
	}
	return FormatVector, nil
}

// bounds are those of the metadata, else of the tiles of the last zoom.
func (m *mbtiles) bounds(ctx context.Context, text string, zoom int) ([4]float64, error) {
	if v, ok := numbers(text, 4); ok {
		return tidyBounds([4]float64(v)), nil
	}
	var west, east, south, north float64
	err := m.db.QueryRowContext(ctx, "select min(tile_column), max(tile_column), min(tile_row), max(tile_row) from tiles where zoom_level = ?", zoom).
		Scan(&west, &east, &south, &north)
	if err != nil {
		return world(), notMBTiles(err)
	}
	n := math.Exp2(float64(zoom))
	lon := func(x float64) float64 { return 360*x/n - 180 }
	lat := func(y float64) float64 { return 180 / math.Pi * math.Atan(math.Sinh(math.Pi*(2*y/n-1))) }
	return tidyBounds([4]float64{lon(west), lat(south), lon(east + 1), lat(north + 1)}), nil
}

func numbers(text string, n int) ([]float64, bool) {
	parts := strings.Split(text, ",")
	if len(parts) != n {
		return nil, false
	}
	list := make([]float64, n)
	for i, p := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, false
		}
		list[i] = v
	}
	return list, true
}

// Description implements Archive.
func (m *mbtiles) Description() Description { return m.description }

// Close implements Archive.
func (m *mbtiles) Close() error { return m.db.Close() }

// Tile implements Archive.
func (m *mbtiles) Tile(ctx context.Context, c tiles.Coord) (tiles.Stored, error) {
	if !c.Valid() {
		return tiles.Stored{}, nil
	}
	var b []byte
	var length sql.NullInt64
	err := m.tile.QueryRowContext(ctx, maxTile, c.Z, c.X, fromBottom(c)).Scan(&b, &length)
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && length.Int64 == 0:
		return tiles.Stored{}, nil
	case ctx.Err() != nil:
		return tiles.Stored{}, ctx.Err()
	case err != nil:
		return tiles.Stored{}, notMBTiles(err)
	case length.Int64 > maxTile:
		return tiles.Stored{}, tooLargeTile(c, uint64(length.Int64))
	case m.description.Format.Vector():
		return tiles.Stored{Bytes: b, Encoding: encodingOf(b), Type: tiles.ContentType}, nil
	}
	return image(b)
}
