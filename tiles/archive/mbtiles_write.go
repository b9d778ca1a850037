package archive

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"strconv"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"gisd/tiles"
)

// mbtilesWriter writes an MBTiles archive. A content stands once in the table
// image, which map refers to; tiles is a view of both, as MBTiles 1.3 allows.
// SQLite's own transactions keep it whole: each checkpoint is one, and where to
// go on is part of it.
type mbtilesWriter struct {
	db    *sql.DB
	tx    *sql.Tx
	ctx   context.Context // of begin: tiles are put without one
	tile  *sql.Stmt
	image *sql.Stmt
	find  *sql.Stmt
	known known[int64]
	sum   Counts
}

// mbtilesTables: "MPBX", as SQLite's list of application ids has it.
const mbtilesTables = `
pragma page_size = 4096;
pragma application_id = 0x4d504258;
create table metadata (name text, value text);
create table image (id integer primary key, data blob not null);
create table map (zoom_level integer not null, tile_column integer not null, tile_row integer not null, image_id integer not null);
create view tiles as
  select m.zoom_level, m.tile_column, m.tile_row, i.data as tile_data
  from map m
  join image i on i.id = m.image_id;
create table unfinished (stamp blob not null, next integer not null, tiles integer not null, contents integer not null, bytes integer not null)`

// beginMBTiles goes on with the archive at path, or begins.
func beginMBTiles(ctx context.Context, path string, stamp []byte) (b begun, err error) {
	w := &mbtilesWriter{ctx: context.WithoutCancel(ctx)} // what is complete is kept after a cancellation, too
	if err = w.open(path); err != nil {
		return b, err
	}
	b.sink = w
	var found []byte
	err = w.db.QueryRowContext(ctx, "select stamp, next, tiles, contents, bytes from unfinished").
		Scan(&found, &b.next, &w.sum.Tiles, &w.sum.Contents, &w.sum.Bytes)
	if isBusy(err) {
		return b, errors.Join(errBusy(), w.close())
	}
	if err != nil || !bytes.Equal(found, stamp) {
		if ctx.Err() != nil {
			return b, errors.Join(ctx.Err(), w.close())
		}
		b.next, w.sum = 0, Counts{}
		if err = w.anew(ctx, path, stamp); err != nil {
			return b, errors.Join(err, w.close())
		}
	}
	b.resumed = b.next > 0
	if err = w.recall(ctx); err == nil {
		err = w.transaction(w.ctx)
	}
	if err != nil {
		return b, errors.Join(err, w.close())
	}
	return b, nil
}

func (w *mbtilesWriter) open(path string) error {
	u := url.URL{Scheme: "file", Path: path, OmitHost: true,
		RawQuery: "_pragma=journal_mode(delete)&_pragma=synchronous(normal)&_pragma=locking_mode(exclusive)&_pragma=cache_size(-16000)&_pragma=temp_store(memory)"}
	var err error
	if w.db, err = sql.Open("sqlite", u.String()); err != nil {
		return writing(err)
	}
	w.db.SetMaxOpenConns(1)
	return nil
}

// anew throws away what lies there.
func (w *mbtilesWriter) anew(ctx context.Context, path string, stamp []byte) error {
	if err := w.db.Close(); err != nil {
		return writing(err)
	}
	for _, name := range []string{path, path + "-journal"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return writing(err)
		}
	}
	if err := w.open(path); err != nil {
		return err
	}
	for statement := range strings.SplitSeq(mbtilesTables, ";") {
		if _, err := w.db.ExecContext(ctx, statement); err != nil {
			return writing(err)
		}
	}
	_, err := w.db.ExecContext(ctx, "insert into unfinished values (?, 0, 0, 0, 0)", stamp)
	return writing(err)
}

// recall reads the contents that are there, so that they are known again.
func (w *mbtilesWriter) recall(ctx context.Context) error {
	rows, err := w.db.QueryContext(ctx, "select id, data from image order by id")
	if err != nil {
		return writing(err)
	}
	defer rows.Close()
	var id int64
	var data sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&id, &data); err != nil {
			return writing(err)
		}
		w.known.add(hashOf(data), id)
	}
	return writing(rows.Err())
}

func (w *mbtilesWriter) transaction(ctx context.Context) (err error) {
	if w.tx, err = w.db.BeginTx(ctx, nil); err != nil {
		return writing(err)
	}
	for text, statement := range map[string]**sql.Stmt{
		"insert into map values (?, ?, ?, ?)": &w.tile,
		"insert into image values (?, ?)":     &w.image,
		"select data from image where id = ?": &w.find,
	} {
		if *statement, err = w.tx.PrepareContext(ctx, text); err != nil {
			return writing(err)
		}
	}
	return nil
}

func (w *mbtilesWriter) put(_ uint64, at tiles.Coord, data []byte) error {
	id, err := w.content(data)
	if err != nil {
		return err
	}
	w.sum.Tiles++
	_, err = w.tile.ExecContext(w.ctx, at.Z, at.X, fromBottom(at), id)
	return writing(err)
}

// fromBottom is the row as MBTiles counts it.
func fromBottom(c tiles.Coord) uint32 { return 1<<c.Z - 1 - c.Y }

// content stores what is not there yet, byte for byte.
func (w *mbtilesWriter) content(data []byte) (int64, error) {
	hash := hashOf(data)
	if id, ok := w.known.get(hash); ok {
		var there []byte
		if err := w.find.QueryRowContext(w.ctx, id).Scan(&there); err != nil {
			return 0, writing(err)
		}
		if bytes.Equal(there, data) {
			return id, nil
		}
	}
	id := w.sum.Contents + 1
	if _, err := w.image.ExecContext(w.ctx, id, data); err != nil {
		return 0, writing(err)
	}
	w.sum.Contents, w.sum.Bytes = id, w.sum.Bytes+int64(len(data))
	w.known.add(hash, id)
	return id, nil
}

func (w *mbtilesWriter) checkpoint(next uint64) error {
	if err := w.commit(next); err != nil {
		return err
	}
	return w.transaction(w.ctx)
}

func (w *mbtilesWriter) commit(next uint64) error {
	if _, err := w.tx.ExecContext(w.ctx, "update unfinished set next = ?, tiles = ?, contents = ?, bytes = ?",
		int64(next), w.sum.Tiles, w.sum.Contents, w.sum.Bytes); err != nil {
		return writing(err)
	}
	return writing(w.tx.Commit())
}

func (w *mbtilesWriter) counts() Counts { return w.sum }

func (w *mbtilesWriter) close() error {
	if w.tx != nil {
		_ = w.tx.Rollback() // nothing, where it is complete; else it would keep the file
	}
	return writing(w.db.Close())
}

// isBusy reports whether another process has the file.
func isBusy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// finish writes the metadata and the index, and takes the mark of what is
// unfinished away.
func (w *mbtilesWriter) finish(ctx context.Context, d Description) error {
	list := make([]string, 4)
	for i, v := range d.Bounds {
		list[i] = degrees(v)
	}
	for _, row := range [][2]string{
		{"name", d.Name}, {"format", string(d.Format)}, {"type", "overlay"}, {"description", d.Description}, {"attribution", d.Attribution},
		{"minzoom", strconv.Itoa(d.MinZoom)}, {"maxzoom", strconv.Itoa(d.MaxZoom)}, {"bounds", strings.Join(list, ",")},
		{"center", degrees(d.Center[0]) + "," + degrees(d.Center[1]) + "," + strconv.Itoa(d.CenterZoom)}, {"json", vectorLayers(d)},
	} {
		if row[1] == "" {
			continue
		}
		if _, err := w.tx.ExecContext(ctx, "insert into metadata values (?, ?)", row[0], row[1]); err != nil {
			return writing(err)
		}
	}
	for _, s := range []string{
		"create unique index metadata_name on metadata (name)",
		"create unique index map_tile on map (zoom_level, tile_column, tile_row)",
		"drop table unfinished",
	} {
		if _, err := w.tx.ExecContext(ctx, s); err != nil {
			return writing(err)
		}
	}
	if err := w.tx.Commit(); err != nil {
		return writing(err)
	}
	return w.close()
}

func degrees(v float64) string { return strconv.FormatFloat(v, 'f', 7, 64) }

// vectorLayers is the row json (MBTiles 1.3 §Vector tileset metadata).
func vectorLayers(d Description) string {
	if len(d.VectorLayers) == 0 {
		return ""
	}
	return `{"vector_layers":` + string(d.VectorLayers) + "}"
}
