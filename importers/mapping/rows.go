package mapping

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"gisd/importers"
	"gisd/spatial"
)

// maxRows bounds a joined table: its index takes 17 bytes a row.
const maxRows = 4_000_000

// rows is a joined table on disk, found by key. Its values lie in a file without
// a name; only the index is in memory.
type rows struct {
	file     *os.File
	types    []spatial.FieldType
	seed     maphash.Seed
	index    []entry // by hash, then by place
	used     []bool  // of the index
	repeated int64   // rows whose key stood in an earlier one
	keyless  int64   // rows without a key
	window   []byte  // a piece of the file, from windowAt on
	windowAt int64
	buf      []byte
}

type entry struct {
	hash uint64
	at   int64
}

// keyText is the form in which keys are compared: NFC, without blanks around
// them, whole numbers without a point.
func keyText(t spatial.FieldType, v *importers.Value) string {
	if !v.Valid {
		return ""
	}
	if t == spatial.FieldNumber && v.Float == math.Trunc(v.Float) && math.Abs(v.Float) < maxExact {
		return strconv.FormatInt(int64(v.Float), 10)
	}
	return norm.NFC.String(strings.TrimSpace(valueText(t, v)))
}

// readRows stores the columns of a source with the key column's text in front.
func readRows(ctx context.Context, src importers.Source, key int, columns []int, scratch string) (_ *rows, err error) {
	s := src.Schema()
	f, err := os.CreateTemp(scratch, "join-*")
	if err != nil {
		return nil, fmt.Errorf("mapping: join: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("mapping: join: %w", err), f.Close())
	}
	r := &rows{file: f, seed: maphash.MakeSeed()}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	for _, c := range columns {
		r.types = append(r.types, s.Fields[c].Type)
	}
	w := bufio.NewWriterSize(f, 256<<10)
	at := int64(0)
	var line []byte
	err = src.Read(ctx, func(rec *importers.Record) error {
		if rec.Err != nil || len(rec.Values) != len(s.Fields) {
			return nil
		}
		text := keyText(s.Fields[key].Type, &rec.Values[key])
		if text == "" {
			r.keyless++
			return nil
		}
		if len(r.index) >= maxRows {
			return &spatial.Error{Code: spatial.CodeTooLarge, Op: "mapping: join", Message: fmt.Sprintf("the joined table has more than %d rows", maxRows)}
		}
		line = appendBytes(line[:0], []byte(text))
		for i, c := range columns {
			line = appendStored(line, r.types[i], &rec.Values[c])
		}
		r.index = append(r.index, entry{maphash.String(r.seed, text), at})
		n, err := w.Write(appendSize(nil, len(line)))
		if err != nil {
			return err
		}
		m, err := w.Write(line)
		at += int64(n + m)
		return err
	})
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return nil, err
	}
	return r, r.order()
}

// order sorts the index and leaves out rows whose key was there before.
func (r *rows) order() error {
	slices.SortFunc(r.index, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.at, b.at))
	})
	kept := r.index[:0]
	for i, e := range r.index {
		if i > 0 && len(kept) > 0 && kept[len(kept)-1].hash == e.hash {
			r.repeated++ // 64 bits of hash: another key is not to be expected
			continue
		}
		kept = append(kept, e)
	}
	r.index = kept
	r.used = make([]bool, len(kept))
	return nil
}

// find reads the row of a key into out and marks it as used; false when there is
// none. Bytes in out are valid until the next call.
func (r *rows) find(key string, out []importers.Value) (bool, error) {
	hash := maphash.String(r.seed, key)
	i, ok := slices.BinarySearchFunc(r.index, hash, func(e entry, h uint64) int { return cmp.Compare(e.hash, h) })
	if !ok {
		return false, nil
	}
	line, err := r.line(r.index[i].at)
	if err != nil {
		return false, err
	}
	stored, line := takeBytes(line)
	if string(stored) != key {
		return false, nil
	}
	for c := range out {
		out[c], line = takeStored(line, r.types[c])
	}
	r.used[i] = true
	return true, nil
}

// line reads one row.
func (r *rows) line(at int64) ([]byte, error) {
	head, err := r.piece(at, 4)
	if err != nil {
		return nil, err
	}
	return r.piece(at+4, int(binary.LittleEndian.Uint32(head)))
}

// piece reads through a window, as rows are often asked for in their order.
func (r *rows) piece(at int64, n int) ([]byte, error) {
	const ahead = 64 << 10
	if from := at - r.windowAt; from >= 0 && from+int64(n) <= int64(len(r.window)) {
		return r.window[from : from+int64(n)], nil
	}
	r.buf = slices.Grow(r.buf[:0], n+ahead)[:n+ahead]
	got, err := r.file.ReadAt(r.buf, at)
	if got < n {
		return nil, fmt.Errorf("mapping: join: read back: %w", err)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("mapping: join: read back: %w", err)
	}
	r.window, r.windowAt = r.buf[:got], at
	return r.window[:n], nil
}

// unused calls f with the key of every row that no record asked for.
func (r *rows) unused(f func(key string) error) error {
	for i := range r.index {
		if r.used[i] {
			continue
		}
		line, err := r.line(r.index[i].at)
		if err != nil {
			return err
		}
		key, _ := takeBytes(line)
		if err := f(string(key)); err != nil {
			return err
		}
	}
	return nil
}

func (r *rows) close() error { return r.file.Close() }

func appendSize(dst []byte, n int) []byte { return binary.LittleEndian.AppendUint32(dst, uint32(n)) }

func appendBytes(dst, b []byte) []byte { return append(appendSize(dst, len(b)), b...) }

func takeBytes(line []byte) (b, rest []byte) {
	n := int(binary.LittleEndian.Uint32(line))
	return line[4 : 4+n], line[4+n:]
}

// appendStored writes a mark, then the member that the type uses.
func appendStored(dst []byte, t spatial.FieldType, v *importers.Value) []byte {
	switch {
	case !v.Valid:
		return append(dst, 0)
	case t == spatial.FieldString || t == spatial.FieldJSON:
		return appendBytes(append(dst, 1), v.Bytes)
	case t == spatial.FieldNumber:
		return binary.LittleEndian.AppendUint64(append(dst, 1), math.Float64bits(v.Float))
	}
	return binary.LittleEndian.AppendUint64(append(dst, 1), uint64(v.Int))
}

func takeStored(line []byte, t spatial.FieldType) (v importers.Value, rest []byte) {
	mark := line[0]
	line = line[1:]
	if mark == 0 {
		return v, line
	}
	v.Valid = true
	if t == spatial.FieldString || t == spatial.FieldJSON {
		v.Bytes, line = takeBytes(line)
		return v, line
	}
	bits := binary.LittleEndian.Uint64(line)
	if t == spatial.FieldNumber {
		v.Float = math.Float64frombits(bits)
	} else {
		v.Int = int64(bits)
	}
	return v, line[8:]
}
