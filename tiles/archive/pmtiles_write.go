package archive

import (
	"bytes"
	"context"
	"errors"
	"os"

	"gisd/internal/filelock"
	"gisd/tiles"
)

// pmtilesWriter writes a PMTiles archive. Its sections stand in another order
// than usual (which version 3 §2 allows): header, root directory, and from
// rootEnd on the tiles as they come, behind them the metadata and the leaves. So
// nothing is written twice, and what was written stays where it is.
type pmtilesWriter struct {
	file    *os.File
	journal journal
	end     uint64 // of the tiles, from rootEnd on
	known   known[stretch]
	sum     Counts
}

// beginPMTiles goes on with the archive at path and its journal, or begins.
func beginPMTiles(path, log string, stamp []byte) (b begun, err error) {
	w := &pmtilesWriter{}
	if w.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return b, writing(err)
	}
	if w.journal.file, err = os.OpenFile(log, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		return b, writing(errors.Join(err, w.file.Close()))
	}
	b.sink = w
	locked, err := filelock.Try(w.journal.file, filelock.Exclusive)
	if err == nil && !locked {
		err = errBusy()
	}
	if err != nil {
		return b, errors.Join(err, w.close())
	}
	if b.next, b.resumed, err = w.resume(stamp); err != nil {
		return b, errors.Join(err, w.close())
	}
	return b, nil
}

// resume reads what is complete and cuts off what is behind it.
func (w *pmtilesWriter) resume(stamp []byte) (next uint64, resumed bool, err error) {
	same := func(found []byte) error {
		if !bytes.Equal(found, stamp) {
			return errOther
		}
		return nil
	}
	size, err := sizeOf(w.file)
	if err != nil {
		return 0, false, err
	}
	err = w.journal.each(same, func(n, end uint64) error {
		if uint64(size) < rootEnd+end { // the archive was cut short by somebody else
			return errOther
		}
		next, w.end = n, end
		return nil
	}, w.count)
	if errors.Is(err, errOther) {
		next, w.end, w.sum, w.known, w.journal.size = 0, 0, Counts{}, known[stretch]{}, 0
	} else if err != nil {
		return 0, false, err
	}
	resumed = next > 0
	if err := writing(errors.Join(w.journal.file.Truncate(w.journal.size), w.file.Truncate(rootEnd+int64(w.end)))); err != nil {
		return 0, false, err
	}
	if w.journal.size == 0 {
		return next, false, w.journal.append(stamp)
	}
	return next, resumed, nil
}

func sizeOf(f *os.File) (int64, error) {
	st, err := f.Stat()
	if err != nil {
		return 0, writing(err)
	}
	return st.Size(), nil
}

// count notes a tile that is in the archive.
func (w *pmtilesWriter) count(r record) {
	w.sum.Tiles++
	if found, ok := w.known.get(r.Hash); !ok || found.at != r.Offset {
		w.known.add(r.Hash, stretch{r.Offset, r.Length})
	}
	if end := r.Offset + uint64(r.Length); end > uint64(w.sum.Bytes) { // what repeats lies before
		w.sum.Contents++
		w.sum.Bytes = int64(end)
	}
}

func (w *pmtilesWriter) put(id uint64, _ tiles.Coord, data []byte) error {
	r := record{ID: id, Offset: w.end, Length: uint32(len(data)), Hash: hashOf(data)}
	at, ok, err := w.same(r, data)
	if err != nil {
		return err
	}
	if ok {
		r.Offset = at
	} else {
		if _, err := w.file.WriteAt(data, rootEnd+int64(w.end)); err != nil {
			return writing(err)
		}
		w.end += uint64(len(data))
	}
	w.count(r)
	w.journal.open = append(w.journal.open, r)
	return nil
}

// stretch is where a content lies.
type stretch struct {
	at     uint64
	length uint32
}

// same finds the content in the archive, byte for byte.
func (w *pmtilesWriter) same(r record, data []byte) (at uint64, ok bool, err error) {
	found, ok := w.known.get(r.Hash)
	if !ok || found.length != r.Length {
		return 0, false, nil
	}
	there := make([]byte, found.length)
	if _, err := w.file.ReadAt(there, rootEnd+int64(found.at)); err != nil {
		return 0, false, writing(err)
	}
	return found.at, bytes.Equal(there, data), nil
}

// checkpoint puts the tiles on the disk before the journal says that they are
// there.
func (w *pmtilesWriter) checkpoint(next uint64) error {
	if err := w.file.Sync(); err != nil {
		return writing(err)
	}
	return w.journal.checkpoint(next, w.end)
}

func (w *pmtilesWriter) counts() Counts { return w.sum }

func (w *pmtilesWriter) close() error {
	return writing(errors.Join(w.file.Close(), filelock.Close(w.journal.file)))
}

// finish writes metadata, directories and, last, the header.
func (w *pmtilesWriter) finish(ctx context.Context, d Description) error {
	h := &header{
		Data: section{rootEnd, w.end}, Addressed: uint64(w.sum.Tiles), Contents: uint64(w.sum.Contents), Clustered: true,
		Internal: compressionGzip, Tiles: compressionGzip, Type: typeMVT,
		MinZoom: uint8(d.MinZoom), MaxZoom: uint8(d.MaxZoom), Bounds: d.Bounds, Center: d.Center, CenterZoom: uint8(d.CenterZoom),
	}
	meta, err := d.json()
	if err != nil {
		return err
	}
	if meta, err = gzipped(meta); err != nil {
		return err
	}
	h.Metadata = section{rootEnd + w.end, uint64(len(meta))}
	if _, err := w.file.WriteAt(meta, int64(h.Metadata.Offset)); err != nil {
		return writing(err)
	}
	h.Leaves.Offset = h.Metadata.Offset + h.Metadata.Length
	root, err := w.directories(ctx, h)
	if err != nil {
		return err
	}
	h.Root = section{headerSize, uint64(len(root))}
	if _, err := w.file.WriteAt(append(h.encode(), root...), 0); err != nil {
		return writing(err)
	}
	if err := w.file.Sync(); err != nil {
		return writing(err)
	}
	return w.close()
}

// What a directory takes at most: the root within rootEnd, a leaf in entries at
// first.
const (
	maxRoot   = rootEnd - headerSize
	leafFirst = 4096
)

// directories writes the leaves and returns the root directory. The leaves grow
// until the root that lists them fits its place.
func (w *pmtilesWriter) directories(ctx context.Context, h *header) ([]byte, error) {
	for size := leafFirst; ; size *= 2 {
		l := &leaves{file: w.file, at: int64(h.Leaves.Offset), size: size}
		if err := w.entries(ctx, l.add); err != nil {
			return nil, err
		}
		root, err := l.close()
		if err != nil {
			return nil, err
		}
		if len(root) <= maxRoot {
			h.Entries, h.Leaves.Length = l.entries, l.length
			return root, writing(w.file.Truncate(l.at + int64(l.length)))
		}
	}
}

// entries reads the journal and joins tiles of one content that follow each
// other.
func (w *pmtilesWriter) entries(ctx context.Context, add func(entry) error) error {
	var run entry
	var failed error
	flush := func() {
		if run.Run > 0 && failed == nil {
			failed = add(run)
		}
	}
	size := w.journal.size
	err := w.journal.each(func([]byte) error { return nil }, func(_, _ uint64) error { return errors.Join(ctx.Err(), failed) }, func(r record) {
		if run.Run > 0 && r.ID == run.ID+uint64(run.Run) && r.Offset == run.Offset {
			run.Run++
			return
		}
		flush()
		run = entry{ID: r.ID, Offset: r.Offset, Length: r.Length, Run: 1}
	})
	flush()
	w.journal.size = size
	return errors.Join(err, failed)
}

// leaves cuts entries into leaf directories. As long as one leaf holds all, it is
// the root itself.
type leaves struct {
	file    *os.File
	at      int64
	size    int
	open    []entry
	root    []entry
	length  uint64
	entries uint64
}

func (l *leaves) add(e entry) error {
	if len(l.open) == l.size {
		if err := l.flush(); err != nil {
			return err
		}
	}
	l.open = append(l.open, e)
	l.entries++
	return nil
}

func (l *leaves) flush() error {
	b, err := gzipped(appendDirectory(nil, l.open))
	if err != nil {
		return err
	}
	if _, err := l.file.WriteAt(b, l.at+int64(l.length)); err != nil {
		return writing(err)
	}
	l.root = append(l.root, entry{ID: l.open[0].ID, Offset: l.length, Length: uint32(len(b))})
	l.length += uint64(len(b))
	l.open = l.open[:0]
	return nil
}

func (l *leaves) close() ([]byte, error) {
	if len(l.root) == 0 {
		root, err := gzipped(appendDirectory(nil, l.open))
		if err != nil || len(root) <= maxRoot {
			return root, err
		}
	}
	if len(l.open) > 0 {
		if err := l.flush(); err != nil {
			return nil, err
		}
	}
	return gzipped(appendDirectory(nil, l.root))
}
